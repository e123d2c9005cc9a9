-- Rolls the seeded usage up and refuses to go on when a rollup disagrees with the events. The operational seeds
-- have run by now: the component comes after them.

SELECT analytics.roll_up_hourly('2026-07-14 00:00:00+00', '2026-07-29 00:00:00+00');
SELECT analytics.roll_up_daily('2026-07-14', '2026-07-29');

DO $$
DECLARE
    disagreeing bigint;
BEGIN
    SELECT count(*) INTO disagreeing FROM analytics.reconcile('2026-07-14', '2026-07-29');
    IF disagreeing > 0 THEN
        RAISE EXCEPTION 'the rollups disagree with the events on % days', disagreeing;
    END IF;
END;
$$;
