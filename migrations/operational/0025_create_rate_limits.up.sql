-- How much an organization may use. A row without a model is the default; uniqueness must treat that missing
-- model as a value, which a plain unique constraint does not do (NULLS NOT DISTINCT needs PostgreSQL 15).

CREATE TABLE rate_limits (
    id                   uuid    PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id      uuid    NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    model_id             uuid    REFERENCES models (id) ON DELETE CASCADE,
    requests_per_minute  integer NOT NULL,
    tokens_per_minute    integer NOT NULL,
    CONSTRAINT rate_limits_positive_check CHECK (requests_per_minute > 0 AND tokens_per_minute > 0)
);

CREATE UNIQUE INDEX rate_limits_scope_key
    ON rate_limits (organization_id, coalesce(model_id, '00000000-0000-0000-0000-000000000000'::uuid));
CREATE INDEX rate_limits_model_id_idx ON rate_limits (model_id);

COMMENT ON TABLE rate_limits IS 'How much an organization may use of a model';
COMMENT ON COLUMN rate_limits.model_id IS 'Empty: every model without a row of its own';
