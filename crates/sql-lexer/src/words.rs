//! Reading a statement word by word, for what its beginning says.

use super::{Token, TokenKind, tokens};

/// What may stand between `CREATE` and the kind of the object.
const ADJECTIVES: [&str; 10] = [
    "or",
    "replace",
    "global",
    "local",
    "temp",
    "temporary",
    "unlogged",
    "materialized",
    "recursive",
    "foreign",
];

/// The kinds of objects that statements name without saying their kind.
const KINDS: [&str; 9] = [
    "table",
    "view",
    "sequence",
    "type",
    "domain",
    "function",
    "procedure",
    "schema",
    "aggregate",
];

/// A reader of the words and names of a statement. Comments and white space are passed over.
pub struct WordReader<'s> {
    sql: &'s str,
    tokens: Vec<Token>,
    at: usize,
}

impl<'s> WordReader<'s> {
    /// At the statement's first word.
    pub fn new(sql: &'s str) -> Self {
        Self {
            sql,
            tokens: tokens(sql).filter(|token| !token.is_trivia()).collect(),
            at: 0,
        }
    }

    /// Passes over these words, in any case, where all of them come next; says whether they did.
    pub fn take(&mut self, words: &[&str]) -> bool {
        let fits = words.iter().enumerate().all(|(offset, word)| {
            self.tokens.get(self.at + offset).is_some_and(|token| {
                token.kind == TokenKind::Word && self.text(*token).eq_ignore_ascii_case(word)
            })
        });
        if fits {
            self.at += words.len();
        }
        fits
    }

    /// Passes over a sign such as a comma, where it comes next; says whether it did.
    pub fn take_sign(&mut self, sign: &str) -> bool {
        let fits = self.peek() == Some(sign);
        self.at += usize::from(fits);
        fits
    }

    /// The next name with its schema, as it is written: `to_regclass` reads it the same way.
    pub fn name(&mut self) -> Option<String> {
        let mut name = self.next()?.to_owned();
        while self.take_sign(".") {
            name.push('.');
            name.push_str(self.next()?);
        }
        Some(name)
    }

    /// Passes over `CREATE` and the kind of a table, view, sequence, type, domain, routine, schema or aggregate; says whether the name of
    /// such an object comes next.
    pub fn take_create(&mut self) -> bool {
        if !self.take(&["create"]) {
            return false;
        }
        while ADJECTIVES.iter().any(|word| self.take(&[word])) {}
        let is_known = KINDS.iter().any(|word| self.take(&[word]));
        if is_known {
            self.take(&["if", "not", "exists"]);
        }
        is_known
    }

    /// The next word or sign, whatever it is.
    pub fn word(&mut self) -> Option<&'s str> {
        self.next()
    }

    fn next(&mut self) -> Option<&'s str> {
        let next = self.peek()?;
        self.at += 1;
        Some(next)
    }

    fn peek(&self) -> Option<&'s str> {
        self.tokens.get(self.at).map(|token| self.text(*token))
    }

    fn text(&self, token: Token) -> &'s str {
        &self.sql[token.start..token.end]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_what_is_created_comes_next() {
        for sql in [
            "CREATE TABLE app.t (id int)",
            "create or replace temp view app.t as select 1",
            "CREATE UNLOGGED TABLE IF NOT EXISTS /* a */ app.t ()",
        ] {
            let mut words = WordReader::new(sql);
            assert!(words.take_create(), "{sql}");
            assert_eq!(words.name().as_deref(), Some("app.t"), "{sql}");
        }
        for sql in [
            "CREATE INDEX i ON t (id)",
            "CREATE UNIQUE INDEX i ON t (id)",
            "DROP TABLE t",
        ] {
            assert!(!WordReader::new(sql).take_create(), "{sql}");
        }
    }
}
