//! What can be asked about a statement: which part of it can be planned, and which names the server looks up only when it runs.
//!
//! The server parses what is no query (`TRUNCATE`, `LOCK`, `COPY`) without a look at its names.

use std::ops::Range;

use db_fresh_sql_lexer::{TokenKind, WordReader, tokens};

/// What can be asked about a statement.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Statement {
    /// The part of it that can be planned: all of it, or the query inside.
    pub(super) planned: Option<Range<usize>>,
    /// What it names.
    pub(super) names: Vec<Named>,
    /// What it makes for the statements behind it.
    pub(super) makes: Option<String>,
}

/// A name that must be in the catalog.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    /// As it is written.
    pub(super) name: String,
    pub(super) need: Need,
    /// Columns that must be there.
    pub(super) columns: Vec<String>,
}

/// What a statement needs of what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It is there.
    Exists,
    /// Rows can be read from it.
    Select,
    /// Rows can be put into it.
    Insert,
    /// It can be emptied.
    Truncate,
    /// It can be locked.
    Lock,
    /// A materialized view that can be refreshed.
    Refresh,
    /// The same, while it is read: that takes a unique index.
    RefreshConcurrently,
    /// A routine that can be called.
    Call,
}

impl Statement {
    /// Reads a statement.
    pub(super) fn read(sql: &str) -> Self {
        let mut words = WordReader::new(sql);
        while words.take_sign("(") {}
        let is_query = QUERIES.iter().any(|word| words.take(&[word]));
        if is_query {
            return Self {
                planned: Some(0..sql.len()),
                makes: into(sql),
                names: Vec::new(),
            };
        }
        let planned = if words.take(&["copy"]) || words.take(&["prepare"]) || words.take(&["declare"]) {
            query_inside(sql)
        } else {
            None
        };
        Self {
            planned,
            names: names(&mut WordReader::new(sql)),
            makes: makes(&mut WordReader::new(sql)),
        }
    }

    /// Whether all of a text is a query, rather than a part of it or nothing.
    pub(super) fn is_query(&self, sql: &str) -> bool {
        self.planned == Some(0..sql.len())
    }
}

const QUERIES: [&str; 8] = [
    "select", "with", "insert", "update", "delete", "merge", "values", "table",
];

/// The query of `COPY (…) TO`, `PREPARE … AS …` and `DECLARE … FOR …`.
fn query_inside(sql: &str) -> Option<Range<usize>> {
    let all: Vec<_> = tokens(sql).filter(|token| !token.is_trivia()).collect();
    let word = |at: usize| {
        all.get(at)
            .map_or("", |token| &sql[token.start..token.end])
            .to_ascii_lowercase()
    };
    if word(0) != "copy" {
        let opens = if word(0) == "prepare" { "as" } else { "for" };
        let at = (1..all.len()).find(|at| word(*at) == opens)?;
        let begins = QUERIES.contains(&word(at + 1).as_str()) || word(at + 1) == "(";
        return begins.then(|| all[at + 1].start..sql.len());
    }
    if word(1) != "(" {
        return None;
    }
    let mut depth = 0;
    for token in &all[1..] {
        match token.kind {
            TokenKind::Open => depth += 1,
            TokenKind::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(all[1].end..token.start);
        }
    }
    None
}

/// The table of `SELECT … INTO`.
fn into(sql: &str) -> Option<String> {
    let mut words = WordReader::new(sql);
    if !words.take(&["select"]) && !words.take(&["with"]) {
        return None;
    }
    let mut before = "";
    loop {
        if words.take(&["into"]) && !before.eq_ignore_ascii_case("insert") {
            while ["temp", "temporary", "unlogged", "table"]
                .iter()
                .any(|word| words.take(&[word]))
            {}
            return name(&mut words);
        }
        before = words.word()?;
    }
}

/// What `CREATE` makes.
fn makes(words: &mut WordReader<'_>) -> Option<String> {
    const ADJECTIVES: [&str; 11] = [
        "or",
        "replace",
        "global",
        "local",
        "temp",
        "temporary",
        "unlogged",
        "materialized",
        "recursive",
        "foreign",
        "unique",
    ];
    const KINDS: [&str; 9] = [
        "table",
        "view",
        "sequence",
        "type",
        "domain",
        "function",
        "procedure",
        "schema",
        "aggregate",
    ];
    if !words.take(&["create"]) {
        return None;
    }
    while ADJECTIVES.iter().any(|word| words.take(&[word])) {}
    if !KINDS.iter().any(|word| words.take(&[word])) {
        return None;
    }
    words.take(&["if", "not", "exists"]);
    name(words)
}

