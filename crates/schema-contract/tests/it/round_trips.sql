-- == a column with a TOAST table
CREATE TABLE app.rt (id int); ALTER TABLE app.rt ADD COLUMN note text;
-- back
ALTER TABLE app.rt DROP COLUMN note; DROP TABLE app.rt;
-- == a column of a table that stays
ALTER TABLE app.users ADD COLUMN extra int DEFAULT 3 CHECK (extra > 0);
-- back
ALTER TABLE app.users DROP COLUMN extra;
-- == a table is renamed
ALTER TABLE app.posts RENAME TO articles;
-- back
ALTER TABLE app.articles RENAME TO posts;
-- == a column is renamed
ALTER TABLE app.users RENAME COLUMN email TO mail;
-- back
ALTER TABLE app.users RENAME COLUMN mail TO email;
-- == a grant
GRANT UPDATE ON app.posts TO pg_monitor;
-- back
REVOKE UPDATE ON app.posts FROM pg_monitor;
-- == a grant on a schema
GRANT CREATE ON SCHEMA public TO pg_monitor;
-- back
REVOKE CREATE ON SCHEMA public FROM pg_monitor;
-- == default privileges
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT INSERT ON TABLES TO pg_monitor;
-- back
ALTER DEFAULT PRIVILEGES IN SCHEMA app REVOKE INSERT ON TABLES FROM pg_monitor;
-- == an enum
CREATE TYPE app.rt_mood AS ENUM ('a', 'c'); ALTER TYPE app.rt_mood ADD VALUE 'b' BEFORE 'c';
-- back
DROP TYPE app.rt_mood;
-- == an option of storage
ALTER TABLE app.posts SET (fillfactor = 60, toast.autovacuum_enabled = off);
-- back
ALTER TABLE app.posts RESET (fillfactor, toast.autovacuum_enabled);
-- == the storage of a column
ALTER TABLE app.posts ALTER COLUMN body SET STORAGE EXTERNAL;
-- back
ALTER TABLE app.posts ALTER COLUMN body SET STORAGE EXTENDED;
-- == statistics
CREATE STATISTICS app.rt_stats ON user_id, id FROM app.posts;
-- back
DROP STATISTICS app.rt_stats;
-- == a comment
COMMENT ON TABLE app.posts IS 'articles';
-- back
COMMENT ON TABLE app.posts IS NULL;
-- == a function, an event trigger
CREATE FUNCTION app.rt_stop() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END'; CREATE EVENT TRIGGER rt_stop ON ddl_command_start WHEN TAG IN ('CREATE AGGREGATE') EXECUTE FUNCTION app.rt_stop();
-- back
DROP EVENT TRIGGER rt_stop; DROP FUNCTION app.rt_stop();
-- == a publication
CREATE PUBLICATION rt_pub FOR TABLE app.posts;
-- back
DROP PUBLICATION rt_pub;
-- == a setting of the database
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET work_mem = ''5MB''', current_database()); END $$;
-- back
DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET work_mem', current_database()); END $$;
-- == partitions
CREATE TABLE app.rt_p (a int) PARTITION BY RANGE (a); CREATE TABLE app.rt_p1 PARTITION OF app.rt_p FOR VALUES FROM (1) TO (2); CREATE INDEX ON app.rt_p (a);
-- back
DROP TABLE app.rt_p;
-- == the query of a view
CREATE VIEW app.rt_v AS SELECT id FROM app.posts;
-- back
DROP VIEW app.rt_v;
-- == a constraint that is dropped and made again
ALTER TABLE app.users ADD CONSTRAINT rt_check CHECK (id <> 7) NOT VALID;
-- back
ALTER TABLE app.users DROP CONSTRAINT rt_check;
-- == a column that much quotes is renamed
CREATE TABLE app.rt_q (a int PRIMARY KEY, b int DEFAULT 1 CHECK (b > 0)); CREATE INDEX rt_q_b ON app.rt_q ((b + 1)) WHERE b > 2;
CREATE TABLE app.rt_r (a int REFERENCES app.rt_q (a)) PARTITION BY RANGE (a); CREATE VIEW app.rt_w AS SELECT b FROM app.rt_q;
ALTER TABLE app.rt_q ENABLE ROW LEVEL SECURITY; CREATE POLICY rt_p ON app.rt_q USING (b > 3); COMMENT ON COLUMN app.rt_q.b IS 'b';
ALTER TABLE app.rt_q RENAME COLUMN b TO c; ALTER TABLE app.rt_q RENAME COLUMN a TO d; ALTER TABLE app.rt_r RENAME COLUMN a TO e;
ALTER INDEX app.rt_q_b RENAME TO rt_q_c;
-- back
DROP VIEW app.rt_w; DROP TABLE app.rt_r; DROP TABLE app.rt_q;
-- == many at once
CREATE TABLE app.rt_1 (a int CHECK (a > 0) DEFAULT 1); CREATE TABLE app.rt_2 (a int CHECK (a > 0) DEFAULT 1); CREATE TABLE app.rt_3 (id serial);
-- back
DROP TABLE app.rt_1, app.rt_2, app.rt_3;
