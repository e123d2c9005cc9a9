//! The server of a test process, and databases that go with the tests.

use std::{ffi::OsString, ops::Deref, thread};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tokio::{runtime, sync::OnceCell};

use crate::{Choice, Config, Database, Error, Server, acquire, database};

/// Names a server that several test processes share, as `cargo xtask test` does.
const SHARED: &str = "DB_FRESH_TEST_SERVER";

/// The server of this test process.
#[derive(Debug)]
pub struct TestServer {
    found: Found,
}

#[derive(Debug)]
enum Found {
    /// Started by this process and gone with it.
    Own(Box<Server>),
    /// Somebody else's, for several processes.
    Given(Box<PgConnectOptions>),
}

impl TestServer {
    /// The one server of this process: started by whoever asks first, gone with the process.
    ///
    /// Where the variable `DB_FRESH_TEST_SERVER` holds a URL that server is used instead.
    ///
    /// # Errors
    /// As [`acquire`]. The message says what to install.
    pub async fn shared(look_up: impl Fn(&str) -> Option<OsString>) -> Result<&'static Self, Error> {
        static SERVER: OnceCell<TestServer> = OnceCell::const_new();
        SERVER.get_or_try_init(|| Self::start(&look_up)).await
    }

    async fn start(look_up: &dyn Fn(&str) -> Option<OsString>) -> Result<Self, Error> {
        let found = match look_up(SHARED).and_then(|url| url.into_string().ok()) {
            Some(url) => Found::Given(Box::new(url.parse().map_err(|source| Error::Url { source })?)),
            None => Found::Own(Box::new(
                acquire(&Choice::Auto, &Config::from_variables(look_up)).await?,
            )),
        };
        Ok(Self { found })
    }

    /// An empty database that nobody else uses, dropped with the value.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn database(&self) -> Result<TestDatabase, Error> {
        let database = database::create(self.options(), "test").await?;
        Ok(TestDatabase { database })
    }

    /// How to reach the server as its superuser.
    pub fn options(&self) -> &PgConnectOptions {
        match &self.found {
            Found::Own(server) => server.options(),
            Found::Given(options) => options,
        }
    }
}

/// A database for one test, dropped with the value.
#[derive(Debug)]
pub struct TestDatabase {
    database: Database,
}

impl TestDatabase {
    /// A connection to it, as the server's superuser.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn connect(&self) -> Result<PgConnection, Error> {
        PgConnection::connect_with(&self.options())
            .await
            .map_err(Error::sql("connect to the test's database"))
    }

    /// How to connect to it.
    pub fn options(&self) -> PgConnectOptions {
        self.database.options().clone()
    }

    /// Its URL with everything in it, for programs that a test starts.
    pub fn url(&self) -> String {
        self.database.url().expose().to_string()
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
        let database = self.database.clone();
        // A drop cannot wait inside the test's own runtime, which may have one thread only.
        let dropping = thread::spawn(move || {
            let runtime = runtime::Builder::new_current_thread().enable_all().build().ok()?;
            runtime.block_on(database.drop_now()).ok()
        });
        // Nothing to be done about a failure: on a private server the database goes with the server.
        let _ = dropping.join();
    }
}
