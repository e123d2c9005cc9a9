-- Views whose text differs between server versions, for the comparison of versions.
CREATE TABLE app.parts (id integer PRIMARY KEY, parent integer, name text, "Odd" text);
CREATE VIEW app.v1 AS SELECT p.id, p."Odd", upper(p.name) AS name FROM app.parts p WHERE p.parent IS NOT NULL ORDER BY p.id DESC LIMIT 5;
CREATE VIEW app.v2 AS SELECT a.id, b.name FROM app.parts a JOIN app.parts b ON a.id = b.parent WHERE a.id > 1;
CREATE VIEW app.v3 AS SELECT id FROM app.parts WHERE EXISTS (SELECT 1 FROM app.users u WHERE u.age = parts.id);
CREATE VIEW app.v4 AS SELECT id FROM app.parts UNION ALL SELECT age FROM app.users;
CREATE VIEW app.v5 AS WITH RECURSIVE up AS (SELECT id, parent FROM app.parts UNION ALL SELECT p.id, p.parent FROM app.parts p JOIN up ON up.parent = p.id) SELECT id FROM up WHERE parent IS NULL;
CREATE VIEW app.v6 AS SELECT s.n FROM (SELECT count(*) AS n FROM app.parts WHERE id > 2) s;
CREATE VIEW app.v7 AS SELECT g, g + 1 AS h FROM generate_series(1, 3) g;
CREATE VIEW app.v8 AS SELECT parts.*, row_number() OVER (PARTITION BY parent ORDER BY id) AS r FROM app.parts;
CREATE VIEW app.v9 AS SELECT name, count(*) FILTER (WHERE id > 1) AS n FROM app.parts GROUP BY name HAVING count(*) > 1;
CREATE VIEW app.v10 AS SELECT p AS whole, (p).id AS one, CASE WHEN id > 1 THEN 'p.id' ELSE name END AS c FROM app.parts p;
CREATE VIEW app.v11 AS SELECT DISTINCT ON (parent) parent, id FROM app.parts WHERE id IN (SELECT parent FROM app.parts) ORDER BY parent, id;
CREATE VIEW app.v12 AS SELECT 1 AS one;
CREATE VIEW app.v13 AS SELECT extract(year FROM day) AS y, day IS DISTINCT FROM current_date AS d FROM app.events WINDOW w AS (PARTITION BY day);
CREATE VIEW app.v14 AS SELECT x.a FROM (VALUES (1), (2)) x(a);
CREATE VIEW app.v15 AS SELECT id FROM app.parts TABLESAMPLE bernoulli (10) WHERE id > 0;
CREATE VIEW app.v16 AS SELECT (SELECT max(u.age) FROM app.users u WHERE u.age < parts.id) AS m, array(SELECT parts.id) AS a FROM app.parts;
CREATE VIEW app.v17 AS SELECT id FROM ONLY app.parts FOR UPDATE;
