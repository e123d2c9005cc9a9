DELETE FROM bot_config WHERE config_key = 'schema_version' AND environment = 'all';
