//! Which parts of a line of SQL an excerpt leaves out: string literals, and what else may be a secret.
//!
//! In a statement that is about secrets all literals go; elsewhere all but the one that the caret points at. Where quotes
//! do not match, all goes from the first one on, since it cannot be told what is quoted.

use std::ops::Range;

use super::{
    Token, TokenKind, mentions_secret, names_secret,
    split::{Next, Splitter},
    tokens,
};

/// The ranges of the text that an excerpt of the line around `caret` leaves out, in order. What lies on other lines is
/// not looked for.
pub fn blanks(sql: &str, caret: usize) -> Vec<Range<usize>> {
    let mut caret = caret.min(sql.len());
    while !sql.is_char_boundary(caret) {
        caret -= 1;
    }
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
        let words: Vec<Token> = all.iter().copied().filter(|token| !token.is_trivia()).collect();
        let about = self.about(&words);
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
            self.values_without_quotes(&words);
        }
    }

    fn literal(&mut self, token: Token, about: &About) {
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

    /// What the words of a statement say about it.
    fn about(&self, words: &[Token]) -> About {
        let lower: Vec<String> = words.iter().map(|token| self.word(*token)).collect();
        let first = |at: usize| lower.get(at).map_or("", String::as_str);
        let head: Vec<&str> = lower.iter().take(8).map(String::as_str).collect();
        let makes = matches!(first(0), "create" | "alter" | "drop");
        let is_routine =
            first(0) == "do" || (makes && (head.contains(&"function") || head.contains(&"procedure")));
        let by_kind =
            (makes && !is_routine && first(1) != "table" && head.iter().any(|word| KINDS.contains(word)))
                || (first(0) == "import" && first(1) == "foreign")
                || (lower.iter().any(|word| word == "copy") && lower.iter().any(|word| word == "program"));
        let by_name = words.iter().enumerate().any(|(at, token)| match token.kind {
            TokenKind::Word | TokenKind::QuotedIdentifier => {
                self.is_secret(*token) && !is_key_of_table(&lower, at)
                    || CRYPTOGRAPHY.contains(&lower[at].as_str()) && first(at + 1) == "("
            }
            TokenKind::Text => !is_routine && mentions_secret(&self.sql[self.inside(*token)]),
            _ => false,
        });
        About {
            is_routine,
            secrets: by_kind || by_name,
        }
    }

    /// Behind the name of a secret: what should have been quoted, is quoted in another way, or is a number.
    fn values_without_quotes(&mut self, words: &[Token]) {
        for (at, token) in words.iter().enumerate() {
            let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedIdentifier);
            if !is_name || !self.is_secret(*token) {
                continue;
            }
            let rest = &words[at + 1..];
            let signs = rest.iter().take_while(|next| self.assigns(**next)).count();
            let Some(value) = rest.get(signs) else {
                continue;
            };
            let follows_keyword = matches!(self.word(*token).as_str(), "password" | "identified");
            let is_value = match value.kind {
                TokenKind::Number | TokenKind::QuotedIdentifier => true,
                TokenKind::Word => {
                    (signs > 0 || follows_keyword && self.is_role(words)) && self.word(*value) != "null"
                }
                _ => false,
            };
            if is_value {
                self.blanks.push(value.start..value.end);
            }
        }
    }

    fn is_role(&self, words: &[Token]) -> bool {
        let second = words.get(1).map(|token| self.word(*token)).unwrap_or_default();
        matches!(second.as_str(), "role" | "user" | "group")
    }

    fn assigns(&self, token: Token) -> bool {
        matches!(
            self.word(token).as_str(),
            "=" | ":=" | "=>" | ":" | "by" | "to" | "is" | "("
        )
    }

    fn is_secret(&self, token: Token) -> bool {
        names_secret(self.text(token).trim_matches('"'))
    }

    /// A word in lower case; nothing of a literal.
    fn word(&self, token: Token) -> String {
        match token.kind {
            TokenKind::Text => String::new(),
            _ => self.text(token).to_ascii_lowercase(),
        }
    }

    fn text(&self, token: Token) -> &'s str {
        &self.sql[token.start..token.end]
    }
}

/// What a statement is about.
struct About {
    /// It has a body: `DO`, `CREATE FUNCTION`, `CREATE PROCEDURE`.
    is_routine: bool,
    /// It may hold secrets in any of its literals.
    secrets: bool,
}

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

