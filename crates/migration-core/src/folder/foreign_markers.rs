//! Files that another tool's markers divide in two, or that a comment divides for readers only. Read as a format without markers,
//! both parts would run, the one that drops things included.

use super::{
    formats::{MARKERS, is_node_pg_migrate},
    headings::{heading, is_outside},
    source::{Line, has_comments, lines},
};
use crate::{Direction, FolderProblem, Format, Migration, Script};

/// The scripts of these migrations that have a marker of a format other than the one they were read as.
pub(super) fn check(format: Format, items: &[Migration]) -> Vec<FolderProblem> {
    if format == Format::NodePgMigrate || MARKERS.iter().any(|(marked, _)| *marked == format) {
        return Vec::new();
    }
    let mut problems = Vec::new();
    for item in items {
        problems.extend(item.down.iter().filter_map(|down| foreign(format, down)));
        problems.extend(foreign(format, &item.up).or_else(|| divided(&item.up)));
    }
    problems
}

fn foreign(read_as: Format, script: &Script) -> Option<FolderProblem> {
    if !has_comments(script.text.as_bytes()) {
        return None;
    }
    let problem = |of, at| FolderProblem::ForeignMarker {
        place: crate::lex::place(script.file.display().to_string(), &script.text, at),
        of,
        read_as,
    };
    let marked = lines(&script.text).find_map(|line| {
        let (of, _) = MARKERS.iter().find(|(_, is_marker)| is_marker(line.text))?;
        Some(problem(*of, line.start))
    });
    marked.or_else(|| is_node_pg_migrate(&script.text).then(|| problem(Format::NodePgMigrate, 0)))
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
