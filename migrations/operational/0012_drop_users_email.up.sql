-- Last step: the plain address goes. This cannot be undone, and that is its purpose, so it has no down
-- script: one that added an empty column would promise data that no longer exists.

ALTER TABLE users DROP COLUMN email;
