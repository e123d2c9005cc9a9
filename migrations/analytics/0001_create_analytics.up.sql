-- Derived figures live in a schema of their own: they can be dropped and computed anew at any time, and nobody
-- mistakes them for the events themselves.

CREATE SCHEMA analytics;

COMMENT ON SCHEMA analytics IS 'Derived from usage events; can be computed anew at any time';
