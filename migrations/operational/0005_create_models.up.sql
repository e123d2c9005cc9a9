-- The models that usage is measured against. Retired ones stay: old usage still refers to them.

CREATE TABLE models (
    id                uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    provider          text        NOT NULL,
    name              text        NOT NULL,
    context_window    integer     NOT NULL,
    max_output        integer     NOT NULL,
    supports_vision   boolean     NOT NULL DEFAULT false,
    retired_at        timestamptz,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT models_provider_name_key UNIQUE (provider, name),
    CONSTRAINT models_context_window_check CHECK (context_window > 0),
    CONSTRAINT models_max_output_check CHECK (max_output > 0 AND max_output <= context_window)
);

COMMENT ON TABLE models IS 'Models that usage is measured against; retired ones stay';
COMMENT ON COLUMN models.context_window IS 'Tokens';
COMMENT ON COLUMN models.max_output IS 'Tokens';
