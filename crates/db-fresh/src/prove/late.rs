//! Whether migrations that come late do the same as in their place: both orders on fresh databases, and the schemas compared.
//!
//! A new database runs them in their place, a database that is ahead of them runs them last. Left out on purpose: data, which
//! no schema shows.

use std::{collections::BTreeSet, path::PathBuf};

use migration_core::{Migrations, Version};
use schema_contract::{Diff, Snapshot, diff};

use super::{
    inputs::Inputs,
    problem::ProofProblem,
    steps::{Done, Steps},
};
use crate::{
    cli::Prove,
    error::Error,
    schema::{Builder, Revision, only, order_note, without_column_order},
};

/// Where a team's migrations are before a branch brings more, the likeliest first.
const BASES: [&str; 5] = ["origin/HEAD", "origin/main", "origin/master", "main", "master"];

/// A migration that is to run last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Late {
    component: String,
    file: String,
    path: String,
}

/// The step, where it is asked for. The schema is that of a new database.
pub(super) async fn prove(
    args: &Prove,
    inputs: &Inputs<'_>,
    steps: &mut Steps<'_>,
    schema: &Snapshot,
) -> Result<(), Error> {
    let Some(files) = &args.prove_late else {
        return Ok(());
    };
    let work = async {
        let late = if files.is_empty() {
            since(&inputs.project.migrations, args.base.as_deref())?
        } else {
            named(&inputs.project.migrations, files)?
        };
        if late.is_empty() {
            return Ok(Done::new((), "nothing comes late"));
        }
        let other = last(inputs, &late).await?;
        let (difference, reordered) = without_column_order(diff(schema, &other));
        if difference.is_empty() {
            let names: Vec<_> = late.iter().map(|one| one.file.as_str()).collect();
            let note = order_note(&reordered);
            let detail = format!("the same schema in both orders{note}: {}", names.join(", "));
            return Ok(Done::new((), detail));
        }
        Err(differs(&late, difference))
    };
    steps.run("late", work).await
}

/// The schema of a database that runs these last.
async fn last(inputs: &Inputs<'_>, late: &[Late]) -> Result<Snapshot, Error> {
    let sets = &inputs.project.migrations;
    let before = only(sets, |set, file| {
        !late
            .iter()
            .any(|one| one.component == set.component && one.file == file)
    });
    let built = Builder {
        server: inputs.server,
        prelude: inputs.prelude,
    };
    let rounds = [before, sets.clone()];
    let (config, scope) = (inputs.runner(), inputs.project.whole());
    let schema = built.schema(&rounds, &config, &scope).await;
    schema.map_err(|source| {
        let names: Vec<_> = late.iter().map(|one| one.file.as_str()).collect();
        Error::InOrder {
            order: format!("all others first, then {}", names.join(", ")),
            source: Box::new(source),
        }
    })
}

/// The migrations of these names or paths.
fn named(sets: &[Migrations], files: &[String]) -> Result<Vec<Late>, Error> {
    let mut found = BTreeSet::new();
    let mut unknown = Vec::new();
    for name in files {
        let all = all(sets);
        let fits: Vec<_> = all
            .into_iter()
            .filter(|one| one.file == *name || one.path == *name)
            .collect();
        match fits.as_slice() {
            [only] => drop(found.insert(only.clone())),
            _ => unknown.push(ProofProblem::WhichLate {
                name: name.clone(),
                fitting: fits.len(),
            }),
        }
    }
    Error::all(unknown)?;
    Ok(found.into_iter().collect())
}

fn all(sets: &[Migrations]) -> Vec<Late> {
    let late = |set: &Migrations, file: &str, path: String| Late {
        component: set.component.clone(),
        file: file.to_owned(),
        path,
    };
    sets.iter()
        .flat_map(|set| {
            set.items
                .iter()
                .map(move |item| late(set, &item.filename, item.up.file.display().to_string()))
        })
        .collect()
}

/// The migrations that a revision does not have and that come before one that it has.
fn since(sets: &[Migrations], base: Option<&str>) -> Result<Vec<Late>, Error> {
    let mut found = Vec::new();
    for set in sets {
        let names = revision(set, base)?.names()?;
        let is_there = |item: &migration_core::Migration| {
            let path = item.up.file.strip_prefix(&set.dir).map(PathBuf::from);
            path.is_ok_and(|path| names.contains(&path))
        };
        let is_versioned = |item: &migration_core::Migration| !matches!(item.version, Version::Repeatable(_));
        let highest = set
            .items
            .iter()
            .rposition(|item| is_versioned(item) && is_there(item));
        let before = set.items.iter().take(highest.unwrap_or(0));
        found.extend(
            before
                .filter(|item| is_versioned(item) && !is_there(item))
                .map(|item| Late {
                    component: set.component.clone(),
                    file: item.filename.clone(),
                    path: item.up.file.display().to_string(),
                }),
        );
    }
    Ok(found)
}

fn revision<'r>(set: &'r Migrations, base: Option<&'r str>) -> Result<Revision<'r>, Error> {
    if let Some(name) = base {
        return Revision::find(&set.dir, name);
    }
    let known = BASES.iter().find_map(|name| Revision::find(&set.dir, name).ok());
    known.ok_or_else(|| {
        let folder = set.dir.display().to_string();
        let looked_for = BASES.to_vec();
        ProofProblem::NoBase { folder, looked_for }.into()
    })
}

fn differs(late: &[Late], difference: Diff) -> Error {
    let problem = ProofProblem::OrderMatters {
        files: late.iter().map(|one| one.file.clone()).collect(),
        path: late.first().map(|one| one.path.clone()),
        difference: Box::new(difference),
    };
    problem.into()
}
