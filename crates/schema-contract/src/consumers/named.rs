//! Which names of a statement the server looks up only when it runs: it parses what is no query (`TRUNCATE`, `LOCK`, `COPY`)
//! without a look at them.

use db_fresh_sql_lexer::WordReader;

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

/// What a statement names.
pub(super) fn names(words: &mut WordReader<'_>) -> Vec<Named> {
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
pub(super) fn name(words: &mut WordReader<'_>) -> Option<String> {
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
        let names = names(&mut WordReader::new(sql)).into_iter();
        names.map(|one| (one.name, one.need, one.columns)).collect()
    }

    fn plain(sql: &str) -> Vec<(String, Need)> {
        named(sql)
            .into_iter()
            .map(|(name, need, _)| (name, need))
            .collect()
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
    fn columns_are_found() {
        let columns = named("COPY s.a (B, \"C\"\"d\") FROM STDIN").remove(0).2;
        assert_eq!(columns, ["b", "C\"d"]);
        assert_eq!(named("VACUUM ANALYZE a (b), c")[0].2, ["b"]);
    }
}
