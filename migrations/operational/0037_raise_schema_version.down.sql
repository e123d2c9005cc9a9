UPDATE bot_config
SET config_value =
    '{"version": "1.0.0", "migration": "0015_record_schema_version", "timestamp": "2026-01-12T09:00:00Z"}'
WHERE config_key = 'schema_version' AND environment = 'all';
