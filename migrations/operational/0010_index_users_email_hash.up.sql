-- Second step: sign-in will look users up by their hash. The index is built while people sign in, so without
-- blocking them; PostgreSQL allows that only outside a transaction, hence a file of its own.

CREATE UNIQUE INDEX CONCURRENTLY users_email_hash_key ON users (email_hash);
