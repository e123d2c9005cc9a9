//! The schema between one migration and the next, on the way down and on the way up.
//!
//! Comparing only the ends would miss most: a down script that forgets its index is forgiven by the one below it, which drops
//! the table. So what each down script leaves is held against what stood before its up script ran.

use migration_core::{Applied, Undone};
use schema_contract::{Diff, Scope, Snapshot, diff, fingerprint, snapshot};
use sqlx::PgConnection;

/// Somebody who looks at the database between two migrations.
pub(super) trait Watch {
    /// After a migration was undone.
    async fn undone(&mut self, one: &Undone);
    /// After a migration was applied again.
    async fn applied(&mut self, one: &Applied);
}

/// A migration, as the ledger calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) component: String,
    pub(super) file: String,
}

impl Named {
    fn is(&self, component: &str, file: &str) -> bool {
        self.component == component && self.file == file
    }
}

/// The fingerprints of all levels.
pub(super) struct Levels {
    connection: PgConnection,
    down: Vec<(Named, Option<String>)>,
    up: Vec<Option<String>>,
}

/// A migration whose down script does not lead back, and the one below it.
#[derive(Debug, Clone)]
pub(super) struct Culprit {
    pub(super) migration: Named,
    below: Named,
}

impl Levels {
    pub(super) fn new(connection: PgConnection) -> Self {
        Self {
            connection,
            down: Vec::new(),
            up: Vec::new(),
        }
    }

    /// The newest migration whose down script left another schema than the one its up script began with.
    ///
    /// The lowest level is both at once, since there the way up begins; so there is always one below.
    pub(super) fn culprit(&self) -> Option<Culprit> {
        let levels = self.down.windows(2).zip(1..).filter_map(|(pair, undone)| {
            let [(migration, left), (below, _)] = pair else {
                return None;
            };
            // The way up has come as far when everything below is applied again.
            let before = self.up.get(self.down.len() - undone - 1)?;
            let differ = left.is_some() && before.is_some() && left != before;
            let (migration, below) = (migration.clone(), below.clone());
            differ.then_some(Culprit { migration, below })
        });
        levels.into_iter().next()
    }
}

impl Watch for Levels {
    async fn undone(&mut self, one: &Undone) {
        let seen = fingerprint(&mut self.connection).await.ok();
        let (component, file) = (one.component.clone(), one.file.clone());
        self.down.push((Named { component, file }, seen));
    }

    async fn applied(&mut self, _: &Applied) {
        let seen = fingerprint(&mut self.connection).await.ok();
        self.up.push(seen);
    }
}

/// The schema as a whole on both sides of one migration.
pub(super) struct Sides {
    connection: PgConnection,
    scope: Scope,
    culprit: Culprit,
    left: Option<Snapshot>,
    before: Option<Snapshot>,
}

impl Sides {
    pub(super) fn new(connection: PgConnection, scope: Scope, culprit: Culprit) -> Self {
        Self {
            connection,
            scope,
            culprit,
            left: None,
            before: None,
        }
    }

    /// What the down script leaves.
    pub(super) fn difference(&self) -> Option<Diff> {
        let left = diff(self.before.as_ref()?, self.left.as_ref()?);
        (!left.is_empty()).then_some(left)
    }
}

/// Reads the schema after the migration is undone, and after the one below it is applied again.
impl Watch for Sides {
    async fn undone(&mut self, one: &Undone) {
        if self.culprit.migration.is(&one.component, &one.file) {
            self.left = snapshot(&mut self.connection, &self.scope).await.ok();
        }
    }

    async fn applied(&mut self, one: &Applied) {
        if self.culprit.below.is(&one.component, &one.file) {
            self.before = snapshot(&mut self.connection, &self.scope).await.ok();
        }
    }
}
