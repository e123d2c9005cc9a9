//! Those who depend on the schema: their queries and expectations, held against the fresh database.

use schema_contract::{
    consumers::{self, Execution},
    expectations,
};
use serde_json::{Value, json};

use super::{
    acquire::connect,
    causes,
    inputs::Inputs,
    report::Report,
    steps::{Done, Steps},
};
use crate::{error::Error, project::consumers::Loaded, schema::close};

/// Checks them all before the first that is broken ends the run.
pub(super) async fn check(
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<(), Error> {
    if inputs.consumers.is_empty() {
        steps.skip("consumers", "none are configured for this run");
        return Ok(());
    }
    let mut results = Vec::new();
    let work = async {
        let mut broken = Vec::new();
        let mut queries = 0;
        for consumer in inputs.consumers {
            queries += consumer.queries.len();
            let found = one(inputs, consumer).await?;
            results.push(json!({ "consumer": consumer.name, "queries": consumer.queries.len(), "ok": found.is_empty() }));
            broken.extend(found);
        }
        broken.extend(stale_bodies(inputs).await?);
        if !broken.is_empty() {
            causes::of_faults(inputs, &mut broken).await;
        }
        let unsure = never_fitted(&mut broken);
        Error::all(broken)?;
        let consumers = inputs.consumers.len();
        Ok(Done::new(
            (),
            format!("{queries} queries of {consumers} consumers work{unsure}"),
        ))
    };
    let ended = steps.run("consumers", work).await;
    report.queries = Some(Value::Array(results));
    ended
}

/// Bodies that would fail, where a consumer asks for its queries to be run and the server can tell.
async fn stale_bodies(inputs: &Inputs<'_>) -> Result<Option<schema_contract::Error>, Error> {
    let runs = |consumer: &Loaded| consumer.execution == Execution::RolledBack;
    if !inputs.consumers.iter().any(runs) {
        return Ok(None);
    }
    let mut connection = connect(inputs).await?;
    let bodies = consumers::check_bodies(&mut connection, &inputs.project.whole()).await?;
    close(connection).await;
    let faults = bodies.map(|bodies| bodies.faults).unwrap_or_default();
    Ok((!faults.is_empty()).then_some(schema_contract::Error::StaleBodies { faults }))
}

/// Takes out the bodies that no migration broke, and says which: they may work on a table that they make themselves, which
/// only running them would show.
fn never_fitted(broken: &mut Vec<schema_contract::Error>) -> String {
    let mut unsure = Vec::new();
    for error in broken.iter_mut() {
        if let schema_contract::Error::StaleBodies { faults } = error {
            let never = faults.extract_if(.., |fault| fault.migration.is_none());
            unsure.extend(never.map(|fault| fault.routine));
        }
    }
    broken.retain(
        |error| !matches!(error, schema_contract::Error::StaleBodies { faults } if faults.is_empty()),
    );
    unsure.dedup();
    if unsure.is_empty() {
        String::new()
    } else {
        format!("; plpgsql_check is not sure of {}", unsure.join(", "))
    }
}

async fn one(inputs: &Inputs<'_>, consumer: &Loaded) -> Result<Vec<schema_contract::Error>, Error> {
    let mut broken = Vec::new();
    let mut connection = connect(inputs).await?;
    let findings = consumers::check(&mut connection, &consumer.config(), &consumer.queries).await?;
    if !findings.is_empty() {
        broken.push(schema_contract::Error::QueriesBroken {
            consumer: consumer.name.clone(),
            findings,
        });
    }
    if let Some((path, expected)) = &consumer.expectations {
        let scope = inputs.project.whole();
        let (actual, today) =
            expectations::snapshot_with_partitions(&mut connection, &scope, expected).await?;
        broken.extend(
            expectations::check(
                expected,
                &actual,
                &inputs.applied(),
                today,
                &consumer.name,
                Some(path),
            )
            .err(),
        );
    }
    close(connection).await;
    Ok(broken)
}
