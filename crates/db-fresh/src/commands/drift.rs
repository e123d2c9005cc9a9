//! `drift`: a live database, read once and never written, against the contracts or a replay.

use migration_core::{Config, Late};
use schema_contract::{
    Scope, Snapshot, contract,
    drift::{self, Drift},
};
use serde_json::{Value, json};

use super::problem::CommandProblem;
use crate::{
    cli::{self, Against},
    context::Context,
    database::{RealDatabase, load_project, refuse_other_environment, runner},
    error::Error,
    output::Level,
    project::{Origin, Project},
    schema::ScratchServer,
    schema::leave_out,
};

/// Prints what has drifted, the worst first; exit code 5 where anything has that is not meant to.
pub(super) async fn run(args: &cli::Drift, context: &Context<'_>) -> Result<(), Error> {
    let against = match args.against {
        Some(against) => against,
        None if args.database.migrations.is_some() => Against::Replay,
        None => Against::Contract,
    };
    let found = look(args, against, context).await;
    let ended = match &found {
        Ok(drift) if drift.drifted.is_empty() => Ok(()),
        Ok(drift) => Err(CommandProblem::Drifted(Box::new(drift.clone())).into()),
        Err(_) => Ok(()),
    };
    if args.json {
        let failure = found.as_ref().err().or(ended.as_ref().err());
        let document = document(against, found.as_ref().ok(), failure, context);
        context
            .console
            .document(&serde_json::to_string_pretty(&document).unwrap_or_default());
    } else if let Ok(drift) = &found {
        let text = drift.render();
        if !text.is_empty() {
            context.console.data(&text);
        }
        if drift.drifted.is_empty() {
            context.console.say(Level::Info, "nothing has drifted", json!({}));
        }
    }
    found.and(ended)
}

fn document(
    against: Against,
    drift: Option<&Drift>,
    failure: Option<&Error>,
    context: &Context<'_>,
) -> Value {
    json!({
        "ok": failure.is_none(),
        "exit_code": failure.map_or(0, Error::exit_code),
        "against": match against { Against::Contract => "contract", Against::Replay => "replay" },
        "worst": drift.and_then(Drift::worst),
        "drifted": drift.map(|drift| drift.drifted.as_slice()).unwrap_or_default(),
        "ignored": drift.map(|drift| drift.ignored.as_slice()).unwrap_or_default(),
        "unused": drift.map(|drift| drift.unused.as_slice()).unwrap_or_default(),
        "errors": failure.map(|failure| context.console.shown(failure)).unwrap_or_default(),
    })
}

async fn look(args: &cli::Drift, against: Against, context: &Context<'_>) -> Result<Drift, Error> {
    let project = load_project(&args.database, context)?;
    let real = RealDatabase::of(&args.database, context)?;
    let config = runner(&args.database, &project, Late::Refuse, context)?;
    // The contracts first: one that cannot be read should not cost a connection.
    let recorded = match against {
        Against::Contract => Some(recorded(&project)?),
        Against::Replay => None,
    };
    let mut connection = real.connect().await?;
    refuse_other_environment(&real, &project, &config, context).await?;
    let scope = scope(&project, &real, &config).await?;
    let live = real.snapshot(&mut connection, &scope).await?;
    drop(connection);
    let ignores = &context.config.ignores;
    let Some(expected) = recorded else {
        let server = ScratchServer::acquire(&args.scratch, context).await?;
        let built = server.built(&project, &config.environment).await;
        server.stop().await;
        return Ok(drift::drift(&schema_contract::diff(&built?, &live), ignores));
    };
    say_uncovered(&project, &live, context);
    let covered = Snapshot::joined(project.parts.iter().map(|part| live.restrict(&part.scope)));
    Ok(drift::drift(&schema_contract::diff(&expected, &covered), ignores))
}

/// Everything but the ledgers: ours, and that of a tool from which the database was taken over.
async fn scope(project: &Project, real: &RealDatabase, config: &Config) -> Result<Scope, Error> {
    let others = migration_core::adopted_from(&real.options, config).await?;
    let mut scope = project.whole();
    for ledger in others {
        leave_out(&mut scope, ledger);
    }
    Ok(scope)
}

/// What all contracts say together; every one that cannot be read is told.
fn recorded(project: &Project) -> Result<Snapshot, Error> {
    if project.origin == Origin::Folder {
        return Err(CommandProblem::FolderHasNoContract.into());
    }
    let (mut read, mut failures) = (Vec::new(), Vec::new());
    for part in &project.parts {
        match contract::read(&part.contract) {
            Ok(snapshot) => read.push(snapshot),
            Err(error) => failures.push(error),
        }
    }
    Error::all(failures)?;
    Ok(Snapshot::joined(read))
}

/// Schemas that no contract speaks of are not compared, and silence would look like their being fine.
fn say_uncovered(project: &Project, live: &Snapshot, context: &Context<'_>) {
    let covered = |schema: &str| project.parts.iter().any(|part| part.scope.covers_schema(schema));
    let mut schemas: Vec<&str> = live.objects().map(|object| object.schema.as_str()).collect();
    schemas.dedup();
    schemas.retain(|schema| !schema.is_empty() && !covered(schema));
    if !schemas.is_empty() {
        let what = format!(
            "no contract covers {}; `--against replay` compares everything",
            schemas.join(", ")
        );
        context.console.say(Level::Warn, &what, json!({}));
    }
}
