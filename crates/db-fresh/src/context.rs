//! What every command works with: the console, the configuration, the variables, the name of the program.

use std::future::Future;

use clap::ValueEnum;
use migration_core::Environment;

use crate::{
    cli::Given,
    config::{self, Config, ConfigProblem, Variables},
    environment,
    error::Error,
    output::{Console, Level},
};

/// The level of output that the variables name.
fn level(variables: &Variables) -> Result<Level, Error> {
    let name = "LOG_LEVEL";
    let Some(value) = variables.or_flag(None, name)? else {
        return Ok(Level::Info);
    };
    let level = Level::from_str(value.trim(), true);
    level.map_err(|_| {
        let known = Level::value_variants().iter();
        ConfigProblem::UnknownLevel {
            said: variables.source(name).to_string(),
            value,
            known: known.map(|level| level.name().to_owned()).collect(),
        }
        .into()
    })
}

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
        console.use_level(|| level(&variables))?;
        Ok(Self {
            console,
            config: config::load()?,
            variables,
        })
    }

    /// The environment that the flag, the variables or the configuration name.
    pub(crate) fn environment(&self, flag: Option<&str>) -> Result<Environment, Error> {
        environment::resolve(flag, &self.variables, &self.config)
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
