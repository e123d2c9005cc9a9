//! What the text of a statement says about the objects it makes or drops.
//!
//! Left out on purpose: everything but names. The catalog says the rest.

use crate::{
    Script,
    lex::{Token, TokenKind, tokens},
};

/// A statement that builds or removes an index concurrently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Concurrent {
    /// `CREATE INDEX CONCURRENTLY`; without a name the server makes one.
    Create { name: Option<String>, table: String },
    /// `DROP INDEX CONCURRENTLY`.
    Drop { names: Vec<String> },
    /// `REINDEX … CONCURRENTLY`, which can be run again.
    Reindex,
}

/// The tokens that mean something.
fn significant(sql: &str) -> Vec<Token> {
    tokens(sql).filter(|token| !token.is_trivia()).collect()
}

fn is(sql: &str, token: Token, word: &str) -> bool {
    token.kind == TokenKind::Word && sql[token.start..token.end].eq_ignore_ascii_case(word)
}

/// A reader of words and names.
struct Reader<'s> {
    sql: &'s str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'s> Reader<'s> {
    fn new(sql: &'s str) -> Self {
        Self {
            sql,
            tokens: significant(sql),
            at: 0,
        }
    }

    fn take(&mut self, words: &[&str]) -> bool {
        let fits = words.iter().enumerate().all(|(offset, word)| {
            self.tokens
                .get(self.at + offset)
                .is_some_and(|&token| is(self.sql, token, word))
        });
        if fits {
            self.at += words.len();
        }
        fits
    }

    fn peek(&self) -> Option<&'s str> {
        self.tokens
            .get(self.at)
            .map(|token| &self.sql[token.start..token.end])
    }

    /// A name with its schema, as it is written: `to_regclass` reads it the same way.
    fn name(&mut self) -> Option<String> {
        let mut name = self.peek()?.to_owned();
        self.at += 1;
        while self.peek() == Some(".") {
            self.at += 1;
            name.push('.');
            name.push_str(self.peek()?);
            self.at += 1;
        }
        Some(name)
    }
}

/// What a concurrent statement is about, where it is one.
pub(crate) fn concurrent(sql: &str) -> Option<Concurrent> {
    let mut reader = Reader::new(sql);
    if reader.take(&["reindex"]) {
        return Some(Concurrent::Reindex);
    }
    if reader.take(&["drop", "index", "concurrently"]) {
        reader.take(&["if", "exists"]);
        let mut names = vec![reader.name()?];
        while reader.peek() == Some(",") {
            reader.at += 1;
            names.push(reader.name()?);
        }
        return Some(Concurrent::Drop { names });
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

/// Where, in [`Script::sql`], a statement creates an object of this name, schema or not.
pub(crate) fn creates(script: &Script, name: &str) -> Option<usize> {
    let statements = script.statements.iter();
    statements
        .map(|statement| (statement.start, &script.sql[statement.start..statement.end]))
        .find_map(|(start, sql)| {
            // Long bodies of routines need not be read to their end: the name stands near the beginning.
            let mut end = sql.len().min(200);
            while !sql.is_char_boundary(end) {
                end -= 1;
            }
            let mut reader = Reader::new(&sql[..end]);
            if !reader.take(&["create"]) {
                return None;
            }
            while [
                "or",
                "replace",
                "temp",
                "temporary",
                "unlogged",
                "global",
                "local",
                "materialized",
                "recursive",
                "foreign",
            ]
            .iter()
            .any(|word| reader.take(&[word]))
            {}
            let kinds = [
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
            if !kinds.iter().any(|kind| reader.take(&[kind])) {
                return None;
            }
            reader.take(&["if", "not", "exists"]);
            let made = reader.name()?;
            let plain = made.rsplit('.').next().unwrap_or(&made).trim_matches('"');
            plain.eq_ignore_ascii_case(name).then_some(start)
        })
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
            ("CREATE INDEX i ON t (a)", None),
            ("VACUUM t", None),
        ] {
            assert_eq!(concurrent(sql), expected, "{sql}");
        }
    }
}
