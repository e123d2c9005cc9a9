//! The meaningful tokens of one statement, to be compared with keywords.
//!
//! Left out on purpose: remembering them all. Statements may be megabytes long, and what they are is nearly always
//! clear from their first words.

use super::{Token, TokenKind, Tokens, tokens};

/// The tokens of a statement without white space and comments.
#[derive(Clone)]
pub(super) struct Keywords<'a> {
    text: &'a str,
    tokens: Tokens<'a>,
}

impl<'a> Keywords<'a> {
    pub(super) fn of(statement: &'a str) -> Self {
        Self {
            text: statement,
            tokens: tokens(statement),
        }
    }

    /// The next word in any case, empty for a token that is no word, `None` at the end.
    pub(super) fn word(&mut self) -> Option<&'a str> {
        self.token().map(|token| match token.kind {
            TokenKind::Word => &self.text[token.start..token.end],
            _ => "",
        })
    }

    pub(super) fn token(&mut self) -> Option<Token> {
        self.tokens.find(|token| !token.is_trivia())
    }

    pub(super) fn text_of(&self, token: Token) -> &'a str {
        &self.text[token.start..token.end]
    }

    /// Steps over the next token if it is this word.
    pub(super) fn take(&mut self, word: &str) -> bool {
        let mut ahead = self.clone();
        let taken = ahead.word().is_some_and(|next| next.eq_ignore_ascii_case(word));
        if taken {
            *self = ahead;
        }
        taken
    }

    /// Steps over the next tokens if they are these words, separated by single spaces.
    pub(super) fn take_all(&mut self, words: &str) -> bool {
        let mut ahead = self.clone();
        let taken = words.split(' ').all(|word| ahead.take(word));
        if taken {
            *self = ahead;
        }
        taken
    }

    /// Steps over a list in parentheses if there is one here, and gives its words in lower case.
    pub(super) fn take_list(&mut self) -> Vec<String> {
        let mut ahead = self.clone();
        let mut words = Vec::new();
        if ahead.token().is_none_or(|token| token.kind != TokenKind::Open) {
            return words;
        }
        while let Some(token) = ahead.token() {
            match token.kind {
                TokenKind::Close => break,
                TokenKind::Word | TokenKind::Number | TokenKind::Text => {
                    words.push(ahead.text_of(token).trim_matches('\'').to_ascii_lowercase());
                }
                _ => {}
            }
        }
        *self = ahead;
        words
    }

    /// Steps over the next token if it is this text.
    pub(super) fn take_symbol(&mut self, symbol: &str) -> bool {
        let mut ahead = self.clone();
        let taken = ahead.token().is_some_and(|token| ahead.text_of(token) == symbol);
        if taken {
            *self = ahead;
        }
        taken
    }

    pub(super) fn at_end(mut self) -> bool {
        self.token().is_none()
    }
}
