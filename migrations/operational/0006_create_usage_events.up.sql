-- One row for each answered request: the raw material of billing and of the analytics rollups.

CREATE TABLE usage_events (
    id               bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    request_id       uuid        NOT NULL,
    organization_id  uuid        NOT NULL REFERENCES organizations (id),
    api_key_id       uuid        REFERENCES api_keys (id) ON DELETE SET NULL,
    model_id         uuid        NOT NULL REFERENCES models (id),
    input_tokens     integer     NOT NULL,
    output_tokens    integer     NOT NULL,
    total_tokens     integer     NOT NULL GENERATED ALWAYS AS (input_tokens + output_tokens) STORED,
    latency_ms       integer     NOT NULL,
    occurred_at      timestamptz NOT NULL,
    CONSTRAINT usage_events_request_id_key UNIQUE (request_id),
    CONSTRAINT usage_events_tokens_check CHECK (input_tokens >= 0 AND output_tokens >= 0),
    CONSTRAINT usage_events_latency_ms_check CHECK (latency_ms >= 0)
);

CREATE INDEX usage_events_api_key_id_idx ON usage_events (api_key_id);
CREATE INDEX usage_events_model_id_idx ON usage_events (model_id);
CREATE INDEX usage_events_occurred_at_idx ON usage_events (occurred_at);

COMMENT ON TABLE usage_events IS 'One row for each answered request; never updated';
COMMENT ON COLUMN usage_events.request_id IS 'Given by the gateway; a retried write of the same request is refused';
