//! `test`: the workspace's own tests on one server, with nextest where it is installed.

use std::{
    env,
    io::Write,
    process::{Command, ExitCode, Stdio},
};

use anyhow::{Context as _, bail};
use ephemeral_postgres::{Choice, Config, Server};

/// `test`
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  db-fresh test -- --package migration-core")]
pub(crate) struct Test {
    /// Handed to cargo, or to nextest where that is installed
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Tests that need more than a server.
struct Suite {
    name: &'static str,
    /// What the names of its tests have in them.
    filter: &'static str,
    hint: &'static str,
    is_here: fn() -> bool,
}

const SUITES: &[Suite] = &[
    Suite {
        name: "docker",
        filter: "docker::",
        hint: "`apt-get install docker.io && eval \"$(.ci/docker-engine start)\"`",
        is_here: engine_answers,
    },
    Suite {
        name: "redis",
        filter: "redis::",
        hint: "`apt-get install redis-server`",
        is_here: || answers(&mut Command::new("redis-server"), "--version"),
    },
];

/// Runs the tests and ends as they did.
pub(crate) fn run(args: &Test) -> anyhow::Result<ExitCode> {
    let missing: Vec<_> = SUITES.iter().filter(|suite| !(suite.is_here)()).collect();
    required(&missing)?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let given = env::var("DB_FRESH_TEST_SERVER").ok();
    let own = match given {
        Some(_) => None,
        None => Some(runtime.block_on(ephemeral_postgres::acquire(&Choice::Auto, &config()))?),
    };
    let url = own
        .as_ref()
        .map(|server| server.url().expose().to_string())
        .or(given);
    let mut ended_well = true;
    for mut command in commands(args, &missing) {
        command.envs(url.as_ref().map(|url| ("DB_FRESH_TEST_SERVER", url)));
        ended_well &= command.status().context("cannot run `cargo`")?.success();
    }
    for suite in &missing {
        say(&format!(
            "left out the tests that need {}: {}",
            suite.name, suite.hint
        ));
    }
    if let Some(server) = own {
        runtime.block_on(close(server))?;
    }
    Ok(if ended_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn config() -> Config {
    Config::from_variables(&|name: &str| env::var_os(name))
}

fn required(missing: &[&Suite]) -> anyhow::Result<()> {
    let required = env::var("DB_FRESH_REQUIRE").unwrap_or_default();
    let is_required = |suite: &&&Suite| required.split(',').any(|name| name.trim() == suite.name);
    let missing: Vec<_> = missing.iter().filter(is_required).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let lines = missing
        .iter()
        .map(|suite| format!("\n  {}: {}", suite.name, suite.hint));
    bail!(
        "DB_FRESH_REQUIRE asks for what is not installed:{}",
        lines.collect::<String>()
    )
}

fn commands(args: &Test, missing: &[&Suite]) -> Vec<Command> {
    let has_engine = !missing.iter().any(|suite| suite.name == "docker");
    let cargo = |words: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(words);
        db_fresh::hide_the_runner(&mut command);
        // Beside it cargo takes no notice of a package that is named.
        if !names_a_package(&args.arguments) {
            command.arg("--workspace");
        }
        if has_engine {
            command.args(["--features", "ephemeral-postgres/docker"]);
        }
        command
    };
    let (ours, theirs) = split(&args.arguments);
    // Both runners understand it, and beside any filter of the caller's: several filter expressions would be as many ways in.
    let harness = |command: &mut Command| {
        command.args(ours).arg("--").args(theirs);
        for suite in missing {
            command.args(["--skip", suite.filter]);
        }
    };
    if answers(Command::new("cargo").arg("nextest"), "--version") {
        let mut nextest = cargo(&["nextest", "run", "--no-fail-fast"]);
        harness(&mut nextest);
        // nextest does not run the examples in the documentation, and nobody who asks for certain tests means those.
        let mut commands = vec![nextest];
        if args.arguments.is_empty() {
            commands.push(cargo(&["test", "--doc"]));
        }
        return commands;
    }
    let mut test = cargo(&["test", "--no-fail-fast"]);
    harness(&mut test);
    vec![test]
}

fn names_a_package(arguments: &[String]) -> bool {
    let names = |argument: &String| argument.starts_with("-p") || argument.starts_with("--package");
    split(arguments).0.iter().any(names)
}

/// What goes before cargo's own `--`, and what after it.
fn split(arguments: &[String]) -> (&[String], &[String]) {
    match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (&arguments[..at], &arguments[at + 1..]),
        None => (arguments, &[]),
    }
}

/// Takes the server down, unless a test that failed left its database there.
async fn close(server: Server) -> anyhow::Result<()> {
    let kept = server.kept_by_tests().await?;
    if kept.is_empty() || env::var_os("CI").is_some() {
        server.stop().await;
        return Ok(());
    }
    for database in &kept {
        say(&format!(
            "the database of `{}` is kept: psql '{}'",
            database.test, database.url
        ));
    }
    if let Some(stop) = server.keep().await.how_to_stop {
        say(&format!("done with them: `{stop}`"));
    }
    Ok(())
}

fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn engine_answers() -> bool {
    config().has_engine() && answers(&mut Command::new("docker"), "version")
}

fn answers(command: &mut Command, argument: &str) -> bool {
    let status = command
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_the_harness_stay_behind_the_dashes() {
        let arguments: Vec<_> = ["--package", "x", "--", "name"].map(str::to_owned).into();
        let (ours, theirs) = split(&arguments);
        assert_eq!((ours.len(), theirs), (2, &["name".to_owned()][..]));
    }

    #[test]
    fn what_is_not_here_is_left_out_by_name() {
        let missing: Vec<_> = SUITES.iter().collect();
        let arguments = Vec::new();
        let commands = commands(&Test { arguments }, &missing);
        let line = format!("{:?}", commands[0]);
        assert!(
            line.contains(r#""--" "--skip" "docker::" "--skip" "redis::""#),
            "{line}"
        );
        assert!(!line.contains("ephemeral-postgres/docker"), "{line}");
    }
}
