DROP FUNCTION analytics.roll_up_daily(date, date);
DROP FUNCTION analytics.roll_up_hourly(timestamptz, timestamptz);
