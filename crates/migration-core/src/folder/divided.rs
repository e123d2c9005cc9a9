//! Plain SQL that a comment divides in two, for readers only: both parts would run.

use super::{
    formats::has_markers,
    headings::{heading, is_outside, sql_follows},
    source::{has_comments, lines},
};
use crate::{Direction, FolderProblem, Format, Migration, Script};

/// The up scripts that a comment divides, in a format without markers.
pub(super) fn check(format: Format, items: &[Migration]) -> Vec<FolderProblem> {
    if has_markers(format) {
        return Vec::new();
    }
    items.iter().filter_map(|item| divided(&item.up)).collect()
}

/// A comment that announces the way down, between SQL of both directions. One that only comments follow announces what somebody
/// may run by hand.
fn divided(script: &Script) -> Option<FolderProblem> {
    if !has_comments(script.sql.as_bytes()) && !script.sql.contains("/*") {
        return None;
    }
    let first = script.statements.first()?.start;
    let announced = lines(&script.sql).find(|line| {
        first < line.start
            && heading(line.text) == Some(Direction::Down)
            && is_outside(script, line.start)
            && sql_follows(script, *line)
    })?;
    Some(FolderProblem::Divided {
        place: script.place(announced.start),
    })
}
