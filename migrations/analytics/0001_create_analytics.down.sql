DROP SCHEMA analytics;
