//! `plan` and `status`: how things stand, and not a word written.

use std::fmt::Write;

use diagnostic::visible;
use migration_core::{Item, Late, Mode, Overview, Problem, State};
use serde_json::{Value, json};

use crate::{
    cli,
    context::Context,
    database::{Deployment, refuse_in_folder},
    error::Error,
};

/// What `migrate` would do.
pub(super) async fn plan(args: &cli::Plan, context: &Context<'_>) -> Result<(), Error> {
    let overview = look(args, context).await?;
    if args.json {
        let items: Vec<_> = overview
            .items
            .iter()
            .filter(|item| would_run(item))
            .map(document)
            .collect();
        context.console.document(&json_text(&overview, &items, context));
    } else {
        context.console.data(&text(&overview));
    }
    unfit(&overview)
}

/// How every migration stands.
pub(super) async fn status(args: &cli::Plan, context: &Context<'_>) -> Result<(), Error> {
    let overview = look(args, context).await?;
    if args.json {
        let items: Vec<_> = overview.items.iter().map(document).collect();
        context.console.document(&json_text(&overview, &items, context));
        return same_environment(&overview);
    }
    let width = overview
        .items
        .iter()
        .map(|item| visible(&item.file).chars().count())
        .max()
        .unwrap_or(0);
    let mut out = String::new();
    for item in &overview.items {
        let _ = writeln!(
            out,
            "{:<11}  {:<width$}  {}",
            word(&item.state),
            visible(&item.file),
            visible(&detail(&item.state))
        );
    }
    let count = |name: &str| {
        overview
            .items
            .iter()
            .filter(|item| word(&item.state) == name)
            .count()
    };
    let counts: Vec<_> = [
        "applied",
        "pending",
        "late",
        "interrupted",
        "left out",
        "edited",
        "missing",
    ]
    .iter()
    .filter(|name| count(name) > 0)
    .map(|name| format!("{} {name}", count(name)))
    .collect();
    let _ = writeln!(out, "\n{}", counts.join(", "));
    context.console.data(&out);
    same_environment(&overview)
}

/// A status is that of a database whatever stands in the way of a run, unless it is asked for another environment's.
fn same_environment(overview: &Overview) -> Result<(), Error> {
    let is_other = |problem: &&Problem| matches!(problem, Problem::OtherEnvironment { .. });
    match overview.problems.iter().find(is_other) {
        None => Ok(()),
        Some(problem) => {
            let problems = vec![problem.clone()];
            Err(migration_core::Error::Unfit { problems }.into())
        }
    }
}

async fn look(args: &cli::Plan, context: &Context<'_>) -> Result<Overview, Error> {
    let on = Deployment::of(&args.database, Late::Refuse, context)?;
    refuse_in_folder(&on.database, &on.project, &on.config, context).await?;
    Ok(migration_core::overview(&on.database.options, &on.project.migrations, &on.config).await?)
}

/// What would run, for people.
pub(super) fn text(overview: &Overview) -> String {
    let items: Vec<_> = overview.items.iter().filter(|item| would_run(item)).collect();
    let left_out: String = left_out(overview)
        .map(|(file, why)| format!("left out {}: {}\n", visible(file), visible(why)))
        .collect();
    if items.is_empty() {
        return format!("nothing is pending\n{left_out}");
    }
    let mut out = format!("{} pending, in this order:\n", items.len());
    for line in lines(overview) {
        let _ = writeln!(out, "  {line}");
    }
    out + &left_out
}

/// A line for each migration that would run: its number, its file, and how it runs.
pub(super) fn lines(overview: &Overview) -> Vec<String> {
    let items: Vec<_> = overview.items.iter().filter(|item| would_run(item)).collect();
    let width = items
        .iter()
        .map(|item| visible(&item.file).chars().count())
        .max()
        .unwrap_or(0);
    let line = |(index, item): (usize, &&Item)| {
        let mode = match &item.mode {
            Some(Mode::NonTransactional { reason }) => format!("step by step: {reason}"),
            _ => "in a transaction".to_owned(),
        };
        let undo = if item.reversible { "" } else { ", cannot be undone" };
        let state = if item.state == State::Pending {
            String::new()
        } else {
            format!(", {}", word(&item.state))
        };
        let file = visible(&item.file);
        format!("{:>3}  {file:<width$}  {mode}{undo}{state}", index + 1)
    };
    items.iter().enumerate().map(line).collect()
}

/// The migrations that do not run in this environment, and why.
fn left_out(overview: &Overview) -> impl Iterator<Item = (&str, &str)> {
    overview.items.iter().filter_map(|item| match &item.state {
        State::Skipped { why } => Some((item.file.as_str(), why.as_str())),
        _ => None,
    })
}

/// A plan that could not be carried out ends like the run would.
pub(super) fn unfit(overview: &Overview) -> Result<(), Error> {
    if overview.problems.is_empty() {
        return Ok(());
    }
    let problems = overview.problems.clone();
    Err(migration_core::Error::Unfit { problems }.into())
}

fn would_run(item: &Item) -> bool {
    matches!(
        item.state,
        State::Pending | State::Late | State::Interrupted { .. }
    )
}

fn word(state: &State) -> &'static str {
    match state {
        State::Applied { .. } => "applied",
        State::Pending => "pending",
        State::Late => "late",
        State::Interrupted { .. } => "interrupted",
        State::Skipped { .. } => "left out",
        State::Edited { .. } => "edited",
        State::Missing { .. } => "missing",
        _ => "unknown",
    }
}

fn detail(state: &State) -> String {
    match state {
        State::Applied { at, by } => format!("{at} by {by}"),
        State::Interrupted { done, of } => format!("{done} of {of} steps done"),
        State::Skipped { why } => why.clone(),
        State::Edited { at } | State::Missing { at } => format!("applied {at}"),
        _ => String::new(),
    }
}

fn document(item: &Item) -> Value {
    let (transactional, reason) = match &item.mode {
        Some(Mode::NonTransactional { reason }) => (Some(false), Some(reason)),
        Some(Mode::Transactional) => (Some(true), None),
        None => (None, None),
    };
    json!({
        "component": item.component,
        "version": item.version,
        "file": item.file,
        "state": word(&item.state),
        "detail": detail(&item.state),
        "transactional": transactional,
        "reason": reason,
        "reversible": item.reversible,
    })
}

fn json_text(overview: &Overview, items: &[Value], context: &Context<'_>) -> String {
    let errors = match unfit(overview) {
        Ok(()) => Vec::new(),
        Err(error) => context.console.shown(&error),
    };
    let left_out: Vec<_> = left_out(overview)
        .map(|(file, why)| json!({ "file": file, "why": why }))
        .collect();
    let document = json!({ "ok": errors.is_empty(), "items": items, "left_out": left_out, "errors": errors });
    serde_json::to_string_pretty(&document).unwrap_or_default()
}
