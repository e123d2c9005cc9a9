-- db-fresh: only dev,test
-- db-fresh: email-hash auditor = auditor at example.org
-- A few audit events, one of them from before there were partitions: the default partition has to take it.
-- The auditor has no account, only an address, and even here that is a hash.

INSERT INTO audit_events (
    event_id, event_date, occurred_at, received_at, organization_id, actor_type, actor_ip,
    service_name, event_type, event_action, resource_type, resource_id, metadata
)
SELECT
    md5('seed/audit/' || event.number)::uuid,
    (event.moment AT TIME ZONE 'UTC')::date,
    event.moment,
    event.moment,
    organizations.id,
    'auditor',
    inet '192.0.2.7',
    'console',
    'api_key',
    'list',
    'organization',
    organizations.slug,
    jsonb_build_object('auditor', current_setting('seed.email_hash.auditor'))
FROM (
    SELECT number, timestamptz '2026-06-20 10:00:00+00' + number * interval '9 days'
    FROM generate_series(0, 11) AS number
) AS event (number, moment)
JOIN organizations ON organizations.slug = CASE WHEN event.number % 2 = 0 THEN 'acme' ELSE 'birch' END
ON CONFLICT (event_id, event_date) DO NOTHING;
