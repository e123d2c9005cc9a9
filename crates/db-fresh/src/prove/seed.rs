//! The seeds, and the seeds once more: the second time nothing may change.

use secrecy::SecretString;
use seeding::{Config, Report as Seeded, Seeds};
use serde_json::json;
use sqlx::PgConnection;

use super::{
    acquire::connect,
    inputs::Inputs,
    report::Report,
    steps::{Done, Steps},
};
use crate::{context::Context, error::Error, project::Project, schema::close};

/// The key for databases that live for a second. Always the same, so that a run can be repeated to the byte.
const THROW_AWAY_KEY: &str = "a throw-away key for a throw-away database";

/// How seeds are run: the key of the environment, or the throw-away one.
pub(super) fn config(project: &Project, context: &Context<'_>) -> Result<Config, Error> {
    let given = context.variables.email_hash_key();
    let config = Config {
        email_hash_key: Some(given.unwrap_or_else(|| SecretString::from(THROW_AWAY_KEY))),
        split_statements: Some(migration_core::split_statements),
        values: context.console.values(),
        ..Config::default()
    };
    for seeds in of(project) {
        seeds.check(&config)?;
    }
    Ok(config)
}

fn of(project: &Project) -> impl Iterator<Item = &Seeds> {
    project.parts.iter().filter_map(|part| part.seeds.as_ref())
}

/// Whether seeds ran.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Seeded,
    Nothing,
}

/// Once, and once more.
pub(super) async fn twice(
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<Outcome, Error> {
    if of(inputs.project).next().is_none() {
        steps.skip("seed", "there are no seeds");
        return Ok(Outcome::Nothing);
    }
    let first = steps.run("seed", apply(inputs)).await?;
    let written: u64 = first.iter().map(|one| one.totals().inserted).sum();
    let files: usize = first.iter().map(|one| one.files.len()).sum();
    report.seeds = Some(json!({ "files": files, "inserted": written, "unchanged_on_rerun": null }));
    let second = steps.run("seed again", verify(inputs)).await?;
    let unchanged: u64 = second.iter().map(|one| one.totals().unchanged).sum();
    report.seeds = Some(json!({ "files": files, "inserted": written, "unchanged_on_rerun": unchanged }));
    Ok(Outcome::Seeded)
}

/// After a rollback took rows with it: the same once more, for whoever looks at the database.
pub(super) async fn restore(inputs: &Inputs<'_>, steps: &mut Steps<'_>) -> Result<(), Error> {
    steps.run("seed back", apply(inputs)).await.map(|_| ())
}

/// A connection with the settings that a client of the server has.
async fn connect_as_a_client(inputs: &Inputs<'_>) -> Result<PgConnection, Error> {
    let mut connection = connect(inputs).await?;
    migration_core::use_server_settings(&mut connection, inputs.database.options(), &inputs.runner()).await?;
    Ok(connection)
}

async fn apply(inputs: &Inputs<'_>) -> Result<Done<Vec<Seeded>>, Error> {
    let mut connection = connect_as_a_client(inputs).await?;
    let mut reports = Vec::new();
    for seeds in of(inputs.project) {
        reports.push(seeding::apply(&mut connection, seeds, inputs.seeding, &mut |_| {}).await?);
    }
    close(connection).await;
    let rows: u64 = reports.iter().map(|one| one.totals().inserted).sum();
    let files: usize = reports.iter().map(|one| one.files.len()).sum();
    Ok(Done::new(reports, format!("{rows} rows from {files} files")))
}

async fn verify(inputs: &Inputs<'_>) -> Result<Done<Vec<Seeded>>, Error> {
    let mut connection = connect_as_a_client(inputs).await?;
    let (mut reports, mut failures) = (Vec::new(), Vec::new());
    for seeds in of(inputs.project) {
        match seeding::verify_unchanged(&mut connection, seeds, inputs.seeding, &mut |_| {}).await {
            Ok(report) => reports.push(report),
            Err(error) => failures.push(error),
        }
    }
    close(connection).await;
    Error::all(failures)?;
    Ok(Done::new(reports, "nothing changed"))
}
