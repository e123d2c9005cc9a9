-- What a server prints in another way after a dump and a restore, and what should come back as it was. Expressions are in expressions.txt.
CREATE FUNCTION app.same(text varchar) RETURNS varchar LANGUAGE sql IMMUTABLE AS 'SELECT $1';
CREATE FUNCTION app.first_of(words text[]) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
CREATE FUNCTION app.any_of(VARIADIC words text[]) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1[1]';
CREATE DOMAIN app.short AS varchar(9) CONSTRAINT short_words CHECK (VALUE IN ('red', 'green') AND length(VALUE) BETWEEN 1 AND 9 AND VALUE <> '');
CREATE DOMAIN app.plain AS text DEFAULT 'red';
CREATE TABLE app.words (
    word varchar(9), other varchar, body text, tag char(3), "Odd Word" varchar, short app.short, plain app.plain, mood app.mood,
    few integer, many integer, big bigint, price numeric(8, 2), ratio double precision, day date, at timestamptz, is_open boolean,
    data jsonb, list varchar[], texts text[] DEFAULT ARRAY['red', 'green']::varchar[], prices numeric[] DEFAULT ARRAY[1, 2],
    kind text DEFAULT CASE WHEN 'red'::varchar IN ('red', 'green') THEN 'a' END
);
DO $$ DECLARE condition text; n integer := 0; BEGIN
    FOREACH condition IN ARRAY current_setting('test.expressions')::text[] LOOP
        n := n + 1;
        EXECUTE format('ALTER TABLE app.words ADD CONSTRAINT c%s CHECK (%s)', n, condition);
        EXECUTE format('CREATE VIEW app.w%s AS SELECT few, many, %s AS is_so FROM app.words WHERE %s', n, condition, condition);
        EXECUTE format('CREATE POLICY p%s ON app.words USING (%s) WITH CHECK (%s)', n, condition, condition);
        BEGIN
            EXECUTE format('CREATE TABLE app.g%s (LIKE app.words, is_so boolean GENERATED ALWAYS AS (%s) STORED)', n, condition);
            EXECUTE format('CREATE INDEX i%s ON app.g%s (few, (%s)) WHERE %s', n, n, condition, condition);
        EXCEPTION WHEN invalid_object_definition OR indeterminate_collation THEN NULL; -- not every expression is immutable
        END;
    END LOOP;
END $$;
CREATE FUNCTION app.pick(kind varchar, words text[] DEFAULT ARRAY['red', 'green']::varchar[]) RETURNS boolean LANGUAGE sql
    RETURN kind IN ('red', 'green') AND 'red'::varchar = ANY (ARRAY['red', 'green']::varchar[]);
CREATE PROCEDURE app.sweep(gone varchar) LANGUAGE sql BEGIN ATOMIC
    DELETE FROM app.words WHERE word IN ('red', 'green') AND few BETWEEN 1 AND 2 AND many BETWEEN 3 AND 4;
    UPDATE app.words SET texts = ARRAY[word, other] WHERE word IN ('red', gone);
END;
CREATE FUNCTION app.written() RETURNS boolean LANGUAGE sql AS $$ SELECT (('a' = 'b') AND ('c' = 'd')) AND 'a' = ANY ((ARRAY['a'::varchar])::text[]) $$;
CREATE TRIGGER words_change BEFORE UPDATE ON app.words FOR EACH ROW
    WHEN (old.word IN ('red', 'green') AND new.few BETWEEN 1 AND 2 AND new.many BETWEEN 3 AND 4) EXECUTE FUNCTION app.touch();
CREATE RULE words_keep AS ON DELETE TO app.words WHERE old.word IN ('red', 'green') AND old.few BETWEEN 1 AND 2 AND old.many BETWEEN 3 AND 4
    DO INSTEAD UPDATE app.words SET body = 'gone', texts = ARRAY[old.word, old.other], prices = ARRAY[1, 2] WHERE word IN ('red', 'green');
CREATE STATISTICS app.often ON (word IN ('red', 'green')), few FROM app.words;
CREATE TABLE app.sorted (word varchar(9), few integer, many integer) PARTITION BY LIST ((word IN ('red', 'green') OR (few BETWEEN 1 AND 2 AND many BETWEEN 3 AND 4)));
CREATE TABLE app.sorted_yes PARTITION OF app.sorted FOR VALUES IN (true);
CREATE TABLE app.colours (word varchar) PARTITION BY LIST (word);
CREATE TABLE app.colours_warm PARTITION OF app.colours FOR VALUES IN ('red', 'orange');
CREATE INDEX colours_word ON app.colours (word) WHERE word IN ('red', 'green');
CREATE TABLE app.slots (word varchar, during tstzrange, CONSTRAINT one_at_a_time EXCLUDE USING gist (during WITH &&) WHERE (word IN ('red', 'green') AND lower(during) > '2026-01-01' AND word <> ''));
CREATE VIEW app.grouped AS WITH chosen AS (SELECT word, few FROM app.words WHERE word IN ('red', 'green') AND few BETWEEN 1 AND 2 AND many BETWEEN 3 AND 4)
    SELECT c.word, count(*) FILTER (WHERE c.word IN ('red', 'green')) AS n, sum(sum(c.few)) OVER (ORDER BY c.word ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS total
    FROM chosen c JOIN app.slots s ON s.word = c.word AND s.word IN ('red', 'green') AND c.few BETWEEN 1 AND 2
    WHERE EXISTS (SELECT 1 FROM app.colours x WHERE x.word IN ('red', c.word)) AND c.word = ANY (ARRAY[s.word, app.same(c.word)])
    GROUP BY c.word HAVING c.word IN ('red', 'green') AND count(*) BETWEEN 1 AND 2 AND max(c.few) BETWEEN 3 AND 4;
CREATE VIEW app.united AS SELECT word FROM app.words WHERE word IN ('red', 'green') UNION ALL SELECT word FROM app.slots WHERE word NOT IN ('red', 'green');
CREATE VIEW app.renamed AS SELECT few AS many, many AS few FROM app.words ORDER BY app.words.few;
CREATE VIEW app.joined AS SELECT * FROM app.colours JOIN app.sorted USING (word) JOIN app.slots USING (word);
ALTER TABLE app.sorted RENAME few TO less;
ALTER TABLE app.slots ADD many integer;
CREATE VIEW app.nested AS SELECT a.words FROM (SELECT array_agg(word) AS words, array_agg(word) AS few FROM app.words) a WHERE app.first_of(ARRAY[a.words, a.few]) = 'red';
CREATE TABLE app.parent (id integer, part integer, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE app.parent_1 PARTITION OF app.parent FOR VALUES IN (1);
CREATE TABLE app.child (id integer, part integer, CONSTRAINT to_parent FOREIGN KEY (id, part) REFERENCES app.parent) PARTITION BY LIST (part);
CREATE TABLE app.child_1 PARTITION OF app.child FOR VALUES IN (1);
CREATE TABLE app.child_2 (id integer, part integer, CONSTRAINT named_by_hand FOREIGN KEY (id, part) REFERENCES app.parent);
ALTER TABLE app.child ATTACH PARTITION app.child_2 FOR VALUES IN (2);
CREATE TABLE app.parent_2 PARTITION OF app.parent FOR VALUES IN (2);
