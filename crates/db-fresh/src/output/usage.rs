//! What is said before there is a console: wrong usage, help, and a runtime that does not start.

use std::{ffi::OsString, io::Write, process::ExitCode};

use clap::{
    Command, Error, Parser,
    error::{ContextKind, ContextValue, ErrorKind},
};
use diagnostic::visible;

use super::{
    console::{UNWRITTEN, what_is_left},
    usage_error::without_values,
};
use crate::{exit::Exit, program::Program, signal::Signal};

/// Reads a command line. Help, examples and usage name the program as it was called.
///
/// # Errors
/// The exit code: 0 after help and version, which are data, and 64 for everything else. What there is to say has been printed.
pub fn parse<C: Parser>(program: &Program, words: impl IntoIterator<Item = OsString>) -> Result<C, ExitCode> {
    let command = spelled(C::command(), program)
        .bin_name(program.to_string())
        .before_help(start_here(program));
    let words: Vec<_> = words.into_iter().collect();
    let mut unparsed = command.clone();
    let matches = command.try_get_matches_from(words.clone());
    let parsed = matches.and_then(|matches| C::from_arg_matches(&matches));
    parsed.map_err(|error| {
        let error = unknown_command(error, &mut unparsed, &words);
        let is_asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        let error = if is_asked_for {
            error
        } else {
            without_values(error)
        };
        match error.print().and_then(|()| std::io::stdout().flush()) {
            Err(failed) if is_asked_for && failed.kind() != std::io::ErrorKind::BrokenPipe => {
                fatal(UNWRITTEN, &failed)
            }
            _ if is_asked_for => ExitCode::SUCCESS,
            _ => Exit::Usage.into(),
        }
    })
}

/// How much a command looks like what was typed, from 0 to 1, at the least.
const ALIKE: f64 = 0.8;

/// What the parser says of a word in the place of a command, which it takes for an argument: that no command has this name, and the
/// nearest that one has.
fn unknown_command(error: Error, command: &mut Command, words: &[OsString]) -> Error {
    let word = words.get(1).and_then(|word| word.to_str());
    let Some(word) = word.filter(|word| !word.starts_with('-')) else {
        return error;
    };
    let is_it = error.kind() == ErrorKind::UnknownArgument
        && matches!(error.get(ContextKind::InvalidArg), Some(ContextValue::String(arg)) if arg == word);
    if !is_it || command.find_subcommand(word).is_some() {
        return error;
    }
    let likeness = |name: &str| strsim::jaro_winkler(name, word);
    let names = command.get_subcommands().map(Command::get_name);
    let nearest = names.max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    let nearest = nearest.filter(|name| likeness(name) > ALIKE);
    let nearest = nearest.map(str::to_owned);
    let mut error = Error::new(ErrorKind::InvalidSubcommand).with_cmd(command);
    error.insert(
        ContextKind::InvalidSubcommand,
        ContextValue::String(word.to_owned()),
    );
    if let Some(name) = nearest {
        error.insert(
            ContextKind::SuggestedSubcommand,
            ContextValue::Strings(vec![name]),
        );
    }
    error.insert(
        ContextKind::Usage,
        ContextValue::StyledStr(command.render_usage()),
    );
    error
}

/// Says what is wrong with the command line: exit code 64.
pub(crate) fn refuse(what: &str) -> ExitCode {
    let _ = Error::raw(ErrorKind::ArgumentConflict, format!("{what}\n")).print();
    Exit::Usage.into()
}

/// The first commands of a newcomer, for the head of help.
fn start_here(program: &Program) -> String {
    let rows = [
        (
            program.proof().to_owned(),
            "build a database from nothing and prove it",
        ),
        (
            format!("{program} new add_invoices"),
            "make the next migration, with its down half",
        ),
        (
            format!("{program} contract accept"),
            "record the schema after a change that is meant",
        ),
        (
            format!("{program} migrate --database-url …"),
            "bring a real database up to date",
        ),
        (
            format!("{program} COMMAND --help"),
            "flags, and one worked example",
        ),
    ];
    let width = rows
        .iter()
        .map(|(words, _)| words.chars().count())
        .max()
        .unwrap_or(0);
    let lines = rows
        .iter()
        .map(|(words, text)| format!("\n  {words:<width$} {text}"));
    format!("Start here:{}", lines.collect::<String>())
}

/// The command with the program's name in its help, and in that of the commands below it.
fn spelled(mut command: Command, program: &Program) -> Command {
    if let Some(text) = command.get_before_help().map(ToString::to_string) {
        command = command.before_help(program.spell_help(&text));
    }
    if let Some(text) = command.get_after_help().map(ToString::to_string) {
        command = command.after_help(program.spell_help(&text));
    }
    command.mut_subcommands(|below| spelled(below, program))
}

/// A signal has ended the program before a command could say so.
pub(crate) fn ended_by(signal: Signal, left: &ephemeral_postgres::Left) {
    let mut stderr = anstream::stderr();
    let _ = writeln!(stderr, "error[run/interrupted]: interrupted by {signal}");
    for what in what_is_left(left) {
        let _ = writeln!(stderr, "warning: {what}");
    }
}

/// Something that no command is to blame for.
pub(crate) fn fatal(what: &str, error: &dyn std::error::Error) -> ExitCode {
    let _ = writeln!(
        anstream::stderr(),
        "error[db-fresh/failed]: {what}: {}",
        visible(&error.to_string())
    );
    Exit::Other.into()
}
