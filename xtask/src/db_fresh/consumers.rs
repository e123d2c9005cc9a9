//! Those who depend on the schema: their queries and expectations, held against the fresh database.

use std::collections::BTreeMap;

use schema_contract::{
    Error, consumers,
    expectations::{self, Applied},
};
use serde_json::{Value, json};

use super::{
    Ground,
    acquire::{close, connect},
    causes,
    needs::Loaded,
    report::Report,
    steps::{Done, Steps},
};
use crate::failure::Failure;

/// Checks them all before the first that is broken ends the run.
pub(super) async fn check(
    ground: &Ground<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<(), Failure> {
    if ground.consumers.is_empty() {
        steps.skip("consumers", "none are configured for this run");
        return Ok(());
    }
    let mut results = Vec::new();
    let work = async {
        let mut broken = Vec::new();
        let mut queries = 0;
        for consumer in ground.consumers {
            queries += consumer.queries.len();
            let found = one(ground, consumer).await?;
            results.push(json!({ "consumer": consumer.name, "queries": consumer.queries.len(), "ok": found.is_empty() }));
            broken.extend(found);
        }
        if !broken.is_empty() {
            causes::of_faults(ground, &mut broken).await;
        }
        match Failure::all(broken.into_iter().map(Failure::from).collect()) {
            Some(failure) => Err(failure),
            None => Ok(Done::new(
                (),
                format!("{queries} queries of {} consumers work", ground.consumers.len()),
            )),
        }
    };
    let ended = steps.run("consumers", work).await;
    report.queries = Some(Value::Array(results));
    ended
}

async fn one(ground: &Ground<'_>, consumer: &Loaded) -> Result<Vec<Error>, Failure> {
    let mut broken = Vec::new();
    let mut connection = connect(ground).await?;
    let findings = consumers::check(&mut connection, &consumer.config(), &consumer.queries).await?;
    if !findings.is_empty() {
        broken.push(Error::QueriesBroken {
            consumer: consumer.name.clone(),
            findings,
        });
    }
    if let Some((path, expected)) = &consumer.expectations {
        let scope = ground.project.whole();
        let (actual, today) =
            expectations::snapshot_with_partitions(&mut connection, &scope, expected).await?;
        broken.extend(
            expectations::check(
                expected,
                &actual,
                &applied(ground),
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

/// The numbers of the migrations, by component: after `migrate` all of them are applied.
pub(super) fn applied(ground: &Ground<'_>) -> Applied {
    let mut applied = BTreeMap::new();
    for set in &ground.project.migrations {
        let numbers = set
            .items
            .iter()
            .filter_map(|item| item.version.to_string().parse().ok());
        applied.insert(set.component.clone(), numbers.collect());
    }
    applied
}
