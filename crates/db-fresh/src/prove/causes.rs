//! Names the migrations behind what a check found, by a replay. Only a check that failed asks for it.
//!
//! A replay that fails names nothing: what was found stands without it.

use schema_contract::{
    Culprit, Snapshot, Then,
    consumers::{self, BodyFault, Finding, Query, check_bodies},
    expectations::{self, Breach},
};
use sqlx::PgConnection;

use super::{acquire::connect, inputs::Inputs};
use crate::{
    project::consumers::Loaded,
    schema::{Replay, close, traced},
};

/// Lays each difference between the contracts and this schema to its migration.
pub(super) async fn of_differences(
    inputs: &Inputs<'_>,
    schema: &Snapshot,
    broken: &mut [(Snapshot, schema_contract::Error)],
) {
    if !broken
        .iter()
        .any(|(_, error)| matches!(error, schema_contract::Error::Broken { .. }))
    {
        return;
    }
    let scopes = inputs.project.parts.iter().map(|part| (&part.name, &part.scope));
    let actual: Vec<Snapshot> = broken
        .iter()
        .map(|(_, error)| {
            let schema_contract::Error::Broken { component, .. } = error else {
                return Snapshot::default();
            };
            let scope = scopes.clone().find(|(name, _)| *name == component);
            scope.map_or_else(Snapshot::default, |(_, scope)| schema.restrict(scope))
        })
        .collect();
    let (expected, errors): (Vec<_>, Vec<_>) = broken
        .iter_mut()
        .map(|(expected, error)| (&*expected, error))
        .unzip();
    let pairs: Vec<_> = expected.into_iter().zip(&actual).collect();
    let Ok(diffs) = traced(&replay(inputs), &pairs).await else {
        return;
    };
    for (error, traced) in errors.into_iter().zip(diffs) {
        if let schema_contract::Error::Broken { diff, .. } = error {
            **diff = traced;
        }
    }
}

/// Lays each broken query and each breach to its migration.
pub(super) async fn of_faults(inputs: &Inputs<'_>, errors: &mut [schema_contract::Error]) {
    let mut followed = Vec::new();
    for error in errors.iter_mut() {
        match error {
            schema_contract::Error::QueriesBroken { consumer, findings } => {
                followed.extend(queries(inputs, consumer, findings).await);
            }
            schema_contract::Error::StaleBodies { faults } => followed.push(Followed::Bodies {
                faults: faults
                    .iter_mut()
                    .map(|fault| (fault, Culprit::default()))
                    .collect(),
            }),
            schema_contract::Error::Unmet {
                consumer, breaches, ..
            } => followed.extend(expectations(inputs, consumer, breaches)),
            _ => {}
        }
    }
    let look = async |file: Option<&str>, connection: &mut PgConnection| {
        for one in &mut followed {
            one.see(inputs, file, connection).await;
        }
    };
    if replay(inputs).each(look).await.is_ok() {
        followed.into_iter().for_each(Followed::name);
    }
}

fn replay<'g>(inputs: &'g Inputs<'_>) -> Replay<'g> {
    Replay {
        server: inputs.server,
        project: inputs.project,
        prelude: inputs.prelude,
        environment: inputs.runner().environment,
    }
}

