//! A statement that the server refused: where it stands in the file, and what may help.

use diagnostic::{Fact, Place};
use sqlx::postgres::PgDatabaseError;

use super::message::{Message, Part};
use crate::{
    Migration, Script, Statement,
    engine::{connection::server::offset, recover::index},
    lex::{Token, TokenKind, tokens},
};

/// A statement of a migration that the server refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFailure {
    /// The component.
    pub component: String,
    /// What the ledger calls the migration.
    pub file: String,
    /// The line and column, or the file alone where the server did not say and it cannot be counted.
    pub place: Place,
    /// The SQLSTATE.
    pub sqlstate: String,
    /// The server's message.
    pub message: String,
    /// Its detail, hint and context, as labelled facts.
    pub details: Vec<Fact>,
    /// What may help, beyond what the server said.
    pub hints: Vec<String>,
    /// What stands of it.
    pub aftermath: String,
    /// How many migrations this run had applied before.
    pub applied_before: usize,
}

/// What the server said of a message, brought back to the file.
pub(crate) struct Refused<'m> {
    pub(crate) error: &'m PgDatabaseError,
    pub(crate) message: &'m Message<'m>,
    /// How many statements of the message had ended well.
    pub(crate) completed: usize,
}

impl Refused<'_> {
    /// Where the refused statement stands in its file.
    pub(crate) fn place(&self, script: &Script) -> Place {
        let by_position = offset(self.error, &self.message.text).and_then(|at| self.message.in_script(at));
        if let Some((script, at)) = by_position {
            return script.place(at);
        }
        match self.message.parts.get(self.completed) {
            Some(Part::Statement { script, index }) => match script.statements.get(*index) {
                Some(statement) => script.place(self.named_in(script, *statement).unwrap_or(statement.start)),
                None => whole(script),
            },
            _ => whole(script),
        }
    }

    /// Where the statement says the name that the message is about. Most messages carry no position and name one thing.
    fn named_in(&self, script: &Script, statement: Statement) -> Option<usize> {
        let name = self.error.message().split('"').nth(1)?;
        let name = name.rsplit('.').next().unwrap_or(name);
        let sql = &script.sql[statement.start..statement.end];
        let is_it = |token: &Token| {
            let text = &sql[token.start..token.end];
            match token.kind {
                TokenKind::Word => text.eq_ignore_ascii_case(name),
                TokenKind::QuotedIdentifier => text.trim_matches('"') == name,
                _ => false,
            }
        };
        tokens(sql).find(is_it).map(|token| statement.start + token.start)
    }

    /// Whether it was the commit that failed: a deferred constraint.
    fn at_commit(&self) -> bool {
        matches!(self.message.parts.get(self.completed), Some(Part::Commit))
    }

    pub(crate) fn details(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut add = |label: &str, value: Option<&str>| {
            if let Some(value) = value {
                facts.push(Fact::new(label, value.lines().next().unwrap_or_default()));
            }
        };
        add("detail", self.error.detail());
        add("hint", self.error.hint());
        add("context", self.error.r#where());
        if self.at_commit() {
            facts.push(Fact::new("when", "at COMMIT, by a deferred constraint"));
        }
        facts
    }
}

fn whole(script: &Script) -> Place {
    Place::file(script.file.display().to_string())
}

/// What may help with a refusal, beyond what the server says.
///
/// 42P01 (no such table), 42704 (no such type), 42883 (no such function), 3F000 (no such schema): a later file may make it.
/// 42501 (right missing): the GRANT. 55P03, 40P01: somebody else's lock.
pub(crate) fn hints(error: &PgDatabaseError, later: &[(&str, &Migration)]) -> Vec<String> {
    hints_of(error.code(), error.message(), later)
}

/// The same from what is left of the error.
pub(crate) fn hints_of(sqlstate: &str, message: &str, later: &[(&str, &Migration)]) -> Vec<String> {
    match sqlstate {
        "42P01" | "42704" | "42883" | "3F000" => missing(message, later),
        "42501" => vec![
            "give the role the right it lacks, as its owner or a superuser: `GRANT CREATE ON SCHEMA … TO …` for new objects, ownership for changes".into(),
        ],
        "0A000" if message.contains("extension") => {
            vec!["install the extension on the server, or use a server that has it: `--database-url`".into()]
        }
        "42P07" | "42710" | "42701" | "42P06" => vec![
            "it is there already: was this database migrated by hand or by another tool?".into(),
        ],
        "55P03" | "40P01" => vec!["somebody else holds the lock; run it again when the database is less busy".into()],
        _ => Vec::new(),
    }
}

fn missing(message: &str, later: &[(&str, &Migration)]) -> Vec<String> {
    let Some(name) = message.split('"').nth(1) else {
        return Vec::new();
    };
    let plain = name.rsplit('.').next().unwrap_or(name);
    let maker = later.iter().find_map(|(component, migration)| {
        let at = index::creates(&migration.up, plain)?;
        let place = migration.up.place(at);
        Some(format!(
            "`{}` creates it in line {}, and runs later ({component}): the order is wrong",
            place.file,
            place.line.unwrap_or(1)
        ))
    });
    let nobody = || {
        format!(
            "no migration creates `{name}`: does the platform provide it? `--prelude FILE.sql` can stand in"
        )
    };
    vec![maker.unwrap_or_else(nobody)]
}
