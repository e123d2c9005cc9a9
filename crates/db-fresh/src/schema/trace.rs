//! Since when facts differ, found with few looks at the schema: to read a large one costs more than to run a migration.
//!
//! Of many migrations only every so many are looked at first, and then each of those between two looks that differ.

use std::collections::BTreeSet;

use schema_contract::{Diff, Snapshot, Trace, snapshot};
use sqlx::PgConnection;

use super::replay::Replay;
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
    let (diffs, files) = roughly(replay, pairs, step).await?;
    let facts = diffs
        .iter()
        .flat_map(|diff| &diff.objects)
        .flat_map(|object| &object.facts);
    let level_of = |file: &String| {
        files
            .iter()
            .position(|known| known == file)
            .map(|place| place + 1)
    };
    let ends: BTreeSet<usize> = facts
        .filter_map(|fact| level_of(fact.migration.as_ref()?))
        .collect();
    let is_between = |level: usize| {
        ends.iter()
            .any(|end| (end.saturating_sub(1) / step * step..=*end).contains(&level))
    };
    closely(replay, pairs, |level| level == 0 || is_between(level)).await
}

/// Looks at every so many levels, and at the last one, which is known. The paths of all migrations come with it, in their order.
async fn roughly(
    replay: &Replay<'_>,
    pairs: &[(&Snapshot, &Snapshot)],
    step: usize,
) -> Result<(Vec<Diff>, Vec<String>), Error> {
    let mut traces: Vec<_> = pairs.iter().map(|(old, new)| Trace::new(old, new)).collect();
    let mut files: Vec<String> = Vec::new();
    let scope = replay.project.whole();
    let look = async |file: Option<&str>, connection: &mut PgConnection| {
        files.extend(file.map(ToOwned::to_owned));
        if files.len().is_multiple_of(step)
            && let Ok(schema) = snapshot(connection, &scope).await
        {
            traces.iter_mut().for_each(|trace| trace.see(file, &schema));
        }
    };
    replay.each(look).await?;
    let last = files.last().map(String::as_str);
    for (trace, (_, new)) in traces.iter_mut().zip(pairs) {
        trace.see(last, new);
    }
    Ok((traces.into_iter().map(Trace::diff).collect(), files))
}

/// Looks at these levels, each by the name of its migration.
async fn closely(
    replay: &Replay<'_>,
    pairs: &[(&Snapshot, &Snapshot)],
    wanted: impl Fn(usize) -> bool,
) -> Result<Vec<Diff>, Error> {
    let mut traces: Vec<_> = pairs.iter().map(|(old, new)| Trace::new(old, new)).collect();
    let scope = replay.project.whole();
    // The level before the first migration has the number 0.
    let mut level = 0;
    let look = async |file: Option<&str>, connection: &mut PgConnection| {
        // Where the catalog cannot be read the next level says what changed since.
        if wanted(level)
            && let Ok(schema) = snapshot(connection, &scope).await
        {
            traces.iter_mut().for_each(|trace| trace.see(file, &schema));
        }
        level += 1;
    };
    replay.each(look).await?;
    Ok(traces.into_iter().map(Trace::diff).collect())
}