/// What is followed through the levels.
enum Followed<'f> {
    Query {
        consumer: &'f Loaded,
        query: &'f Query,
        faults: Vec<(&'f mut Finding, Culprit)>,
    },
    Expectations {
        consumer: &'f Loaded,
        faults: Vec<(&'f mut Breach, Culprit)>,
    },
    Bodies {
        faults: Vec<(&'f mut BodyFault, Culprit)>,
    },
}

impl Followed<'_> {
    async fn see(&mut self, inputs: &Inputs<'_>, file: Option<&str>, connection: &mut PgConnection) {
        match self {
            Self::Query {
                consumer,
                query,
                faults,
            } => {
                let (config, query) = (consumer.config(), std::slice::from_ref(*query));
                let found = consumers::check(connection, &config, query).await.ok();
                for (fault, culprit) in faults {
                    culprit.see(file, then(found.as_deref(), fault, |_| true));
                }
            }
            Self::Expectations { consumer, faults } => {
                let found = breaches(inputs, consumer, connection).await;
                for (fault, culprit) in faults {
                    let subject = fault.subject.clone();
                    // Without its table nothing is as expected.
                    let is_about_it = |other: &Breach| {
                        let rest = subject.strip_prefix(&other.subject);
                        let of_table = other.code == "expectation/table-missing";
                        rest.is_some_and(|rest| rest.is_empty() || (of_table && rest.starts_with('.')))
                    };
                    culprit.see(file, then(found.as_deref(), fault, is_about_it));
                }
            }
            Self::Bodies { faults } => {
                let found = check_bodies(connection, &inputs.project.whole()).await;
                let found = found.ok().flatten().unwrap_or_default();
                for (fault, culprit) in faults {
                    let routine = fault.routine.clone();
                    // One that is not there yet is not fine: what makes it does not break it.
                    let known = found.checked.contains(&routine).then_some(&*found.faults);
                    culprit.see(file, then(known, fault, |other| other.routine == routine));
                }
            }
        }
    }

    fn name(self) {
        match self {
            Self::Bodies { faults } => {
                for (fault, culprit) in faults {
                    fault.migration = culprit.migration();
                }
            }
            Self::Query { faults, .. } => {
                for (fault, culprit) in faults {
                    fault.migration = culprit.migration();
                }
            }
            Self::Expectations { faults, .. } => {
                for (fault, culprit) in faults {
                    // What is there in another way was made so; what is not there may never have been.
                    fault.migration = match fault.found {
                        Some(_) => culprit.since(),
                        None => culprit.migration(),
                    };
                }
            }
        }
    }
}

/// How something stood, by all that was wrong at that level. Nothing could be asked: it was wrong in some other way.
fn then<T: PartialEq>(found: Option<&[T]>, fault: &T, is_about_the_same: impl Fn(&T) -> bool) -> Then {
    match found {
        None => Then::Otherwise,
        Some(found) if found.contains(fault) => Then::Wrong,
        Some(found) if found.iter().any(is_about_the_same) => Then::Otherwise,
        Some(_) => Then::Fine,
    }
}

/// The broken queries of a consumer, each with its own findings: a finding alone does not say which of a file's queries it is.
async fn queries<'f>(inputs: &'f Inputs<'_>, name: &str, findings: &'f mut [Finding]) -> Vec<Followed<'f>> {
    let (Some(consumer), Ok(mut connection)) = (loaded(inputs, name), connect(inputs).await) else {
        return Vec::new();
    };
    let mut left: Vec<&mut Finding> = findings.iter_mut().collect();
    let mut followed = Vec::new();
    for query in &consumer.queries {
        if !left.iter().any(|finding| finding.place.file == query.file) {
            continue;
        }
        let config = consumer.config();
        let found = consumers::check(&mut connection, &config, std::slice::from_ref(query)).await;
        let found = found.unwrap_or_default();
        let (own, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|finding| found.contains(finding));
        left = others;
        let faults: Vec<_> = own
            .into_iter()
            .map(|finding| (finding, Culprit::default()))
            .collect();
        if !faults.is_empty() {
            followed.push(Followed::Query {
                consumer,
                query,
                faults,
            });
        }
    }
    close(connection).await;
    followed
}

fn expectations<'f>(inputs: &'f Inputs<'_>, name: &str, breaches: &'f mut [Breach]) -> Option<Followed<'f>> {
    let consumer = loaded(inputs, name)?;
    let faults = breaches.iter_mut().map(|breach| (breach, Culprit::default()));
    Some(Followed::Expectations {
        consumer,
        faults: faults.collect(),
    })
}

async fn breaches(
    inputs: &Inputs<'_>,
    consumer: &Loaded,
    connection: &mut PgConnection,
) -> Option<Vec<Breach>> {
    let (_, expected) = consumer.expectations.as_ref()?;
    let scope = inputs.project.whole();
    let read = expectations::snapshot_with_partitions(connection, &scope, expected).await;
    let (level, today) = read.ok()?;
    Some(expectations::unmet(expected, &level, &inputs.applied(), today))
}

fn loaded<'g>(inputs: &'g Inputs<'_>, name: &str) -> Option<&'g Loaded> {
    inputs.consumers.iter().find(|consumer| consumer.name == name)
}
