//! What this process still has to remove: the folders of servers that are being stopped, and scratch databases on servers that others
//! use too.
//!
//! Dropping a value does not wait. A program that is about to end calls [`clean_up`], however it came to its end.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Child,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use sqlx::{Executor, PgConnection};

/// The connection over which a database is created, and dropped. Nothing once it is closed.
pub(crate) type Session = Arc<tokio::sync::Mutex<Option<PgConnection>>>;

/// Between two looks at whether a folder is gone.
const PAUSE: Duration = Duration::from_millis(2);

/// What is still to be removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Left {
    /// Folders of private servers. Each has a process of its own that removes it.
    pub folders: Vec<PathBuf>,
    /// Scratch databases on servers that others use too. The next run on the server drops them.
    pub databases: Vec<String>,
}

impl Left {
    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty() && self.databases.is_empty()
    }
}

/// A watchdog that was told to end, the folder that it removes, and how that is done where somebody has killed it.
struct Leaving {
    watchdog: Child,
    folder: PathBuf,
    remove: fn(&Path),
}

impl Leaving {
    fn is_over(&mut self) -> bool {
        if let Ok(None) = self.watchdog.try_wait() {
            return false;
        }
        if self.folder.exists() {
            (self.remove)(&self.folder);
        }
        true
    }
}

static FOLDERS: Mutex<Vec<Leaving>> = Mutex::new(Vec::new());

/// Scratch databases by name.
static DATABASES: Mutex<BTreeMap<String, Session>> = Mutex::new(BTreeMap::new());

fn lock<T>(of: &'static Mutex<T>) -> MutexGuard<'static, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A watchdog was told to end.
pub(crate) fn folder(watchdog: Child, folder: PathBuf, remove: fn(&Path)) {
    let mut folders = lock(&FOLDERS);
    folders.push(Leaving {
        watchdog,
        folder,
        remove,
    });
    // So that a process with many servers has neither a long list nor processes that nobody waits for.
    folders.retain_mut(|leaving| !leaving.is_over());
}

/// A scratch database is about to be created over this connection.
pub(crate) fn database(name: &str, session: &Session) {
    lock(&DATABASES).insert(name.to_owned(), Arc::clone(session));
}

/// A scratch database is dropped, or is to stay.
pub(crate) fn forget(name: &str) {
    lock(&DATABASES).remove(name);
}

/// All scratch databases whose names contain this are to stay.
pub(crate) fn forget_all(part: &str) {
    lock(&DATABASES).retain(|name, _| !name.contains(part));
}

/// What is still to be removed, at this moment.
pub fn left() -> Left {
    let mut folders = lock(&FOLDERS);
    folders.retain_mut(|leaving| !leaving.is_over());
    Left {
        folders: folders.iter().map(|leaving| leaving.folder.clone()).collect(),
        databases: lock(&DATABASES).keys().cloned().collect(),
    }
}

/// Drops the scratch databases that were neither dropped nor kept, waits until the servers that were dropped are gone, and returns what
/// is left after that time.
pub async fn clean_up(at_most: Duration) -> Left {
    let deadline = Instant::now() + at_most;
    let databases: Vec<_> = {
        let known = lock(&DATABASES);
        known
            .iter()
            .map(|(name, session)| (name.clone(), Arc::clone(session)))
            .collect()
    };
    for (name, session) in databases {
        let left = deadline.saturating_duration_since(Instant::now());
        if let Ok(true) = tokio::time::timeout(left, drop_over(&session, &name)).await {
            forget(&name);
        }
    }
    while !left().folders.is_empty() && Instant::now() < deadline {
        tokio::time::sleep(PAUSE).await;
    }
    left()
}

/// Whether it is dropped. The connection is free only once the database is created.
async fn drop_over(session: &Session, name: &str) -> bool {
    let mut session = session.lock().await;
    let Some(connection) = session.as_mut() else {
        return false;
    };
    let statement = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
    connection.execute(sqlx::AssertSqlSafe(statement)).await.is_ok()
}
