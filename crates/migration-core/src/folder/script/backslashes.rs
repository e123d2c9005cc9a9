//! Scripts that turn `standard_conforming_strings` off: from there on a backslash in a plain string escapes what follows it, and
//! strings end elsewhere than the lexer takes them to end.

use crate::{
    FolderProblem, Script,
    lex::{TokenKind, tokens},
};

const SETTING: &str = "standard_conforming_strings";

/// The problem of a script that turns the setting off and then has a backslash in a plain string.
pub(super) fn check(script: &Script) -> Option<FolderProblem> {
    if !mentions_setting(script.sql.as_bytes()) {
        return None;
    }
    let mut off = None;
    for statement in &script.statements {
        let sql = &script.sql[statement.start..statement.end];
        match setting(sql) {
            Some(Strings::Standard) => off = None,
            Some(Strings::Escaped) => off = Some(statement.start),
            None if off.is_some() && has_backslash(sql) => {
                return Some(FolderProblem::BackslashInString {
                    place: script.place(off.unwrap_or_default()),
                });
            }
            None => {}
        }
    }
    None
}

/// How a statement makes plain strings be read.
enum Strings {
    Standard,
    Escaped,
}

/// What a statement sets, if it is one that may: whatever is not surely `on` counts as off.
fn setting(sql: &str) -> Option<Strings> {
    if !mentions_setting(sql.as_bytes()) {
        return None;
    }
    let mut tokens = tokens(sql).filter(|token| !token.is_trivia());
    let first = tokens
        .next()
        .map(|token| &sql[token.start..token.end])?
        .to_ascii_lowercase();
    match first.as_str() {
        "set" | "alter" | "select" | "do" | "call" | "with" | "perform" => {}
        "reset" => return Some(Strings::Standard),
        _ => return None,
    }
    let lower = sql.to_ascii_lowercase();
    let after = lower.rfind(SETTING).map(|at| &lower[at + SETTING.len()..])?;
    let value = after.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let value = value
        .strip_prefix("to")
        .filter(|rest| rest.starts_with(char::is_whitespace))
        .unwrap_or(value);
    let value = value.trim_start_matches(|c: char| !c.is_ascii_alphanumeric());
    let word: String = value.chars().take_while(char::is_ascii_alphanumeric).collect();
    let is_on = matches!(word.as_str(), "on" | "true" | "yes" | "1" | "t" | "y" | "default");
    Some(if is_on {
        Strings::Standard
    } else {
        Strings::Escaped
    })
}

fn mentions_setting(sql: &[u8]) -> bool {
    let setting = SETTING.as_bytes();
    // Nearly every script is seen not to, much faster than in any case of its letters.
    if ["onforming", "ONFORMING"]
        .iter()
        .all(|part| memchr::memmem::find(sql, part.as_bytes()).is_none())
    {
        return false;
    }
    sql.windows(setting.len())
        .any(|window| window.eq_ignore_ascii_case(setting))
}

fn has_backslash(sql: &str) -> bool {
    let strings = tokens(sql).filter(|token| token.kind == TokenKind::Text);
    let mut texts = strings.map(|token| &sql[token.start..token.end]);
    texts.any(|text| text.starts_with('\'') && text.contains('\\'))
}

#[cfg(test)]
mod tests {
    use crate::{
        Format,
        folder::tests::{codes, read},
    };

    #[test]
    fn strings_that_would_end_elsewhere_are_a_problem() {
        for set in [
            "SET standard_conforming_strings = off",
            "set LOCAL Standard_Conforming_Strings TO 'off'",
            "SET SESSION standard_conforming_strings = false",
            "SET standard_conforming_strings=0",
            "SELECT pg_catalog.set_config('standard_conforming_strings', 'off', false)",
            "DO $$ BEGIN PERFORM set_config('standard_conforming_strings', 'off', false); END $$",
            "ALTER DATABASE d SET standard_conforming_strings = off",
            "ALTER ROLE r SET standard_conforming_strings TO off",
        ] {
            let text = format!("{set};\nINSERT INTO a VALUES ('x\\'); DELETE FROM b; --');\n");
            let problems = read(Format::Native, &[("1_a.sql", &text)]).unwrap_err();
            assert!(codes(&problems).contains(&"migration/cannot-run"), "{set}");
        }
    }

    #[test]
    fn where_it_makes_no_difference_it_is_allowed() {
        for text in [
            "SET standard_conforming_strings = on;\nSELECT 'x\\';",
            "SET standard_conforming_strings = off;\nSELECT 'x', E'\\n', $$\\$$;",
            "SET standard_conforming_strings = off;\nRESET standard_conforming_strings;\nSELECT 'x\\';",
            "SET standard_conforming_strings = off;\nSELECT 'x';\nSET standard_conforming_strings TO on;\nSELECT 'x\\';",
            "COMMENT ON TABLE t IS 'standard_conforming_strings = off';\nSELECT 'x\\';",
            "CREATE FUNCTION f() RETURNS text LANGUAGE sql SET standard_conforming_strings = off AS 'SELECT 1';\nSELECT 'x\\';",
        ] {
            assert!(read(Format::Native, &[("1_a.sql", text)]).is_ok(), "{text}");
        }
    }
}
