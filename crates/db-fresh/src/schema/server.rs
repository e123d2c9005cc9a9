//! Where a server comes from, and the one thing that has to be compiled for it.
//!
//! Containers take longer to compile than all the rest together, so a workspace builds its runner with them only when one is wanted:
//! then the runner builds itself once more and hands over.

use std::{os::unix::process::CommandExt, process::Command};

use ephemeral_postgres::{Choice, Config, HAS_DOCKER, Server};
use serde_json::json;
use tokio::time::timeout;

use super::problem::SchemaProblem;
use crate::{
    cli::{On, UsageProblem, database_url},
    config::{hide_the_runner, session_options},
    context::Context,
    database::limit,
    error::Error,
    output::Level,
};

/// Gets a server, from containers too.
pub(crate) async fn acquire_server(
    choice: &Choice,
    config: &Config,
    context: &Context<'_>,
) -> Result<Server, Error> {
    if !HAS_DOCKER && wants_container(choice, config) {
        return Err(with_containers(context));
    }
    let acquired = ephemeral_postgres::acquire(choice, config);
    let Choice::Server(url) = choice else {
        return Ok(acquired.await?);
    };
    // A server that runs already answers at once, or never.
    let limit = limit(context)?;
    match timeout(limit, acquired).await {
        Ok(acquired) => Ok(acquired?),
        Err(_) => Err(SchemaProblem::NoAnswer {
            database: url.to_string(),
            what: "connect".to_owned(),
            waited: limit,
        }
        .into()),
    }
}

/// A server is used only where its URL is given by flag.
pub(crate) fn choice(
    on: On,
    (flag, url): (&str, Option<&str>),
    context: &Context<'_>,
) -> Result<Choice, Error> {
    let flag = flag.to_owned();
    match (url, on) {
        (Some(text), On::Auto | On::Server) => {
            let url = database_url(text).map_err(|source| UsageProblem::FlagUrl { flag, source })?;
            context.console.keep_secret(url.secrets());
            let with_given = session_options::with_given(url.expose());
            Ok(Choice::Server(with_given.into()))
        }
        (Some(_), on) => Err(UsageProblem::TwoServers { flag, on: on.word() }.into()),
        (None, On::Server) => Err(UsageProblem::NoUrl { flag }.into()),
        (None, On::Auto) => Ok(Choice::Auto),
        (None, On::Local) => Ok(Choice::Local),
        (None, On::Docker) => Ok(Choice::Docker),
        (None, On::Embedded) => Ok(Choice::Embedded),
    }
}

/// Whether a container is asked for, or is what `auto` would take here.
fn wants_container(choice: &Choice, config: &Config) -> bool {
    match choice {
        Choice::Docker => true,
        Choice::Auto => !config.has_programs() && config.has_engine(),
        _ => false,
    }
}

/// Becomes the same program with containers built in. Comes back only with the reason why not.
fn with_containers(context: &Context<'_>) -> Error {
    let Some(build) = context.console.program().with_containers() else {
        return SchemaProblem::NoContainers.into();
    };
    let what = "building this program with support for containers, once";
    context.console.say(Level::Info, what, json!({}));
    let cargo = context.variables.os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    hide_the_runner(&mut command);
    let error = command
        .args(build.split(' '))
        .args(std::env::args_os().skip(1))
        .exec();
    Error::system(format!("cannot run `cargo {build}`"), error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_wants_a_container_only_where_no_programs_are_and_an_engine_is() {
        let mut config = Config {
            pg_bin: Some("/nowhere".into()),
            docker_host: Some("unix:///nowhere.sock".into()),
            ..Config::default()
        };
        assert!(wants_container(&Choice::Auto, &config));
        assert!(wants_container(&Choice::Docker, &Config::default()));
        assert!(!wants_container(&Choice::Local, &config));
        assert!(!wants_container(&Choice::Embedded, &config));
        let folder = tempfile::tempdir().unwrap();
        for program in ["postgres", "initdb"] {
            std::fs::write(folder.path().join(program), "").unwrap();
        }
        config.pg_bin = Some(folder.path().into());
        assert!(!wants_container(&Choice::Auto, &config));
    }
}
