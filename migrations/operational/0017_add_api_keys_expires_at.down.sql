DROP INDEX api_keys_live_idx;

ALTER TABLE api_keys
    DROP CONSTRAINT api_keys_expires_at_check,
    DROP COLUMN last_used_at,
    DROP COLUMN expires_at;
