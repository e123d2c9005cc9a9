-- Usage by organization and model over all time, for the admin page. A view, not a table: the page is opened
-- a few times a day, and must never disagree with the events.

CREATE VIEW organization_usage AS
SELECT
    organizations.id                      AS organization_id,
    organizations.slug                    AS organization_slug,
    models.provider                       AS provider,
    models.name                           AS model_name,
    count(*)                              AS requests,
    sum(usage_events.input_tokens)        AS input_tokens,
    sum(usage_events.output_tokens)       AS output_tokens,
    max(usage_events.occurred_at)         AS last_used_at
FROM usage_events
JOIN organizations ON organizations.id = usage_events.organization_id
JOIN models ON models.id = usage_events.model_id
GROUP BY organizations.id, organizations.slug, models.provider, models.name;

COMMENT ON VIEW organization_usage IS 'Usage by organization and model over all time';
