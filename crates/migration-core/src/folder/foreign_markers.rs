//! Files that another tool's markers divide in two. Read as a format without markers, both parts would run, the one that
//! drops things included.

use super::{
    formats::MARKERS,
    source::{has_comments, lines},
};
use crate::{FolderProblem, Format, Migration, Script};

/// The scripts of these migrations that have a marker of a format other than the one they were read as.
pub(super) fn check(format: Format, items: &[Migration]) -> Vec<FolderProblem> {
    if MARKERS.iter().any(|(marked, _)| *marked == format) {
        return Vec::new();
    }
    let scripts = items.iter().flat_map(|item| item.down.iter().chain([&item.up]));
    scripts
        .filter_map(|script| check_script(format, script))
        .collect()
}

fn check_script(read_as: Format, script: &Script) -> Option<FolderProblem> {
    if !has_comments(script.text.as_bytes()) {
        return None;
    }
    lines(&script.text).find_map(|line| {
        let (of, _) = MARKERS.iter().find(|(_, is_marker)| is_marker(line.text))?;
        Some(FolderProblem::ForeignMarker {
            place: crate::lex::place(script.file.display().to_string(), &script.text, line.start),
            of: *of,
            read_as,
        })
    })
}
