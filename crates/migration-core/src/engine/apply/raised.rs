//! The message of a `RAISE` as the migrations write it: the text shows what is wrong, and the values that were put in do not
//! show.

use super::subject::Subject;
use crate::lex::{Token, TokenKind, tokens};

/// What stands for a value that was put into a message.
const VALUE: &str = "…";

/// The text of the `RAISE` that gives this message, with its values left out. Looked for in the scripts of all migrations.
pub(crate) fn written_message(message: &str, subject: &Subject<'_>) -> Option<String> {
    let of_sets = subject.sets.iter().flat_map(|set| &set.items);
    let scripts = of_sets.flat_map(|one| std::iter::once(&one.up).chain(&one.down));
    std::iter::once(subject.script)
        .chain(scripts)
        .find_map(|script| in_script(&script.sql, message))
}

fn in_script(sql: &str, message: &str) -> Option<String> {
    formats(sql)
        .iter()
        .find(|format| gives(format, message))
        .map(|format| shown(format))
}

/// The texts of all `RAISE` statements, those in the bodies of routines included.
fn formats(sql: &str) -> Vec<String> {
    let mut found = Vec::new();
    if !contains_raise(sql) {
        return found;
    }
    let mut follows_raise = false;
    for token in tokens(sql).filter(|token| !token.is_trivia()) {
        let text = &sql[token.start..token.end];
        match token.kind {
            TokenKind::Word if text.eq_ignore_ascii_case("raise") => follows_raise = true,
            // `RAISE EXCEPTION`
            TokenKind::Word => {}
            TokenKind::Text => {
                if follows_raise {
                    found.extend(literal(text));
                } else if let Some(body) = body(sql, token) {
                    found.extend(formats(body));
                }
                follows_raise = false;
            }
            _ => follows_raise = false,
        }
    }
    found
}

fn contains_raise(sql: &str) -> bool {
    sql.as_bytes()
        .windows(5)
        .any(|word| word.eq_ignore_ascii_case(b"raise"))
}

/// What a plain literal stands for.
fn literal(text: &str) -> Option<String> {
    let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
    Some(inside.replace("''", "'"))
}

/// What a dollar-quoted literal holds.
fn body(sql: &str, token: Token) -> Option<&str> {
    let text = &sql[token.start..token.end];
    let tag = text.strip_prefix('$')?.find('$')? + 2;
    text.get(tag..text.len().checked_sub(tag)?)
}

/// The parts of a format between its values.
fn parts(format: &str) -> Vec<String> {
    format
        .replace("%%", "\0")
        .split('%')
        .map(|part| part.replace('\0', "%"))
        .collect()
}

/// Whether a format, with any values, gives the message. One that is nothing but values says nothing.
fn gives(format: &str, message: &str) -> bool {
    let parts = parts(format);
    let [first, .., last] = parts.as_slice() else {
        return parts.first().is_some_and(|only| only == message);
    };
    let Some(mut rest) = message
        .strip_prefix(first.as_str())
        .and_then(|rest| rest.strip_suffix(last.as_str()))
    else {
        return false;
    };
    for part in &parts[1..parts.len() - 1] {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    parts.iter().any(|part| part.chars().any(char::is_alphabetic))
}

fn shown(format: &str) -> String {
    parts(format).join(VALUE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQL: &str = "DO $$ BEGIN
        RAISE NOTICE 'just so';
        IF n > 0 THEN RAISE EXCEPTION 'it''s wrong: % of % rows (100%%)', n, t USING HINT = 'no'; END IF;
        RAISE 'plain';
        RAISE EXCEPTION '%', v;
    END $$;";

    #[test]
    fn a_message_is_shown_as_it_is_written() {
        let shown = |message| in_script(SQL, message);
        assert_eq!(
            shown("it's wrong: 3 of s3cret rows (100%)").as_deref(),
            Some("it's wrong: … of … rows (100%)")
        );
        assert_eq!(shown("plain").as_deref(), Some("plain"));
        assert_eq!(shown("s3cret"), None);
        assert_eq!(shown("plain s3cret"), None);
        assert_eq!(in_script("SELECT 1", "plain"), None);
    }
}
