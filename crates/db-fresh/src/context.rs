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
    signals::heard,
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

    /// The work, unless a signal asks the process to end first. Dropping it closes its connections, and the server undoes what was
    /// not committed.
    pub(crate) async fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::select! {
            // A signal that came before the work counts as well.
            biased;
            signal = heard() => Err(Error::Interrupted { signal }),
            ended = work => ended,
        }
    }
}
