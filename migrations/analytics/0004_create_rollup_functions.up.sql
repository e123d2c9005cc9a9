-- The rollups themselves. Each call computes its range anew and writes only what differs, so that a run can be
-- repeated, late events are picked up, and a run that finds nothing new writes nothing.

CREATE FUNCTION analytics.roll_up_hourly(from_time timestamptz, until_time timestamptz) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
DECLARE
    first_hour  timestamptz := date_trunc('hour', from_time, 'UTC');
    gone        bigint;
    written     bigint;
BEGIN
    DELETE FROM analytics.hourly_usage AS target
    WHERE target.hour >= first_hour AND target.hour < until_time
      AND NOT EXISTS (
          SELECT FROM usage_events
          WHERE usage_events.organization_id = target.organization_id
            AND usage_events.model_id = target.model_id
            AND usage_events.occurred_at >= target.hour
            AND usage_events.occurred_at < target.hour + interval '1 hour'
      );
    GET DIAGNOSTICS gone = ROW_COUNT;

    INSERT INTO analytics.hourly_usage AS target
    SELECT date_trunc('hour', occurred_at, 'UTC'), organization_id, model_id,
           count(*), sum(input_tokens), sum(output_tokens), sum(latency_ms), max(latency_ms)
    FROM usage_events
    WHERE occurred_at >= first_hour
      AND occurred_at < date_trunc('hour', until_time - interval '1 microsecond', 'UTC') + interval '1 hour'
    GROUP BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT hourly_usage_pkey DO UPDATE
    SET requests       = excluded.requests,
        input_tokens   = excluded.input_tokens,
        output_tokens  = excluded.output_tokens,
        latency_ms_sum = excluded.latency_ms_sum,
        latency_ms_max = excluded.latency_ms_max
    WHERE (target.requests, target.input_tokens, target.output_tokens, target.latency_ms_sum, target.latency_ms_max)
          IS DISTINCT FROM
          (excluded.requests, excluded.input_tokens, excluded.output_tokens, excluded.latency_ms_sum, excluded.latency_ms_max);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN gone + written;
END;
$$;

CREATE FUNCTION analytics.roll_up_daily(from_day date, until_day date) RETURNS bigint
    LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
DECLARE
    from_time   timestamptz := from_day::timestamp AT TIME ZONE 'UTC';
    until_time  timestamptz := until_day::timestamp AT TIME ZONE 'UTC';
    gone        bigint;
    written     bigint;
BEGIN
    DELETE FROM analytics.daily_usage AS target
    WHERE target.day >= from_day AND target.day < until_day
      AND NOT EXISTS (
          SELECT FROM analytics.hourly_usage
          WHERE hourly_usage.organization_id = target.organization_id
            AND hourly_usage.model_id = target.model_id
            AND (hourly_usage.hour AT TIME ZONE 'UTC')::date = target.day
      );
    GET DIAGNOSTICS gone = ROW_COUNT;

    INSERT INTO analytics.daily_usage AS target
    SELECT (hour AT TIME ZONE 'UTC')::date, organization_id, model_id,
           sum(requests), sum(input_tokens), sum(output_tokens), sum(latency_ms_sum), max(latency_ms_max)
    FROM analytics.hourly_usage
    WHERE hour >= from_time AND hour < until_time
    GROUP BY 1, 2, 3
    ON CONFLICT ON CONSTRAINT daily_usage_pkey DO UPDATE
    SET requests       = excluded.requests,
        input_tokens   = excluded.input_tokens,
        output_tokens  = excluded.output_tokens,
        latency_ms_sum = excluded.latency_ms_sum,
        latency_ms_max = excluded.latency_ms_max
    WHERE (target.requests, target.input_tokens, target.output_tokens, target.latency_ms_sum, target.latency_ms_max)
          IS DISTINCT FROM
          (excluded.requests, excluded.input_tokens, excluded.output_tokens, excluded.latency_ms_sum, excluded.latency_ms_max);
    GET DIAGNOSTICS written = ROW_COUNT;
    RETURN gone + written;
END;
$$;

COMMENT ON FUNCTION analytics.roll_up_hourly(timestamptz, timestamptz)
    IS 'Computes the hours that the range touches anew; returns how many rows changed';
COMMENT ON FUNCTION analytics.roll_up_daily(date, date)
    IS 'Computes the days from the first up to, not including, the last anew; returns how many rows changed';
