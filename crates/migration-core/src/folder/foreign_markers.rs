//! Files that another tool's markers divide in two. Read as a format without markers, both parts would run, the one that drops
//! things included.

use super::{
    formats::{MARKERS, has_markers, is_node_pg_migrate},
    source::{has_comments, lines},
};
use crate::{FolderProblem, Format, Migration, Script};

/// The scripts of these migrations that have a marker of a format other than the one they were read as.
pub(super) fn check(format: Format, items: &[Migration]) -> Vec<FolderProblem> {
    if has_markers(format) {
        return Vec::new();
    }
    let scripts = items.iter().flat_map(|item| item.down.iter().chain([&item.up]));
    scripts.filter_map(|script| foreign(format, script)).collect()
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
