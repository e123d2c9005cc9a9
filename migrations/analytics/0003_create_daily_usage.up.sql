-- Usage by UTC day, organization and model: what reports and forecasts read.

CREATE TABLE analytics.daily_usage (
    day              date    NOT NULL,
    organization_id  uuid    NOT NULL,
    model_id         uuid    NOT NULL,
    requests         bigint  NOT NULL,
    input_tokens     bigint  NOT NULL,
    output_tokens    bigint  NOT NULL,
    latency_ms_sum   bigint  NOT NULL,
    latency_ms_max   integer NOT NULL,
    CONSTRAINT daily_usage_pkey PRIMARY KEY (day, organization_id, model_id),
    CONSTRAINT daily_usage_requests_check CHECK (requests > 0)
);

CREATE INDEX daily_usage_organization_id_day_idx ON analytics.daily_usage (organization_id, day);

COMMENT ON TABLE analytics.daily_usage IS 'Hourly usage summed by UTC day';
