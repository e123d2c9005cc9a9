//! What every command works with: the console, the configuration, the variables, the name of the program.

use std::future::Future;

use crate::{
    cli::Given,
    config::{self, Config, Variables},
    error::Error,
    output::Console,
};

/// What every command works with.
pub(crate) struct Context<'c> {
    pub(crate) console: &'c Console,
    pub(crate) config: Config,
    pub(crate) variables: Variables,
}

impl<'c> Context<'c> {
    pub(crate) fn new(console: &'c Console, given: &Given) -> Result<Self, Error> {
        let variables = Variables::load(given.env_file.as_deref(), &given.values)?;
        console.keep_secret(variables.secrets());
        let secret = given
            .values
            .iter()
            .filter(|(name, _)| db_fresh_sql_lexer::names_secret(name));
        console.keep_secret(secret.map(|(_, value)| value.clone()));
        Ok(Self {
            console,
            config: config::load()?,
            variables,
        })
    }

    /// Ends when Ctrl-C is pressed or the process is asked to terminate.
    pub(crate) async fn interrupted(&self) -> Error {
        use tokio::signal::unix::{SignalKind, signal};
        let mut listeners = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ]
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect::<Vec<_>>();
        std::future::poll_fn(|task| {
            let heard = listeners
                .iter_mut()
                .any(|listener| listener.poll_recv(task).is_ready());
            if heard {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        Error::Interrupted
    }

    /// The work, unless it is interrupted first. Dropping it closes its connections, and the server undoes what was
    /// not committed.
    pub(crate) async fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            // First of all it listens: a signal that comes before would end the process without a word.
            biased;
            failure = self.interrupted() => Err(failure),
            ended = work => ended,
        }
    }
}
