//! `test`: the workspace's own tests on one server, with nextest where it is installed.

use std::{
    io::{BufRead, BufReader, IsTerminal, Write},
    process::{Command, ExitCode, Stdio},
};

use anyhow::Context as _;
use diagnostic::Diagnostic;
use ephemeral_postgres::{Choice, Config, Server};
use serde_json::json;

use super::Context;
use crate::{
    cli::Test,
    config::hide_the_runner,
    exit::Exit,
    failure::Failure,
    output::{Console, Level},
};

/// Tests that need more than a server.
struct Suite {
    name: &'static str,
    /// What the names of its tests have in them.
    filter: &'static str,
    hint: &'static str,
    is_here: fn(&Context<'_>) -> bool,
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
        is_here: |_| answers(&mut Command::new("redis-server"), "--version"),
    },
];

/// What the test runners counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
    skipped: usize,
}

/// Runs the tests and ends as they did.
pub(crate) async fn run(args: &Test, context: &Context<'_>) -> Result<ExitCode, Failure> {
    let missing: Vec<_> = SUITES.iter().filter(|suite| !(suite.is_here)(context)).collect();
    required(&missing, context)?;
    let config = Config::from_variables(&context.variables.look_up());
    let given = context.variables.text("DB_FRESH_TEST_SERVER");
    let own = match given {
        Some(_) => None,
        None => Some(crate::server::acquire(&Choice::Auto, &config, context).await?),
    };
    let url = match &own {
        Some(server) => Some(server_url(server)),
        None => given,
    };
    let mut count = Count::default();
    let mut ended_well = true;
    for mut command in commands(args, &missing) {
        command.envs(url.as_ref().map(|url| ("DB_FRESH_TEST_SERVER", url)));
        ended_well &= stream(&mut command, &mut count)?;
    }
    report(context.console, &count, &missing);
    if let Some(server) = own {
        close(server, context).await?;
    }
    Ok(if ended_well {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// The maintenance database; a database that a test makes beside it is the test's own.
fn server_url(server: &Server) -> String {
    server.url().expose().to_string()
}

fn required(missing: &[&Suite], context: &Context<'_>) -> Result<(), Failure> {
    let required = context.variables.text("DB_FRESH_REQUIRE").unwrap_or_default();
    let is_required = |suite: &&&Suite| required.split(',').any(|name| name.trim() == suite.name);
    let failures = missing.iter().filter(is_required).map(|suite| {
        let what = format!("DB_FRESH_REQUIRE asks for {}, which is not here", suite.name);
        let mut diagnostic = Diagnostic::new("xtask/required", what);
        diagnostic.hints.push(suite.hint.to_owned());
        Failure::new(Exit::NotInstalled, diagnostic)
    });
    Failure::all(failures.collect()).map_or(Ok(()), Err)
}

fn commands(args: &Test, missing: &[&Suite]) -> Vec<Command> {
    let has_engine = !missing.iter().any(|suite| suite.name == "docker");
    let cargo = |words: &[&str]| {
        let mut command = Command::new("cargo");
        command.args(words);
        hide_the_runner(&mut command);
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
        // nextest knows nothing of the examples in the documentation. Whoever asks for certain tests does not mean those.
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

/// Runs it, passes on what it says and counts.
fn stream(command: &mut Command, count: &mut Count) -> Result<bool, Failure> {
    if std::io::stderr().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    // nextest sums up on standard error, cargo's own harness on standard output: both go one way.
    let (reader, writer) = std::io::pipe().context("cannot make a pipe")?;
    let copy = writer.try_clone().context("cannot make a pipe")?;
    command.stdout(copy).stderr(writer).stdin(Stdio::null());
    let mut child = command.spawn().context("cannot run `cargo`")?;
    // The command holds the other end of the pipe, which has to close for the reading to end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut out = std::io::stderr();
    for line in BufReader::new(reader).split(b'\n') {
        let line = line.context("cannot read what the tests say")?;
        let _ = out.write_all(&[&line[..], b"\n"].concat());
        count.add(&String::from_utf8_lossy(&line));
    }
    Ok(child.wait().context("cannot wait for `cargo`")?.success())
}

impl Count {
    /// Understands the last line of nextest and of cargo's own harness.
    fn add(&mut self, line: &str) {
        let line = plain(line);
        let is_summary = line.trim_start().starts_with("Summary [") || line.starts_with("test result: ");
        if !is_summary {
            return;
        }
        let words: Vec<_> = line
            .split([' ', ',', ';'])
            .filter(|word| !word.is_empty())
            .collect();
        for pair in words.windows(2) {
            let Ok(number) = pair[0].parse::<usize>() else {
                continue;
            };
            match pair[1] {
                "passed" => self.passed += number,
                "failed" => self.failed += number,
                "skipped" | "ignored" | "filtered" => self.skipped += number,
                _ => {}
            }
        }
    }
}

/// The line without its colours.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut parts = line.split('\u{1b}');
    plain.extend(parts.next());
    for part in parts {
        plain.extend(part.split_once('m').map(|(_, text)| text));
    }
    plain
}

fn report(console: &Console, count: &Count, missing: &[&Suite]) {
    for suite in missing {
        let what = format!("skipped the tests that need {}: {}", suite.name, suite.hint);
        console.say(Level::Warn, &what, json!({}));
    }
    let Count {
        passed,
        failed,
        skipped,
    } = count;
    console.say(
        Level::Info,
        &format!("{passed} passed, {failed} failed, {skipped} skipped"),
        json!({}),
    );
}

/// Takes the server down, unless a test that failed left its database there.
async fn close(server: Server, context: &Context<'_>) -> Result<(), Failure> {
    let kept = server.kept_by_tests().await?;
    if kept.is_empty() || context.variables.is_on("CI") {
        server.stop().await;
        return Ok(());
    }
    for database in &kept {
        let what = format!(
            "the database of `{}` is kept: psql '{}'",
            database.test, database.url
        );
        context.console.say(Level::Info, &what, json!({}));
    }
    if let Some(stop) = server.keep().await.how_to_stop {
        context
            .console
            .say(Level::Info, &format!("done with them: `{stop}`"), json!({}));
    }
    Ok(())
}

fn engine_answers(context: &Context<'_>) -> bool {
    let config = Config::from_variables(&context.variables.look_up());
    config.has_engine() && answers(&mut Command::new("docker"), "version")
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
    fn both_runners_are_counted_with_and_without_colours() {
        let mut count = Count::default();
        count.add("     Summary [   3.210s] 25 tests run: 24 passed (1 slow), 1 failed, 9 skipped");
        count.add("\u{1b}[32;1m     Summary\u{1b}[0m [   1.0s] \u{1b}[1m2\u{1b}[0m tests run: \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped");
        count.add(
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 2 filtered out; finished in 0.1s",
        );
        count.add("a test that prints 99 failed");
        let expected = Count {
            passed: 29,
            failed: 1,
            skipped: 12,
        };
        assert_eq!(count, expected);
    }

    #[test]
    fn arguments_of_the_harness_stay_behind_the_dashes() {
        let arguments: Vec<_> = ["--package", "x", "--", "name"].map(str::to_owned).into();
        let (ours, theirs) = split(&arguments);
        assert_eq!((ours.len(), theirs), (2, &["name".to_owned()][..]));
    }

    #[test]
    fn what_is_not_here_is_left_out_by_name() {
        let missing: Vec<_> = SUITES.iter().collect();
        let commands = commands(
            &Test {
                arguments: Vec::new(),
            },
            &missing,
        );
        let line = format!("{:?}", commands[0]);
        assert!(
            line.contains(r#""--" "--skip" "docker::" "--skip" "redis::""#),
            "{line}"
        );
        assert!(!line.contains("ephemeral-postgres/docker"), "{line}");
    }
}
