//! Statements that leave the session as they found it.
//!
//! Only what is known to do so counts: plain DDL. Anything that may run somebody's function counts as the opposite, since a function
//! may change settings for good (`set_config(…, false)`). Left out on purpose: event triggers that would do such a thing.

use super::{TokenKind, keywords::Keywords};

/// Objects whose making runs nobody's code.
const MADE: [&str; 12] = [
    "index",
    "schema",
    "type",
    "sequence",
    "view",
    "function",
    "procedure",
    "trigger",
    "policy",
    "domain",
    "table",
    "statistics",
];

/// Objects whose changing runs nobody's code, unless it is a table's values that change.
const CHANGED: [&str; 7] = ["table", "index", "sequence", "view", "type", "schema", "policy"];

/// Whether the statement is one of those that leave role and settings of the session alone.
pub(crate) fn leaves_session_alone(statement: &str) -> bool {
    let mut words = Keywords::of(statement);
    let first = words.word().unwrap_or_default().to_ascii_lowercase();
    match first.as_str() {
        "create" => creates(words),
        "alter" => is_one_of(&mut words, &CHANGED) && !computes(words),
        "comment" | "drop" | "grant" | "revoke" => true,
        _ => false,
    }
}

fn creates(mut words: Keywords<'_>) -> bool {
    let _ = words.take_all("or replace")
        || words.take("unique")
        || words.take("unlogged")
        || words.take("constraint");
    let is_table = words.clone().take("table");
    is_one_of(&mut words, &MADE) && !is_temporary(words.clone()) && !(is_table && is_made_of_a_query(words))
}

/// A name in the schema of the session's temporary objects; `IF NOT EXISTS` may come before it.
fn is_temporary(mut words: Keywords<'_>) -> bool {
    (0..4).any(|_| {
        let token = words.token();
        let name = token.map(|token| words.text_of(token).trim_matches('"'));
        name.is_some_and(|name| name.eq_ignore_ascii_case("pg_temp"))
    })
}

fn is_one_of(words: &mut Keywords<'_>, names: &[&str]) -> bool {
    let word = words.word().unwrap_or_default();
    names.iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// `CREATE TABLE … AS`: an `as` outside of parentheses.
fn is_made_of_a_query(mut words: Keywords<'_>) -> bool {
    let mut depth = 0_usize;
    while let Some(token) = words.token() {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 && words.text_of(token).eq_ignore_ascii_case("as") => return true,
            _ => {}
        }
    }
    false
}

/// `ALTER TABLE … DEFAULT f()`, `USING f(…)`, `CHECK (f(…))`: values of rows that are there are computed.
fn computes(mut words: Keywords<'_>) -> bool {
    let mut may_compute = false;
    while let Some(token) = words.token() {
        match token.kind {
            TokenKind::Word => {
                let word = words.text_of(token);
                // Numbers of a sequence, the last of which the session keeps.
                if [
                    "serial",
                    "bigserial",
                    "smallserial",
                    "serial4",
                    "serial8",
                    "serial2",
                    "identity",
                ]
                .iter()
                .any(|name| word.eq_ignore_ascii_case(name))
                {
                    return true;
                }
                may_compute |= ["default", "using", "check", "generated", "attach"]
                    .iter()
                    .any(|name| word.eq_ignore_ascii_case(name));
            }
            TokenKind::Open if may_compute => return true,
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_ddl_leaves_the_session_alone() {
        for sql in [
            "CREATE TABLE t (id int DEFAULT f(), b int GENERATED ALWAYS AS (id * 2) STORED)",
            "create unlogged table t (id int)",
            "CREATE UNIQUE INDEX i ON t (lower(name))",
            "CREATE OR REPLACE FUNCTION f() RETURNS int AS $$ SELECT 1 $$ LANGUAGE sql SET search_path = a",
            "CREATE CONSTRAINT TRIGGER g AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()",
            "ALTER TABLE t ADD COLUMN b numeric(10,2) NOT NULL DEFAULT 0",
            "/* x */ ALTER TABLE t ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES b (id)",
            "DROP TABLE IF EXISTS t CASCADE",
            "COMMENT ON TABLE t IS 'x'",
            "GRANT SELECT ON t TO reader",
        ] {
            assert!(leaves_session_alone(sql), "{sql}");
        }
    }

    #[test]
    fn what_sets_something_or_may_run_a_function_does_not() {
        for sql in [
            "SET search_path = a",
            "RESET ROLE",
            "SELECT set_config('a.b', 'c', false)",
            "DO $$ BEGIN PERFORM 1; END $$",
            "CALL p()",
            "INSERT INTO t VALUES (1)",
            "CREATE TABLE t AS SELECT f()",
            "CREATE TABLE t (a) AS EXECUTE q",
            "CREATE MATERIALIZED VIEW v AS SELECT f()",
            "CREATE EXTENSION pgcrypto",
            "CREATE TEMPORARY TABLE t (id int)",
            "CREATE TABLE IF NOT EXISTS Pg_Temp.t (id int)",
            "CREATE OR REPLACE FUNCTION \"pg_temp\".f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "ALTER TABLE t ADD COLUMN b bigserial",
            "ALTER TABLE t ADD COLUMN b int GENERATED ALWAYS AS IDENTITY",
            "ALTER TABLE t ADD COLUMN b text DEFAULT f()",
            "ALTER TABLE t ALTER COLUMN b TYPE int USING f(b)",
            "ALTER TABLE t ADD CHECK (f(b))",
            "ALTER ROLE current_user SET search_path = a",
            "ALTER DATABASE d SET search_path = a",
            "LOAD 'x'",
            "SET ROLE owner",
            "",
        ] {
            assert!(!leaves_session_alone(sql), "{sql}");
        }
    }
}
