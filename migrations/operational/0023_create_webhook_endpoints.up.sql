-- Where customers want to be told of events. The signing secret lives in the secret store; here is its name only.

CREATE TABLE webhook_endpoints (
    id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id  uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    url              text        NOT NULL,
    secret_name      text        NOT NULL,
    event_types      text[]      NOT NULL DEFAULT '{}',
    is_enabled       boolean     NOT NULL DEFAULT true,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT webhook_endpoints_organization_id_url_key UNIQUE (organization_id, url),
    CONSTRAINT webhook_endpoints_url_check CHECK (url ~ '^https://')
);

CREATE TRIGGER webhook_endpoints_touch_updated_at
    BEFORE UPDATE ON webhook_endpoints
    FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*)
    EXECUTE FUNCTION touch_updated_at();

COMMENT ON TABLE webhook_endpoints IS 'Where customers want to be told of events';
COMMENT ON COLUMN webhook_endpoints.secret_name IS 'Name in the secret store, never the secret';
COMMENT ON COLUMN webhook_endpoints.event_types IS 'Empty: all of them';
