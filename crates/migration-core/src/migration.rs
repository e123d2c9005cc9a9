//! One migration as data: what a folder says, before any database is asked.
//!
//! Left out on purpose: whether it is applied. That is the ledger's word, and the plan brings the two together.

use std::path::PathBuf;

use diagnostic::Place;

use crate::{
    NearMiss, Statement, Version,
    lex::{Token, TokenKind, leaves_session_alone, place, tokens},
};

/// One migration: its up script, and its down script where there is one.
#[derive(Debug, Clone)]
pub struct Migration {
    /// What orders it.
    pub version: Version,
    /// What the ledger calls it: the up file's name (`0003_add_invoices.up.sql`), or the folder's name for
    /// formats with a folder each.
    pub filename: String,
    /// The words of the name, for people: `add_invoices`.
    pub description: String,
    /// What applies it.
    pub up: Script,
    /// What undoes it.
    pub down: Option<Script>,
    /// The environments it may run in; `None` means all of them, the protected ones included.
    pub only: Option<Vec<String>>,
    /// The environments that its down script may run in, where that has a file of its own; `None` means all of them.
    pub down_only: Option<Vec<String>>,
    /// In a folder of somebody else: comments that nearly limit where it may run.
    pub near_misses: Vec<NearMiss>,
}

/// SQL to run, and where each byte of it came from.
#[derive(Debug, Clone)]
pub struct Script {
    /// The file, as a person would type its path.
    pub file: PathBuf,
    /// The file's text as read (BOM taken off), for error messages.
    pub text: String,
    /// What is sent to the server. Directives, psql-only lines and an enclosing BEGIN and COMMIT are blanked out with spaces
    /// rather than removed, so that offsets stay; only substitution (placeholders) moves them.
    pub sql: String,
    /// Where offsets of `sql` lie in `text`: pairs (offset in `sql`, offset in `text`), ascending, each valid up to the next. Starts with (0, 0).
    pub origins: Vec<(usize, usize)>,
    /// The statements of `sql`, in order, empty ones left out.
    pub statements: Vec<Statement>,
    /// Whether it runs in a transaction.
    pub mode: Mode,
    /// Whether the tool of its format sends statements of it together that may end transactions, which the server then refuses.
    pub(crate) in_one_message: bool,
    /// SHA-256 over the exact bytes of the file.
    pub checksum: [u8; 32],
    /// SHA-256 over the text without differences of BOM, line ends and comments outside literals.
    pub neutral_checksum: [u8; 32],
}

/// How a script runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// One transaction, together with its ledger row.
    Transactional,
    /// Statement by statement, each recorded; the reason is for people (`CREATE INDEX CONCURRENTLY`, a directive).
    NonTransactional {
        /// What makes it so.
        reason: String,
    },
}

impl Script {
    /// The place in the file that an offset in [`Script::sql`] came from, as line, column and source line.
    ///
    /// Inside a value that was put in, it is the place where it was put in.
    pub fn place(&self, offset_in_sql: usize) -> Place {
        let offset = self.text_offset(offset_in_sql);
        place(self.file.display().to_string(), &self.text, offset)
    }

    /// Whether the session may be another one after it: settings, role, temporary objects and the like. Plain DDL leaves nothing; of
    /// what may run somebody's function it is not known, and the answer is `true`.
    pub fn may_leave_session_state(&self) -> bool {
        let mut statements = self.statements.iter();
        !statements.all(|statement| leaves_session_alone(&self.sql[statement.start..statement.end]))
    }

    /// Whether it may say, by itself or by a function that it makes, with which settings new sessions begin.
    pub(crate) fn may_change_defaults(&self) -> bool {
        let sql = self.sql.to_ascii_lowercase();
        let is_it = |after: &str| {
            let after = after.trim_start();
            ["database", "role", "user"]
                .iter()
                .any(|word| after.starts_with(word))
        };
        sql.split("alter").skip(1).any(is_it) || sql.contains("pg_db_role_setting")
    }

    /// The first string without `E` that has a backslash. Where `standard_conforming_strings` is off, it ends elsewhere.
    pub(crate) fn plain_backslash(&self) -> Option<usize> {
        memchr::memchr(b'\\', self.sql.as_bytes())?;
        let is_it = |token: &Token| {
            let text = &self.sql[token.start..token.end];
            token.kind == TokenKind::Text && text.starts_with(['\'', 'n', 'N']) && text.contains('\\')
        };
        tokens(&self.sql).find(is_it).map(|token| token.start)
    }

    pub(crate) fn has_plain_backslash(&self) -> bool {
        self.plain_backslash().is_some()
    }

    /// The offset in [`Script::text`] that an offset in [`Script::sql`] came from.
    pub(crate) fn text_offset(&self, offset_in_sql: usize) -> usize {
        let next = self
            .origins
            .partition_point(|&(in_sql, _)| in_sql <= offset_in_sql);
        let Some(&(in_sql, in_text)) = self.origins[..next].last() else {
            return offset_in_sql;
        };
        let offset = in_text + (offset_in_sql - in_sql);
        // A value may be longer than what it replaced.
        match self.origins.get(next) {
            Some(&(_, end)) if offset >= end => in_text,
            _ => offset,
        }
    }
}
