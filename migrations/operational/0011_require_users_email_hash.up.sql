-- Third step: every user has a hash by now. The key never reaches the database, so the application has filled the
-- column, not this file; where it has not finished, the validation fails and nothing is lost. SET NOT NULL sees the
-- validated CHECK and skips its own scan, and the constraint takes over the index that is there.

ALTER TABLE users
    ADD CONSTRAINT users_email_hash_present CHECK (email_hash IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_email_hash_present;
ALTER TABLE users VALIDATE CONSTRAINT users_email_hash_check;
ALTER TABLE users ALTER COLUMN email_hash SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_email_hash_present;

ALTER TABLE users ADD CONSTRAINT users_email_hash_key UNIQUE USING INDEX users_email_hash_key;
