-- Keys may expire. Looking up a key touches live ones only, so the partial index stays as small as they are few.

ALTER TABLE api_keys
    ADD COLUMN expires_at timestamptz,
    ADD COLUMN last_used_at timestamptz,
    ADD CONSTRAINT api_keys_expires_at_check CHECK (expires_at > created_at);

CREATE INDEX api_keys_live_idx ON api_keys (organization_id, key_prefix) WHERE revoked_at IS NULL;

COMMENT ON COLUMN api_keys.expires_at IS 'Empty: never';
