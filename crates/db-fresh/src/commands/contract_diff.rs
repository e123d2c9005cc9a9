//! `contract diff`: what differs between two schemas, and since which migration.

use migration_core::Environment;
use schema_contract::{Diff, diff};
use serde_json::json;

use super::problem::CommandProblem;
use crate::{cli, context::Context, error::Error, output::Level, schema::ScratchServer, schema::Source};

/// Prints the difference; exit code 5 where there is one.
pub(super) async fn run(args: &cli::Diff, context: &Context<'_>) -> Result<(), Error> {
    let compared = compare(args, context).await;
    let ended = match &compared {
        Ok(diff) if diff.is_empty() => Ok(()),
        Ok(diff) => Err(different(args, diff, context)),
        Err(_) => Ok(()),
    };
    if args.json {
        let failure = compared.as_ref().err().or(ended.as_ref().err());
        let document = json!({
            "ok": failure.is_none(),
            "exit_code": failure.map_or(0, Error::exit_code),
            "summary": compared.as_ref().ok().map(Diff::summary),
            "objects": compared.as_ref().map(|diff| diff.objects.as_slice()).unwrap_or_default(),
            "errors": failure.map(|failure| context.console.shown(failure)).unwrap_or_default(),
        });
        context
            .console
            .document(&serde_json::to_string_pretty(&document).unwrap_or_default());
    } else if let Ok(diff) = &compared {
        if diff.is_empty() {
            context.console.say(Level::Info, "nothing differs", json!({}));
        } else {
            context.console.data(&diff.render());
        }
    }
    compared.and(ended)
}

fn different(args: &cli::Diff, diff: &Diff, context: &Context<'_>) -> Error {
    let redactor = context.console.redactor();
    let problem = CommandProblem::Different {
        before: redactor.scrub(&args.before),
        after: redactor.scrub(&args.after),
        summary: diff.summary(),
    };
    problem.into()
}

async fn compare(args: &cli::Diff, context: &Context<'_>) -> Result<Diff, Error> {
    let (before, after) = match (
        Source::of(&args.before, context),
        Source::of(&args.after, context),
    ) {
        (Ok(before), Ok(after)) => (before, after),
        // Two wrong words are told at once.
        (Err(before), Err(after)) => return Err(Error::Several(vec![before, after])),
        (Err(failure), _) | (_, Err(failure)) => return Err(failure),
    };
    let server = if before.needs_server() || after.needs_server() {
        Some(ScratchServer::acquire(&args.scratch, context).await?)
    } else {
        None
    };
    let found = on_server(&before, &after, server.as_ref(), context).await;
    if let Some(server) = server {
        server.stop().await;
    }
    found
}

async fn on_server(
    before: &Source,
    after: &Source,
    server: Option<&ScratchServer>,
    context: &Context<'_>,
) -> Result<Diff, Error> {
    let mut old = before.read(server, context).await?;
    let mut new = after.read(server, context).await?;
    // A contract says nothing of what it does not cover.
    let covered = (before.covers(&old, context), after.covers(&new, context));
    if let Some(scope) = covered.0 {
        new = new.restrict(&scope);
    }
    if let Some(scope) = covered.1 {
        old = old.restrict(&scope);
    }
    let found = diff(&old, &new);
    match (after, server) {
        (Source::Migrations(project), Some(server)) if !found.is_empty() => {
            let environment = Environment::default();
            // A replay that fails names no migration: the difference stands without.
            let traced = server.traced(project, &environment, &old, &new).await;
            Ok(traced.ok().flatten().unwrap_or(found))
        }
        _ => Ok(found),
    }
}
