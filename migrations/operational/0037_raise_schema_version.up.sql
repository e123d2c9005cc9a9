-- Everything the assistant needs is there: an application built for 1.1 may start from here on.

UPDATE bot_config
SET config_value =
    '{"version": "1.1.0", "migration": "0037_raise_schema_version", "timestamp": "2026-07-06T09:00:00Z"}'
WHERE config_key = 'schema_version' AND environment = 'all';
