//! The expectation `contract`: everything that the contracts record is there as recorded.
//!
//! Additions, such as next month's partitions or the columns of a newer release, are not looked at: programs work all the same, and
//! `drift` lists them.

use std::sync::Arc;

use diagnostic::Diagnostic;
use readiness::{Expectation, Finding, Reason};
use schema_contract::{Diff, Error, Scope, lacking, snapshot};
use sqlx::PgConnection;

use super::{expected::ExpectedSchema, finding::unfit};

/// Expects that every contract holds.
pub(crate) fn contract(expected: &Arc<ExpectedSchema>) -> Expectation {
    let expected = Arc::clone(expected);
    Expectation::of_schema("contract", move |connection| {
        let expected = Arc::clone(&expected);
        Box::pin(async move { look(&expected, connection).await })
    })
}

async fn look(expected: &ExpectedSchema, connection: &mut PgConnection) -> Result<Finding, sqlx::Error> {
    match broken(expected, connection).await {
        Ok(broken) if broken.is_empty() => Ok(Finding::Met),
        Ok(broken) => {
            let sentences: Vec<_> = broken.iter().map(sentence).collect();
            Ok(Finding::Unfit(Reason {
                text: sentences.join("; "),
                problems: broken.iter().map(problem).collect(),
            }))
        }
        // The server's own errors, and those on the way to it, have classes of their own: some of them pass.
        Err(Error::Read { source }) => Err(source),
        Err(error) => Ok(unfit(error)),
    }
}

/// Each contract that does not hold, as [`Error::Broken`] with what the database lacks. Without contracts nothing is read.
pub(super) async fn broken(
    expected: &ExpectedSchema,
    connection: &mut PgConnection,
) -> Result<Vec<Error>, Error> {
    if expected.contracts.is_empty() {
        return Ok(Vec::new());
    }
    let actual = snapshot(connection, &Scope::default()).await?;
    let broken = expected.contracts.iter().filter_map(|contract| {
        let diff = lacking(&contract.recorded, &actual);
        (!diff.is_empty()).then(|| Error::Broken {
            component: contract.component.clone(),
            path: contract.path.clone(),
            diff: Box::new(diff),
        })
    });
    Ok(broken.collect())
}

/// A broken contract without hints: what a contract's change calls for is no advice for a database that lags behind it.
fn problem(error: &Error) -> Diagnostic {
    Diagnostic {
        hints: Vec::new(),
        ..Diagnostic::of(error)
    }
}

/// A broken contract on one line, with the first thing that is lacking.
fn sentence(error: &Error) -> String {
    match error {
        Error::Broken { component, diff, .. } => format!("{component}: {}{}", diff.summary(), first(diff)),
        other => other.to_string(),
    }
}

fn first(diff: &Diff) -> String {
    let Some(object) = diff.objects.first() else {
        return String::new();
    };
    let fact = object.facts.first().map(|fact| match &fact.part {
        Some(part) => format!("{part}, {}", fact.property),
        None => fact.property.clone(),
    });
    format!(", first `{}` ({})", object.object, fact.unwrap_or_default())
}
