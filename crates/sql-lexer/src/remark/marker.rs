//! The marker `DEV/TEST ONLY`, with the spacing and the frames that people draw around it, and what is nearly one.

use strsim::damerau_levenshtein;

use super::{Remark, label};

const NEAREST: &str = "DEV/TEST ONLY";

/// The letters of the marker.
const MARKER: &str = "devtestonly";

/// Words that people put in front of a warning.
const WARNINGS: [&str; 9] = [
    "warning",
    "caution",
    "attention",
    "important",
    "danger",
    "note",
    "notice",
    "todo",
    "nb",
];

/// What a line says as a marker. `letters` are those of the whole line.
pub(super) fn read(folded: &str, letters: &str) -> Option<Remark> {
    let line = without_warnings(folded);
    if exact(line) {
        return Some(Remark::Only(vec!["dev".to_owned(), "test".to_owned()]));
    }
    let is_near = is_spaced_out(letters) || label::limits(line) || in_prose(&folded.to_lowercase());
    is_near.then(|| Remark::near(NEAREST))
}

/// The line behind its frame and the words of warning.
fn without_warnings(mut line: &str) -> &str {
    loop {
        line = line.trim_start_matches(|next: char| !next.is_alphanumeric());
        let end = line
            .find(|next: char| !next.is_alphanumeric())
            .unwrap_or(line.len());
        let (word, rest) = line.split_at(end);
        if rest.is_empty() || !WARNINGS.contains(&word.to_lowercase().as_str()) {
            return line;
        }
        line = rest;
    }
}

/// `DEV/TEST ONLY` in any case, with any space around the slash and before the last word; what follows is for people.
fn exact(line: &str) -> bool {
    after_marker(line).is_some()
}

fn after_marker(line: &str) -> Option<&str> {
    let rest = word(line, "dev")?.trim_start().strip_prefix('/')?;
    let rest = word(rest.trim_start(), "test")?;
    let last = rest.trim_start();
    let rest = word(last, "only").filter(|_| last.len() < rest.len())?;
    (!rest.starts_with(|next: char| next.is_alphanumeric() || next == '_')).then_some(rest)
}

fn word<'a>(text: &'a str, word: &str) -> Option<&'a str> {
    let head = text.get(..word.len())?;
    head.eq_ignore_ascii_case(word).then(|| &text[word.len()..])
}

/// The letters of the marker and hardly any other: `D E V / T E S T  O N L Y`, `DEV/TSET ONLY`, `DEV-TEST-ONLY`.
fn is_spaced_out(letters: &str) -> bool {
    let is_close = (9..=13).contains(&letters.len()) && damerau_levenshtein(letters, MARKER) <= 2;
    is_close || letters.starts_with(MARKER)
}

/// The marker in the middle of a line. In quotes it is talked about, and after a negation it is denied.
fn in_prose(line: &str) -> bool {
    let starts = line.match_indices("dev").map(|(at, _)| at);
    starts.filter(|at| exact(&line[*at..])).any(|at| {
        let before = line[..at].trim_end();
        let is_quoted = before.ends_with(['`', '"', '\'', '«', '“', '‘']);
        let last = before.rsplit(|next: char| !next.is_alphanumeric()).next();
        let is_denied = matches!(last, Some("not" | "longer" | "was" | "t"));
        !is_quoted && !is_denied
    })
}
