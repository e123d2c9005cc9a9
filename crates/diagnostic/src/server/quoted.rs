//! What stands in quotes in the server's messages: names of objects stay, all else is taken for a value.
//!
//! The server quotes both alike. A name is told by the word before it (`column "a"`), or by being one of those that the
//! server gives in fields of their own. From the first other quote on all goes, up to the last one: a value may hold quotes.

use super::raw::{HIDDEN, RawReport};

/// Words behind which the server quotes a name.
const BEFORE_NAMES: [&str; 66] = [
    "access method",
    "aggregate",
    "argument name",
    "attribute",
    "cast",
    "class",
    "collation",
    "column",
    "column reference",
    "configuration parameter",
    "connection",
    "constraint",
    "conversion",
    "cursor",
    "data wrapper",
    "database",
    "dictionary",
    "directory",
    "domain",
    "encoding",
    "entry for table",
    "event trigger",
    "extension",
    "family",
    "field",
    "file",
    "function",
    "group",
    "host name",
    "index",
    "key",
    "language",
    "library",
    "locale",
    "method",
    "name",
    "operator",
    "option",
    "owner",
    "parameter",
    "parser",
    "partition",
    "policy",
    "procedure",
    "publication",
    "query name",
    "reference",
    "relation",
    "role",
    "routine",
    "rule",
    "savepoint",
    "schema",
    "sequence",
    "server",
    "server at",
    "slot",
    "statement",
    "statistics object",
    "subscription",
    "table",
    "tablespace",
    "template",
    "trigger",
    "type",
    "view",
];

/// Further ones, that stand in the middle of a sentence or are rare.
const ALSO_BEFORE_NAMES: [&str; 5] = ["user", "variable", "window", "default partition", "user mapping"];

/// Classes of SQLSTATEs that are about objects and statements: there a message may begin with a name.
const ABOUT_OBJECTS: [&str; 8] = ["0A", "2B", "2F", "3D", "3F", "42", "55", "28"];

/// Marks that begin or end a quotation in one of the server's languages.
const FOREIGN_QUOTES: [char; 10] = ['»', '«', '“', '”', '„', '‘', '’', '『', '「', '」'];

/// The text without what may be a value.
pub(super) fn without_values(raw: &RawReport<'_>, text: &str) -> String {
    if let Some(from) = text.find(FOREIGN_QUOTES) {
        return cut(text, from);
    }
    let mut at = 0;
    while let Some(opening) = text[at..].find('"').map(|found| at + found) {
        let Some(closing) = text[opening + 1..].find('"').map(|found| opening + 1 + found) else {
            return cut(text, opening);
        };
        if !is_name(raw, text, opening, closing) {
            return cut(text, opening);
        }
        at = closing + 1;
    }
    without_bytes(raw, text)
}

/// Everything from here up to the last quote is left out.
fn cut(text: &str, from: usize) -> String {
    let is_quote = |c: char| c == '"' || FOREIGN_QUOTES.contains(&c);
    let behind = match text.char_indices().rfind(|(_, c)| is_quote(*c)) {
        Some((last, quote)) if last > from => last + quote.len_utf8(),
        _ => text.len(),
    };
    format!("{}{HIDDEN}{}", &text[..from], &text[behind..])
}

fn is_name(raw: &RawReport<'_>, text: &str, opening: usize, closing: usize) -> bool {
    let (before, inside) = (&text[..opening], &text[opening + 1..closing]);
    if before.ends_with("at or near ") {
        return is_word(inside) && text[closing + 1..].is_empty();
    }
    if raw.names.iter().flatten().any(|name| *name == inside) {
        return true;
    }
    if before.is_empty() {
        return ABOUT_OBJECTS.contains(&raw.class());
    }
    let lower = before.to_ascii_lowercase();
    let names = BEFORE_NAMES.iter().chain(&ALSO_BEFORE_NAMES);
    let follows_noun = lower.strip_suffix(' ').is_some_and(|words| {
        names.into_iter().any(|noun| {
            words
                .strip_suffix(noun)
                .is_some_and(|rest| rest.is_empty() || rest.ends_with(' '))
        })
    });
    // `Key columns "a" and "b" are of incompatible types`
    follows_noun
        || lower.ends_with("columns ")
        || (lower.contains("columns \"") && lower.ends_with("\" and "))
}

/// Whether a syntax error is at a keyword, a name without quotes or a sign.
fn is_word(token: &str) -> bool {
    let mut all = token.chars();
    match all.next() {
        Some(first) if first.is_alphabetic() || first == '_' => {
            all.all(|c| c.is_alphanumeric() || matches!(c, '_' | '$'))
        }
        Some(first) => first.is_ascii_punctuation() && !matches!(first, '\'' | '"' | '$') && token.len() <= 3,
        None => true,
    }
}

/// Bytes of a text that is not in the encoding of the database are parts of a value (class 22).
fn without_bytes(raw: &RawReport<'_>, text: &str) -> String {
    match text.find(": 0x").filter(|_| raw.class() == "22") {
        Some(at) => format!("{}: {HIDDEN}", &text[..at]),
        None => text.to_owned(),
    }
}
