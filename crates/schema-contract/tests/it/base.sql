-- One of every kind, for the mutations to change. Grants go to roles that every server has.
CREATE SCHEMA app;
CREATE SCHEMA other;
CREATE TYPE app.mood AS ENUM ('happy', 'sad');
CREATE TYPE app.pair AS (a integer, b text);
CREATE TYPE app.span AS RANGE (subtype = integer);
CREATE DOMAIN app.email AS text CONSTRAINT email_form CHECK (VALUE ~ '^[^ ]+$');
CREATE COLLATION app.german (provider = icu, locale = 'de');
CREATE SEQUENCE app.numbers;
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN new; END$$;
CREATE FUNCTION app.add(a integer, b integer DEFAULT 1) RETURNS integer LANGUAGE sql AS 'SELECT a + b';
CREATE FUNCTION app.rows() RETURNS SETOF integer LANGUAGE sql AS 'SELECT 1';
CREATE PROCEDURE app.work(a integer) LANGUAGE plpgsql AS $$BEGIN NULL; END$$;
CREATE AGGREGATE app.total(integer) (sfunc = int4pl, stype = integer, initcond = '0');
CREATE OPERATOR app.=== (leftarg = integer, rightarg = integer, function = int4eq);
CREATE TABLE app.users (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name varchar(40) NOT NULL,
    email app.email DEFAULT 'nobody',
    mood app.mood,
    age integer CONSTRAINT age_positive CHECK (age > 0),
    score numeric(10, 2),
    twice integer GENERATED ALWAYS AS (age * 2) STORED,
    during tstzrange,
    notes text,
    CONSTRAINT users_name_key UNIQUE (name)
);
CREATE INDEX users_age ON app.users (age);
CREATE INDEX users_notes ON app.users (notes) WHERE age > 1;
CREATE TABLE app.posts (
    id serial PRIMARY KEY,
    user_id bigint CONSTRAINT posts_user REFERENCES app.users,
    body text,
    CONSTRAINT no_overlap EXCLUDE USING gist (int4range(id, id + 1) WITH &&)
);
CREATE TABLE app.events (id integer, day date NOT NULL, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE app.events_1 PARTITION OF app.events FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE app.animals (name text);
CREATE TABLE app.dogs (breed text) INHERITS (app.animals);
CREATE VIEW app.adults AS SELECT id, name FROM app.users WHERE age > 17;
CREATE MATERIALIZED VIEW app.ages AS SELECT age, count(*) AS people FROM app.users GROUP BY age;
CREATE UNIQUE INDEX ages_age ON app.ages (age);
CREATE TRIGGER users_touch BEFORE UPDATE ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE RULE posts_keep AS ON DELETE TO app.posts DO INSTEAD NOTHING;
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON app.users FOR SELECT USING (age > 1);
GRANT SELECT ON app.users TO pg_monitor;
GRANT USAGE ON SCHEMA app TO pg_monitor;
CREATE STATISTICS app.correlated ON id, user_id FROM app.posts;
CREATE PUBLICATION changes FOR TABLE app.posts;
CREATE FUNCTION app.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION app.on_ddl();
CREATE TEXT SEARCH CONFIGURATION app.search (COPY = pg_catalog.simple);
CREATE TEXT SEARCH DICTIONARY app.words (template = simple);
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER remote FOREIGN DATA WRAPPER wrapper;
CREATE FOREIGN TABLE app.far (a integer) SERVER remote;
CREATE USER MAPPING FOR pg_monitor SERVER remote;
CREATE OPERATOR CLASS app.numeric_order FOR TYPE integer USING btree AS
    OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE EXTENSION tablefunc SCHEMA other;
CREATE INDEX events_id ON ONLY app.events (id);
CREATE INDEX events_1_id ON app.events_1 (id);
