//! The schema between one migration and the next, on the way down and on the way up.
//!
//! Comparing only the ends would miss most: a down script that forgets its index is forgiven by the one below it, which drops
//! the table. So what each down script leaves is held against what stood before its up script ran.

use migration_core::Progress;
use schema_contract::{Diff, Scope, Snapshot, diff, fingerprint, snapshot};
use sqlx::PgConnection;
use tokio::{runtime::Handle, task::block_in_place};

/// How closely the levels are looked at.
pub(super) enum Look {
    /// By fingerprint: quick enough for every run.
    Quick,
    /// As a whole, to show the difference.
    Whole,
}

/// The schema, read after each migration that was undone or applied again.
pub(super) struct Levels {
    connection: PgConnection,
    scope: Scope,
    look: Look,
    down: Vec<(String, Seen)>,
    up: Vec<Seen>,
}

/// What was seen at a level. Where the catalog could not be read the run itself will say why.
#[derive(PartialEq)]
enum Seen {
    Fingerprint(String),
    Whole(Snapshot),
    Nothing,
}

/// A migration whose down script does not lead back, and what it leaves.
pub(super) struct Culprit {
    pub(super) file: String,
    pub(super) left: Diff,
}

impl Levels {
    pub(super) fn new(connection: PgConnection, scope: Scope, look: Look) -> Self {
        Self {
            connection,
            scope,
            look,
            down: Vec::new(),
            up: Vec::new(),
        }
    }

    /// Reads the schema while the runner waits: it tells of each migration after its commit and before the next one.
    pub(super) fn watch(&mut self, progress: Progress) {
        match progress {
            Progress::Undone(one) => {
                let seen = self.read();
                self.down.push((one.file, seen));
            }
            Progress::Applied(_) => {
                let seen = self.read();
                self.up.push(seen);
            }
            _ => {}
        }
    }

    fn read(&mut self) -> Seen {
        let (connection, scope) = (&mut self.connection, &self.scope);
        let reading = async {
            match self.look {
                Look::Quick => fingerprint(connection).await.map(Seen::Fingerprint),
                Look::Whole => snapshot(connection, scope).await.map(Seen::Whole),
            }
        };
        block_in_place(|| Handle::current().block_on(reading)).unwrap_or(Seen::Nothing)
    }

    /// Each migration with what its down script left and what its up script began with, the oldest first. The lowest level is
    /// both at once: there the way up begins.
    fn pairs(&self) -> impl DoubleEndedIterator<Item = (&str, &Seen, &Seen)> {
        let lowest = self.down.last().map(|(_, seen)| seen);
        let before: Vec<_> = lowest.into_iter().chain(&self.up).collect();
        let down: Vec<_> = self.down.iter().rev().take(before.len()).collect();
        down.into_iter()
            .zip(before)
            .map(|((file, left), before)| (file.as_str(), left, before))
    }

    /// Whether some level differs.
    pub(super) fn differ(&self) -> bool {
        self.pairs().any(|(_, left, before)| left != before)
    }

    /// The newest migration whose down script left another schema than the one its up script began with.
    pub(super) fn culprit(&self) -> Option<Culprit> {
        self.pairs().rev().find_map(|(file, left, before)| {
            let (Seen::Whole(left), Seen::Whole(before)) = (left, before) else {
                return None;
            };
            let left = diff(before, left);
            (!left.is_empty()).then(|| Culprit {
                file: file.to_owned(),
                left,
            })
        })
    }
}
