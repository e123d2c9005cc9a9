//! Statements that the server refuses inside a transaction block (SQLSTATE 25001).
//!
//! Taken from the calls of `PreventInTransactionBlock` in the server's source. Left out on purpose: what the text
//! does not show, such as a procedure that commits, or `REINDEX TABLE` of a table that happens to be partitioned.

use memchr::memmem;

use super::{TokenKind, keywords::Keywords, tokens};

/// What keeps this statement out of a transaction, in the words of the statement itself.
pub(crate) fn needs_own_transaction(statement: &str) -> Option<&'static str> {
    let mut words = Keywords::of(statement);
    let first = words.word()?.to_ascii_lowercase();
    match first.as_str() {
        "create" => create(words),
        "drop" => drop(words),
        "alter" => alter(words),
        "reindex" => reindex(words),
        "vacuum" => Some("VACUUM"),
        "cluster" => cluster(words),
        "discard" => words.take("all").then_some("DISCARD ALL"),
        "do" => commits(words).then_some("DO … COMMIT"),
        _ => None,
    }
}

/// What a statement is that may end transactions, or turn out to need one of its own: a procedure may commit, and a table that is
/// rebuilt may have partitions. Its text does not say which; inside a transaction it may fail with 25001 or 2D000.
pub(crate) fn may_need_own_transaction(statement: &str) -> Option<&'static str> {
    let mut words = Keywords::of(statement);
    let first = words.word()?.to_ascii_lowercase();
    match first.as_str() {
        "call" => Some("CALL"),
        "reindex" => Some("REINDEX"),
        "cluster" => Some("CLUSTER"),
        // Those of TimescaleDB fill themselves in transactions of their own.
        "create" if words.take_all("materialized view") => {
            memmem::find(statement.as_bytes(), b"timescaledb.continuous").map(|_| "CREATE MATERIALIZED VIEW")
        }
        "do" => in_block(words, has_call).then_some("DO … CALL"),
        _ => None,
    }
}

