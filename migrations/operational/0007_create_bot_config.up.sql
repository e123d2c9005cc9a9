-- Settings that change without a release, feature flags among them (`jsonb_set`, not a schema change).
-- A row for environment 'all' holds wherever the environment has no row of its own.

CREATE TABLE bot_config (
    config_key    text        NOT NULL,
    config_value  jsonb       NOT NULL,
    environment   text        NOT NULL DEFAULT 'all',
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT bot_config_pkey PRIMARY KEY (config_key, environment),
    CONSTRAINT bot_config_environment_check
        CHECK (environment IN ('all', 'development', 'test', 'staging', 'production'))
);

COMMENT ON TABLE bot_config IS 'Settings and feature flags that change without a release';
