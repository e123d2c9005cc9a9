//! A database for one test: dropped when the test has passed, kept when it failed.

use std::{fmt, io::Write, ops::Deref, sync::Arc, thread, time::Duration};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{admin::Admin, background::DROPS, backlog::WAITING, database::Database, kept::mark};
use crate::{Error, runtime};

/// What becomes of the databases of failed tests. Makes the server outlive the process, and says how to end it.
#[derive(Clone)]
pub(crate) struct Keep(pub(crate) Option<Arc<dyn Fn() -> Option<String> + Send + Sync>>);

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keep").field(&self.0.is_some()).finish()
    }
}

/// How long a test that failed waits until its database is marked.
const MARKING: Duration = Duration::from_secs(10);

/// A database for one test. When the value goes it is dropped, in the background; where the test panicked it stays, and a line on
/// standard error says how to connect.
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

    /// Says how to connect, and marks it so that whoever runs the tests knows that the server has to stay.
    fn keep(&self) {
        let Some(keep) = &self.keep.0 else { return };
        let stop = keep();
        let test = thread::current().name().unwrap_or("a test").to_owned();
        let name = self.database.name();
        let statement = mark(name, &test);
        let admin = self.admin.clone();
        let marking = async move {
            let _ = admin.execute("mark a database".into(), statement).await;
        };
        runtime::run_blocking(marking, MARKING);
        let end = stop
            .map(|stop| format!("; end its server with `{stop}`"))
            .unwrap_or_default();
        // Not by the macro: a test's captured output is printed late or not at all, and this is the way back to the data.
        let _ = writeln!(
            std::io::stderr(),
            "the database of `{test}` is kept: psql '{}'{end}",
            self.database.url()
        );
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
        if thread::panicking() && self.keep.0.is_some() {
            self.keep();
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
