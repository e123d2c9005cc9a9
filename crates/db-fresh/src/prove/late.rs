//! Whether migrations that come late do the same as in their place: both orders on fresh databases, and the schemas compared.
//!
//! A new database runs them in their place, a database that is ahead of them runs them last. Left out on purpose: data, which
//! no schema shows.

use std::{collections::BTreeSet, path::PathBuf};

use diagnostic::{Diagnostic, Fact, Place};
use migration_core::{Migrations, Version};
use schema_contract::{Diff, Snapshot, diff};

use super::{
    inputs::Inputs,
    steps::{Done, Steps},
};
use crate::{
    cli::Prove,
    exit::Exit,
    failure::Failure,
    schema::{Builder, Revision, only, order_note, scratch_config, without_column_order},
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
) -> Result<(), Failure> {
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
        Err(differs(&late, &difference))
    };
    steps.run("late", work).await
}

/// The schema of a database that runs these last.
async fn last(inputs: &Inputs<'_>, late: &[Late]) -> Result<Snapshot, Failure> {
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
    let (config, scope) = (scratch_config(inputs.project), inputs.project.whole());
    let schema = built.schema(&rounds, &config, &scope).await;
    schema.map_err(|mut failure| {
        let names: Vec<_> = late.iter().map(|one| one.file.as_str()).collect();
        for diagnostic in &mut failure.diagnostics {
            let order = format!("all others first, then {}", names.join(", "));
            diagnostic.facts.push(Fact::new("order", order));
        }
        failure
    })
}

/// The migrations of these names or paths.
fn named(sets: &[Migrations], files: &[String]) -> Result<Vec<Late>, Failure> {
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
            [] => unknown.push(refused(format!("there is no migration `{name}`"))),
            _ => unknown.push(refused(format!(
                "several components have a migration `{name}`; give its path"
            ))),
        }
    }
    match Failure::all(unknown) {
        Some(failure) => Err(failure),
        None => Ok(found.into_iter().collect()),
    }
}

fn refused(what: String) -> Failure {
    Failure::new(Exit::Usage, Diagnostic::new("late/which", what))
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
fn since(sets: &[Migrations], base: Option<&str>) -> Result<Vec<Late>, Failure> {
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

fn revision<'r>(set: &'r Migrations, base: Option<&'r str>) -> Result<Revision<'r>, Failure> {
    if let Some(name) = base {
        return Revision::find(&set.dir, name);
    }
    let known = BASES.iter().find_map(|name| Revision::find(&set.dir, name).ok());
    known.ok_or_else(|| {
        let what = format!("no branch to compare `{}` with", set.dir.display());
        let mut diagnostic = Diagnostic::new("late/no-base", what);
        diagnostic.facts.push(Fact::new("looked for", BASES.join(", ")));
        diagnostic
            .hints
            .push("name the branch with `--base REVISION`, or the files behind `--prove-late`".into());
        Failure::new(Exit::Usage, diagnostic)
    })
}

fn differs(late: &[Late], difference: &Diff) -> Failure {
    let names: Vec<_> = late.iter().map(|one| format!("`{}`", one.file)).collect();
    let what = format!(
        "{} make another schema when they run last: {}",
        names.join(", "),
        difference.summary()
    );
    let mut diagnostic = Diagnostic::new("late/order-matters", what);
    diagnostic.place = late.first().map(|one| Place::file(one.path.clone()));
    let lines = difference.render();
    diagnostic
        .facts
        .extend(lines.lines().map(|line| Fact::new("when late", line.trim_end())));
    diagnostic.why = Some("databases that run them late would differ from new ones for good".into());
    diagnostic
        .hints
        .push("give them numbers after the highest, so that they run last everywhere".into());
    Failure::new(Exit::Migration, diagnostic)
}
