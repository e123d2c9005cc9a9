-- Rollups that quietly drift from the events are worse than none. This compares both with the raw events and
-- returns the days that disagree: no rows is the good answer.

CREATE FUNCTION analytics.reconcile(from_day date, until_day date)
    RETURNS TABLE (day date, rollup text, raw_requests bigint, rolled_requests bigint, raw_tokens bigint, rolled_tokens bigint)
    LANGUAGE sql
    STABLE
    SET search_path = public, pg_temp
AS $$
    WITH raw AS (
        SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, count(*) AS requests, sum(total_tokens) AS tokens
        FROM usage_events
        WHERE occurred_at >= from_day::timestamp AT TIME ZONE 'UTC'
          AND occurred_at < until_day::timestamp AT TIME ZONE 'UTC'
        GROUP BY 1
    ), rolled AS (
        SELECT 'hourly' AS rollup, (hour AT TIME ZONE 'UTC')::date AS day,
               sum(requests) AS requests, sum(input_tokens + output_tokens) AS tokens
        FROM analytics.hourly_usage
        WHERE hour >= from_day::timestamp AT TIME ZONE 'UTC' AND hour < until_day::timestamp AT TIME ZONE 'UTC'
        GROUP BY 2
        UNION ALL
        SELECT 'daily', daily_usage.day, sum(requests), sum(input_tokens + output_tokens)
        FROM analytics.daily_usage
        WHERE daily_usage.day >= from_day AND daily_usage.day < until_day
        GROUP BY 2
    ), expected AS (
        SELECT rollups.rollup, raw.* FROM raw CROSS JOIN (VALUES ('hourly'), ('daily')) AS rollups (rollup)
    )
    SELECT day, rollup,
           coalesce(expected.requests, 0)::bigint, coalesce(rolled.requests, 0)::bigint,
           coalesce(expected.tokens, 0)::bigint, coalesce(rolled.tokens, 0)::bigint
    FROM expected
    FULL JOIN rolled USING (rollup, day)
    WHERE (expected.requests, expected.tokens) IS DISTINCT FROM (rolled.requests, rolled.tokens)
    ORDER BY 1, 2
$$;

COMMENT ON FUNCTION analytics.reconcile(date, date)
    IS 'The days on which a rollup disagrees with the raw events; no rows is the good answer';
