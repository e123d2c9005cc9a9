//! What the levels schema and seeded mean for this project: every migration applied as it is on disk, the schema as the
//! contracts record it, and no row of the seeds missing.

use std::sync::Arc;

use diagnostic::Diagnostic;
use migration_core::{Config as RunnerConfig, Late, State};
use readiness::{Expectation, Finding, Level as Ready, Reason, Target};
use schema_contract::{Diff, Snapshot, contract};
use sqlx::PgConnection;

use super::seed;
use crate::{
    cli,
    context::Context,
    database::runner,
    error::Error,
    project::{Origin, Project},
};

/// The target, with what this level needs expected of it. What can be wrong without a server, such as a contract that
/// cannot be read or a seed's missing key, is told now.
pub(super) fn expecting(
    target: Target,
    level: Ready,
    project: Project,
    args: &cli::Database,
    context: &Context<'_>,
) -> Result<Target, Error> {
    let Target::Postgres { options, .. } = &target else {
        return Ok(target);
    };
    let options = options.clone();
    let contracts = contracts(&project)?;
    let seeding = if level >= Ready::Seeded {
        Some(seed::config(&project, args, context)?)
    } else {
        None
    };
    let runner = runner(args, &project.ledger, Late::Refuse, context);
    let project = Arc::new(project);

    let (migrations, config) = (Arc::clone(&project), runner);
    let migrated = Expectation::of_schema("migrations", move |_| {
        let (options, project, config) = (options.clone(), Arc::clone(&migrations), config.clone());
        Box::pin(async move { applied(&options, &project, &config).await })
    });
    let parts = Arc::clone(&project);
    let as_recorded = Expectation::of_schema("contract", move |connection| {
        let (project, contracts) = (Arc::clone(&parts), Arc::clone(&contracts));
        Box::pin(async move { fits(connection, &project, &contracts).await })
    });
    let target = target.expecting(migrated).expecting(as_recorded);
    let Some(seeding) = seeding else {
        return Ok(target);
    };
    let seeded = Expectation::of_data("seeds", move |connection| {
        let (project, config) = (Arc::clone(&project), seeding.clone());
        Box::pin(async move { Ok(seeded(connection, &project, &config).await) })
    });
    Ok(target.expecting(seeded))
}

/// One contract a part, in the same order; a folder has none.
fn contracts(project: &Project) -> Result<Arc<Vec<Snapshot>>, Error> {
    if project.origin == Origin::Folder {
        return Ok(Arc::default());
    }
    let read = |part: &crate::project::Part| contract::read(&part.contract);
    Ok(Arc::new(
        project.parts.iter().map(read).collect::<Result<_, _>>()?,
    ))
}

/// Whether the ledger has every migration that would run here, each as it is on disk.
async fn applied(
    options: &sqlx::postgres::PgConnectOptions,
    project: &Project,
    config: &RunnerConfig,
) -> Result<Finding, sqlx::Error> {
    let overview = match migration_core::overview(options, &project.migrations, config).await {
        Ok(overview) => overview,
        // What the server or the way to it says has a class of its own.
        Err(migration_core::Error::Connect(source) | migration_core::Error::Server { source, .. }) => {
            return Err(source);
        }
        Err(error) => return Ok(unfit(error)),
    };
    if !overview.problems.is_empty() {
        let problems = overview.problems;
        return Ok(unfit(migration_core::Error::Unfit { problems }));
    }
    let is_due = |state: &State| !matches!(state, State::Skipped { .. });
    let due = overview.items.iter().filter(|item| is_due(&item.state)).count();
    let done = overview
        .items
        .iter()
        .filter(|item| matches!(item.state, State::Applied { .. }))
        .count();
    Ok(if done == due {
        Finding::Met
    } else {
        Finding::NotYet(format!("{done} of {due} migrations are applied").into())
    })
}

/// Whether everything that the contracts record is there as recorded. What was added beside it, such as next month's
/// partitions, keeps nobody from working; it is drift's to name.
async fn fits(
    connection: &mut PgConnection,
    project: &Project,
    contracts: &[Snapshot],
) -> Result<Finding, sqlx::Error> {
    if contracts.is_empty() {
        return Ok(Finding::Met);
    }
    let schema = match schema_contract::snapshot(connection, &project.whole()).await {
        Ok(schema) => schema,
        Err(schema_contract::Error::Read { source }) => return Err(source),
        Err(error) => return Ok(unfit(error)),
    };
    let (mut texts, mut problems) = (Vec::new(), Vec::new());
    for (part, recorded) in project.parts.iter().zip(contracts) {
        let diff = schema_contract::lacking(recorded, &schema.restrict(&part.scope));
        let Some(first) = first_difference(&diff) else {
            continue;
        };
        texts.push(format!("{}: {}, first {first}", part.name, diff.summary()));
        let mut problem = Diagnostic::of(&schema_contract::Error::Broken {
            component: part.name.clone(),
            path: Some(part.contract.display().to_string()),
            diff: Box::new(diff),
        });
        // What a contract's change calls for is no advice for a database that lags behind it.
        problem.hints.clear();
        problems.push(problem);
    }
    Ok(if problems.is_empty() {
        Finding::Met
    } else {
        Finding::Unfit(Reason {
            text: texts.join("; "),
            problems,
        })
    })
}

fn first_difference(diff: &Diff) -> Option<String> {
    let first = diff.objects.first()?;
    let what = first.facts.first().map(|fact| match &fact.part {
        Some(part) => format!("{part}, {}", fact.property),
        None => fact.property.clone(),
    });
    Some(format!("`{}` ({})", first.object, what.unwrap_or_default()))
}

/// Waiting does not help against this error.
fn unfit(error: impl Into<Error>) -> Finding {
    Finding::Unfit(Reason::of(error.into().diagnostics()))
}

const FOREIGN_KEY_VIOLATION: &str = "23503";

/// Whether seeding would insert nothing. Rows that somebody changed since are still there; the look is rolled back.
async fn seeded(connection: &mut PgConnection, project: &Project, config: &seeding::Config) -> Finding {
    let mut missing = Vec::new();
    for seeds in project.parts.iter().filter_map(|part| part.seeds.as_ref()) {
        match seeding::verify_unchanged(connection, seeds, config, &mut |_| ()).await {
            Ok(_) => {}
            Err(seeding::Error::NotIdempotent { repeats }) => {
                let of_table = |repeat: &seeding::Repeat| format!("{} in {}", repeat.inserted, repeat.table);
                missing.extend(repeats.iter().filter(|repeat| repeat.inserted > 0).map(of_table));
            }
            // A file that leans on rows of another one fails while those are missing.
            Err(seeding::Error::Sql { failure, .. }) if failure.sqlstate == FOREIGN_KEY_VIOLATION => {
                missing.push(failure.message.clone());
            }
            Err(error) => return unfit(error),
        }
    }
    if missing.is_empty() {
        Finding::Met
    } else {
        Finding::NotYet(format!("rows are missing: {}", missing.join(", ")).into())
    }
}
