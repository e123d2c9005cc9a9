-- == a column dropped before the last
CREATE TABLE t (a integer, c text);
-- versus
CREATE TABLE t (a integer, b integer, c text); ALTER TABLE t DROP COLUMN b;
-- == tables in another order
CREATE TABLE t (a integer); CREATE TABLE u (a integer);
-- versus
CREATE TABLE u (a integer); CREATE TABLE t (a integer);
-- == indexes in another order
CREATE TABLE t (a integer, b integer); CREATE INDEX x ON t (a); CREATE INDEX y ON t (b);
-- versus
CREATE TABLE t (a integer, b integer); CREATE INDEX y ON t (b); CREATE INDEX x ON t (a);
-- == constraints in another order
CREATE TABLE t (a integer CONSTRAINT p CHECK (a > 0) CONSTRAINT q CHECK (a < 9));
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ADD CONSTRAINT q CHECK (a < 9); ALTER TABLE t ADD CONSTRAINT p CHECK (a > 0);
-- == grants in another order
CREATE TABLE t (a integer); GRANT SELECT, INSERT ON t TO pg_monitor; GRANT SELECT ON t TO pg_signal_backend;
-- versus
CREATE TABLE t (a integer); GRANT SELECT ON t TO pg_signal_backend; GRANT INSERT ON t TO pg_monitor; GRANT SELECT ON t TO pg_monitor;
-- == a grant given and taken back
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer); GRANT SELECT ON t TO pg_monitor; REVOKE SELECT ON t FROM pg_monitor;
-- == a grant on a function given and taken back
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1';
-- versus
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; REVOKE EXECUTE ON FUNCTION f FROM PUBLIC; GRANT EXECUTE ON FUNCTION f TO PUBLIC;
-- == a grant on a column given and taken back
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer); GRANT SELECT (a) ON t TO pg_monitor; REVOKE SELECT (a) ON t FROM pg_monitor;
-- == all privileges by name or as ALL
CREATE TABLE t (a integer); GRANT ALL ON t TO pg_monitor;
-- versus
CREATE TABLE t (a integer); GRANT SELECT ON t TO pg_monitor; GRANT ALL ON t TO pg_monitor;
-- == a renamed table's sequence kept its name
CREATE SEQUENCE old_id_seq AS integer; CREATE TABLE t (id integer NOT NULL DEFAULT nextval('old_id_seq')); ALTER SEQUENCE old_id_seq OWNED BY t.id;
-- versus
CREATE TABLE old (id serial); ALTER TABLE old RENAME TO t;
-- == serial by hand
CREATE TABLE t (id serial);
-- versus
CREATE SEQUENCE t_id_seq AS integer; CREATE TABLE t (id integer NOT NULL DEFAULT nextval('t_id_seq')); ALTER SEQUENCE t_id_seq OWNED BY t.id;
-- == not null later
CREATE TABLE t (a integer NOT NULL);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ALTER COLUMN a SET NOT NULL;
-- == a default set, dropped and set
CREATE TABLE t (a integer DEFAULT 2);
-- versus
CREATE TABLE t (a integer DEFAULT 1); ALTER TABLE t ALTER COLUMN a DROP DEFAULT; ALTER TABLE t ALTER COLUMN a SET DEFAULT 2;
-- == a type changed
CREATE TABLE t (a bigint);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ALTER COLUMN a TYPE bigint;
-- == an enum value added in the middle
CREATE TYPE e AS ENUM ('a', 'b', 'c');
-- versus
CREATE TYPE e AS ENUM ('a', 'c'); ALTER TYPE e ADD VALUE 'b' BEFORE 'c';
-- == an enum value renamed
CREATE TYPE e AS ENUM ('a', 'b');
-- versus
CREATE TYPE e AS ENUM ('a', 'x'); ALTER TYPE e RENAME VALUE 'x' TO 'b';
-- == a view under another search path
CREATE SCHEMA s; CREATE TABLE s.t (a integer); CREATE VIEW s.v AS SELECT a FROM s.t;
-- versus
CREATE SCHEMA s; SET LOCAL search_path = s; CREATE TABLE t (a integer); CREATE VIEW v AS SELECT t.a FROM t;
-- == a view replaced
CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t WHERE a > 1;
-- versus
CREATE TABLE t (a integer); CREATE VIEW v AS SELECT a FROM t; CREATE OR REPLACE VIEW v AS SELECT a FROM t WHERE a > 1;
-- == a function replaced
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2';
-- versus
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; CREATE OR REPLACE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 2';
-- == a partition created or attached
CREATE TABLE p (d date NOT NULL, PRIMARY KEY (d)) PARTITION BY RANGE (d); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-- versus
CREATE TABLE p (d date NOT NULL, PRIMARY KEY (d)) PARTITION BY RANGE (d); CREATE TABLE p1 (d date NOT NULL, PRIMARY KEY (d)); ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-- == an index on a partitioned table before or after its partition
CREATE TABLE p (d date) PARTITION BY RANGE (d); CREATE INDEX p_d_idx ON p (d); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-- versus
CREATE TABLE p (d date) PARTITION BY RANGE (d); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01'); CREATE INDEX p_d_idx ON p (d);
-- == options in another order
CREATE TABLE t (a integer) WITH (fillfactor = 70, autovacuum_enabled = off);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t SET (autovacuum_enabled = off); ALTER TABLE t SET (fillfactor = 70);
-- == an option set and reset
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer) WITH (fillfactor = 70); ALTER TABLE t RESET (fillfactor);
-- == triggers in another order
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TABLE t (a integer); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER y BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
-- versus
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TABLE t (a integer); CREATE TRIGGER y BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
-- == a trigger disabled and enabled
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TABLE t (a integer); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();
-- versus
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new; END'; CREATE TABLE t (a integer); CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f(); ALTER TABLE t DISABLE TRIGGER x; ALTER TABLE t ENABLE TRIGGER x;
-- == a comment made and removed
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer); COMMENT ON TABLE t IS 'x'; COMMENT ON TABLE t IS NULL;
-- == a constraint validated later
CREATE TABLE t (a integer CONSTRAINT p CHECK (a > 0));
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ADD CONSTRAINT p CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT p;
-- == a foreign key validated later
CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (a integer CONSTRAINT k REFERENCES u);
-- versus
CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (a integer); ALTER TABLE t ADD CONSTRAINT k FOREIGN KEY (a) REFERENCES u NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT k;
-- == a key from an index
CREATE TABLE t (a integer NOT NULL, CONSTRAINT k PRIMARY KEY (a));
-- versus
CREATE TABLE t (a integer NOT NULL); CREATE UNIQUE INDEX i ON t (a); ALTER TABLE t ADD CONSTRAINT k PRIMARY KEY USING INDEX i;
-- == policies for roles in another order
CREATE TABLE t (a integer); CREATE POLICY p ON t TO pg_monitor, pg_signal_backend;
-- versus
CREATE TABLE t (a integer); CREATE POLICY p ON t TO pg_signal_backend, pg_monitor;
-- == a table moved to its schema
CREATE SCHEMA s; CREATE TABLE s.t (id integer PRIMARY KEY);
-- versus
CREATE SCHEMA s; CREATE TABLE t (id integer PRIMARY KEY); ALTER TABLE t SET SCHEMA s;
-- == an expression with other blanks and case
CREATE TABLE t (a integer, CONSTRAINT p CHECK (a > 0 AND a < 9)); CREATE INDEX i ON t ((a + 1));
-- versus
CREATE TABLE t (a INT4, CONSTRAINT p check (((A)>0)   and a<9)); CREATE INDEX i ON t using BTREE ((  a+1 ) ASC NULLS LAST);
-- == type names by their synonyms
CREATE TABLE t (a integer, b character varying(5), c timestamp with time zone, d double precision, e numeric(4, 0));
-- versus
CREATE TABLE t (a int4, b varchar(5), c timestamptz, d float8, e decimal(4));
-- == a composite type altered
CREATE TYPE c AS (a integer, b text);
-- versus
CREATE TYPE c AS (a integer, x text); ALTER TYPE c DROP ATTRIBUTE x; ALTER TYPE c ADD ATTRIBUTE b text;
-- == a domain's check added later
CREATE DOMAIN d AS integer CONSTRAINT p CHECK (VALUE > 0);
-- versus
CREATE DOMAIN d AS integer; ALTER DOMAIN d ADD CONSTRAINT p CHECK (VALUE > 0);
-- == a publication's tables in another order
CREATE TABLE t (a integer); CREATE TABLE u (a integer); CREATE PUBLICATION p FOR TABLE t, u;
-- versus
CREATE TABLE u (a integer); CREATE TABLE t (a integer); CREATE PUBLICATION p FOR TABLE u; ALTER PUBLICATION p ADD TABLE t;
-- == a sequence that has counted
CREATE SEQUENCE s;
-- versus
CREATE SEQUENCE s; SELECT nextval('s'); SELECT setval('s', 99);
-- == an owner changed and changed back
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t OWNER TO pg_monitor; ALTER TABLE t OWNER TO CURRENT_USER;
-- == tables that hold data
CREATE TABLE t (a integer DEFAULT 5, b text);
-- versus
CREATE TABLE t (b text); INSERT INTO t VALUES ('x'); ALTER TABLE t ADD COLUMN a integer DEFAULT 5; ALTER TABLE t DROP COLUMN b; ALTER TABLE t ADD COLUMN b text;
-- == row security switched on and off
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY; ALTER TABLE t NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY;
-- == default privileges given and taken back
CREATE SCHEMA s;
-- versus
CREATE SCHEMA s; ALTER DEFAULT PRIVILEGES IN SCHEMA s GRANT SELECT ON TABLES TO pg_monitor; ALTER DEFAULT PRIVILEGES IN SCHEMA s REVOKE SELECT ON TABLES FROM pg_monitor;
-- == statistics targets set and reset
CREATE TABLE t (a integer);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ALTER COLUMN a SET STATISTICS 9; ALTER TABLE t ALTER COLUMN a SET STATISTICS -1;
-- == storage set and reset
CREATE TABLE t (a text);
-- versus
CREATE TABLE t (a text); ALTER TABLE t ALTER COLUMN a SET STORAGE EXTERNAL; ALTER TABLE t ALTER COLUMN a SET STORAGE EXTENDED;
-- == options of a column in another order
CREATE TABLE t (a integer); ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5, n_distinct_inherited = 6);
-- versus
CREATE TABLE t (a integer); ALTER TABLE t ALTER COLUMN a SET (n_distinct_inherited = 6); ALTER TABLE t ALTER COLUMN a SET (n_distinct = 5);
-- == settings of a function in another order
CREATE FUNCTION f() RETURNS integer LANGUAGE sql SET work_mem = '1MB' SET search_path = public AS 'SELECT 1';
-- versus
CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'; ALTER FUNCTION f SET search_path = public; ALTER FUNCTION f SET work_mem = '1MB';
-- == triggers disabled and enabled all at once
CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (a integer CONSTRAINT k REFERENCES u);
-- versus
CREATE TABLE u (a integer PRIMARY KEY); CREATE TABLE t (a integer CONSTRAINT k REFERENCES u); ALTER TABLE t DISABLE TRIGGER ALL; ALTER TABLE t ENABLE TRIGGER ALL;
-- == words of a varchar in a check, as a restore has them
CREATE TABLE t (s varchar(9), CONSTRAINT k CHECK (s IN ('red', 'green') AND s NOT IN ('blue', 'grey')));
-- versus
CREATE TABLE t (s varchar(9), CONSTRAINT k CHECK ((((s)::text = ANY (ARRAY[('red'::character varying)::text, ('green'::character varying)::text])) AND ((s)::text <> ALL (ARRAY[('blue'::character varying)::text, ('grey'::character varying)::text])))));
-- == words of a varchar in a view, a policy, an index and a generated column, as a restore has them
CREATE TABLE t (s varchar, g boolean GENERATED ALWAYS AS (s IN ('a', 'b')) STORED); CREATE INDEX i ON t (s) WHERE s IN ('a', 'b'); CREATE POLICY p ON t USING (s IN ('a', 'b')); CREATE VIEW v AS SELECT s FROM t WHERE s IN ('a', 'b');
-- versus
CREATE TABLE t (s varchar, g boolean GENERATED ALWAYS AS (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))) STORED); CREATE INDEX i ON t (s) WHERE ((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])); CREATE POLICY p ON t USING (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))); CREATE VIEW v AS SELECT s FROM t WHERE ((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]));
-- == ranges in a domain, as a restore has them
CREATE DOMAIN d AS integer CONSTRAINT k CHECK (VALUE BETWEEN 1 AND 9 AND VALUE NOT BETWEEN 3 AND 4);
-- versus
CREATE DOMAIN d AS integer CONSTRAINT k CHECK ((VALUE >= 1) AND (VALUE <= 9) AND ((VALUE < 3) OR (VALUE > 4)));
-- == partitions of a table that others refer to, in another order
CREATE TABLE s (k integer PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE e (k integer REFERENCES s); CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1); CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2) PARTITION BY LIST (k); CREATE TABLE s21 PARTITION OF s2 DEFAULT;
-- versus
CREATE TABLE s (k integer PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2) PARTITION BY LIST (k); CREATE TABLE s21 PARTITION OF s2 DEFAULT; CREATE TABLE e (k integer REFERENCES s); CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1);
-- == foreign keys between partitioned tables, before or after the partitions
CREATE TABLE s (k integer PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1); CREATE TABLE e (k integer CONSTRAINT to_s REFERENCES s) PARTITION BY LIST (k); CREATE TABLE e1 PARTITION OF e FOR VALUES IN (1); CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2);
-- versus
CREATE TABLE s (k integer PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE e (k integer) PARTITION BY LIST (k); CREATE TABLE e1 (k integer CONSTRAINT own REFERENCES s); ALTER TABLE e ADD CONSTRAINT to_s FOREIGN KEY (k) REFERENCES s; CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2); ALTER TABLE e ATTACH PARTITION e1 FOR VALUES IN (1); CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1);
-- == a foreign key that is switched off in a partition that it refers to
CREATE TABLE s (k integer PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1); CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2); CREATE TABLE e (k integer CONSTRAINT to_s REFERENCES s); ALTER TABLE s1 DISABLE TRIGGER ALL;
-- versus
CREATE TABLE s (k integer PRIMARY KEY) PARTITION BY LIST (k); CREATE TABLE s2 PARTITION OF s FOR VALUES IN (2); CREATE TABLE e (k integer CONSTRAINT to_s REFERENCES s); CREATE TABLE s1 PARTITION OF s FOR VALUES IN (1); ALTER TABLE s1 DISABLE TRIGGER ALL;
-- == NOT NULL with the name of a table that was renamed
CREATE TABLE t (a integer NOT NULL);
-- versus
CREATE TABLE old (a integer NOT NULL); ALTER TABLE old RENAME TO t;
-- == NOT NULL with the name of a column that was renamed
CREATE TABLE t (b integer NOT NULL);
-- versus
CREATE TABLE t (x integer NOT NULL); ALTER TABLE t RENAME x TO b;
-- == a NOT NULL with a name in a partition created or attached
CREATE TABLE p (d date CONSTRAINT d_there NOT NULL) PARTITION BY RANGE (d); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-- versus
CREATE TABLE p (d date CONSTRAINT d_there NOT NULL) PARTITION BY RANGE (d); CREATE TABLE p1 (d date NOT NULL); ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
-- == a grant on a function of an extension and of the catalog given and taken back
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; GRANT EXECUTE ON FUNCTION crypt(text, text) TO pg_monitor; REVOKE EXECUTE ON FUNCTION crypt(text, text) FROM pg_monitor; GRANT EXECUTE ON FUNCTION pg_read_file(text) TO pg_monitor; REVOKE EXECUTE ON FUNCTION pg_read_file(text) FROM pg_monitor; REVOKE EXECUTE ON FUNCTION pg_backend_pid() FROM PUBLIC; GRANT EXECUTE ON FUNCTION pg_backend_pid() TO PUBLIC;
-- == an owner of an extension's function changed and changed back
CREATE EXTENSION pgcrypto;
-- versus
CREATE EXTENSION pgcrypto; ALTER FUNCTION crypt(text, text) OWNER TO pg_monitor; ALTER FUNCTION crypt(text, text) OWNER TO CURRENT_USER;
