//! What the comparison found, as data and in words.

use diagnostic::{Fact, Place};
use migration_core::{Format, SqlFailure};
use schema_contract::Diff;

/// A file whose result depends on what a file before it left in the session.
#[derive(Debug)]
pub struct SessionState {
    /// Whose tool keeps the session.
    pub format: Format,
    /// The file that depends on it.
    pub file: String,
    /// Its path.
    pub path: String,
    /// The file that leaves it, where that could be shown.
    pub left_by: Option<String>,
    /// What that file leaves in the session, each in words.
    pub left: Vec<String>,
    /// What depends on it.
    pub difference: Difference,
}

/// What depends on the session of the files before.
#[derive(Debug)]
pub enum Difference {
    /// The file works in that session, and fails in one of its own.
    OnlyKept(Box<SqlFailure>),
    /// The file works in a session of its own, and fails in that one.
    OnlyIsolated(Box<SqlFailure>),
    /// It works in both and has other results.
    Results {
        /// What differs in the schema in that session.
        schema: Box<Diff>,
        /// What differs in rows: tables, columns and sequences, each in words.
        rows: Vec<String>,
    },
}

impl Difference {
    /// A word for it, for programs.
    pub(in crate::prove) fn word(&self) -> &'static str {
        match self {
            Self::OnlyKept(_) => "only-kept",
            Self::OnlyIsolated(_) => "only-isolated",
            Self::Results { .. } => "differ",
        }
    }
}

impl SessionState {
    /// What happened, in a sentence.
    pub(in crate::prove) fn what(&self) -> String {
        let file = &self.file;
        let what = match &self.difference {
            Difference::OnlyKept(_) => format!("`{file}` works only in the session of"),
            Difference::OnlyIsolated(_) => format!("`{file}` fails in the session of"),
            Difference::Results { .. } => format!("`{file}` has other results in the session of"),
        };
        match &self.left_by {
            Some(left_by) => format!("{what} `{left_by}`, which leaves {}", self.left.join(", ")),
            None => format!("{what} the files before it"),
        }
    }

    pub(in crate::prove) fn place(&self) -> Place {
        match &self.difference {
            Difference::OnlyKept(failure) | Difference::OnlyIsolated(failure) => failure.place.clone(),
            Difference::Results { .. } => Place::file(self.path.clone()),
        }
    }

    pub(in crate::prove) fn facts(&self) -> Vec<Fact> {
        match &self.difference {
            Difference::OnlyKept(failure) => vec![refusal("in a session of its own", failure)],
            Difference::OnlyIsolated(failure) => vec![refusal("in that session", failure)],
            Difference::Results { schema, rows } => {
                let text = schema.render();
                let lines = text
                    .lines()
                    .map(|line| Fact::new("in that session", line.trim_end()));
                let rows = rows.iter().map(|row| Fact::new("rows in that session", row));
                lines.chain(rows).collect()
            }
        }
    }

    pub(in crate::prove) fn why(&self) -> String {
        let (format, file) = (self.format, &self.file);
        match &self.difference {
            Difference::OnlyIsolated(_) => {
                format!("{format} applies all pending files in one session: on a new database it ends there")
            }
            _ => format!(
                "{format} applies all pending files in one session, and a deployment of `{file}` alone begins with a new one"
            ),
        }
    }

    pub(in crate::prove) fn hints(&self) -> Vec<String> {
        let file = &self.file;
        let first = match (&self.difference, &self.left_by) {
            (Difference::OnlyKept(_), _) => {
                format!("let `{file}` set or create what it needs itself")
            }
            (_, Some(left_by)) => format!(
                "let `{left_by}` take it back at its end: `RESET`, `DROP`, `DEALLOCATE`, or `SET LOCAL` from the start"
            ),
            _ => format!("let `{file}` set what it depends on itself"),
        };
        let second = "or say how files run: `sessions = \"isolated\"` or `sessions = \"kept\"` for the component in `db-fresh.toml`, \
                      `--sessions` for a folder";
        vec![first, second.into()]
    }
}

fn refusal(label: &str, failure: &SqlFailure) -> Fact {
    Fact::new(
        label,
        format!("{} (SQLSTATE {})", failure.message, failure.sqlstate),
    )
}
