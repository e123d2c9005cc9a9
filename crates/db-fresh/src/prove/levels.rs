//! The schema between one migration and the next, on the way down and on the way up.
//!
//! Comparing only the ends would miss most: a down script that forgets its index is forgiven by the one below it, which drops
//! the table. So what each down script leaves is compared with what its up script begins with.

use migration_core::{Applied, Undone};
use schema_contract::{Diff, Fingerprint, Fingerprints};
use sqlx::PgConnection;

use super::inputs::Inputs;
use crate::schema::close;

/// A migration, as the ledger calls it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) component: String,
    pub(super) file: String,
}

impl From<&Undone> for Named {
    fn from(one: &Undone) -> Self {
        let (component, file) = (one.component.clone(), one.file.clone());
        Self { component, file }
    }
}

impl From<&Applied> for Named {
    fn from(one: &Applied) -> Self {
        let (component, file) = (one.component.clone(), one.file.clone());
        Self { component, file }
    }
}

/// The fingerprints of all levels. Where the catalogs cannot be read there are none.
pub(super) struct Levels {
    /// What takes them: one connection for the whole way, since it is the first look that costs most.
    connection: Option<PgConnection>,
    fingerprints: Option<Fingerprints>,
    /// How many looks there were before the one at the top.
    before_top: usize,
    top: Option<Fingerprint>,
    down: Vec<(Named, Option<Fingerprint>)>,
    up: Vec<Option<Fingerprint>>,
}

impl Levels {
    /// Begins with the schema before the first migration.
    pub(super) async fn begin(inputs: &Inputs<'_>) -> Self {
        let levels = Self::start(inputs).await;
        Self {
            before_top: 1,
            top: None,
            ..levels
        }
    }

    /// Reads the schema at the top, where that is not what it began with.
    pub(super) async fn reach_top(&mut self) {
        if self.before_top > 0 {
            self.top = self.see().await;
        }
    }

    /// Begins at the top.
    pub(super) async fn start(inputs: &Inputs<'_>) -> Self {
        let mut levels = Self {
            connection: None,
            fingerprints: None,
            before_top: 0,
            top: None,
            down: Vec::new(),
            up: Vec::new(),
        };
        if let Ok(mut connection) = inputs.reader.take(inputs.database.options()).await
            && let Ok((fingerprints, top)) =
                Fingerprints::start(&mut connection, &inputs.project.whole()).await
        {
            levels.connection = Some(connection);
            (levels.fingerprints, levels.top) = (Some(fingerprints), Some(top));
        }
        levels
    }

    /// Reads the schema after a migration was undone.
    pub(super) async fn undone(&mut self, one: &Undone) {
        let seen = self.see().await;
        self.down.push((Named::from(one), seen));
    }

    /// Reads the schema after a migration was applied again.
    pub(super) async fn applied(&mut self) {
        let seen = self.see().await;
        self.up.push(seen);
    }

    async fn see(&mut self) -> Option<Fingerprint> {
        let connection = self.connection.as_mut()?;
        self.fingerprints.as_mut()?.next(connection).await.ok()
    }

    pub(super) async fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            close(connection).await;
        }
    }

    /// The migrations that were undone, the newest first.
    pub(super) fn names(&self) -> Vec<Named> {
        self.down.iter().map(|(named, _)| named.clone()).collect()
    }

    /// The newest migration from which on down and up are not as far apart as they are at the top, judged by fingerprints alone.
    ///
    /// What the lowest down script leaves is there at every level of the way up, at the top too: it is not laid to those above.
    pub(super) fn suspect(&self) -> Option<Suspect<'_>> {
        let at_the_top = match (self.top, self.up.len() == self.down.len()) {
            (Some(top), true) => top.distance((*self.up.last()?)?),
            _ => (0, 0),
        };
        // The way up has come as far when everything below is applied again; it begins at the lowest level.
        let applied = |place: usize| self.down.len() - 1 - place;
        let differs = |place: usize, left: &Option<Fingerprint>| {
            let before = match applied(place) {
                0 => *left,
                applied => self.up.get(applied - 1).copied().flatten(),
            };
            left.zip(before)
                .is_some_and(|(left, before)| left.distance(before) != at_the_top)
        };
        let mut levels = self.down.iter().enumerate();
        let (place, (migration, _)) = levels.find(|(place, (_, left))| differs(*place, left))?;
        Some(Suspect {
            migration,
            looks: (
                self.before_top + self.down.len() + applied(place),
                self.before_top + place + 1,
            ),
            is_same_at_the_top: at_the_top == (0, 0),
        })
    }

    /// The objects in which the schema below all that was undone differs from the one before the first migration; nothing where one of
    /// them was not looked at.
    pub(super) fn difference_at_bottom(&self) -> Option<Diff> {
        let fingerprints = self.fingerprints.as_ref().filter(|_| self.before_top > 0)?;
        let (_, lowest) = self.down.last()?;
        lowest.as_ref()?;
        Some(fingerprints.difference(0, self.before_top + self.down.len()))
    }

    /// The objects in which what the suspect's down script left differs from what its up script found.
    pub(super) fn difference(&self, suspect: &Suspect<'_>) -> Diff {
        let (before, after) = suspect.looks;
        self.fingerprints
            .as_ref()
            .map_or_else(Diff::default, |fingerprints| {
                fingerprints.difference(before, after)
            })
    }
}

/// A migration whose down script seems not to undo it.
pub(super) struct Suspect<'l> {
    pub(super) migration: &'l Named,
    /// Before its up script ran again, and after its down script.
    looks: (usize, usize),
    /// Whether the schema at the top is the same as before.
    pub(super) is_same_at_the_top: bool,
}
