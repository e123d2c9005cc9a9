//! The report for people: what was applied, what lies in the schema, how to do it again.

use std::{fmt::Write, path::Path};

use anstyle::AnsiColor;
use diagnostic::{RedactedUrl, Redactor, visible};

use super::{Console, short};
use crate::{
    cli::{On, Prove},
    program::Program,
    prove::{
        Purpose,
        report::{Item, Kept, Report},
    },
};

/// How the run ended as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    Proven,
    Failed,
}

/// Prints the report: as JSON on stdout where asked for, else for people.
///
/// The list of migrations is data and goes to stdout, unless a command ran: then stdout is the command's.
pub(crate) fn print_proof(
    args: &Prove,
    purpose: Purpose,
    console: &Console,
    report: &Report,
    ending: Ending,
) {
    if args.json {
        console.document(&json(report, &console.redactor()));
    } else if let (Some(migrations), Ending::Proven, Purpose::Prove) = (&report.migrations, ending, purpose) {
        let list = applied(&migrations.items);
        if args.command.is_empty() {
            console.data(&list);
        } else {
            console.prose(&list);
        }
    }
    console.prose(&ending_text(args, purpose, console, report));
    verdict(purpose, console, report, ending);
}

/// The document, its texts redacted one by one so that it stays valid JSON.
fn json(report: &Report, redactor: &Redactor) -> String {
    let mut document = serde_json::to_value(report).unwrap_or_default();
    redact(&mut document, redactor);
    serde_json::to_string_pretty(&document).unwrap_or_default()
}

fn redact(value: &mut serde_json::Value, redactor: &Redactor) {
    match value {
        serde_json::Value::String(text) => *text = redactor.scrub(text),
        serde_json::Value::Array(items) => items.iter_mut().for_each(|item| redact(item, redactor)),
        serde_json::Value::Object(fields) => fields.values_mut().for_each(|field| redact(field, redactor)),
        _ => {}
    }
}

/// `Applied migrations in order:` with number, id, time stamp and duration.
pub(crate) fn applied(items: &[Item]) -> String {
    let mut out = String::from("\nApplied migrations in order:\n");
    let width = items
        .iter()
        .map(|item| visible(&item.file).chars().count())
        .max()
        .unwrap_or(0);
    let number = items.len().to_string().len();
    let mut component = "";
    for (index, item) in items.iter().enumerate() {
        if item.component != component {
            component = &item.component;
            let _ = writeln!(out, "  {}", visible(component));
        }
        let mode = if item.transactional {
            ""
        } else {
            "  no transaction"
        };
        let (at, file, took) = (&item.applied_at, visible(&item.file), short(item.duration));
        let _ = writeln!(
            out,
            "  {:>number$}  {file:<width$}  {at}  {took:>8}{mode}",
            index + 1
        );
    }
    out
}

fn ending_text(args: &Prove, purpose: Purpose, console: &Console, report: &Report) -> String {
    let mut out = String::new();
    if let Some(schema) = &report.schema {
        let (tables, columns) = (schema.tables, schema.columns);
        let (indexes, constraints) = (schema.indexes, schema.constraints);
        let _ = writeln!(
            out,
            "\nschema: {tables} tables, {columns} columns, {indexes} indexes, {constraints} constraints"
        );
        let _ = writeln!(out, "digest: {}", schema.digest);
    }
    if let Some(kept) = &report.kept {
        out.push_str(&kept_text(kept));
    }
    let _ = writeln!(
        out,
        "again:  {}",
        reproduce(args, purpose, console.program(), report)
    );
    out
}

/// How the run ended, in one line.
fn verdict(purpose: Purpose, console: &Console, report: &Report, ending: Ending) {
    let took = short(report.duration);
    let (green, red) = (
        AnsiColor::Green.on_default().bold(),
        AnsiColor::Red.on_default().bold(),
    );
    let code = report.exit_code;
    let (style, word, rest) = match ending {
        Ending::Proven if report.ok => (green, "ok", format!(": {} ({took})", proven(purpose))),
        Ending::Proven => (red, "failed", format!(": the command ended with {code} ({took})")),
        Ending::Failed => (red, "failed", format!(" with exit code {code} ({took})")),
    };
    console.verdict(style, word, &rest);
}

/// What a run that ended well has shown.
fn proven(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Prove => "this database can be built from nothing",
        Purpose::CheckContract => "the schema is as recorded",
        Purpose::AcceptContract => "the schema is recorded; commit it with the migration",
        Purpose::ProposeContract => "what changed waits for `cargo insta review`",
    }
}

fn kept_text(kept: &Kept) -> String {
    let mut out = String::from("\nThe database is kept as the run left it:\n");
    let _ = writeln!(out, "  connect: {}", kept.connect);
    if let Some(stop) = &kept.stop {
        let _ = writeln!(out, "  remove:  {stop}");
    }
    if let Some(gone_after) = &kept.gone_after {
        let _ = writeln!(out, "  ({gone_after})");
    }
    out
}

fn shown(path: &Path) -> String {
    visible(&path.display().to_string()).into_owned()
}

/// The URL of the server as it may be shown and typed: without its password.
fn named_server(args: &Prove) -> String {
    let url = args
        .database_url
        .as_deref()
        .and_then(|url| url.parse::<RedactedUrl>().ok());
    let Some(url) = url.map(|url| visible(&url.without_secrets()).into_owned()) else {
        return "…".to_owned();
    };
    // A shell would take a part of it for something else.
    if url.contains(['&', '?', ';', '*', '$', '`', '(', ')', '\'', '!', '\\']) {
        format!("'{}'", url.replace('\'', "%27"))
    } else {
        url
    }
}

/// The command that does the same again, on the server that was really used.
fn reproduce(args: &Prove, purpose: Purpose, program: &Program, report: &Report) -> String {
    let command = match purpose {
        Purpose::Prove => program.proof().to_owned(),
        Purpose::CheckContract => format!("{program} contract check"),
        Purpose::AcceptContract => format!("{program} contract accept"),
        Purpose::ProposeContract => format!("{program} contract accept --review"),
    };
    let mut words = vec![command];
    let provider = report
        .postgres
        .as_ref()
        .map(|postgres| postgres.provider.as_str());
    match (args.on, provider) {
        _ if args.database_url.is_some() => words.push(format!("--database-url {}", named_server(args))),
        (_, Some("server")) | (On::Server, _) => words.push("--database-url …".into()),
        (On::Auto, Some(provider)) => words.push(format!("--on {provider}")),
        (On::Auto, None) => {}
        (on, _) => words.push(format!("--on {}", on.word())),
    }
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.push(format!("--{name} {value}"));
        }
    };
    flag("migrations", args.migrations.as_ref().map(|path| shown(path)));
    flag("format", (args.format != "auto").then(|| args.format.clone()));
    flag("sessions", args.sessions.map(|how| how.word().to_owned()));
    flag("prelude", args.prelude.as_ref().map(|path| shown(path)));
    flag(
        "component",
        args.component.as_deref().map(|name| visible(name).into_owned()),
    );
    words.join(" ")
}
