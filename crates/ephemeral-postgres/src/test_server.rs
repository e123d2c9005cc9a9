//! The server of a test process.

use std::{
    collections::HashMap,
    ffi::OsString,
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::sync::OnceCell;

use crate::{
    Choice, Config, Error, Server, Template, TemplateKey, TestDatabase, Unfinished, acquire,
    databases::{Admin, Keep},
    runtime,
};

/// The URL of a server that several test processes share.
const SHARED: &str = "DB_FRESH_TEST_SERVER";

/// Set by nextest, which runs every test in a process of its own: there no test would use what a pool prepares.
const ONE_TEST: &str = "NEXTEST";

/// How many clones of a template are kept ready.
const POOL: usize = 16;

/// How long it may take to tell a server that it is kept.
const KEEPING: Duration = Duration::from_secs(5);

/// The server of this test process.
#[derive(Debug)]
pub struct TestServer {
    /// The server, where this process started it; it ends with this value.
    _own: Option<Arc<Server>>,
    version: String,
    admin: Admin,
    pool_size: usize,
    keep: Keep,
    templates: Mutex<HashMap<String, Arc<OnceCell<Template>>>>,
}

impl TestServer {
    /// The one server of this process: started by the first call, gone with the process.
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
        let is_ci = look_up("CI").is_some_and(|value| value == "true" || value == "1");
        let pool_size = if look_up(ONE_TEST).is_some() { 0 } else { POOL };
        let given = look_up(SHARED).and_then(|url| url.into_string().ok());
        let (own, admin, version, keep) = match given.filter(|url| !url.is_empty()) {
            Some(url) => {
                let (admin, version) = Admin::shared(&options(&url)?).await?;
                // The program that started it looks for what was kept.
                (None, admin, version, Keep(Some(Arc::new(|| None))))
            }
            None => {
                let server = acquire(&Choice::Auto, &Config::from_variables(look_up)).await?;
                let (admin, version) = (Admin::new(server.options()), server.version().to_owned());
                let server = Arc::new(server);
                (Some(Arc::clone(&server)), admin, version, keep_with(server))
            }
        };
        Ok(Self {
            _own: own,
            version,
            admin,
            pool_size,
            keep: if is_ci { Keep(None) } else { keep },
            templates: Mutex::default(),
        })
    }

    /// A server that runs already, at this URL, with as many clones of every template kept ready as `pool_size` says.
    ///
    /// For runners with a server of their own; tests call [`TestServer::shared`].
    ///
    /// # Errors
    /// [`Error::Url`], [`Error::Sql`].
    pub async fn at(url: &str, pool_size: usize) -> Result<Self, Error> {
        let (admin, version) = Admin::shared(&options(url)?).await?;
        Ok(Self {
            _own: None,
            version,
            admin,
            pool_size,
            keep: Keep(Some(Arc::new(|| None))),
            templates: Mutex::default(),
        })
    }

    /// An empty database for one test, dropped with the value.
    ///
    /// # Errors
    /// [`Error::Sql`].
    pub async fn database(&self) -> Result<TestDatabase, Error> {
        let empty = async |_| Ok::<_, Error>(());
        self.template(&TemplateKey::new("empty"), empty)
            .await?
            .database()
            .await
    }

    /// The template for this key: built by `fill` the first time, in whichever process that is, and found afterwards.
    ///
    /// `fill` puts in the key's parts from [`Unfinished::done`] on: a template of the first ones may have been there already. It has to
    /// close its connections.
    ///
    /// # Errors
    /// [`Error::Build`] with what `fill` said; [`Error::Building`] when another process does not come to an end; [`Error::Sql`].
    pub async fn template<F, E>(
        &self,
        key: &TemplateKey,
        fill: impl FnOnce(Unfinished) -> F,
    ) -> Result<Template, Error>
    where
        F: Future<Output = Result<(), E>>,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let hash = key.chain(&self.version).pop().unwrap_or_default();
        let cell = match self.templates.lock() {
            Ok(mut templates) => Arc::clone(templates.entry(hash).or_default()),
            Err(_) => Arc::default(),
        };
        let template = cell
            .get_or_try_init(|| {
                Template::ensure(
                    &self.admin,
                    key,
                    &self.version,
                    self.pool_size,
                    self.keep.clone(),
                    fill,
                )
            })
            .await?;
        Ok(template.clone())
    }

    /// How to reach the server as its superuser.
    pub fn options(&self) -> &PgConnectOptions {
        &self.admin.options
    }

    /// The server's version, such as `15.18`.
    pub fn version(&self) -> &str {
        &self.version
    }
}

/// Over a socket nothing is encrypted, and asking for it costs every connection a round trip.
fn options(url: &str) -> Result<PgConnectOptions, Error> {
    let options: PgConnectOptions = url.parse().map_err(|source| Error::Url { source })?;
    if options.get_socket().is_some() {
        return Ok(options.ssl_mode(PgSslMode::Disable));
    }
    Ok(options)
}

/// Lets the server outlive the process, for the database of a test that failed.
fn keep_with(server: Arc<Server>) -> Keep {
    Keep(Some(Arc::new(move || {
        let (kept, wait) = std::sync::mpsc::channel();
        let server = Arc::clone(&server);
        let keeping = async move {
            let _ = kept.send(server.keep_alive().await);
        };
        runtime::run_blocking(keeping, KEEPING);
        wait.try_recv().ok()?.how_to_stop
    })))
}