/// Whether the word here is the `KEY` of `PRIMARY KEY`, `FOREIGN KEY` or `FOR KEY SHARE`.
fn is_key_of_table(words: &[String], at: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| words[before].as_str());
    words[at] == "key" && matches!(before, "primary" | "foreign" | "no" | "for")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line around the `^` of a text, which is taken out, as an excerpt shows it.
    fn shown(text: &str) -> String {
        let caret = text.find('^').unwrap_or(0);
        let sql = text.replacen('^', "", 1);
        let mut bytes = sql.clone().into_bytes();
        for range in blanks(&sql, caret) {
            for byte in &mut bytes[range] {
                if *byte != b'\n' {
                    *byte = b'.';
                }
            }
        }
        let blanked = String::from_utf8(bytes).unwrap();
        let start = blanked[..caret].rfind('\n').map_or(0, |at| at + 1);
        blanked[start..].lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn all_literals_but_the_one_at_the_caret_are_left_out() {
        assert_eq!(
            shown("INSERT INTO t VALUES (^'happy', 'sad', 1, $$x$$, $a$y$a$, E'a\\'b', U&'c', B'01', N'd')"),
            "INSERT INTO t VALUES ('happy', '...', 1, $$.$$, $a$.$a$, E'....', U&'.', B'..', N'.')"
        );
    }

    #[test]
    fn statements_about_roles_servers_and_subscriptions_show_no_literal() {
        for (sql, expected) in [
            ("ALTER ROLE app PASSWORD ^'abc'", "ALTER ROLE app PASSWORD '...'"),
            (
                "CREATE ROLE app LOGIN ^ENCRYPTED PASSWORD $$abc$$",
                "CREATE ROLE app LOGIN ENCRYPTED PASSWORD $$...$$",
            ),
            ("CREATE USER ^app PASSWORD abc", "CREATE USER app PASSWORD ..."),
            (
                "CREATE USER ^app IDENTIFIED BY \"abc\"",
                "CREATE USER app IDENTIFIED BY .....",
            ),
            (
                "CREATE USER MAPPING FOR a SERVER b OPTIONS (x ^'abc')",
                "CREATE USER MAPPING FOR a SERVER b OPTIONS (x '...')",
            ),
            (
                "CREATE SERVER s OPTIONS (host ^'abc')",
                "CREATE SERVER s OPTIONS (host '...')",
            ),
            (
                "CREATE SUBSCRIPTION s CONNECTION ^'abc' PUBLICATION p",
                "CREATE SUBSCRIPTION s CONNECTION '...' PUBLICATION p",
            ),
            (
                "CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (x ^'abc')",
                "CREATE FOREIGN TABLE t (a int) SERVER s OPTIONS (x '...')",
            ),
            (
                "ALTER SYSTEM SET primary_conninfo = ^'abc'",
                "ALTER SYSTEM SET primary_conninfo = '...'",
            ),
            ("COPY t FROM PROGRAM ^'abc'", "COPY t FROM PROGRAM '...'"),
            (
                "SELECT * FROM dblink(^'abc', 'SELECT 1')",
                "SELECT * FROM dblink('...', '........')",
            ),
        ] {
            assert_eq!(shown(sql), expected);
        }
    }

    #[test]
    fn literals_behind_the_name_of_a_secret_are_left_out_too() {
        for (sql, expected) in [
            ("SELECT f(password => ^'abc')", "SELECT f(password => '...')"),
            ("x.\"apiKey\" := ^'abc'", "x.\"apiKey\" := '...'"),
            ("SET app.secret = ^'abc'", "SET app.secret = '...'"),
            ("SET app.secret TO ^abc", "SET app.secret TO ..."),
            (
                "SELECT set_config('app.token', ^'abc', false)",
                "SELECT set_config('.........', '...', false)",
            ),
            (
                "SELECT ^'{\"password\": \"abc\"}'::json",
                "SELECT '...................'::json",
            ),
            (
                "INSERT INTO u (name, pwd) VALUES (^'a', 'abc')",
                "INSERT INTO u (name, pwd) VALUES ('.', '...')",
            ),
            (
                "SELECT crypt(^'abc', gen_salt('bf'))",
                "SELECT crypt('...', gen_salt('..'))",
            ),
            (
                "SELECT ^1 -- the password is abc",
                "SELECT 1 --....................",
            ),
            ("\\set ^x 'token abc'", "\\s................"),
        ] {
            assert_eq!(shown(sql), expected);
        }
        let table = "CREATE TABLE t (a text PRIMARY KEY DEFAULT ^'x')";
        assert_eq!(shown(table), table.replace('^', ""));
    }

    #[test]
    fn the_body_of_a_routine_is_a_script_of_its_own() {
        let sql = "CREATE FUNCTION set_password() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n";
        let body = |line: &str| format!("{sql}{line}\nEND $$;");
        assert_eq!(shown(&body("PERFORM ^nope('a', b);")), "PERFORM nope('.', b);");
        assert_eq!(
            shown(&body("EXECUTE ^'ALTER ROLE a PASSWORD ''abc'''; SELECT 'x';")),
            "EXECUTE '.............................'; SELECT '.';"
        );
        assert_eq!(
            shown("^DO $$ BEGIN PERFORM 'abc'; END $$"),
            "DO $$..........................$$"
        );
        assert_eq!(
            shown("DO ' BEGIN PERFORM ^nope(''abc''); END '"),
            "DO ' BEGIN PERFORM nope('........ END '"
        );
    }

    #[test]
    fn where_quotes_do_not_match_all_goes_from_the_first_on() {
        for (sql, expected) in [
            ("SELECT ^'abc", "SELECT '..."),
            (
                "ALTER ROLE a PASSWORD ^'it's3cret'",
                "ALTER ROLE a PASSWORD '..........",
            ),
            ("SELECT ^'a'b'c'", "SELECT '......"),
            ("SELECT $x$^abc", "SELECT $x$..."),
            ("SELECT ^\"abc", "SELECT \"..."),
            ("SELECT E'^a\\'", "SELECT E'..."),
        ] {
            assert_eq!(shown(sql), expected);
        }
    }

    #[test]
    fn the_lines_of_a_literal_and_the_data_of_a_copy_are_left_out() {
        assert_eq!(shown("SELECT 'a\nb^cd', 1;"), "bcd', 1;");
        assert_eq!(shown("SELECT 'a\nbcd', ^1;"), "...', 1;");
        assert_eq!(shown("COPY t FROM stdin;\na^bc\tx\n\\.\nSELECT 1;"), ".....");
    }
}
