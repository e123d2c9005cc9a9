-- Usage by hour, organization and model: what the dashboard draws. No foreign keys into the operational schema;
-- a rollup must not stand in the way of a delete there, and the next run follows it.

CREATE TABLE analytics.hourly_usage (
    hour             timestamptz NOT NULL,
    organization_id  uuid        NOT NULL,
    model_id         uuid        NOT NULL,
    requests         bigint      NOT NULL,
    input_tokens     bigint      NOT NULL,
    output_tokens    bigint      NOT NULL,
    latency_ms_sum   bigint      NOT NULL,
    latency_ms_max   integer     NOT NULL,
    CONSTRAINT hourly_usage_pkey PRIMARY KEY (hour, organization_id, model_id),
    CONSTRAINT hourly_usage_hour_check CHECK (hour = date_trunc('hour', hour, 'UTC')),
    CONSTRAINT hourly_usage_requests_check CHECK (requests > 0)
);

CREATE INDEX hourly_usage_organization_id_hour_idx ON analytics.hourly_usage (organization_id, hour);

COMMENT ON TABLE analytics.hourly_usage IS 'Usage events summed by hour, organization and model';
COMMENT ON COLUMN analytics.hourly_usage.latency_ms_sum IS 'Divide by requests for the mean; sums can be added up, means cannot';
