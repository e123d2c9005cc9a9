//! Where it was: functions, lines and columns are shown, statements and data are not.

use std::sync::LazyLock;

use regex_lite::Regex;

use super::raw::HIDDEN;

/// Lines that hold nothing but names and numbers.
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(concat!(
        r#"^(PL/pgSQL function [^"':]+ line \d+ at [A-Za-z /]+"#,
        r#"|PL/pgSQL function [^"':]+ (during [a-z ]+|while [a-z ]+)"#,
        r#"|SQL function "[^"]+" (statement \d+|during startup|during inlining)"#,
        r#"|compilation of PL/pgSQL function "[^"]+" near line \d+"#,
        r#"|while (inserting index tuple|updating tuple|deleting tuple|locking tuple|checking uniqueness of tuple|rechecking updated tuple) \(\d+,\d+\) in relation "[^"]+")$"#,
    ))
    .expect("a constant pattern, compiled by the tests below")
});

/// `COPY t, line 3, column a`, in front of the value.
static OF_A_COPY: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"^COPY [^":,]+(, line \d+)?(, column [^":]+)?(: |$)"#)
        .expect("a constant pattern, compiled by the tests below")
});

/// The context without statements and data: its innermost and its outermost line.
///
/// The lines between are left out, since a value may hold line ends and look like one of them.
pub(super) fn context(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    let last = text.lines().last().unwrap_or_default();
    if PLACE.is_match(first) {
        return first.to_owned();
    }
    let shown = if let Some(found) = OF_A_COPY.find(first) {
        found.as_str().trim_end_matches(": ").to_owned()
    } else {
        let kinds = [
            ("SQL statement \"", "SQL statement"),
            ("SQL expression \"", "SQL expression"),
            ("PL/pgSQL assignment \"", "PL/pgSQL assignment"),
            ("PL/pgSQL expression \"", "PL/pgSQL expression"),
            ("JSON data, line ", "JSON data"),
            ("remote SQL command: ", "remote SQL command"),
        ];
        let kind = kinds.iter().find(|(start, _)| first.starts_with(start));
        kind.map_or(HIDDEN, |(_, kind)| kind).to_owned()
    };
    // The outermost line is the server's own: a value in front of it would end with its quote.
    if PLACE.is_match(last) && text.lines().count() > 1 {
        return format!("{shown}, in {last}");
    }
    shown
}
