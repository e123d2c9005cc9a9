//! Directives: `db-fresh: only dev,test`, `db-fresh: no-transaction` and those of seeds.

use strsim::damerau_levenshtein;

use super::{Remark, environment, fold::compact};

const PREFIX: &str = "db-fresh";

/// The first words of directives, each with an example.
const KNOWN: [(&str, &str); 4] = [
    ("only", "db-fresh: only dev,test"),
    ("no-transaction", "db-fresh: no-transaction"),
    ("email-hash", "db-fresh: email-hash NAME = LOCAL at DOMAIN"),
    ("any-environment", "db-fresh: any-environment"),
];

/// What a line says as a directive. `folded` is the same line in plain characters.
pub(super) fn read(line: &str, folded: &str) -> Option<Remark> {
    let exact = after_prefix(line).or_else(|| after_prefix(folded));
    if let Some(rest) = exact {
        return Some(directive(rest));
    }
    misspelt(folded).or_else(|| in_prose(folded))
}

/// What follows `db-fresh:`, whatever the case and the space around the colon.
fn after_prefix(line: &str) -> Option<&str> {
    let line = line.trim_start_matches(is_frame);
    let head = line.get(..PREFIX.len())?;
    let rest = line[PREFIX.len()..].trim_start().strip_prefix(':')?;
    head.eq_ignore_ascii_case(PREFIX)
        .then(|| rest.trim_end_matches(is_frame).trim_start())
}

fn is_frame(next: char) -> bool {
    !next.is_alphanumeric()
}

/// Without the frame that people draw.
fn undecorated(line: &str) -> &str {
    line.trim_start_matches(is_frame).trim_end_matches(is_frame)
}

fn directive(rest: &str) -> Remark {
    let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let (name, value) = (name.to_lowercase(), value.trim());
    if name == "only" {
        return match environment::list(value) {
            Some(names) => Remark::Only(names),
            None => Remark::near("db-fresh: only dev,test"),
        };
    }
    Remark::Directive {
        name,
        value: value.to_owned(),
    }
}

/// A line that begins with nearly `db-fresh:`.
fn misspelt(folded: &str) -> Option<Remark> {
    let line = undecorated(folded).to_lowercase();
    let is_sign = |next: char| matches!(next, ':' | '=' | ';' | '.' | ',' | '|' | '>');
    if let Some((prefix, rest)) = line.split_once(is_sign)
        && is_nearly_prefix(prefix)
    {
        return Some(Remark::near(nearest(rest)));
    }
    // `db-fresh only dev`, without a sign.
    let words: Vec<&str> = line.split_whitespace().collect();
    (1..=words.len().min(3)).rev().find_map(|count| {
        let (prefix, rest) = words.split_at(count);
        let first = rest.first()?;
        (is_nearly_prefix(&prefix.concat()) && is_nearly_known(first, rest))
            .then(|| Remark::near(nearest(&rest.join(" "))))
    })
}

/// `db_fresh`, `db fresh`, `dbfresh`, `db-fresch`.
fn is_nearly_prefix(text: &str) -> bool {
    let letters = compact(text);
    if letters.len() > PREFIX.len() + 2 {
        return false;
    }
    let distance = damerau_levenshtein(&letters, "dbfresh");
    distance <= 1 && letters.contains('b') || distance == 2 && letters.starts_with("db")
}

fn is_nearly_known(first: &str, rest: &[&str]) -> bool {
    let both = compact(&rest.iter().take(2).copied().collect::<String>());
    let letters = compact(first);
    KNOWN.iter().any(|(known, _)| {
        let known = compact(known);
        let allowed = known.len() / 4;
        [&letters, &both].iter().any(|given| {
            given.len() <= known.len() + allowed && damerau_levenshtein(given, &known) <= allowed
        })
    })
}

/// A directive in the middle of a line, where nothing reads it. In quotes it is talked about.
fn in_prose(folded: &str) -> Option<Remark> {
    let line = folded.to_lowercase();
    let at = line.find(PREFIX)?;
    let before = line[..at].trim_end_matches([' ', '-', '#', '*', '/']);
    let rest = line[at + PREFIX.len()..].trim_start().strip_prefix(':')?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let is_quoted = before.ends_with(['`', '"', '\'', '«', '“', '‘']);
    (!is_quoted && is_nearly_known(words.first()?, &words)).then(|| Remark::near(nearest(rest)))
}

/// The directive that these words are closest to.
fn nearest(rest: &str) -> &'static str {
    // As much as the longest of them could have.
    let end = rest.char_indices().nth(40).map_or(rest.len(), |(at, _)| at);
    let rest = rest[..end].trim();
    let first = compact(rest.split([' ', '=', ':']).next().unwrap_or_default());
    let distance = |known: &&(&str, &str)| {
        let letters = compact(known.0);
        damerau_levenshtein(&letters, &first).min(damerau_levenshtein(&letters, &compact(rest)))
    };
    KNOWN
        .iter()
        .min_by_key(distance)
        .map_or(KNOWN[0].1, |known| known.1)
}
