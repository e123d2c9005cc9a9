-- Partitions for `audit_events`. Those made here have fixed bounds, so that the schema that comes out does not
-- depend on the day it is built. From then on a scheduled job calls `ensure_audit_event_partitions()`. Should the
-- job ever stop, events go to the default partition instead of being refused, and the next run moves them.

CREATE TABLE audit_events_2026_07 PARTITION OF audit_events FOR VALUES FROM ('2026-07-01') TO ('2026-08-01');
CREATE TABLE audit_events_2026_08 PARTITION OF audit_events FOR VALUES FROM ('2026-08-01') TO ('2026-09-01');
CREATE TABLE audit_events_2026_09 PARTITION OF audit_events FOR VALUES FROM ('2026-09-01') TO ('2026-10-01');
CREATE TABLE audit_events_2026_10 PARTITION OF audit_events FOR VALUES FROM ('2026-10-01') TO ('2026-11-01');
CREATE TABLE audit_events_2026_11 PARTITION OF audit_events FOR VALUES FROM ('2026-11-01') TO ('2026-12-01');
CREATE TABLE audit_events_2026_12 PARTITION OF audit_events FOR VALUES FROM ('2026-12-01') TO ('2027-01-01');
CREATE TABLE audit_events_default PARTITION OF audit_events DEFAULT;

CREATE FUNCTION ensure_audit_event_partitions(
    months_ahead  integer DEFAULT 3,
    from_day      date    DEFAULT ((now() AT TIME ZONE 'UTC')::date)
) RETURNS SETOF text
    LANGUAGE plpgsql
    SET search_path = public, pg_temp
AS $$
DECLARE
    month_start  date;
    month_end    date;
    partition    text;
BEGIN
    FOR step IN 0..months_ahead LOOP
        month_start := (date_trunc('month', from_day::timestamp) + make_interval(months => step))::date;
        month_end   := (month_start + interval '1 month')::date;
        partition   := 'audit_events_' || to_char(month_start, 'YYYY_MM');
        CONTINUE WHEN to_regclass(partition) IS NOT NULL;

        -- Rows of that month may wait in the default partition, and would keep the new one from being attached.
        EXECUTE format('CREATE TABLE %I (LIKE audit_events INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', partition);
        EXECUTE format(
            'WITH moved AS (DELETE FROM audit_events_default WHERE event_date >= %L AND event_date < %L RETURNING *)
             INSERT INTO %I SELECT * FROM moved',
            month_start, month_end, partition);
        EXECUTE format(
            'ALTER TABLE audit_events ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
            partition, month_start, month_end);
        RETURN NEXT partition;
    END LOOP;
END;
$$;

COMMENT ON FUNCTION ensure_audit_event_partitions(integer, date)
    IS 'Makes the partitions of that day''s month and the coming ones; returns the names of new ones';
