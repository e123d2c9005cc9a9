-- Second step: every user has a hash by now, and sign-in looks users up by it.
--
-- The key never reaches the database, so the application fills the column, not this file. Where it has not
-- finished, SET NOT NULL fails and nothing is lost. The CHECK validated first lets SET NOT NULL skip its scan.

ALTER TABLE users
    ADD CONSTRAINT users_email_hash_present CHECK (email_hash IS NOT NULL) NOT VALID;
ALTER TABLE users VALIDATE CONSTRAINT users_email_hash_present;
ALTER TABLE users ALTER COLUMN email_hash SET NOT NULL;
ALTER TABLE users DROP CONSTRAINT users_email_hash_present;

ALTER TABLE users ADD CONSTRAINT users_email_hash_key UNIQUE (email_hash);
