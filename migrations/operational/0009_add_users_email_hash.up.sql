-- First of four steps away from plain addresses: the hash, empty at first, so that the release before this one
-- keeps working while the application fills it in. The CHECK holds for what is written from now on; 0011 looks
-- at the rest.

ALTER TABLE users ADD COLUMN email_hash text;

ALTER TABLE users
    ADD CONSTRAINT users_email_hash_check CHECK (email_hash ~ '^[0-9a-f]{64}$') NOT VALID;

COMMENT ON COLUMN users.email_hash IS 'HMAC-SHA-256 of the lower-case address, in hex; the key is not in the database';
