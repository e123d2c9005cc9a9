//! Places in SQL, and statements of others, as they may be shown: without literals.

use db_fresh_sql_lexer::blanks;
use diagnostic::Place;

/// A byte offset in a text of SQL as line, column and source line, the literals of the line left out but for the one that
/// the offset points at. In a statement about secrets all are left out.
pub(crate) fn place(file: impl Into<String>, text: &str, offset: usize) -> Place {
    Place::at_byte_without(file, text, offset, &blanks(text, offset))
}

/// Whether what begins at this offset is left out of an excerpt even where the caret points at it.
pub(crate) fn holds_secret(text: &str, offset: usize) -> bool {
    let is_opening = |c: char| c.is_alphanumeric() || matches!(c, '&' | '$' | '_' | '\'' | '"');
    blanks(text, offset).into_iter().any(|blank| {
        blank.contains(&offset)
            || text
                .get(offset..blank.start)
                .is_some_and(|opening| opening.len() < 64 && opening.chars().all(is_opening))
    })
}

/// A statement on one line, such as another session's, with nothing of its literals and comments. It may be cut off anywhere.
pub(crate) fn without_literals(sql: &str) -> String {
    let comment = ["--", "/*"].iter().filter_map(|mark| sql.find(mark)).min();
    let sql = match comment {
        Some(at) => format!("{}…", &sql[..at]),
        None => sql.to_owned(),
    };
    let mut out = String::new();
    let mut at = 0;
    for blank in blanks(&sql, sql.len()) {
        if blank.start >= at {
            out.push_str(&sql[at..blank.start]);
            if !blank.is_empty() {
                out.push('…');
            }
        }
        at = at.max(blank.end);
    }
    out.push_str(&sql[at..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_of_another_session_shows_no_literal() {
        for (sql, shown) in [
            ("LOCK TABLE t", "LOCK TABLE t"),
            (
                "UPDATE t SET a = 'abc' WHERE b = 'd'",
                "UPDATE t SET a = '…' WHERE b = '…'",
            ),
            ("UPDATE t SET a = 'ab", "UPDATE t SET a = '…"),
            ("SELECT 1 -- was 'abc'", "SELECT 1 …"),
            ("ALTER ROLE a PASSWORD 'it's'", "ALTER ROLE a PASSWORD '…"),
            ("SELECT $$abc$$, $$de", "SELECT $$…"),
        ] {
            assert_eq!(without_literals(sql), shown);
        }
    }

    #[test]
    fn a_secret_is_told_from_what_may_be_shown() {
        let secret = |text: &str| holds_secret(&text.replace('^', ""), text.find('^').unwrap());
        assert!(secret("ALTER ROLE a PASSWORD ^'x'"));
        assert!(secret("ALTER ROLE a PASSWORD ^E'x'"));
        assert!(secret("ALTER ROLE a PASSWORD ^\"x\""));
        assert!(secret("ALTER ROLE a PASSWORD ^x"));
        assert!(secret("ALTER ROLE a PASSWORD ^$t$x$t$"));
        assert!(!secret("SELECT ^'x', 'y'"));
        assert!(!secret("ALTER ROLE ^a PASSWORD 'x'"));
        assert!(!secret("SELECT ^a, 'x'"));
    }
}
