//! The lines of the comments of a text, each with where it stands: before the first statement that changes something, or after.

use crate::{Token, TokenKind, tokens};

/// Where a comment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommentPosition {
    /// Before the first statement that changes something.
    Leading,
    /// After that, before or after a statement.
    Between,
    /// Within a statement that changes something.
    Inside,
}

/// One line of a comment, without what marks it as one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommentLine<'t> {
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Its text, white space at both ends left out.
    pub text: &'t str,
    /// Where it stands.
    pub position: CommentPosition,
}

/// The lines of all comments. A file that only begins a transaction and sets something has changed nothing yet.
pub fn comment_lines(text: &str) -> Vec<CommentLine<'_>> {
    let mut lines = Vec::new();
    if !may_have_comments(text.as_bytes()) {
        return lines;
    }
    let mut state = State::default();
    for token in tokens(text) {
        match token.kind {
            TokenKind::LineComment | TokenKind::BlockComment => {
                let position = state.position();
                state.trailing.get_or_insert(lines.len());
                lines.extend(split_lines(text, token, position));
            }
            TokenKind::Gap => {}
            TokenKind::Text if state.is_block => {
                state.trailing = None;
                lines.extend(of_block(text, token));
            }
            TokenKind::Semicolon => state.end_statement(&mut lines),
            // A command of psql ends with its line and is no statement.
            TokenKind::PsqlCommand if !state.in_statement => state.trailing = None,
            _ => {
                state.trailing = None;
                if !state.in_statement {
                    state.in_statement = true;
                    state.changed |= !changes_nothing(&text[token.start..]);
                    state.is_block = text[token.start..token.end].eq_ignore_ascii_case("do");
                }
            }
        }
    }
    state.end_statement(&mut lines);
    lines
}

#[derive(Default)]
struct State {
    changed: bool,
    in_statement: bool,
    /// Whether that is `DO`.
    is_block: bool,
    /// The first line of those after the last token that is not one of a comment.
    trailing: Option<usize>,
}

impl State {
    fn position(&self) -> CommentPosition {
        match (self.changed, self.in_statement) {
            (false, _) => CommentPosition::Leading,
            (true, false) => CommentPosition::Between,
            (true, true) => CommentPosition::Inside,
        }
    }

    /// What stands between the last word of a statement and its end is not within it.
    fn end_statement(&mut self, lines: &mut [CommentLine<'_>]) {
        let trailing = self.trailing.take().unwrap_or(lines.len());
        for line in &mut lines[trailing..] {
            if line.position == CommentPosition::Inside {
                line.position = CommentPosition::Between;
            }
        }
        self.in_statement = false;
        self.is_block = false;
    }
}

/// The comments of the code of a `DO`, which lies in a dollar quote.
fn of_block(text: &str, token: Token) -> Vec<CommentLine<'_>> {
    let quoted = &text[token.start..token.end];
    let tag = quoted.split_inclusive('$').take(2).map(str::len).sum();
    let code = quoted.get(tag..quoted.len().saturating_sub(tag));
    let Some(code) = code.filter(|_| quoted.starts_with('$')) else {
        return Vec::new();
    };
    let lines = tokens(code).flat_map(|inner| split_lines(code, inner, CommentPosition::Inside));
    let at = |line: CommentLine<'_>| token.start + tag + line.start;
    lines
        .map(|line| CommentLine {
            start: at(line),
            ..line
        })
        .collect()
}

fn may_have_comments(text: &[u8]) -> bool {
    memchr::memmem::find(text, b"--").is_some() || memchr::memmem::find(text, b"/*").is_some()
}

/// Whether the statement that starts here only concerns the session or the transaction.
fn changes_nothing(text: &str) -> bool {
    let mut words = tokens(text).filter(|token| token.kind == TokenKind::Word);
    let mut next = || words.next().map_or("", |word| &text[word.start..word.end]);
    match next().to_ascii_lowercase().as_str() {
        "begin" | "start" | "commit" | "end" | "rollback" | "abort" | "savepoint" | "release" | "set"
        | "reset" | "show" | "discard" | "deallocate" | "checkpoint" | "lock" => true,
        // As pg_dump begins its files: `SELECT pg_catalog.set_config('search_path', '', false);`.
        "select" => {
            let mut name = next();
            if name.eq_ignore_ascii_case("pg_catalog") {
                name = next();
            }
            name.eq_ignore_ascii_case("set_config")
        }
        _ => false,
    }
}

fn split_lines(text: &str, token: Token, position: CommentPosition) -> Vec<CommentLine<'_>> {
    let whole = &text[token.start..token.end];
    let body = match token.kind {
        TokenKind::BlockComment => whole.trim_end_matches('/').trim_end_matches('*'),
        TokenKind::LineComment => whole,
        _ => return Vec::new(),
    };
    let mut at = token.start;
    let mut lines = Vec::new();
    for line in body.split_inclusive(['\n', '\r']) {
        let words = line.trim_start_matches([' ', '\t', '-', '*', '/']);
        let start = at + (line.len() - words.len());
        at += line.len();
        let text = words.trim_end();
        if !text.is_empty() {
            lines.push(CommentLine {
                start,
                text,
                position,
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::{CommentPosition::*, *};

    fn positions(text: &str) -> Vec<CommentPosition> {
        comment_lines(text).iter().map(|line| line.position).collect()
    }

    #[test]
    fn what_changes_nothing_leaves_a_comment_at_the_head() {
        for text in [
            "-- x\nDELETE FROM t;",
            "BEGIN;\n-- x\nDELETE FROM t;",
            "BEGIN -- x\n;DELETE FROM t;",
            "START TRANSACTION; SET LOCAL lock_timeout = '1s'; /* x */ DELETE FROM t;",
            ";;\n-- x\nDELETE FROM t;",
            "\\set ON_ERROR_STOP on\n-- x\nDELETE FROM t;",
            "SELECT pg_catalog.set_config('search_path', '', false);\n-- x\nDELETE FROM t;",
            "select set_config('a.b', 'c', true);\n-- x\nDELETE FROM t;",
            "-- x",
        ] {
            assert_eq!(positions(text), [Leading], "{text}");
        }
    }

    #[test]
    fn a_comment_after_a_change_is_between_statements_or_in_one() {
        for (text, expected) in [
            ("DELETE FROM t; -- x\n", Between),
            ("DELETE FROM t -- x\n;", Between),
            ("DELETE FROM t /* x */", Between),
            ("SELECT f();\n-- x\n", Between),
            ("SET a = 1; DELETE FROM t;\n-- x\nSELECT 1;", Between),
            ("CREATE TABLE t (\n  a int, -- x\n  b int);", Inside),
            ("DELETE -- x\nFROM t;", Inside),
            ("DO $$\n-- x\nBEGIN DELETE FROM t; END $$;", Inside),
            ("do language plpgsql $a$ BEGIN /* x */ END $a$;", Inside),
            ("-- x\r", Leading),
        ] {
            assert_eq!(positions(text), [expected], "{text}");
        }
        assert!(positions("SELECT '-- x', $$ -- y $$, \"/* z */\";").is_empty());
    }

    #[test]
    fn a_box_is_taken_line_by_line() {
        let text = "/****\n * a\n ****\n * b */\n-- c\r\n--\td\n";
        let found: Vec<_> = comment_lines(text).iter().map(|line| line.text).collect();
        assert_eq!(found, ["a", "b", "c", "d"]);
        let first = comment_lines(text)[0];
        assert_eq!(&text[first.start..=first.start], "a");
    }
}
