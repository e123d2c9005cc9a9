//! What a statement is about, by its words: whether any of its literals may be a secret.

use std::ops::Range;

use super::{Token, TokenKind, mentions_secret, names_secret};

/// What a statement is about.
pub(super) struct About<'s> {
    sql: &'s str,
    /// Its tokens without white space and comments.
    words: Vec<Token>,
    /// The same in lower case; nothing where a literal is.
    lower: Vec<String>,
    /// It has a body: `DO`, `CREATE FUNCTION`, `CREATE PROCEDURE`.
    pub(super) is_routine: bool,
    /// It may hold secrets in any of its literals.
    pub(super) secrets: bool,
}

impl<'s> About<'s> {
    pub(super) fn of(sql: &'s str, statement: &[Token]) -> Self {
        let words: Vec<Token> = statement
            .iter()
            .copied()
            .filter(|token| !token.is_trivia())
            .collect();
        let lower = words.iter().map(|token| match token.kind {
            TokenKind::Text => String::new(),
            _ => sql[token.start..token.end].to_ascii_lowercase(),
        });
        let mut about = Self {
            sql,
            lower: lower.collect(),
            words,
            is_routine: false,
            secrets: false,
        };
        about.is_routine = about.has_body();
        about.secrets = about.is_of_a_kind() || about.has_a_name();
        about
    }

    fn word(&self, at: usize) -> &str {
        self.lower.get(at).map_or("", String::as_str)
    }

    fn makes(&self, at: usize) -> bool {
        matches!(self.word(at), "create" | "alter" | "drop")
    }

    /// The few words from here on, among which the kind of an object is.
    fn head(&self, at: usize) -> &[String] {
        &self.lower[at.min(self.lower.len())..(at + 8).min(self.lower.len())]
    }

    fn has_body(&self) -> bool {
        let is_routine = |word: &String| word == "function" || word == "procedure";
        self.word(0) == "do" || (self.makes(0) && self.head(0).iter().any(is_routine))
    }

    /// It makes or changes an object that holds passwords or addresses. In a body other words may come first.
    fn is_of_a_kind(&self) -> bool {
        let has = |word: &str| self.lower.iter().any(|other| other == word);
        let is_kind = |at: usize| {
            self.makes(at)
                && self.word(at + 1) != "table"
                && self.head(at).iter().any(|word| KINDS.contains(&word.as_str()))
        };
        let from = usize::from(self.is_routine);
        (from..self.lower.len()).any(is_kind)
            || (self.word(0) == "import" && self.word(1) == "foreign")
            || (has("copy") && has("program"))
    }

    /// It holds the name of a secret, or calls a function that takes one.
    fn has_a_name(&self) -> bool {
        self.words.iter().enumerate().any(|(at, token)| match token.kind {
            TokenKind::Word | TokenKind::QuotedIdentifier => {
                (self.is_secret(at) && !self.is_key_of_table(at))
                    || (CRYPTOGRAPHY.contains(&self.word(at)) && self.word(at + 1) == "(")
            }
            TokenKind::Text => !self.is_routine && mentions_secret(&self.sql[token.start..token.end]),
            _ => false,
        })
    }

    fn is_secret(&self, at: usize) -> bool {
        let token = self.words[at];
        names_secret(self.sql[token.start..token.end].trim_matches('"'))
    }

    /// Whether the word here is the `KEY` of `PRIMARY KEY`, `FOREIGN KEY` or `FOR KEY SHARE`.
    fn is_key_of_table(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or("", |before| self.word(before));
        self.word(at) == "key" && matches!(before, "primary" | "foreign" | "no" | "for")
    }

    /// Behind the name of a secret: what should have been quoted, is quoted in another way, or is a number.
    pub(super) fn values_without_quotes(&self) -> impl Iterator<Item = Range<usize>> {
        let is_role = matches!(self.word(1), "role" | "user" | "group");
        (0..self.words.len()).filter_map(move |at| {
            let kind = self.words[at].kind;
            if !matches!(kind, TokenKind::Word | TokenKind::QuotedIdentifier) || !self.is_secret(at) {
                return None;
            }
            let signs = (at + 1..self.words.len())
                .take_while(|next| ASSIGNS.contains(&self.word(*next)))
                .count();
            let value = self.words.get(at + 1 + signs)?;
            let follows_keyword = is_role && matches!(self.word(at), "password" | "identified");
            let is_value = match value.kind {
                TokenKind::Number | TokenKind::QuotedIdentifier => true,
                TokenKind::Word => (signs > 0 || follows_keyword) && self.word(at + 1 + signs) != "null",
                _ => false,
            };
            is_value.then_some(value.start..value.end)
        })
    }
}

/// What may stand between a name and its value.
const ASSIGNS: [&str; 8] = ["=", ":=", "=>", ":", "by", "to", "is", "("];

/// Kinds of objects whose statements hold passwords and addresses.
const KINDS: [&str; 8] = [
    "role",
    "user",
    "group",
    "server",
    "subscription",
    "foreign",
    "system",
    "database",
];

/// Functions that take a key or a password.
const CRYPTOGRAPHY: [&str; 12] = [
    "crypt",
    "encrypt",
    "decrypt",
    "encrypt_iv",
    "decrypt_iv",
    "pgp_sym_encrypt",
    "pgp_sym_encrypt_bytea",
    "pgp_sym_decrypt",
    "pgp_sym_decrypt_bytea",
    "pgp_pub_decrypt",
    "pgp_pub_decrypt_bytea",
    "http_header",
];
