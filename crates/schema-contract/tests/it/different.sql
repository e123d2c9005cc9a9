-- Pairs that differ: a title, then the word that the difference has to name.
-- != one index of a partition attached, or none | apart_1
CREATE TABLE whole (a integer) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE TABLE part_2 PARTITION OF whole FOR VALUES IN (2); CREATE INDEX apart_1 ON part_1 (a); CREATE INDEX apart_2 ON part_2 (a); CREATE INDEX whole_a ON ONLY whole (a); ALTER INDEX whole_a ATTACH PARTITION apart_1;
-- versus
CREATE TABLE whole (a integer) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE TABLE part_2 PARTITION OF whole FOR VALUES IN (2); CREATE INDEX apart_1 ON part_1 (a); CREATE INDEX apart_2 ON part_2 (a); CREATE INDEX whole_a ON ONLY whole (a);
-- != which of two indexes of a partition is attached | second
CREATE TABLE whole (a integer) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE INDEX first ON part_1 (a); CREATE INDEX second ON part_1 (a); CREATE INDEX whole_a ON ONLY whole (a); ALTER INDEX whole_a ATTACH PARTITION first;
-- versus
CREATE TABLE whole (a integer) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE INDEX first ON part_1 (a); CREATE INDEX second ON part_1 (a); CREATE INDEX whole_a ON ONLY whole (a); ALTER INDEX whole_a ATTACH PARTITION second;
-- != to which of two indexes an index is attached | whole_b
CREATE TABLE whole (a integer) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE INDEX own ON part_1 (a); CREATE INDEX whole_a ON ONLY whole (a); CREATE INDEX whole_b ON ONLY whole (a); ALTER INDEX whole_a ATTACH PARTITION own;
-- versus
CREATE TABLE whole (a integer) PARTITION BY LIST (a); CREATE TABLE part_1 PARTITION OF whole FOR VALUES IN (1); CREATE INDEX own ON part_1 (a); CREATE INDEX whole_a ON ONLY whole (a); CREATE INDEX whole_b ON ONLY whole (a); ALTER INDEX whole_b ATTACH PARTITION own;
-- != a function of an extension revoked from everybody | digest(text,text)
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; REVOKE EXECUTE ON FUNCTION digest(text, text) FROM PUBLIC;
-- != a function of an extension granted on top | digest(text,text)
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; GRANT EXECUTE ON FUNCTION digest(text, text) TO pg_monitor WITH GRANT OPTION;
-- != a function of an extension with another owner | digest(text,text)
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; ALTER FUNCTION digest(text, text) OWNER TO pg_monitor;
-- != a function of an extension that runs as its owner | digest(text,text)
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; ALTER FUNCTION digest(text, text) SECURITY DEFINER;
-- != a function of an extension with a search path | digest(text,text)
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; ALTER FUNCTION digest(text, text) SET search_path = public;
-- != a view of an extension revoked from everybody | pg_stat_statements
CREATE EXTENSION pg_stat_statements;
-- versus
CREATE EXTENSION pg_stat_statements; REVOKE SELECT ON pg_stat_statements FROM PUBLIC;
-- != a view of an extension granted | pg_stat_statements
CREATE EXTENSION pg_stat_statements;
-- versus
CREATE EXTENSION pg_stat_statements; GRANT INSERT ON pg_stat_statements TO pg_monitor;
-- != a view of an extension with another owner | pg_stat_statements_info
CREATE EXTENSION pg_stat_statements;
-- versus
CREATE EXTENSION pg_stat_statements; ALTER VIEW pg_stat_statements_info OWNER TO pg_monitor;
-- != a column of an extension's view granted | query
CREATE EXTENSION pg_stat_statements;
-- versus
CREATE EXTENSION pg_stat_statements; GRANT UPDATE (query) ON pg_stat_statements TO pg_monitor;
-- != a type of an extension revoked from everybody | citext
CREATE EXTENSION citext;
-- versus
CREATE EXTENSION citext; REVOKE USAGE ON TYPE citext FROM PUBLIC;
-- != a language of an extension revoked from everybody | plpgsql
SELECT 1;
-- versus
REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
-- != a wrapper of an extension granted | postgres_fdw
CREATE EXTENSION postgres_fdw;
-- versus
CREATE EXTENSION postgres_fdw; GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO pg_monitor;
-- != a function of the catalog granted | pg_read_file(text)
SELECT 1;
-- versus
GRANT EXECUTE ON FUNCTION pg_read_file(text) TO pg_monitor;
-- != a function of the catalog revoked from everybody | pg_backend_pid()
SELECT 1;
-- versus
REVOKE EXECUTE ON FUNCTION pg_backend_pid() FROM PUBLIC;
-- != a function of the catalog that runs as its owner | pg_ls_dir(text)
SELECT 1;
-- versus
ALTER FUNCTION pg_ls_dir(text) SECURITY DEFINER;
-- != a function of the catalog with another owner | pg_ls_dir(text)
SELECT 1;
-- versus
ALTER FUNCTION pg_ls_dir(text) OWNER TO pg_monitor;
-- != a view of the catalog revoked from everybody | pg_stat_activity
SELECT 1;
-- versus
REVOKE SELECT ON pg_stat_activity FROM PUBLIC;
-- != a table of the catalog granted | pg_authid
SELECT 1;
-- versus
GRANT SELECT ON pg_authid TO pg_monitor;
-- != a column of the catalog granted | rolpassword
SELECT 1;
-- versus
GRANT SELECT (rolpassword) ON pg_authid TO pg_monitor;
-- != a view of the information schema revoked | information_schema.tables
SELECT 1;
-- versus
REVOKE SELECT ON information_schema.tables FROM PUBLIC;
-- != the schema of the catalog revoked from everybody | pg_catalog
SELECT 1;
-- versus
REVOKE USAGE ON SCHEMA pg_catalog FROM PUBLIC;
-- != a function of a range revoked from everybody | span(double precision,double precision)
CREATE TYPE span AS RANGE (subtype = float8);
-- versus
CREATE TYPE span AS RANGE (subtype = float8); REVOKE EXECUTE ON FUNCTION span(float8, float8) FROM PUBLIC;
-- != a comment on a multirange | several of them
CREATE TYPE span AS RANGE (subtype = float8, multirange_type_name = spans);
-- versus
CREATE TYPE span AS RANGE (subtype = float8, multirange_type_name = spans); COMMENT ON TYPE spans IS 'several of them';
-- != a name of a NOT NULL | needed since 18
CREATE TABLE t (a integer CONSTRAINT there NOT NULL);
-- versus
CREATE TABLE t (a integer CONSTRAINT needed NOT NULL);
-- != a NOT NULL with a name or without one | a_not_null since 18
CREATE TABLE t (a integer NOT NULL);
-- versus
CREATE TABLE t (a integer CONSTRAINT a_not_null NOT NULL);
-- != a comment on a NOT NULL | the reason since 18
CREATE TABLE t (a integer CONSTRAINT there NOT NULL);
-- versus
CREATE TABLE t (a integer CONSTRAINT there NOT NULL); COMMENT ON CONSTRAINT there ON t IS 'the reason';
-- != a comment on a NOT NULL without a name | the reason since 18
CREATE TABLE t (a integer NOT NULL);
-- versus
CREATE TABLE t (a integer NOT NULL); COMMENT ON CONSTRAINT t_a_not_null ON t IS 'the reason';
-- != a NOT NULL that a child has of its own | and local since 18
CREATE TABLE p (a integer NOT NULL); CREATE TABLE c () INHERITS (p);
-- versus
CREATE TABLE p (a integer NOT NULL); CREATE TABLE c (a integer NOT NULL) INHERITS (p);
-- != a name of a domain's NOT NULL | needed since 17
CREATE DOMAIN d AS integer CONSTRAINT there NOT NULL;
-- versus
CREATE DOMAIN d AS integer CONSTRAINT needed NOT NULL;
-- != a comment on a domain's NOT NULL | the reason since 17
CREATE DOMAIN d AS integer CONSTRAINT there NOT NULL;
-- versus
CREATE DOMAIN d AS integer CONSTRAINT there NOT NULL; COMMENT ON CONSTRAINT there ON DOMAIN d IS 'the reason';
-- != a view that sorts by another column | ORDER BY
CREATE TABLE t (a integer, b integer); CREATE VIEW v AS SELECT a AS b, b AS a FROM t ORDER BY t.a;
-- versus
CREATE TABLE t (a integer, b integer); CREATE VIEW v AS SELECT a AS b, b AS a FROM t ORDER BY a;
-- != words of a varchar in another order | blue
CREATE TABLE t (s varchar, CONSTRAINT k CHECK (s IN ('red', 'blue')));
-- versus
CREATE TABLE t (s varchar, CONSTRAINT k CHECK (s IN ('blue', 'red')));
-- != words cast to another type | character
CREATE TABLE t (s varchar, CONSTRAINT k CHECK (s IN ('red', 'blue')));
-- versus
CREATE TABLE t (s varchar, CONSTRAINT k CHECK (s::text IN ('red', 'blue')));
-- != an OR in an AND or an AND in an OR | OR
CREATE TABLE t (a boolean, b boolean, c boolean, CONSTRAINT k CHECK (a AND (b OR c)));
-- versus
CREATE TABLE t (a boolean, b boolean, c boolean, CONSTRAINT k CHECK (a AND b OR c));
-- != lists of lists or of words written as a list | ARRAY
CREATE TABLE t (a varchar[], s text); CREATE VIEW v AS SELECT s = ANY (ARRAY[a, a]) AS x FROM t;
-- versus
CREATE TABLE t (a varchar[], s text); CREATE VIEW v AS SELECT s = ANY (ARRAY[a::text, a::text]) AS x FROM t;
