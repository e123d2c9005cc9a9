//! Whether a roll-back leaves a doubt, and whose down script is to blame.

use std::collections::HashSet;

use migration_core::RollbackReport;
use schema_contract::{Diff, Object, ObjectChange, Snapshot};

use super::{
    alone, contract,
    culprit::{self, Culprit},
    inputs::Inputs,
    left_behind,
    levels::{Levels, Named},
};
use crate::project::Origin;

/// The way down and up again.
pub(super) struct Way<'w> {
    pub(super) levels: &'w Levels,
    pub(super) back: &'w Result<RollbackReport, migration_core::Error>,
    pub(super) applied: &'w Result<(), migration_core::Error>,
    /// What the down scripts left below all that they undid.
    pub(super) at_bottom: &'w Diff,
}

/// Whether some down script may have left another schema than its up script found: one that fails may be the victim of another.
pub(super) async fn is_doubtful(inputs: &Inputs<'_>, way: &Way<'_>, before: &Snapshot) -> bool {
    match (way.back, way.applied) {
        (Err(migration_core::Error::Sql(failure)), _) => {
            let Some(missing) = missing(&failure.sqlstate, &failure.message) else {
                return true;
            };
            if is_named_above(missing, inputs, way.levels) {
                return true;
            }
            match contract::snapshot(inputs).await {
                Ok(now) => was_taken(missing, before, &now),
                Err(_) => true,
            }
        }
        (_, Err(migration_core::Error::Sql(_))) => true,
        (Err(_), _) | (_, Err(_)) => false,
        (Ok(_), Ok(())) => !way.at_bottom.is_empty() || way.levels.suspect().is_some(),
    }
}

/// Who is to blame. The likeliest is tried alone, which costs least; then all are looked at.
///
/// A down script that fails on a database where nothing else was undone fails by its own fault: there is no other culprit then.
pub(super) async fn culprit(inputs: &Inputs<'_>, way: &Way<'_>, before: &Snapshot) -> Option<Culprit> {
    if let Some(culprit) = plain(inputs, way, before) {
        return Some(culprit);
    }
    let failed = match way.back {
        Err(migration_core::Error::Sql(failure)) => Some(Named {
            component: failure.component.clone(),
            file: failure.file.clone(),
        }),
        _ => None,
    };
    let suspect = way.levels.suspect().map(|suspect| suspect.migration.clone());
    if let Some(failed) = &failed {
        if alone::fails(inputs, failed).await.unwrap_or_default() {
            return None;
        }
    } else if let Some(migration) = &suspect
        && let Ok(difference) = alone::leaves(inputs, migration, before).await
        && !difference.is_empty()
    {
        return Some(Culprit {
            migration: migration.clone(),
            difference: Some(difference),
        });
    }
    culprit::find(inputs, before).await.unwrap_or_else(|_| {
        // What the fingerprints say is all there is then.
        let migration = suspect.filter(|_| failed.is_none())?;
        let difference = None;
        Some(Culprit {
            migration,
            difference,
        })
    })
}

/// The suspect, where no replay is needed: it comes out the same at the top, and its up script began with nothing that a down script
/// left of the objects in question. Then the way up was the replay.
///
/// The facts of a project's own are worth a replay.
fn plain(inputs: &Inputs<'_>, way: &Way<'_>, before: &Snapshot) -> Option<Culprit> {
    if inputs.project.origin != Origin::Folder || way.back.is_err() || way.applied.is_err() {
        return None;
    }
    let suspect = way.levels.suspect()?;
    let difference = way.levels.difference(&suspect);
    let difference = left_behind::without_extensions(difference, &left_behind::extensions(before));
    let touches = |one: &ObjectChange| {
        let same = |other: &Object| other.name == one.object.name && other.schema == one.object.schema;
        way.at_bottom.objects().any(same)
    };
    let is_plain =
        suspect.is_same_at_the_top && !difference.is_empty() && !difference.objects.iter().any(touches);
    is_plain.then(|| Culprit {
        migration: suspect.migration.clone(),
        difference: Some(difference),
    })
}

/// The name of what a down script misses, where the server says it (42P01, 42703, 42704, 42883, 3F000).
fn missing<'m>(sqlstate: &str, message: &'m str) -> Option<&'m str> {
    const MISSING: [&str; 5] = ["42P01", "42703", "42704", "42883", "3F000"];
    // The first name is that of what is missing; a second one says where.
    let name = message
        .split('"')
        .nth(1)
        .filter(|_| MISSING.contains(&sqlstate))?;
    Some(name.rsplit('.').next().unwrap_or(name))
}

/// Whether a migration that was undone before has this name in one of its scripts: it may have taken away what has it.
fn is_named_above(name: &str, inputs: &Inputs<'_>, levels: &Levels) -> bool {
    let undone = levels.names();
    let sets = inputs.project.migrations.iter();
    let mut all = sets.flat_map(|set| set.items.iter().map(move |item| (&set.component, item)));
    all.any(|(component, item)| {
        let is_undone = |one: &Named| one.component == *component && one.file == item.filename;
        let mut scripts = [Some(&item.up), item.down.as_ref()].into_iter().flatten();
        undone.iter().any(is_undone) && scripts.any(|script| has_word(&script.sql, name))
    })
}

fn has_word(sql: &str, word: &str) -> bool {
    let mut words = sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.any(|other| other.eq_ignore_ascii_case(word))
}

/// Whether something of this name was there before rolling back and is not any more. The down script that misses it changed nothing:
/// the server took its statements back.
fn was_taken(name: &str, before: &Snapshot, now: &Snapshot) -> bool {
    let of_it = |snapshot: &Snapshot| {
        let facts = snapshot.facts().iter().filter(|fact| {
            let part = fact.key.part.as_ref();
            fact.key.object.name == name || part.is_some_and(|part| part.name == name)
        });
        facts.map(|fact| fact.key.clone()).collect::<HashSet<_>>()
    };
    !of_it(before).is_subset(&of_it(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_what_is_missing_is_the_first() {
        let column = missing("42703", "column \"mail\" of relation \"users\" does not exist");
        assert_eq!(column, Some("mail"));
        assert_eq!(
            missing("42P01", "relation \"app.users\" does not exist"),
            Some("users")
        );
        assert_eq!(missing("42883", "function app.f() does not exist"), None);
        assert_eq!(missing("42P07", "relation \"fresh\" already exists"), None);
    }

    #[test]
    fn a_name_is_a_whole_word() {
        assert!(has_word("ALTER TABLE t RENAME COLUMN Q TO qq", "q"));
        assert!(!has_word("ALTER TABLE t ADD COLUMN q_at date", "q"));
    }

    #[test]
    fn what_is_still_there_or_never_was_was_taken_by_nobody() {
        let parse = |text: &str| Snapshot::parse(text).unwrap();
        let before = parse("table app.users / column mail / type = text\n");
        assert!(!was_taken("mail", &before, &before));
        assert!(!was_taken("users_mail", &before, &parse("")));
        assert!(was_taken("mail", &before, &parse("")));
        let other = parse("table app.users / index mail / columns = a\n");
        assert!(was_taken("mail", &before, &other), "an index is no column");
    }
}
