//! A database for one test: dropped when the test has passed, kept when it failed.

use std::{fmt, ops::Deref, sync::Arc, thread, time::Duration};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{
    admin::Admin,
    announce::announce,
    background::DROPS,
    backlog::WAITING,
    database::Database,
    kept::{KeptDatabase, mark},
};
use crate::{Error, runtime};

/// Makes the server outlive the process. Returns the command that stops it, where it is the process's own.
type Keeping = dyn Fn() -> Option<String> + Send + Sync;

/// What is done to keep the databases of failed tests; where there is nothing, they are dropped as the others are.
#[derive(Clone)]
pub(crate) struct Keep(pub(crate) Option<Arc<Keeping>>);

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keep").field(&self.0.is_some()).finish()
    }
}

/// How long a test that failed waits until its database is marked.
const MARKING: Duration = Duration::from_secs(10);

/// A database for one test. When the value goes it is dropped, in the background. Where the test panicked it stays, and a line in the
/// test's output says how to connect.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
    admin: Admin,
    keep: Keep,
}

impl TestDatabase {
    pub(crate) fn new(database: Database, admin: &Admin, keep: &Keep) -> Self {
        Self {
            database,
            admin: admin.clone(),
            keep: keep.clone(),
        }
    }

    /// A connection to it, as the server's superuser.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn connect(&self) -> Result<PgConnection, Error> {
        PgConnection::connect_with(&self.options())
            .await
            .map_err(Error::sql("connect to the test's database"))
    }

    /// A pool of connections to it, opened when they are needed.
    pub fn pool(&self) -> sqlx::PgPool {
        sqlx::postgres::PgPoolOptions::new()
            .max_connections(5)
            .connect_lazy_with(self.options())
    }

    /// How to connect to it.
    pub fn options(&self) -> PgConnectOptions {
        self.database.options().clone()
    }

    /// Its URL with everything in it, for programs that a test starts.
    pub fn url(&self) -> String {
        self.database.url().expose().to_string()
    }

    /// Marks it, so that the program that runs the tests leaves the server running, and prints how to reach it. Blocks the thread: the
    /// process may end as soon as the test does.
    fn keep(&self, keep: &Keeping) {
        let how_to_stop = keep();
        let kept = KeptDatabase {
            test: thread::current().name().unwrap_or("a test").to_owned(),
            url: self.database.url(),
        };
        let statement = mark(self.database.name(), &kept.test);
        let admin = self.admin.clone();
        let marking = async move {
            let _ = admin.execute("mark a database".into(), statement).await;
        };
        runtime::run_blocking(marking, MARKING);
        announce(&kept, how_to_stop.as_deref());
    }
}

impl Deref for TestDatabase {
    type Target = Database;

    fn deref(&self) -> &Database {
        &self.database
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(keep) = self.keep.0.as_deref().filter(|_| thread::panicking()) {
            self.keep(keep);
            return;
        }
        let name = self.database.name();
        let what = format!("drop the database `{name}`");
        let statement = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        let (admin, waiting) = (self.admin.clone(), WAITING.add());
        runtime::spawn(async move {
            let permit = DROPS.permit().await;
            // A failure has no consequence: on a private server the database goes with the server, and on another one the next process
            // drops it.
            let _ = admin.execute(what, statement).await;
            drop((permit, waiting));
        });
    }
}
