-- Two weeks of requests, enough for a chart: 480 of them, spread by arithmetic instead of chance, so that sums in
-- tests stay what they are. A request that is there already is left alone, and
-- takes no number of the sequence either.

INSERT INTO usage_events (request_id, organization_id, api_key_id, model_id, input_tokens, output_tokens, latency_ms, occurred_at)
SELECT
    md5('seed/usage/' || request.number)::uuid,
    api_keys.organization_id,
    api_keys.id,
    models.id,
    100 + request.number * 37 % 1900,
    20 + request.number * 53 % 780,
    80 + request.number * 97 % 2400,
    timestamptz '2026-07-14 00:00:00+00' + request.number * interval '42 minutes'
FROM generate_series(1, 480) AS request (number)
JOIN api_keys ON api_keys.key_prefix = CASE WHEN request.number % 4 = 0 THEN 'seed-bsi' ELSE 'seed-aci' END
JOIN models ON models.provider = 'aviary'
           AND models.name = CASE WHEN request.number % 3 = 0 THEN 'lark-large' ELSE 'lark-small' END
WHERE NOT EXISTS (
    SELECT FROM usage_events AS known WHERE known.request_id = md5('seed/usage/' || request.number)::uuid
)
ON CONFLICT (request_id) DO NOTHING;
