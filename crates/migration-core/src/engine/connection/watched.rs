//! Work on a caller's own session that is waited for as long as the server does it, and no longer.

use std::time::Instant;

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{deadline::in_time, looks::Looks, silence::Patience, watcher::Watcher};
use crate::{Config, Error};

/// A session that a second connection watches while it works.
///
/// ```no_run
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use migration_core::{Config, Watched};
/// use sqlx::{Connection, PgConnection};
///
/// let (options, config) = ("postgres://localhost/app".parse()?, Config::default());
/// let mut connection = PgConnection::connect_with(&options).await?;
/// let mut session = Watched::session(&mut connection, &options, &config).await?;
/// let work = sqlx::raw_sql("ANALYZE").execute(&mut connection);
/// session.wait_for("analyze the database", work).await??;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct Watched<'c> {
    watcher: Option<Watcher>,
    config: &'c Config,
    /// How many bytes are sent at once.
    bytes: usize,
}

impl<'c> Watched<'c> {
    /// Asks the session for its number, and makes the second connection.
    ///
    /// # Errors
    /// [`Error::Server`], and [`Error::NoAnswer`] after [`Config::answer_timeout`].
    pub async fn session(
        connection: &mut PgConnection,
        options: &PgConnectOptions,
        config: &'c Config,
    ) -> Result<Self, Error> {
        let watcher = Watcher::of(connection, options, config);
        let watcher = in_time(config, "ask for the number of the session", watcher).await?;
        Ok(Self {
            watcher: Some(watcher),
            config,
            bytes: 0,
        })
    }

    /// The work sends this many bytes at once: until they have arrived the server does nothing of it.
    #[must_use]
    pub fn sending(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Waits for work on the session. What is to be done is a verb with its object.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] where the server does none of the work for [`Config::answer_timeout`], or does not answer the second
    /// connection either. The session is of no use after that.
    pub async fn wait_for<T>(&mut self, what: &str, work: impl Future<Output = T>) -> Result<T, Error> {
        let mut looks = Looks::new(self.watcher.take(), self.config);
        let mut patience = Patience::new(self.config.answer_timeout, self.bytes);
        let mut work = std::pin::pin!(work);
        let ended = loop {
            tokio::select! {
                biased;
                ended = &mut work => break Ok(ended),
                (began, look) = looks.next() => {
                    let silence = patience.saw(look.backend, &look.position, began, Instant::now());
                    if silence.is_some() {
                        break Err(Error::NoAnswer {
                            what: what.to_owned(),
                            waited: self.config.answer_timeout,
                        });
                    }
                }
            }
        };
        self.watcher = looks.end();
        ended
    }
}
