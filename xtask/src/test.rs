//! `test`: the workspace's own tests on one server, with nextest where it is installed. Cargo and nextest say themselves how they ended.

use std::{env, process::ExitCode};

use anyhow::Context as _;
use clap::builder::PossibleValuesParser;
use ephemeral_postgres::{Choice, Server};
use xshell::{Cmd, Shell, cmd};

use crate::{
    shell::{self, answers, eprint},
    suites::{self, Suite},
};

/// Something that a required suite needs is not installed.
const NOT_INSTALLED: u8 = 127;

/// `test`
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask test -- --package migration-core")]
pub(crate) struct Test {
    /// Fail, instead of leaving tests out, where what these need is not installed
    #[arg(long, env = "DB_FRESH_REQUIRE", value_name = "SUITE,…", value_delimiter = ',')]
    #[arg(value_parser = PossibleValuesParser::new(suites::names()))]
    require: Vec<String>,
    /// Handed to cargo, or to nextest where that is installed
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// Runs the tests and ends as they did.
pub(crate) fn run(args: &Test) -> anyhow::Result<ExitCode> {
    let missing = suites::missing();
    let required = suites::written_out(&args.require);
    let lacking: Vec<_> = missing
        .iter()
        .filter(|suite| required.contains(&suite.name))
        .collect();
    for suite in &lacking {
        eprint(&format!(
            "error: {} is required and not installed: {}",
            suite.name, suite.hint
        ));
    }
    if !lacking.is_empty() {
        return Ok(ExitCode::from(NOT_INSTALLED));
    }
    let shell = shell::at_root()?;
    let runtime = tokio::runtime::Runtime::new().context("cannot start the runtime")?;
    let given = env::var("DB_FRESH_TEST_SERVER").ok();
    let own = match given {
        Some(_) => None,
        None => Some(runtime.block_on(ephemeral_postgres::acquire(&Choice::Auto, &suites::config()))?),
    };
    if let Some(server) = &own {
        shell.set_var("DB_FRESH_TEST_SERVER", server.url().expose().as_str());
    }
    shell.set_var("DB_FRESH_REQUIRE", required.join(","));
    let mut ended_well = true;
    for command in commands(args, &missing, &shell) {
        ended_well &= shell::succeeds(command)?;
    }
    for suite in &missing {
        eprint(&format!(
            "left out the tests that need {}: {}",
            suite.name, suite.hint
        ));
    }
    if let Some(server) = own {
        runtime.block_on(close(server))?;
    }
    Ok(ExitCode::from(u8::from(!ended_well)))
}

fn commands<'s>(args: &Test, missing: &[&Suite], shell: &'s Shell) -> Vec<Cmd<'s>> {
    let has_engine = !missing.iter().any(|suite| suite.name == "docker");
    let (ours, theirs) = split(&args.arguments);
    // Beside it cargo takes no notice of a package that is named.
    let workspace = (!names_a_package(ours)).then_some("--workspace");
    let features = if has_engine {
        &["--features", "ephemeral-postgres/docker"][..]
    } else {
        &[]
    };
    // Both runners understand it, and beside any filter of the caller's: several filter expressions would be as many ways in.
    let skip: Vec<_> = missing
        .iter()
        .flat_map(|suite| ["--skip", suite.filter])
        .collect();
    if !answers("cargo", &["nextest", "--version"]) {
        return vec![cmd!(
            shell,
            "cargo test --no-fail-fast {workspace...} {features...} {ours...} -- {theirs...} {skip...}"
        )];
    }
    let nextest = cmd!(
        shell,
        "cargo nextest run --no-fail-fast {workspace...} {features...} {ours...} -- {theirs...} {skip...}"
    );
    // nextest does not run the examples in the documentation, and nobody who asks for certain tests means those.
    let examples = args
        .arguments
        .is_empty()
        .then(|| cmd!(shell, "cargo test --doc {workspace...} {features...}"));
    [nextest].into_iter().chain(examples).collect()
}

fn names_a_package(arguments: &[String]) -> bool {
    let names = |argument: &String| argument.starts_with("-p") || argument.starts_with("--package");
    arguments.iter().any(names)
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
    if kept.is_empty() || env::var("CI").is_ok_and(|value| value == "true" || value == "1") {
        server.stop().await;
        return Ok(());
    }
    for database in &kept {
        eprint(&format!(
            "the database of `{}` is kept: psql '{}'",
            database.test, database.url
        ));
    }
    if let Some(stop) = server.keep().await.how_to_stop {
        eprint(&format!("done with them: `{stop}`"));
    }
    Ok(())
}

#[cfg(test)]
#[path = "../tests/unit/test.rs"]
mod tests;