fn names(words: &mut WordReader<'_>) -> Vec<Named> {
    if words.take(&["truncate"]) {
        words.take(&["table"]);
        return list(words, Need::Truncate);
    }
    if words.take(&["lock"]) {
        words.take(&["table"]);
        return list(words, Need::Lock);
    }
    if words.take(&["refresh", "materialized", "view"]) {
        let need = if words.take(&["concurrently"]) {
            Need::RefreshConcurrently
        } else {
            Need::Refresh
        };
        return one(words, need);
    }
    if words.take(&["call"]) {
        return one(words, Need::Call);
    }
    if words.take(&["copy"]) {
        return copy(words);
    }
    if words.take(&["vacuum"]) || words.take(&["analyze"]) || words.take(&["analyse"]) {
        skip_options(words, &["full", "freeze", "verbose", "analyze", "analyse"]);
        return list(words, Need::Exists);
    }
    if words.take(&["cluster"]) {
        skip_options(words, &["verbose"]);
        return one(words, Need::Exists);
    }
    if words.take(&["reindex"]) {
        skip_options(words, &[]);
        if !words.take(&["table"]) && !words.take(&["index"]) {
            return Vec::new();
        }
        words.take(&["concurrently"]);
        return one(words, Need::Exists);
    }
    ddl(words)
}

/// What changes or drops a relation, where it must be there.
fn ddl(words: &mut WordReader<'_>) -> Vec<Named> {
    let drops = words.take(&["drop"]);
    if !drops && !words.take(&["alter"]) && !words.take(&["comment", "on"]) {
        return Vec::new();
    }
    let is_relation = [
        &["table"][..],
        &["foreign", "table"],
        &["materialized", "view"],
        &["view"],
        &["sequence"],
        &["index"],
    ]
    .iter()
    .any(|kind| words.take(kind));
    if !is_relation || words.take(&["if", "exists"]) || words.take(&["all"]) {
        return Vec::new();
    }
    words.take(&["concurrently"]);
    if drops {
        list(words, Need::Exists)
    } else {
        words.take(&["only"]);
        one(words, Need::Exists)
    }
}

fn copy(words: &mut WordReader<'_>) -> Vec<Named> {
    words.take(&["binary"]);
    let Some(name) = name(words) else {
        return Vec::new();
    };
    let columns = columns(words);
    let need = if words.take(&["from"]) {
        Need::Insert
    } else {
        Need::Select
    };
    vec![Named { name, need, columns }]
}

fn one(words: &mut WordReader<'_>, need: Need) -> Vec<Named> {
    let named = name(words).map(|name| Named {
        name,
        need,
        columns: Vec::new(),
    });
    named.into_iter().collect()
}

/// Names with commas between them.
fn list(words: &mut WordReader<'_>, need: Need) -> Vec<Named> {
    let mut out = Vec::new();
    loop {
        words.take(&["only"]);
        let parenthesis = words.take_sign("(");
        let Some(name) = name(words) else {
            return out;
        };
        if parenthesis {
            words.take_sign(")");
        }
        words.take_sign("*");
        let columns = columns(words);
        out.push(Named { name, need, columns });
        if !words.take_sign(",") {
            return out;
        }
    }
}

/// A name that the server can look up as it is written.
fn name(words: &mut WordReader<'_>) -> Option<String> {
    let name = words.name()?;
    let first = name.chars().next()?;
    let is_name = first == '"' || first == '_' || first.is_alphabetic();
    let is_escaped = name.contains("&\"");
    (is_name && !is_escaped).then_some(name)
}

/// Columns in parentheses, where they come next.
fn columns(words: &mut WordReader<'_>) -> Vec<String> {
    let mut out = Vec::new();
    if !words.take_sign("(") {
        return out;
    }
    while let Some(word) = words.word() {
        match word {
            ")" => break,
            "," => {}
            word => out.push(unquoted(word)),
        }
    }
    out
}

/// A name as the catalog has it.
fn unquoted(word: &str) -> String {
    match word.strip_prefix('"').and_then(|word| word.strip_suffix('"')) {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => word.to_lowercase(),
    }
}

