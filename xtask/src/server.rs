//! Where a server comes from, and the one thing that has to be compiled for it.
//!
//! Containers take longer to compile than all the rest together, so that they are built in only when somebody wants one: then this
//! program builds itself once more and hands over.

use std::{os::unix::process::CommandExt, process::Command};

use ephemeral_postgres::{Choice, Config, HAS_DOCKER, Server};
use serde_json::json;

use crate::{commands::Context, config::hide_the_runner, failure::Failure, output::Level};

/// Gets a server, from containers too.
pub(crate) async fn acquire(
    choice: &Choice,
    config: &Config,
    context: &Context<'_>,
) -> Result<Server, Failure> {
    if !HAS_DOCKER && wants_container(choice, config) {
        return Err(with_containers(context));
    }
    Ok(ephemeral_postgres::acquire(choice, config).await?)
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
fn with_containers(context: &Context<'_>) -> Failure {
    let what = "building the runner with support for containers, once";
    context.console.say(Level::Info, what, json!({}));
    let cargo = context.variables.os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    hide_the_runner(&mut command);
    let error = command
        .args([
            "run",
            "--quiet",
            "--package",
            "xtask",
            "--features",
            "docker",
            "--",
        ])
        .args(std::env::args_os().skip(1))
        .exec();
    Failure::from(
        anyhow::Error::new(error).context("cannot run `cargo run --package xtask --features docker`"),
    )
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
