//! What can be asked about a statement: which part of it can be planned, what it names, and what it makes.

use std::ops::Range;

use db_fresh_sql_lexer::{TokenKind, WordReader, tokens};

use super::named::{Named, name, names};

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
    if words.take_create() { name(words) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
