//! Which parts of a line of SQL an excerpt leaves out: string literals, and what else may be a secret.
//!
//! In a statement that is about secrets all literals go; elsewhere all but the one that the caret points at. Where quotes
//! do not match, all goes from the first one on, since it cannot be told what is quoted.

use std::ops::Range;

use super::{
    Token, TokenKind,
    about::About,
    mentions_secret,
    split::{Next, Splitter},
    tokens,
};

/// The ranges of the text that an excerpt of the line around `caret` leaves out, in order. What lies on other lines is
/// not looked for.
pub fn blanks(sql: &str, caret: usize) -> Vec<Range<usize>> {
    let caret = sql.floor_char_boundary(caret);
    let start = sql[..caret].rfind('\n').map_or(0, |newline| newline + 1);
    let end = sql[caret..]
        .find('\n')
        .map_or(sql.len(), |newline| caret + newline);
    let mut excerpt = Excerpt {
        sql,
        caret,
        line: start..end,
        blanks: Vec::new(),
    };
    excerpt.script(0..sql.len());
    excerpt.blanks.sort_by_key(|range| range.start);
    excerpt.blanks
}

struct Excerpt<'s> {
    sql: &'s str,
    caret: usize,
    line: Range<usize>,
    blanks: Vec<Range<usize>>,
}

impl<'s> Excerpt<'s> {
    /// The statements in this range that reach into the line.
    fn script(&mut self, range: Range<usize>) {
        let text = &self.sql[range.clone()];
        let mut splitter = Splitter::new(text);
        let mut all = tokens(text);
        let mut statement = Vec::new();
        while let Some(token) = all.next() {
            if splitter.take(token) == Next::CopyData {
                all.announce_copy_data();
            }
            statement.push(Token {
                start: range.start + token.start,
                end: range.start + token.end,
                ..token
            });
            let ends =
                matches!(token.kind, TokenKind::Semicolon | TokenKind::CopyData) && splitter.is_between();
            if ends {
                self.statement(&statement);
                statement.clear();
            }
            if ends && range.start + token.end > self.line.end {
                return;
            }
        }
        self.statement(&statement);
    }

    fn statement(&mut self, all: &[Token]) {
        let (Some(first), Some(last)) = (all.first(), all.last()) else {
            return;
        };
        if last.end < self.line.start || first.start > self.line.end {
            return;
        }
        if let Some(from) = self.mismatch(all) {
            self.blanks.push(from..last.end);
        }
        let about = About::of(self.sql, all);
        for token in all {
            match token.kind {
                TokenKind::Text => self.literal(*token, &about),
                TokenKind::CopyData => self.blanks.push(token.start..token.end),
                TokenKind::LineComment | TokenKind::BlockComment | TokenKind::PsqlCommand
                    if about.secrets || mentions_secret(self.text(*token)) =>
                {
                    self.blanks.push((token.start + 2).min(token.end)..token.end);
                }
                _ => {}
            }
        }
        if about.secrets {
            self.blanks.extend(about.values_without_quotes());
        }
    }

    fn literal(&mut self, token: Token, about: &About<'_>) {
        let inside = self.inside(token);
        let has_caret = (token.start..token.end).contains(&self.caret);
        if has_caret && about.is_routine {
            // The body of a routine: what holds for a script holds for its lines.
            self.script(inside);
        } else if about.secrets || !has_caret || mentions_secret(&self.sql[inside.clone()]) {
            self.blanks.push(inside);
        }
    }

    /// What a literal holds, its quotes and prefix left out.
    fn inside(&self, token: Token) -> Range<usize> {
        let text = self.text(token);
        let mark = text.find(['\'', '$']).unwrap_or(0);
        let opening = match text[mark..].strip_prefix('$').and_then(|rest| rest.find('$')) {
            Some(tag) => tag + 2,
            None => 1,
        };
        let closing = if token.closed { opening } else { 0 };
        let start = (token.start + mark + opening).min(token.end);
        start..(token.end - closing).max(start)
    }

    /// Where the quotes of a statement stop to match: its first literal, where one is not closed or has a word right behind it.
    fn mismatch(&self, all: &[Token]) -> Option<usize> {
        let is_quoted = |token: &&Token| matches!(token.kind, TokenKind::Text | TokenKind::QuotedIdentifier);
        let is_open = all.iter().filter(is_quoted).any(|token| !token.closed);
        let is_glued = all.windows(2).any(|pair| {
            let follows = matches!(
                pair[1].kind,
                TokenKind::Word | TokenKind::Number | TokenKind::Text
            );
            pair[0].kind == TokenKind::Text && follows && pair[0].end == pair[1].start
        });
        let first = all.iter().find(is_quoted).filter(|_| is_open || is_glued)?;
        Some(if first.kind == TokenKind::Text {
            self.inside(*first).start
        } else {
            first.start + 1
        })
    }

    fn text(&self, token: Token) -> &'s str {
        &self.sql[token.start..token.end]
    }
}
