//! What the statements of a file make for those behind them: nothing of it is there when these are checked.

use std::sync::Arc;

use db_fresh_sql_lexer::{TokenKind, tokens};

use super::Query;

/// The relations, types and routines that a file has made so far.
#[derive(Default)]
pub(super) struct Made {
    file: Arc<str>,
    names: Vec<String>,
}

impl Made {
    /// Goes on to a query: another file has made nothing yet.
    pub(super) fn enter(&mut self, query: &Query) {
        if *self.file != *query.file {
            self.file = query.file.as_str().into();
            self.names.clear();
        }
    }

    pub(super) fn add(&mut self, name: Option<String>) {
        self.names.extend(name.map(|name| last(&name)));
    }

    /// Whether this name was made.
    pub(super) fn has(&self, name: &str) -> bool {
        !self.names.is_empty() && self.names.contains(&last(name))
    }

    /// Whether the server misses something that a query names and that was made: which of its names is missing only the
    /// message tells.
    pub(super) fn explains(&self, error: &sqlx::Error, query: &Query) -> bool {
        let code = error
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code);
        let is_missing = matches!(code.as_deref(), Some("42P01" | "42704" | "42883"));
        is_missing
            && tokens(&query.sql).any(|token| {
                matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier)
                    && self.has(&query.sql[token.start..token.end])
            })
    }
}

/// The last part of a name, without quotes.
fn last(name: &str) -> String {
    let part = name.rsplit('.').next().unwrap_or(name);
    part.trim_matches('"').to_lowercase()
}
