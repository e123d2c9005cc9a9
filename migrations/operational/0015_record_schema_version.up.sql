-- The version that the application compares with its own before it starts: it refuses to run on a schema
-- older than it was built for, or of another major version. A migration that matters to it raises the version.

INSERT INTO bot_config (config_key, config_value, environment)
VALUES (
    'schema_version',
    '{"version": "1.0.0", "migration": "0015_record_schema_version", "timestamp": "2026-01-12T09:00:00Z"}',
    'all'
);
