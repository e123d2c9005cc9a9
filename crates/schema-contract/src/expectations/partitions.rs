//! Partitions for today and the time ahead.

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Breach, Day, Expectations, Partitions};
use crate::{Error, Scope, Snapshot, snapshot, values::RelationName};

/// Reads a snapshot for expectations of partitions, and the server's date in UTC.
///
/// Where a job makes partitions (`made_by`), its call is made first, in a transaction that is rolled back: so the
/// job's function is tried, and no contract depends on the calendar. For a live database, which must have its
/// partitions already, pass expectations without `made_by` or read an ordinary snapshot.
///
/// # Errors
///
/// [`Error::Read`] with what the server said, the call's own failure included.
pub async fn snapshot_with_partitions(
    conn: &mut PgConnection,
    scope: &Scope,
    expectations: &Expectations,
) -> Result<(Snapshot, Day), Error> {
    let read = |source| Error::Read { source };
    let mut trying = conn.begin().await.map_err(read)?;
    let calls = expectations
        .tables
        .values()
        .filter_map(|table| table.partitions.as_ref()?.made_by.as_ref());
    for call in calls {
        // By the extended protocol, which takes one statement: a second could end the transaction.
        let made = sqlx::query(AssertSqlSafe(format!("SELECT {call}")))
            .persistent(false)
            .execute(&mut *trying)
            .await;
        made.map_err(read)?;
    }
    let today: String = sqlx::query_scalar("SELECT (now() AT TIME ZONE 'UTC')::date::text")
        .fetch_one(&mut *trying)
        .await
        .map_err(read)?;
    let found = snapshot(&mut trying, scope).await?;
    trying.rollback().await.map_err(read)?;
    let today = today.parse().map_err(|()| Error::Read {
        source: sqlx::Error::Protocol(format!("the server's date is `{today}`")),
    })?;
    Ok((found, today))
}

/// The intervals from today on that no partition covers.
pub(super) fn unmet(
    expected: &Partitions,
    actual: &Snapshot,
    table: &RelationName,
    written: &str,
    line: Option<usize>,
    today: Day,
) -> Vec<Breach> {
    let bounds = bounds(actual, table);
    let missing = |what: String| Breach {
        code: "expectation/partition-missing",
        subject: written.to_owned(),
        expected: what,
        found: None,
        line,
        migration: None,
    };
    let mut breaches = Vec::new();
    let mut start = today;
    for _ in 0..=expected.ahead {
        let end = start.end_of(expected.interval);
        if !covered(&bounds, start, end) {
            breaches.push(missing(format!("a partition for {start} to {end}")));
        }
        start = end;
    }
    if expected.default && !bounds.contains(&Bound::Default) {
        breaches.push(missing("a default partition".to_owned()));
    }
    breaches
}

#[derive(Debug, PartialEq, Eq)]
enum Bound {
    Default,
    /// From a day, or from the beginning of time, to a day, or to its end.
    Range(Option<Day>, Option<Day>),
}

fn bounds(actual: &Snapshot, table: &RelationName) -> Vec<Bound> {
    let facts = actual.facts();
    let of_table = facts
        .iter()
        .filter(|fact| fact.key.property == "partition of" && fact.value.parent() == Some(table));
    let bound = of_table.filter_map(|child| {
        let is_bound = |fact: &&crate::Fact| {
            fact.key.property == "partition bound" && fact.key.object == child.key.object
        };
        facts.iter().find(is_bound).map(|fact| fact.value.text())
    });
    bound.filter_map(|bound| parse(&bound)).collect()
}

/// Reads `FOR VALUES FROM ('2026-01-01') TO ('2026-02-01')`; of several columns the first counts.
fn parse(bound: &str) -> Option<Bound> {
    if bound == "DEFAULT" {
        return Some(Bound::Default);
    }
    let (from, to) = bound.strip_prefix("FOR VALUES FROM (")?.split_once(") TO (")?;
    let day = |text: &str| text.trim_start_matches('\'').parse().ok();
    Some(Bound::Range(day(from), day(to)))
}

/// Whether partitions, one after the other, cover the time from start to end.
fn covered(bounds: &[Bound], start: Day, end: Day) -> bool {
    let mut at = start;
    while at < end {
        let next = bounds.iter().find_map(|bound| match bound {
            Bound::Range(from, to) if from.is_none_or(|from| from <= at) && to.is_none_or(|to| to > at) => {
                Some(to.unwrap_or(end))
            }
            _ => None,
        });
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    true
}
