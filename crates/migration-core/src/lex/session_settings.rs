//! Statements after which a setting is not what the runner needs, or not what a file may count on: those that take a default which is
//! the driver's and not the server's, and those that choose another encoding than that in which the text is sent.

use super::keywords::Keywords;

/// A setting that is to be set again behind a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SetAgain {
    /// The setting: `timezone`, `datestyle` or `client_encoding`.
    pub(crate) name: &'static str,
    /// `SET`, or `SET LOCAL` where the statement is for its transaction only.
    pub(crate) set: &'static str,
}

const NAMES: [&str; 3] = ["timezone", "datestyle", "client_encoding"];

/// What is to be set again behind a statement; mostly nothing.
pub(crate) fn set_again(statement: &str) -> Vec<SetAgain> {
    let mut words = Keywords::of(statement);
    let Some(first) = words.word() else {
        return Vec::new();
    };
    if first.eq_ignore_ascii_case("set") {
        by_set(words)
    } else if first.eq_ignore_ascii_case("reset") {
        by_reset(words)
    } else if first.eq_ignore_ascii_case("discard") && words.take("all") {
        all()
    } else {
        Vec::new()
    }
}

/// Whether a statement sets something for the rest of the session, and does nothing else.
pub(crate) fn sets_for_session(statement: &str) -> bool {
    let mut words = Keywords::of(statement);
    if words.take("reset") {
        return true;
    }
    if words.take("select") {
        let _ = words.take("pg_catalog") && words.take_symbol(".");
        return words.take("set_config");
    }
    let ends_with_transaction = ["local", "constraints", "transaction"];
    words.take("set") && !ends_with_transaction.into_iter().any(|word| words.take(word))
}

fn by_reset(mut words: Keywords<'_>) -> Vec<SetAgain> {
    if words.take("all") {
        return all();
    }
    let name = name(&mut words).filter(|name| *name != "client_encoding");
    name.map(|name| SetAgain { name, set: "SET" })
        .into_iter()
        .collect()
}

fn by_set(mut words: Keywords<'_>) -> Vec<SetAgain> {
    let set = if words.take("local") { "SET LOCAL" } else { "SET" };
    let _ = words.take("session");
    if words.take("names") {
        let name = "client_encoding";
        return vec![SetAgain { name, set }];
    }
    let Some(name) = name(&mut words) else {
        return Vec::new();
    };
    let _ = words.take("to") || words.take_symbol("=");
    let is_default = words.take("default") || name == "timezone" && words.take("local");
    if is_default || name == "client_encoding" {
        vec![SetAgain { name, set }]
    } else {
        Vec::new()
    }
}

fn name(words: &mut Keywords<'_>) -> Option<&'static str> {
    if words.take_all("time zone") {
        return Some("timezone");
    }
    let mut ahead = words.clone();
    let token = ahead.token()?;
    // In double quotes too it is the same in any case.
    let text = ahead.text_of(token).trim_matches('"');
    let name = NAMES.into_iter().find(|name| text.eq_ignore_ascii_case(name))?;
    *words = ahead;
    Some(name)
}

fn all() -> Vec<SetAgain> {
    let names = ["timezone", "datestyle"];
    names.map(|name| SetAgain { name, set: "SET" }).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again(statement: &str) -> Vec<(&'static str, &'static str)> {
        let found = set_again(statement);
        found.iter().map(|it| (it.set, it.name)).collect()
    }

    #[test]
    fn what_is_set_for_the_session_is_told_from_what_ends_with_a_transaction() {
        for sql in [
            "SET search_path = app",
            "set /* a */ role app",
            "RESET ALL",
            "SET SESSION AUTHORIZATION app",
        ] {
            assert!(sets_for_session(sql), "{sql}");
        }
        for sql in [
            "SET LOCAL a = 1",
            "SET CONSTRAINTS ALL DEFERRED",
            "SET TRANSACTION READ ONLY",
            "SELECT 1",
        ] {
            assert!(!sets_for_session(sql), "{sql}");
        }
    }

    #[test]
    fn what_takes_the_drivers_default_is_set_again() {
        for (statement, expected) in [
            ("RESET ALL", &[("SET", "timezone"), ("SET", "datestyle")][..]),
            ("/* x */ reset /* y */ TimeZone", &[("SET", "timezone")]),
            ("RESET TIME ZONE", &[("SET", "timezone")]),
            ("SET TIME ZONE LOCAL", &[("SET", "timezone")]),
            ("SET SESSION TIME ZONE DEFAULT", &[("SET", "timezone")]),
            ("SET LOCAL timezone TO DEFAULT", &[("SET LOCAL", "timezone")]),
            ("set DateStyle = default", &[("SET", "datestyle")]),
            ("SET \"timezone\" = DEFAULT", &[("SET", "timezone")]),
            ("SET client_encoding = 'LATIN1'", &[("SET", "client_encoding")]),
            ("SET LOCAL NAMES 'LATIN1'", &[("SET LOCAL", "client_encoding")]),
        ] {
            assert_eq!(again(statement), expected, "{statement}");
        }
    }

    #[test]
    fn other_statements_are_left_alone() {
        for statement in [
            "SET TIME ZONE 'Asia/Tokyo'",
            "SET timezone = 'UTC'",
            "SET LOCAL datestyle TO 'ISO, DMY'",
            "RESET client_encoding",
            "RESET search_path",
            "DISCARD TEMP",
            "SELECT 1",
            "",
        ] {
            assert!(again(statement).is_empty(), "{statement}");
        }
    }
}
