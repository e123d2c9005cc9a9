//! After which files the session is looked at.

use std::collections::BTreeSet;

use migration_core::{Migration, Migrations};

use super::{
    left::mentions,
    scan::{Does, Scanned, of_statements, scan, statements},
    tools::Keeps,
};
use crate::{project::Project, schema::Prelude};

/// After which files the session is looked at, by component and file.
#[derive(Debug, Default)]
pub(in crate::prove) struct Looks {
    after: BTreeSet<(String, String)>,
    /// Settings with a dot in their name that some file sets or asks for.
    pub(super) own_settings: Vec<String>,
    /// Whether neither a flag nor the configuration says how files run.
    pub(super) is_open: bool,
}

impl Looks {
    /// After how many.
    pub(in crate::prove) fn count(&self) -> usize {
        self.after.len()
    }

    pub(super) fn is_after(&self, component: &str, file: &str) -> bool {
        self.after.contains(&(component.to_owned(), file.to_owned()))
    }
}

/// The files to look at; none where a flag or the configuration says how files run, and none of formats whose tool keeps nothing.
pub(in crate::prove) fn looks(project: &Project, prelude: Option<&Prelude>) -> Looks {
    let mut looks = Looks::default();
    if project.sessions.is_some() {
        return looks;
    }
    looks.is_open = true;
    let given = prelude.map(|prelude| of_text(prelude.sql())).unwrap_or_default();
    for set in &project.migrations {
        if Keeps::of(set.format) != Keeps::Nothing {
            of_set(set, &given, &mut looks);
        }
    }
    looks
}

fn of_text(sql: &str) -> Scanned {
    let statements = migration_core::split_statements(sql);
    of_statements(statements.into_iter().map(|range| &sql[range]))
}

fn of_set(set: &Migrations, given: &Scanned, looks: &mut Looks) {
    let mut own_settings = given.own_settings.clone();
    let mut routines = Routines {
        names: given.defines.clone(),
        are_called: given.listens && !given.defines.is_empty(),
        listens: given.listens,
    };
    let last = set.items.len().saturating_sub(1);
    for (place, item) in set.items.iter().enumerate() {
        let mut found = scan(&item.up);
        own_settings.append(&mut found.own_settings);
        routines.listens |= found.listens;
        routines.names.append(&mut found.defines);
        if (routines.may_run_in(item) || found.sets) && place < last {
            let key = (set.component.clone(), item.filename.clone());
            looks.after.insert(key);
        }
    }
    looks.own_settings.extend(own_settings);
}

/// The routines so far that may set something.
struct Routines {
    names: BTreeSet<String>,
    /// Whether something that was made calls one of them by itself: a trigger, a default.
    are_called: bool,
    /// Whether plain DDL may call something.
    listens: bool,
}

impl Routines {
    /// Whether one of them may run in a migration.
    fn may_run_in(&mut self, migration: &Migration) -> bool {
        if self.names.is_empty() {
            return false;
        }
        let (mut is_called, mut callers) = (false, Vec::new());
        for statement in statements(&migration.up) {
            let mut named = self.names.iter().filter(|name| mentions(statement, name));
            match Does::of(statement) {
                Does::MakeRoutine { name, .. } if named.any(|other| *other != name) => callers.push(name),
                Does::MakeRoutine { .. } => {}
                Does::Make | Does::MakeEventTrigger => self.are_called |= named.next().is_some(),
                Does::Run => is_called |= named.next().is_some(),
                Does::Rest => {}
            }
        }
        self.names.extend(callers);
        is_called || self.are_called && (self.listens || migration.up.may_leave_session_state())
    }
}