/// Options in parentheses, or these words.
fn skip_options(words: &mut WordReader<'_>, options: &[&str]) {
    if words.take_sign("(") {
        let mut depth = 1;
        while depth > 0 {
            match words.word() {
                Some("(") => depth += 1,
                Some(")") => depth -= 1,
                Some(_) => {}
                None => return,
            }
        }
    }
    while options.iter().any(|option| words.take(&[option])) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sql: &str) -> Vec<(String, Need, Vec<String>)> {
        let names = Statement::read(sql).names.into_iter();
        names.map(|one| (one.name, one.need, one.columns)).collect()
    }

    fn plain(sql: &str) -> Vec<(String, Need)> {
        named(sql)
            .into_iter()
            .map(|(name, need, _)| (name, need))
            .collect()
    }

    #[test]
    fn queries_can_be_planned() {
        for sql in [
            "SELECT 1",
            "-- $1 = 5\n/* x */ with a AS (SELECT 1) DELETE FROM t",
            "((SELECT 1) UNION SELECT 2)",
            "TABLE t",
            "VALUES (1)",
            "MERGE INTO t USING s ON true WHEN MATCHED THEN DO NOTHING",
        ] {
            assert!(Statement::read(sql).is_query(sql), "{sql}");
        }
        for sql in [
            "CALL p()",
            "BEGIN",
            "LISTEN x",
            "EXPLAIN ANALYZE DELETE FROM t",
            "(ANALYZE) DELETE FROM t",
        ] {
            assert_eq!(Statement::read(sql).planned, None, "{sql}");
        }
    }

    #[test]
    fn a_query_inside_is_found() {
        for (sql, inside) in [
            ("COPY (SELECT (1)) TO STDOUT", "SELECT (1)"),
            ("PREPARE p (int) AS SELECT $1", "SELECT $1"),
            ("DECLARE c CURSOR FOR SELECT 1 FOR UPDATE", "SELECT 1 FOR UPDATE"),
            ("declare c cursor for (select 1)", "(select 1)"),
        ] {
            let range = Statement::read(sql).planned.unwrap();
            assert_eq!(&sql[range], inside);
        }
        assert_eq!(Statement::read("COPY t TO STDOUT").planned, None);
        assert_eq!(Statement::read("PREPARE TRANSACTION 'x'").planned, None);
    }

    #[test]
    fn names_that_the_server_looks_up_later_are_found() {
        use Need::{Call, Exists, Insert, Lock, Refresh, RefreshConcurrently, Select, Truncate};
        let a = |need| vec![("a".to_owned(), need)];
        for (sql, expected) in [
            ("TRUNCATE a RESTART IDENTITY CASCADE", a(Truncate)),
            ("/* x */ LOCK TABLE ONLY a IN EXCLUSIVE MODE NOWAIT", a(Lock)),
            ("REFRESH MATERIALIZED VIEW a WITH NO DATA", a(Refresh)),
            ("REFRESH MATERIALIZED VIEW CONCURRENTLY a", a(RefreshConcurrently)),
            ("CALL a(1, 2)", a(Call)),
            ("COPY a TO STDOUT", a(Select)),
            ("COPY BINARY a FROM '/x'", a(Insert)),
            ("VACUUM (ANALYZE, PARALLEL 2) a", a(Exists)),
            ("VACUUM FULL VERBOSE a", a(Exists)),
            ("ANALYZE a", a(Exists)),
            ("CLUSTER VERBOSE a USING i", a(Exists)),
            ("REINDEX (VERBOSE) TABLE CONCURRENTLY a", a(Exists)),
            ("ALTER TABLE ONLY a ADD b int", a(Exists)),
            ("DROP TABLE a CASCADE", a(Exists)),
            ("COMMENT ON MATERIALIZED VIEW a IS 'x'", a(Exists)),
            ("DROP TABLE IF EXISTS a", vec![]),
            ("VACUUM", vec![]),
            ("REINDEX DATABASE a", vec![]),
            ("CLUSTER", vec![]),
            ("LISTEN a", vec![]),
            ("SET LOCAL a = 1", vec![]),
        ] {
            assert_eq!(plain(sql), expected, "{sql}");
        }
        assert_eq!(
            plain("TRUNCATE a, ONLY s.\"B c\", (d) *"),
            [
                ("a".to_owned(), Truncate),
                ("s.\"B c\"".to_owned(), Truncate),
                ("d".to_owned(), Truncate)
            ]
        );
    }

    #[test]
    fn what_a_statement_makes_is_found() {
        for (sql, made) in [
            ("CREATE TEMP TABLE IF NOT EXISTS a (b int)", Some("a")),
            ("create or replace function s.f() returns int", Some("s.f")),
            ("SELECT 1 AS x INTO TEMP a", Some("a")),
            ("WITH x AS (INSERT INTO t VALUES (1)) SELECT 1", None),
            ("CREATE INDEX a ON t (b)", None),
            ("SELECT 1", None),
        ] {
            assert_eq!(Statement::read(sql).makes.as_deref(), made, "{sql}");
        }
    }

    #[test]
    fn columns_are_found() {
        let columns = named("COPY s.a (B, \"C\"\"d\") FROM STDIN").remove(0).2;
        assert_eq!(columns, ["b", "C\"d"]);
        assert_eq!(named("VACUUM ANALYZE a (b), c")[0].2, ["b"]);
    }
}