fn create(mut words: Keywords<'_>) -> Option<&'static str> {
    let _ = words.take("unique");
    if words.take_all("index concurrently") {
        // `concurrently` is reserved enough that no index can have this name without quotes.
        return Some("CREATE INDEX CONCURRENTLY");
    }
    if words.take("database") {
        return Some("CREATE DATABASE");
    }
    if words.take("tablespace") {
        return Some("CREATE TABLESPACE");
    }
    if words.take("subscription") {
        let makes_a_slot = !is_off(words.clone(), "connect") && !is_off(words, "create_slot");
        return makes_a_slot.then_some("CREATE SUBSCRIPTION");
    }
    None
}

fn drop(mut words: Keywords<'_>) -> Option<&'static str> {
    if words.take_all("index concurrently") {
        return Some("DROP INDEX CONCURRENTLY");
    }
    [
        ("database", "DROP DATABASE"),
        ("tablespace", "DROP TABLESPACE"),
        ("subscription", "DROP SUBSCRIPTION"),
    ]
    .into_iter()
    .find_map(|(word, reason)| words.take(word).then_some(reason))
}

fn alter(mut words: Keywords<'_>) -> Option<&'static str> {
    if words.take("system") {
        return Some("ALTER SYSTEM");
    }
    if words.take("database") {
        let _name = words.token();
        return words
            .take_all("set tablespace")
            .then_some("ALTER DATABASE … SET TABLESPACE");
    }
    if words.take("subscription") {
        let _name = words.token();
        let changes = words.take_all("refresh publication")
            || ["set", "add", "drop"]
                .iter()
                .any(|verb| words.take_all(&format!("{verb} publication")));
        let refreshes = changes && !is_off(words, "refresh");
        return refreshes.then_some("ALTER SUBSCRIPTION … PUBLICATION with refresh");
    }
    if words.take("table") && detaches_concurrently(words) {
        return Some("ALTER TABLE … DETACH PARTITION … CONCURRENTLY");
    }
    None
}

/// `DETACH PARTITION name CONCURRENTLY`, the name being one or more identifiers with dots between them.
fn detaches_concurrently(mut words: Keywords<'_>) -> bool {
    loop {
        if words.take_all("detach partition") {
            let _name = words.token();
            while words.take_symbol(".") {
                let _part = words.token();
            }
            return words.take("concurrently");
        }
        if words.token().is_none() {
            return false;
        }
    }
}

fn reindex(mut words: Keywords<'_>) -> Option<&'static str> {
    let options = words.take_list();
    let by_option = options
        .iter()
        .position(|word| word == "concurrently")
        .is_some_and(|at| {
            let value = options.get(at + 1).map(String::as_str);
            !matches!(value, Some("false" | "off" | "0"))
        });
    let _ = words.take("verbose");
    let many = ["schema", "database", "system"]
        .iter()
        .any(|word| words.take(word));
    if many {
        return Some("REINDEX of a schema or database");
    }
    let _ = words.take("table") || words.take("index");
    (by_option || words.take("concurrently")).then_some("REINDEX CONCURRENTLY")
}

fn cluster(mut words: Keywords<'_>) -> Option<&'static str> {
    let _ = words.take("verbose");
    let _ = words.take_list();
    words.at_end().then_some("CLUSTER of all tables")
}

/// Whether the block of a `DO` ends transactions, which it may only where none is around it.
fn commits(words: Keywords<'_>) -> bool {
    in_block(words, has_commit)
}

/// Whether the block of a `DO` has something.
fn in_block(mut words: Keywords<'_>, has: impl Fn(&str) -> bool) -> bool {
    while let Some(token) = words.token() {
        let text = words.text_of(token);
        // The name of a language may be quoted too, and holds no statements.
        if token.kind == TokenKind::Text && has(text.trim_matches(['$', '\''])) {
            return true;
        }
    }
    false
}

/// Whether some statement of a block is `CALL`.
fn has_call(block: &str) -> bool {
    tokens(block).any(|token| {
        token.kind == TokenKind::Word && block[token.start..token.end].eq_ignore_ascii_case("call")
    })
}

/// Whether some statement of a block is `COMMIT` or `ROLLBACK`.
fn has_commit(block: &str) -> bool {
    let mut words = Keywords::of(block);
    let mut begins = false;
    loop {
        let ends = begins && ["commit", "rollback"].iter().any(|word| words.take(word));
        if ends && (words.take_symbol(";") || words.take("and")) {
            return true;
        }
        let Some(token) = words.token() else {
            return false;
        };
        begins = token.kind == TokenKind::Semicolon
            || ["begin", "then", "loop", "else"]
                .iter()
                .any(|word| words.text_of(token).eq_ignore_ascii_case(word));
    }
}

/// Whether an option is given as off: `option = false`, `off`, `0`, quoted or not.
fn is_off(mut words: Keywords<'_>, option: &str) -> bool {
    loop {
        if words.take(option) {
            let _equals = words.take_symbol("=");
            let value = words.token().map(|token| words.text_of(token).trim_matches('\''));
            return value.is_some_and(|value| {
                ["false", "off", "0"]
                    .iter()
                    .any(|off| value.eq_ignore_ascii_case(off))
            });
        }
        if words.token().is_none() {
            return false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_need_a_transaction_of_its_own_is_told_from_what_does_not() {
        for (sql, may) in [
            ("CALL p()", true),
            ("/* fills */ call app.p(1)", true),
            ("REINDEX TABLE t", true),
            ("CLUSTER t USING i", true),
            ("DO $$ BEGIN CALL p(); END $$", true),
            (
                "DO LANGUAGE plpgsql 'BEGIN IF true THEN CALL p(); END IF; END'",
                true,
            ),
            (
                "CREATE MATERIALIZED VIEW v WITH (timescaledb.continuous) AS SELECT 1",
                true,
            ),
            ("CREATE MATERIALIZED VIEW v AS SELECT 1", false),
            ("DO $$ BEGIN PERFORM recall(); END $$", false),
            ("DO $$ BEGIN /* CALL p() */ NULL; END $$", false),
            ("SELECT call FROM t", false),
            ("VACUUM", false),
        ] {
            assert_eq!(may_need_own_transaction(sql).is_some(), may, "{sql}");
        }
    }

    #[test]
    fn what_the_server_refuses_in_a_transaction_is_recognised() {
        for sql in [
            "CREATE INDEX CONCURRENTLY i ON t (a)",
            "create unique index concurrently if not exists i on t (a)",
            "CREATE /* why */ INDEX -- not\n CONCURRENTLY ON t (a)",
            "DROP INDEX CONCURRENTLY IF EXISTS i",
            "REINDEX INDEX CONCURRENTLY i",
            "REINDEX (VERBOSE) TABLE CONCURRENTLY t",
            "REINDEX (CONCURRENTLY) TABLE t",
            "REINDEX (CONCURRENTLY true, VERBOSE) TABLE t",
            "REINDEX DATABASE d",
            "REINDEX SYSTEM d",
            "REINDEX SCHEMA s",
            "REINDEX (VERBOSE) SCHEMA s",
            "VACUUM",
            "VACUUM FULL t",
            "CREATE DATABASE d",
            "DROP DATABASE IF EXISTS d",
            "CREATE TABLESPACE s LOCATION '/x'",
            "DROP TABLESPACE s",
            "ALTER SYSTEM SET work_mem = '1MB'",
            "ALTER DATABASE \"d\" SET TABLESPACE s",
            "ALTER TABLE s.t DETACH PARTITION s.\"p\" CONCURRENTLY",
            "ALTER TABLE ONLY t DETACH PARTITION p CONCURRENTLY",
            "CLUSTER",
            "CLUSTER VERBOSE",
            "CLUSTER (VERBOSE)",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p",
            "CREATE SUBSCRIPTION s CONNECTION 'connect=false' PUBLICATION p WITH (create_slot = true)",
            "DROP SUBSCRIPTION s",
            "ALTER SUBSCRIPTION s REFRESH PUBLICATION",
            "ALTER SUBSCRIPTION s SET PUBLICATION p",
            "DISCARD ALL",
            "DO $$ BEGIN FOR i IN 1..3 LOOP DELETE FROM t; COMMIT; END LOOP; END $$",
            "DO LANGUAGE plpgsql $x$BEGIN IF a THEN ROLLBACK AND CHAIN; END IF; END$x$",
        ] {
            assert!(needs_own_transaction(sql).is_some(), "{sql}");
        }
    }

    #[test]
    fn what_can_run_in_a_transaction_is_left_there() {
        for sql in [
            "CREATE INDEX i ON t (a)",
            "CREATE INDEX \"concurrently\" ON t (a)",
            "CREATE TABLE concurrently (a int)",
            "DROP INDEX i",
            "REINDEX TABLE t",
            "REINDEX (CONCURRENTLY false) TABLE t",
            "REINDEX (CONCURRENTLY off, VERBOSE) TABLE t",
            "ANALYZE t",
            "ALTER DATABASE d SET work_mem = '1MB'",
            "ALTER TABLE t DETACH PARTITION p",
            "ALTER TABLE t DETACH PARTITION p FINALIZE",
            "ALTER TABLE t ADD COLUMN concurrently int",
            "ALTER TYPE t ADD VALUE 'x'",
            "CLUSTER t USING i",
            "CLUSTER VERBOSE t",
            "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (create_slot = false)",
            "CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p WITH (connect = 'off')",
            "ALTER SUBSCRIPTION s DISABLE",
            "ALTER SUBSCRIPTION s SET PUBLICATION p WITH (refresh = false)",
            "DISCARD TEMP",
            "CALL p()",
            "DO $$ BEGIN EXECUTE 'COMMIT;'; END $$",
            "DO $$ DECLARE commit int; BEGIN commit := 1; RAISE NOTICE '%', commit; END $$",
            "CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN COMMIT; END $$",
            "COMMENT ON INDEX i IS 'CREATE INDEX CONCURRENTLY'",
            "",
        ] {
            assert_eq!(needs_own_transaction(sql), None, "{sql}");
        }
    }
}
