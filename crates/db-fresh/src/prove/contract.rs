//! The schema, held against its contracts or recorded as them.

use diagnostic::Explain;
use schema_contract::{Snapshot, contract};
use serde_json::{Value, json};

use super::{
    causes,
    inputs::Inputs,
    problem::ProofProblem,
    purpose::Purpose,
    report::{Report, Schema},
    steps::{Done, Steps},
};
use crate::{
    error::Error,
    project::{Origin, Part},
};

/// The whole schema; its counts and digest go into the report.
pub(super) async fn read(inputs: &Inputs<'_>, report: &mut Report) -> Result<Snapshot, Error> {
    let schema = snapshot(inputs).await?;
    let counts = schema.counts();
    report.schema = Some(Schema {
        tables: counts.tables,
        columns: counts.columns,
        indexes: counts.indexes,
        constraints: counts.constraints,
        digest: schema.digest(),
    });
    Ok(schema)
}

/// The whole schema as it is now.
pub(super) async fn snapshot(inputs: &Inputs<'_>) -> Result<Snapshot, Error> {
    let (options, scope) = (inputs.database.options(), inputs.project.whole());
    inputs.reader.snapshot(options, &scope).await
}

/// Compares each component's part with its contract, all of them before the first difference ends the run.
pub(super) async fn check(
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
    schema: &Snapshot,
) -> Result<(), Error> {
    if inputs.project.origin == Origin::Folder {
        steps.skip("contract", "a folder has none");
        return Ok(());
    }
    let mut results = Vec::new();
    let work = async {
        let mut broken = Vec::new();
        for part in &inputs.project.parts {
            let checked = against(part, schema);
            let error = checked.as_ref().err().map(|(_, error)| error);
            results.push(result(&part.name, &part.contract.display().to_string(), error));
            broken.extend(checked.err());
        }
        if !broken.is_empty() {
            causes::of_differences(inputs, schema, &mut broken).await;
        }
        Error::all(broken.into_iter().map(|(_, error)| error))?;
        Ok(Done::new((), named(inputs)))
    };
    let ended = steps.run("contract", work).await;
    report.contract = Some(Value::Array(results));
    ended
}

/// A part that is not as recorded comes back with what is expected: nothing, where that cannot be read.
fn against(part: &Part, schema: &Snapshot) -> Result<(), (Snapshot, schema_contract::Error)> {
    let expected = contract::read(&part.contract).map_err(|error| (Snapshot::default(), error))?;
    let actual = schema.restrict(&part.scope);
    contract::check(&expected, &actual, &part.name, Some(&part.contract)).map_err(|error| (expected, error))
}

fn result(component: &str, path: &str, error: Option<&schema_contract::Error>) -> Value {
    let code = error.map(Explain::code);
    json!({ "component": component, "file": path, "ok": error.is_none(), "code": code })
}

fn named(inputs: &Inputs<'_>) -> String {
    let names: Vec<_> = inputs
        .project
        .parts
        .iter()
        .map(|part| part.name.as_str())
        .collect();
    format!("as recorded: {}", names.join(", "))
}

/// Records each component's part as its contract, or writes it beside for a review.
pub(super) async fn record(
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    schema: &Snapshot,
    purpose: Purpose,
) -> Result<(), Error> {
    let work = async {
        if inputs.project.origin == Origin::Folder {
            return Err(ProofProblem::FolderHasNoContract.into());
        }
        let mut changes = Vec::new();
        for part in &inputs.project.parts {
            let actual = schema.restrict(&part.scope);
            let before = contract::read(&part.contract).ok();
            let diff = before
                .as_ref()
                .map(|before| schema_contract::diff(before, &actual));
            // A contract of an earlier version has fewer facts, and the new ones are no difference.
            let is_same = before.as_ref() == Some(&actual);
            changes.push(match &diff {
                Some(_) if is_same => format!("{}: no change", part.name),
                Some(diff) if diff.is_empty() => {
                    format!("{}: no change but what earlier versions left out", part.name)
                }
                Some(diff) => format!("{}: {}", part.name, diff.summary()),
                None => format!("{}: new", part.name),
            });
            match purpose {
                // One that waits from before was about another schema.
                _ if is_same => contract::forget_pending(&part.contract)?,
                Purpose::ProposeContract => contract::propose(&part.contract, &actual, &part.name)?,
                _ => contract::write(&part.contract, &actual, &part.name)?,
            }
        }
        let done = if purpose == Purpose::ProposeContract {
            "proposed"
        } else {
            "recorded"
        };
        Ok(Done::new((), format!("{done}; {}", changes.join("; "))))
    };
    steps.run("contract", work).await
}
