//! What differs between two builds, but for what differs at every run: random values, names made of the time.

use std::collections::BTreeSet;

use schema_contract::{Diff, diff};

use super::{rows, trial::Built};

/// What differs between two builds that were made the same way.
#[derive(Debug, Default)]
pub(super) struct Unstable {
    objects: BTreeSet<String>,
    rows: BTreeSet<String>,
}

impl Unstable {
    pub(super) fn between(one: &Built, other: &Built) -> Self {
        let objects = diff(&one.schema, &other.schema).objects;
        Self {
            objects: objects.iter().map(|change| change.object.to_string()).collect(),
            rows: rows::different(&one.rows, &other.rows)
                .map(ToOwned::to_owned)
                .collect(),
        }
    }

    pub(super) fn schema(&self, one: &Built, other: &Built) -> Diff {
        let mut found = diff(&one.schema, &other.schema);
        found
            .objects
            .retain(|change| !self.objects.contains(&change.object.to_string()));
        found
    }

    pub(super) fn rows(&self, one: &Built, other: &Built) -> Vec<String> {
        let keys = rows::different(&one.rows, &other.rows).filter(|key| !self.rows.contains(*key));
        keys.filter_map(|key| rows::describe(key, &one.rows, &other.rows))
            .collect()
    }
}

/// Whether two builds differ in something that is the same at every run.
pub(super) fn differ(one: &Built, other: &Built, unstable: &Unstable) -> bool {
    !unstable.schema(one, other).is_empty() || !unstable.rows(one, other).is_empty()
}
