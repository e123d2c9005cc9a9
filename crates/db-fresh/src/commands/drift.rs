//! `drift`: a live database, read once and never written, against the contracts or a replay.

use migration_core::Late;
use schema_contract::{
    Error, Scope, Snapshot, contract,
    drift::{self, Drift},
    snapshot,
};
use serde_json::{Value, json};

use crate::{
    cli::{self, Against},
    context::Context,
    database::{RealDatabase, environment, runner, selection},
    failure::Failure,
    output::Level,
    project::{Origin, Project},
    schema::ScratchServer,
    schema::leave_out,
};

/// Prints what has drifted, the worst first; exit code 5 where anything has that is not meant to.
pub(super) async fn run(args: &cli::Drift, context: &Context<'_>) -> Result<(), Failure> {
    let against = match args.against {
        Some(against) => against,
        None if args.database.migrations.is_some() => Against::Replay,
        None => Against::Contract,
    };
    let found = look(args, against, context).await;
    let ended = match &found {
        Ok(drift) if drift.drifted.is_empty() => Ok(()),
        Ok(drift) => Err(drifted(drift)),
        Err(_) => Ok(()),
    };
    if args.json {
        let failure = found.as_ref().err().or(ended.as_ref().err());
        let document = document(against, found.as_ref().ok(), failure);
        context
            .console
            .data(&serde_json::to_string_pretty(&document).unwrap_or_default());
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

/// The failure in one line: what has drifted is data and stands on stdout.
fn drifted(drift: &Drift) -> Failure {
    let error = Error::Drift {
        drift: Box::new(drift.clone()),
    };
    let mut failure = Failure::from(error);
    for diagnostic in &mut failure.diagnostics {
        diagnostic.facts.clear();
        diagnostic.hints = vec![
            "put what is right into a migration: `db-fresh new NAME`".into(),
            "name what is meant in `db-fresh.toml`, as `[[ignore]]` with a pattern and a reason".into(),
        ];
    }
    failure
}

fn document(against: Against, drift: Option<&Drift>, failure: Option<&Failure>) -> Value {
    json!({
        "ok": failure.is_none(),
        "exit_code": failure.map_or(0, |failure| failure.exit.code()),
        "against": match against { Against::Contract => "contract", Against::Replay => "replay" },
        "worst": drift.and_then(Drift::worst),
        "drifted": drift.map(|drift| drift.drifted.as_slice()).unwrap_or_default(),
        "ignored": drift.map(|drift| drift.ignored.as_slice()).unwrap_or_default(),
        "unused": drift.map(|drift| drift.unused.as_slice()).unwrap_or_default(),
        "errors": failure.map(|failure| failure.diagnostics.as_slice()).unwrap_or_default(),
    })
}

async fn look(args: &cli::Drift, against: Against, context: &Context<'_>) -> Result<Drift, Failure> {
    let project = Project::load(&context.config, &selection(&args.database), &context.variables)?;
    let real = RealDatabase::of(&args.database, context)?;
    // The contracts first: one that cannot be read should not cost a connection.
    let recorded = match against {
        Against::Contract => Some(recorded(&project)?),
        Against::Replay => None,
    };
    let mut connection = real.connect().await?;
    let live = snapshot(&mut connection, &scope(args, &project, &real, context).await?).await?;
    drop(connection);
    let ignores = &context.config.ignores;
    let Some(expected) = recorded else {
        let environment = environment(&args.database.environment, &context.config);
        let server = ScratchServer::acquire(&args.scratch, context).await?;
        let built = server.built(&project, &environment).await;
        server.stop().await;
        return Ok(drift::drift(&schema_contract::diff(&built?, &live), ignores));
    };
    say_uncovered(&project, &live, context);
    let covered = joined(project.parts.iter().map(|part| live.restrict(&part.scope)));
    Ok(drift::drift(&schema_contract::diff(&expected, &covered), ignores))
}

/// Everything but the ledgers: ours, and that of a tool from which the database was taken over.
async fn scope(
    args: &cli::Drift,
    project: &Project,
    real: &RealDatabase,
    context: &Context<'_>,
) -> Result<Scope, Failure> {
    let config = runner(&args.database, &project.ledger, Late::Refuse, context);
    let others = migration_core::adopted_from(&real.options, &config).await?;
    let mut scope = project.whole();
    for ledger in others {
        leave_out(&mut scope, ledger);
    }
    Ok(scope)
}

/// What all contracts say together; every one that cannot be read is told.
fn recorded(project: &Project) -> Result<Snapshot, Failure> {
    if project.origin == Origin::Folder {
        let what = "a folder has no contract to hold the database against";
        let mut diagnostic = diagnostic::Diagnostic::new("contract/folder", what);
        diagnostic.hints.push("add `--against replay`".into());
        return Err(Failure::new(crate::exit::Exit::Usage, diagnostic));
    }
    let (mut read, mut failures) = (Vec::new(), Vec::new());
    for part in &project.parts {
        match contract::read(&part.contract) {
            Ok(snapshot) => read.push(snapshot),
            Err(error) => failures.push(Failure::from(error)),
        }
    }
    match Failure::all(failures) {
        Some(failure) => Err(failure),
        None => Ok(joined(read.into_iter())),
    }
}

fn joined(snapshots: impl Iterator<Item = Snapshot>) -> Snapshot {
    Snapshot::from_facts(snapshots.flat_map(|one| one.facts().to_vec()).collect())
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
