//! Since when facts differ, found with few looks at the schema: to read a large one costs more than to run a migration.
//!
//! Of many migrations only every so many are looked at first, and then each of those between two looks that differ.

use std::collections::BTreeSet;

use schema_contract::{Diff, Snapshot, Trace, snapshot};
use sqlx::PgConnection;

use super::replay::{Replay, ask};
use crate::error::Error;

/// Up to so many migrations each is looked at, in one replay instead of two.
const FEW: usize = 16;

/// What differs between each pair of what is expected and what all migrations make, each fact with its migration.
pub(crate) async fn traced(
    replay: &Replay<'_>,
    pairs: &[(&Snapshot, &Snapshot)],
) -> Result<Vec<Diff>, Error> {
    let total: usize = replay.project.migrations.iter().map(|set| set.items.len()).sum();
    if total <= FEW {
        return closely(replay, pairs, |_| true).await;
    }
    let step = total.isqrt();
    let mut rough: Vec<_> = pairs.iter().map(|(old, new)| Trace::new(old, new)).collect();
    let mut last = 0;
    let scope = replay.project.whole();
    let mut look = |level: usize, _: Option<&str>, connection: &mut PgConnection| {
        last = level;
        if level.is_multiple_of(step)
            && let Ok(schema) = ask(snapshot(connection, &scope))
        {
            let name = level.to_string();
            let name = (level > 0).then_some(name.as_str());
            rough.iter_mut().for_each(|trace| trace.see(name, &schema));
        }
    };
    numbered(replay, &mut look).await?;
    for (trace, (_, new)) in rough.iter_mut().zip(pairs) {
        trace.see(Some(&last.to_string()), new);
    }
    let diffs: Vec<Diff> = rough.into_iter().map(Trace::diff).collect();
    let facts = diffs
        .iter()
        .flat_map(|diff| &diff.objects)
        .flat_map(|object| &object.facts);
    let ends: BTreeSet<usize> = facts
        .filter_map(|fact| fact.migration.as_ref()?.parse().ok())
        .collect();
    let is_between = |level: usize| {
        ends.iter()
            .any(|end| (end.saturating_sub(1) / step * step..=*end).contains(&level))
    };
    closely(replay, pairs, |level| level == 0 || is_between(level)).await
}

/// Looks at these levels, each by the name of its migration.
async fn closely(
    replay: &Replay<'_>,
    pairs: &[(&Snapshot, &Snapshot)],
    wanted: impl Fn(usize) -> bool + Send + Sync,
) -> Result<Vec<Diff>, Error> {
    let mut traces: Vec<_> = pairs.iter().map(|(old, new)| Trace::new(old, new)).collect();
    let scope = replay.project.whole();
    let mut look = |level: usize, file: Option<&str>, connection: &mut PgConnection| {
        // Where the catalog cannot be read the next level says what changed since.
        if wanted(level)
            && let Ok(schema) = ask(snapshot(connection, &scope))
        {
            traces.iter_mut().for_each(|trace| trace.see(file, &schema));
        }
    };
    numbered(replay, &mut look).await?;
    Ok(traces.into_iter().map(Trace::diff).collect())
}

/// Replays, with the number of each level: none for the one before the first migration.
async fn numbered(
    replay: &Replay<'_>,
    look: &mut (dyn FnMut(usize, Option<&str>, &mut PgConnection) + Send),
) -> Result<(), Error> {
    let mut level = 0;
    let mut count = |file: Option<&str>, connection: &mut PgConnection| {
        look(level, file, connection);
        level += 1;
    };
    replay.each(&mut count).await
}
