-- Keys by which programs act for an organization. Only a hash is kept: a leaked table opens no door.

CREATE TABLE api_keys (
    id               uuid        PRIMARY KEY DEFAULT gen_random_uuid(),
    organization_id  uuid        NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    created_by       uuid        REFERENCES users (id) ON DELETE SET NULL,
    name             text        NOT NULL,
    key_hash         text        NOT NULL,
    key_prefix       text        NOT NULL,
    created_at       timestamptz NOT NULL DEFAULT now(),
    revoked_at       timestamptz,
    CONSTRAINT api_keys_key_hash_key UNIQUE (key_hash),
    CONSTRAINT api_keys_key_hash_check CHECK (key_hash ~ '^[0-9a-f]{64}$'),
    CONSTRAINT api_keys_key_prefix_check CHECK (length(key_prefix) BETWEEN 4 AND 12)
);

CREATE INDEX api_keys_organization_id_idx ON api_keys (organization_id);
CREATE INDEX api_keys_created_by_idx ON api_keys (created_by);

COMMENT ON TABLE api_keys IS 'Keys by which programs act for an organization';
COMMENT ON COLUMN api_keys.key_hash IS 'SHA-256 of the key, in hex; the key itself is shown once and never stored';
COMMENT ON COLUMN api_keys.key_prefix IS 'The first characters, so that people can tell their keys apart';
