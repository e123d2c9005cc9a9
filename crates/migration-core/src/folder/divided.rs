//! Plain SQL that a comment divides in two, for readers only: both parts would run.

use super::{
    formats::has_markers,
    headings::{heading, is_outside},
    source::{Line, has_comments, lines},
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
    let mut announced: Option<Line<'_>> = None;
    for line in lines(&script.sql) {
        let text = line.text.trim();
        if text.is_empty() {
            continue;
        }
        if heading(text) == Some(Direction::Down) && is_outside(script, line.start) {
            announced = Some(line);
        } else if let Some(heading) = announced.take().filter(|_| !text.starts_with("--")) {
            let comes_first = script
                .statements
                .first()
                .is_some_and(|first| first.start < heading.start);
            if comes_first {
                return Some(FolderProblem::Divided {
                    place: script.place(heading.start),
                });
            }
        }
    }
    None
}
