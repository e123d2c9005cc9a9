-- Each organization's day beside the same weekday of the week before: the first chart that anyone opens.

CREATE VIEW analytics.organization_trend AS
SELECT
    daily.day,
    daily.organization_id,
    organizations.name                               AS organization_name,
    sum(daily.requests)                              AS requests,
    sum(sum(daily.requests)) OVER same_weekday       AS requests_week_before,
    sum(daily.input_tokens + daily.output_tokens)    AS tokens,
    sum(daily.latency_ms_sum) / sum(daily.requests)  AS mean_latency_ms
FROM analytics.daily_usage AS daily
JOIN public.organizations AS organizations ON organizations.id = daily.organization_id
GROUP BY daily.day, daily.organization_id, organizations.name
WINDOW same_weekday AS (
    PARTITION BY daily.organization_id
    ORDER BY daily.day
    RANGE BETWEEN '7 days' PRECEDING AND '7 days' PRECEDING
);

COMMENT ON VIEW analytics.organization_trend IS 'Each organization''s days beside the same weekday of the week before';
