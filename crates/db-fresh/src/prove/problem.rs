//! What the proof found.

use std::io;

use diagnostic::{Explain, Fact, Place};
use migration_core::{SqlCause, SqlFailure};
use schema_contract::Diff;

use super::sessions::SessionState;
use crate::exit::Exit;

const UNDO_EXACTLY: &str = "make the down script undo exactly what the up script does";

/// What the proof found, beyond what the crates below report themselves.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProofProblem {
    /// A second run applied something.
    #[error("a second run applied {} again", .files.join(", "))]
    NotSettled {
        /// The migrations that ran again.
        files: Vec<String>,
    },
    /// The server refused a statement of a down script.
    #[error("{}", .0.message)]
    DownFailed(Box<SqlFailure>),
    /// An up script ran once, and fails after its down script ran.
    #[error("{}", .0.message)]
    NotReapplied(Box<SqlFailure>),
    /// Rolling back and applying again leaves another schema.
    #[error("{}", irreversible(.file.as_deref(), .left.as_ref()))]
    Irreversible {
        /// The migration whose down script does not undo it, where one could be named.
        file: Option<String>,
        /// Its down script.
        place: Option<Place>,
        /// What it leaves, where that could be read.
        left: Option<Diff>,
    },
    /// A file depends on what one before it left in the session.
    #[error("{}", .0.what())]
    SessionState(Box<SessionState>),
    /// A folder has no contract to record.
    #[error("a folder has no contract; name a component instead")]
    FolderHasNoContract,
    /// A name that is to run late fits no migration, or several.
    #[error("{}", which_late(.name, *.fitting))]
    WhichLate {
        /// The name.
        name: String,
        /// How many migrations fit.
        fitting: usize,
    },
    /// No branch to compare with.
    #[error("no branch to compare `{folder}` with")]
    NoBase {
        /// The folder of the migrations.
        folder: String,
        /// The revisions that were looked for.
        looked_for: Vec<&'static str>,
    },
    /// Migrations that come late make another schema than in their place.
    #[error("{} make another schema when they run last: {}", quoted(.files), .difference.summary())]
    OrderMatters {
        /// The migrations.
        files: Vec<String>,
        /// The first one's path.
        path: Option<String>,
        /// What differs when they run last.
        difference: Box<Diff>,
    },
    /// The command that was to run on the fresh database cannot be started.
    #[error("cannot run `{program}`")]
    CommandNotRun {
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
}

fn irreversible(file: Option<&str>, left: Option<&Diff>) -> String {
    let summary = left.map(summary).unwrap_or_default();
    match file {
        Some(file) => format!("the down script of `{file}` does not undo it{summary}"),
        None => format!("the schema is another one after rolling back and applying again{summary}"),
    }
}

/// How many objects differ, and which ones.
fn summary(left: &Diff) -> String {
    const MOST: usize = 3;
    let mut names: Vec<String> = left
        .objects()
        .take(MOST)
        .map(|object| format!("`{object}`"))
        .collect();
    if left.objects.len() > MOST {
        names.push("others".into());
    }
    format!(": {} ({})", left.summary(), names.join(", "))
}

fn which_late(name: &str, fitting: usize) -> String {
    if fitting == 0 {
        format!("there is no migration `{name}`")
    } else {
        format!("several components have a migration `{name}`; give its path")
    }
}

fn quoted(files: &[String]) -> String {
    let quoted: Vec<_> = files.iter().map(|file| format!("`{file}`")).collect();
    quoted.join(", ")
}

/// The lines of a difference, each a fact of this label.
fn lines(label: &str, difference: &Diff) -> Vec<Fact> {
    let text = difference.render();
    text.lines()
        .map(|line| Fact::new(label, line.trim_end()))
        .collect()
}

impl ProofProblem {
    /// The code of a file that depends on the session of the files before it.
    pub(super) const SESSION_STATE: &str = "migration/session-state";

    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::FolderHasNoContract | Self::WhichLate { .. } | Self::NoBase { .. } => Exit::Usage,
            Self::CommandNotRun { .. } => Exit::NotInstalled,
            _ => Exit::Migration,
        }
    }
}

impl Explain for ProofProblem {
    fn code(&self) -> &'static str {
        match self {
            Self::NotSettled { .. } => "migration/not-settled",
            Self::DownFailed(_) => "migration/down-failed",
            Self::NotReapplied(_) => "migration/not-reapplied",
            Self::Irreversible { .. } => "migration/irreversible",
            Self::SessionState(_) => Self::SESSION_STATE,
            Self::FolderHasNoContract => "contract/folder",
            Self::WhichLate { .. } => "late/which",
            Self::NoBase { .. } => "late/no-base",
            Self::OrderMatters { .. } => "late/order-matters",
            Self::CommandNotRun { .. } => "command/not-run",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::DownFailed(failure) | Self::NotReapplied(failure) => Some(failure.place.clone()),
            Self::Irreversible { place, .. } => place.clone(),
            Self::SessionState(state) => Some(state.place()),
            Self::OrderMatters { path, .. } => path.clone().map(Place::file),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        match self {
            Self::DownFailed(failure) | Self::NotReapplied(failure) => {
                migration_core::Error::Sql(failure.clone()).facts()
            }
            Self::Irreversible { left: Some(left), .. } => lines("left", left),
            Self::SessionState(state) => state.facts(),
            Self::NoBase { looked_for, .. } => vec![Fact::new("looked for", looked_for.join(", "))],
            Self::OrderMatters { difference, .. } => lines("when late", difference),
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::NotSettled { .. } => {
                "a migration that removes its own row of the ledger runs at every deployment"
            }
            Self::DownFailed(_) => "a rollback in production would end here",
            Self::NotReapplied(_) => "it ran before: the down scripts did not undo all of it",
            Self::Irreversible { .. } => {
                "after a rollback and a second deployment production would differ from a new database"
            }
            Self::SessionState(state) => return Some(state.why()),
            Self::OrderMatters { .. } => "databases that run them late would differ from new ones for good",
            _ => return None,
        };
        Some(why.into())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::SessionState(state) => return state.hints(),
            Self::DownFailed(failure) | Self::NotReapplied(failure)
                if failure.cause == Some(SqlCause::LedgerGone) =>
            {
                return migration_core::Error::Sql(failure.clone()).hints();
            }
            Self::DownFailed(_) | Self::NotReapplied(_) | Self::Irreversible { .. } => UNDO_EXACTLY,
            Self::NoBase { .. } => {
                "name the branch with `--base REVISION`, or the files behind `--prove-late`"
            }
            Self::OrderMatters { .. } => {
                "give them numbers after the highest, so that they run last everywhere"
            }
            _ => return Vec::new(),
        };
        vec![hint.into()]
    }
}
