//! Statements that build or remove an index concurrently, or detach a partition so, by their text.
//!
//! Out of scope: everything but names. The catalog says the rest.

use crate::lex::WordReader;

/// A statement that works in several transactions of its own, so that one that ends early leaves something behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Concurrent {
    /// `CREATE INDEX CONCURRENTLY`; without a name the server makes one.
    Create { name: Option<String>, table: String },
    /// `DROP INDEX CONCURRENTLY`.
    Drop { names: Vec<String> },
    /// `REINDEX … CONCURRENTLY`, which can be run again.
    Reindex,
    /// `ALTER TABLE … DETACH PARTITION … CONCURRENTLY`.
    Detach { table: String, partition: String },
}

/// What a concurrent statement is about, where it is one.
pub(crate) fn concurrent(sql: &str) -> Option<Concurrent> {
    let mut reader = WordReader::new(sql);
    if reader.take(&["reindex"]) {
        return Some(Concurrent::Reindex);
    }
    if reader.take(&["drop", "index", "concurrently"]) {
        reader.take(&["if", "exists"]);
        let mut names = vec![reader.name()?];
        while reader.take_sign(",") {
            names.push(reader.name()?);
        }
        return Some(Concurrent::Drop { names });
    }
    if reader.take(&["alter", "table"]) {
        return detach(reader);
    }
    let creates = reader.take(&["create", "index", "concurrently"])
        || reader.take(&["create", "unique", "index", "concurrently"]);
    if !creates {
        return None;
    }
    reader.take(&["if", "not", "exists"]);
    let name = if reader.take(&["on"]) {
        None
    } else {
        let name = reader.name()?;
        reader.take(&["on"]);
        Some(name)
    };
    reader.take(&["only"]);
    Some(Concurrent::Create {
        name,
        table: reader.name()?,
    })
}

/// Whether the statement builds an index that it names.
pub(crate) fn is_named(sql: &str) -> bool {
    matches!(concurrent(sql), Some(Concurrent::Create { name: Some(_), .. }))
}

fn detach(mut reader: WordReader<'_>) -> Option<Concurrent> {
    reader.take(&["if", "exists"]);
    reader.take(&["only"]);
    let table = reader.name()?;
    if !reader.take(&["detach", "partition"]) {
        return None;
    }
    let partition = reader.name()?;
    let is_concurrent = reader.take(&["concurrently"]);
    is_concurrent.then_some(Concurrent::Detach { table, partition })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_built_concurrently_is_known_by_name_and_table() {
        let create = |name: Option<&str>, table: &str| {
            Some(Concurrent::Create {
                name: name.map(str::to_owned),
                table: table.to_owned(),
            })
        };
        for (sql, expected) in [
            ("CREATE INDEX CONCURRENTLY i ON t (a)", create(Some("i"), "t")),
            (
                "create unique index /* x */ concurrently if not exists \"I\" on only s.\"T\" using btree (a)",
                create(Some("\"I\""), "s.\"T\""),
            ),
            ("CREATE INDEX CONCURRENTLY ON app.t (a)", create(None, "app.t")),
            (
                "DROP INDEX CONCURRENTLY IF EXISTS a, s.b CASCADE",
                Some(Concurrent::Drop {
                    names: vec!["a".into(), "s.b".into()],
                }),
            ),
            ("REINDEX INDEX CONCURRENTLY i", Some(Concurrent::Reindex)),
            (
                "ALTER TABLE IF EXISTS s.t DETACH PARTITION \"P\" CONCURRENTLY",
                Some(Concurrent::Detach {
                    table: "s.t".into(),
                    partition: "\"P\"".into(),
                }),
            ),
            ("ALTER TABLE t DETACH PARTITION p FINALIZE", None),
            ("CREATE INDEX i ON t (a)", None),
            ("VACUUM t", None),
        ] {
            assert_eq!(concurrent(sql), expected, "{sql}");
        }
    }
}
