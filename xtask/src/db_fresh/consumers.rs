//! Those who depend on the schema: their queries and expectations, held against the fresh database.

use std::{collections::BTreeMap, path::PathBuf};

use schema_contract::{
    Error,
    consumers::{self, ConsumerConfig, Execution, Query},
    expectations::{self, Applied, Expectations},
};
use serde_json::{Value, json};

use super::{
    Ground,
    acquire::{close, connect},
    causes,
    report::Report,
    steps::{Done, Steps},
};
use crate::{
    commands::Context,
    failure::Failure,
    project::{Extent, Origin, Project},
};

/// A consumer with what it said it needs.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) name: String,
    role: Option<String>,
    execution: Execution,
    pub(super) queries: Vec<Query>,
    pub(super) expectations: Option<(PathBuf, Expectations)>,
}

impl Loaded {
    /// How its queries are checked.
    pub(super) fn config(&self) -> ConsumerConfig {
        ConsumerConfig {
            consumer: self.name.clone(),
            role: self.role.clone(),
            search_path: None,
            execution: self.execution,
        }
    }
}

/// Reads what the consumers need; a file that cannot be read is told before a server is started.
pub(super) fn read(project: &Project, context: &Context<'_>) -> Result<Vec<Loaded>, Failure> {
    if project.origin == Origin::Folder || project.extent == Extent::Part {
        return Ok(Vec::new());
    }
    let (mut loaded, mut failures) = (Vec::new(), Vec::new());
    for consumer in &context.config.consumers {
        let at = |path: &PathBuf| project.at(path);
        let queries = consumer.queries.as_ref().map(|path| {
            let path = at(path);
            if path.ends_with(".sqlx") {
                consumers::read_sqlx_folder(&path)
            } else {
                consumers::read_sql_folder(&path)
            }
        });
        let expected = consumer.expectations.as_ref().map(|path| {
            let path = at(path);
            expectations::read(&path).map(|expectations| (path, expectations))
        });
        match (queries.transpose(), expected.transpose()) {
            (Ok(queries), Ok(expectations)) => loaded.push(Loaded {
                name: consumer.name.clone(),
                role: consumer.role.clone(),
                execution: if consumer.run {
                    Execution::RolledBack
                } else {
                    Execution::Never
                },
                queries: queries.unwrap_or_default(),
                expectations,
            }),
            (queries, expected) => {
                failures.extend(queries.err().map(Failure::from));
                failures.extend(expected.err().map(Failure::from));
            }
        }
    }
    match Failure::all(failures) {
        Some(failure) => Err(failure),
        None => Ok(loaded),
    }
}

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
