//! The token scanner: cuts SQL into tokens that lie back to back, white space and comments among them.
//!
//! Left out on purpose: values. A token is a kind and a range; nobody here needs a number parsed or a string
//! unescaped.

use super::{quote, skip};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenKind {
    /// White space.
    Gap,
    /// `-- …`, its line end left out.
    LineComment,
    /// `/* … */`.
    BlockComment,
    /// A keyword or an identifier without quotes.
    Word,
    /// `"…"` or `U&"…"`.
    QuotedIdentifier,
    /// A string of any spelling, dollar quotes included.
    Text,
    /// A number.
    Number,
    /// One or more operator characters, or any other byte that stands for itself.
    Symbol,
    /// `;`.
    Semicolon,
    /// `(`.
    Open,
    /// `)`.
    Close,
    /// A backslash outside all literals, which only psql understands, with the rest of its line.
    PsqlCommand,
    /// The lines that a `COPY … FROM stdin` is followed by, with the closing `\.`.
    CopyData,
}

/// A token: its kind and where it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Offset of its first byte.
    pub start: usize,
    /// Offset behind its last byte.
    pub end: usize,
    /// Whether the text went on after its closing mark; `false` for a quote or comment that nothing closes.
    pub closed: bool,
}

impl Token {
    /// White space and comments carry no meaning.
    pub fn is_trivia(self) -> bool {
        matches!(
            self.kind,
            TokenKind::Gap | TokenKind::LineComment | TokenKind::BlockComment
        )
    }
}

/// The tokens of a text.
#[derive(Debug, Clone)]
pub struct Tokens<'a> {
    text: &'a [u8],
    at: usize,
    copy: Copy,
    /// Up to here there is nothing to step over: it was looked through before.
    looked_through: usize,
}

/// Whether the data of a COPY is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copy {
    No,
    /// On the next line.
    Announced,
    /// Here.
    Begins,
}

/// The tokens of a text, back to back from its first byte to its last.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens {
        text: text.as_bytes(),
        at: 0,
        copy: Copy::No,
        looked_through: 0,
    }
}

impl Tokens<'_> {
    /// Tells the scanner that the lines after this one are data rather than SQL.
    pub fn announce_copy_data(&mut self) {
        self.copy = Copy::Announced;
    }

    /// Steps over what cannot end a statement, and gives the offset behind the last byte of it that is not white space, if
    /// there is one.
    pub(super) fn skip_plain(&mut self) -> Option<usize> {
        if self.at < self.looked_through {
            return None;
        }
        let (end, stop) = skip::plain_end(self.text, self.at);
        self.looked_through = stop;
        let skipped = &self.text[self.at..end];
        let last = skipped.iter().rposition(|byte| !is_space(*byte))?;
        let behind = self.at + last + 1;
        self.at = end;
        Some(behind)
    }

    fn scan(&mut self, first: u8) -> (TokenKind, Option<usize>) {
        let (text, at) = (self.text, self.at);
        let next = text.get(at + 1).copied();
        match first {
            space if is_space(space) => (TokenKind::Gap, Some(self.gap_end())),
            b'-' if next == Some(b'-') => (TokenKind::LineComment, Some(quote::line_end(text, at))),
            b'/' if next == Some(b'*') => (TokenKind::BlockComment, quote::block_comment(text, at + 2)),
            b'\'' => (TokenKind::Text, quote::doubled(text, at + 1, b'\'')),
            b'"' => (TokenKind::QuotedIdentifier, quote::doubled(text, at + 1, b'"')),
            b';' => (TokenKind::Semicolon, Some(at + 1)),
            b'(' => (TokenKind::Open, Some(at + 1)),
            b')' => (TokenKind::Close, Some(at + 1)),
            b'\\' => (TokenKind::PsqlCommand, Some(quote::line_end(text, at))),
            b'0'..=b'9' => (TokenKind::Number, Some(self.number_end())),
            b'$' => match quote::dollar_tag(text, at) {
                Some(tag) => (TokenKind::Text, quote::dollar(text, at + tag.len(), tag)),
                // A parameter (`$1`) ends with its digits, whatever follows.
                None => (TokenKind::Symbol, Some(self.end_of(u8::is_ascii_digit))),
            },
            first if quote::begins_word(first) => self.word_or_prefixed(first, next),
            first => (TokenKind::Symbol, Some(self.symbol_end(first))),
        }
    }

    /// A word, unless it is the letter that begins a string or identifier of another spelling.
    fn word_or_prefixed(&self, first: u8, next: Option<u8>) -> (TokenKind, Option<usize>) {
        let (text, at) = (self.text, self.at);
        match (first.to_ascii_lowercase(), next, text.get(at + 2)) {
            (b'e', Some(b'\''), _) => (TokenKind::Text, quote::escaped(text, at + 2)),
            (b'b' | b'x' | b'n', Some(b'\''), _) => (TokenKind::Text, quote::doubled(text, at + 2, b'\'')),
            (b'u', Some(b'&'), Some(b'\'')) => (TokenKind::Text, quote::doubled(text, at + 3, b'\'')),
            (b'u', Some(b'&'), Some(b'"')) => {
                (TokenKind::QuotedIdentifier, quote::doubled(text, at + 3, b'"'))
            }
            _ => {
                let goes_on = |byte: &u8| quote::continues_word(*byte) || *byte == b'$';
                (TokenKind::Word, Some(self.end_of(goes_on)))
            }
        }
    }

    /// Behind the bytes from here on that satisfy the predicate; the first one is taken in any case.
    fn end_of(&self, goes_on: impl Fn(&u8) -> bool) -> usize {
        let rest = &self.text[self.at + 1..];
        self.at + 1 + rest.iter().position(|byte| !goes_on(byte)).unwrap_or(rest.len())
    }

    fn gap_end(&mut self) -> usize {
        let end = self.end_of(|byte| is_space(*byte));
        if self.copy == Copy::Announced
            && let Some(newline) = memchr::memchr(b'\n', &self.text[self.at..end])
        {
            self.copy = Copy::Begins;
            return self.at + newline + 1;
        }
        end
    }

    /// As the server's scanner has it, so that a letter behind a number may begin a string: `1.5E2`, `0xFF`, `1_000`.
    fn number_end(&self) -> usize {
        let byte = |at: usize| self.text.get(at).copied().unwrap_or_default();
        if self.text[self.at] == b'0' && matches!(byte(self.at + 1) | 0x20, b'x' | b'o' | b'b') {
            return self.end_of(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
        }
        let mut end = self.digits_end(self.at);
        if byte(end) == b'.' && byte(end + 1) != b'.' {
            end = self.digits_end(end + 1);
        }
        let sign = usize::from(matches!(byte(end + 1), b'+' | b'-'));
        if byte(end) | 0x20 == b'e' && byte(end + 1 + sign).is_ascii_digit() {
            end = self.digits_end(end + 1 + sign);
        }
        end
    }

    fn digits_end(&self, at: usize) -> usize {
        let digits = self.text[at..].iter();
        at + digits
            .take_while(|byte| byte.is_ascii_digit() || **byte == b'_')
            .count()
    }

    /// Behind a run of operator characters, which a comment ends; other symbols stand alone.
    fn symbol_end(&self, first: u8) -> usize {
        if !is_operator(first) {
            return self.at + 1;
        }
        let run = &self.text[self.at..self.end_of(|byte| is_operator(*byte))];
        let comment = run.windows(2).position(|pair| pair == b"--" || pair == b"/*");
        self.at + comment.unwrap_or(run.len())
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c)
}

fn is_operator(byte: u8) -> bool {
    b"+-*/<>=~!@#%^&|`?".contains(&byte)
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let first = *self.text.get(self.at)?;
        let start = self.at;
        let (kind, end) = if self.copy == Copy::Begins {
            self.copy = Copy::No;
            (TokenKind::CopyData, quote::copy_data(self.text, start))
        } else {
            self.scan(first)
        };
        self.at = end.unwrap_or(self.text.len());
        Some(Token {
            kind,
            start,
            end: self.at,
            closed: end.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(text)
            .filter(|token| token.kind != TokenKind::Gap)
            .map(|token| (token.kind, &text[token.start..token.end]))
            .collect()
    }

    #[test]
    fn every_spelling_of_a_string_is_one_token() {
        for text in [
            "'a;b'",
            "'it''s'",
            r"E'a\'b'",
            r"e'\\'",
            "U&'d!0061t' ",
            "B'01'",
            "x'1F'",
            "N'a'",
            "$$a;b$$",
            "$t$ $$ $t$",
            "''",
            "$$$$",
        ] {
            let text = text.trim_end();
            assert_eq!(kinds(text), [(TokenKind::Text, text)], "{text}");
        }
    }

    #[test]
    fn quoted_identifiers_and_words_are_told_apart() {
        assert_eq!(
            kinds("\"a\"\"b\" U&\"x\" ue café a$1$ e1"),
            [
                (TokenKind::QuotedIdentifier, "\"a\"\"b\""),
                (TokenKind::QuotedIdentifier, "U&\"x\""),
                (TokenKind::Word, "ue"),
                (TokenKind::Word, "café"),
                (TokenKind::Word, "a$1$"),
                (TokenKind::Word, "e1"),
            ]
        );
    }

    #[test]
    fn a_letter_before_a_quote_is_a_prefix_only_when_it_stands_alone() {
        assert_eq!(
            kinds(r"type'a\' e'b\''"),
            [
                (TokenKind::Word, "type"),
                (TokenKind::Text, r"'a\'"),
                (TokenKind::Text, r"e'b\''"),
            ]
        );
    }

    #[test]
    fn an_operator_ends_where_a_comment_begins() {
        assert_eq!(
            kinds("a+--x\n*/*y*/->>1"),
            [
                (TokenKind::Word, "a"),
                (TokenKind::Symbol, "+"),
                (TokenKind::LineComment, "--x"),
                (TokenKind::Symbol, "*"),
                (TokenKind::BlockComment, "/*y*/"),
                (TokenKind::Symbol, "->>"),
                (TokenKind::Number, "1"),
            ]
        );
    }

    #[test]
    fn a_parameter_is_no_dollar_quote() {
        let parameter = (TokenKind::Symbol, "$1");
        assert_eq!(
            kinds("$1$;"),
            [parameter, (TokenKind::Symbol, "$"), (TokenKind::Semicolon, ";")]
        );
        assert_eq!(kinds("$1a$b$"), [parameter, (TokenKind::Word, "a$b$")]);
        assert_eq!(kinds(r"$1E'\';'"), [parameter, (TokenKind::Text, r"E'\';'")]);
    }

    #[test]
    fn a_number_ends_where_the_server_ends_it() {
        for number in [
            "1", "1.5", "1.", "1e5", "1.5E-3", "0xFF_FF", "0b01", "1_000", "1.e5",
        ] {
            assert_eq!(kinds(number), [(TokenKind::Number, number)]);
            let string = format!(r"{number} E'\''");
            assert_eq!(kinds(&string).len(), 2, "{string}");
        }
        assert_eq!(
            kinds(r"1.5e3.E'\';'"),
            [
                (TokenKind::Number, "1.5e3"),
                (TokenKind::Symbol, "."),
                (TokenKind::Text, r"E'\';'"),
            ]
        );
        assert_eq!(kinds("1..2").len(), 4);
        assert_eq!(kinds("1end")[0], (TokenKind::Number, "1"));
    }

    #[test]
    fn what_nothing_closes_reaches_to_the_end() {
        for text in ["'a", "\"a", "$$a", "$b$ $$", "/* /* */", r"E'\'", "U&'"] {
            let all: Vec<_> = tokens(text).collect();
            assert_eq!(all.len(), 1, "{text}");
            assert_eq!((all[0].end, all[0].closed), (text.len(), false), "{text}");
        }
    }

    #[test]
    fn announced_copy_data_begins_on_the_next_line() {
        let text = "x -- y\r\n1'\n\\.\nz";
        let mut all = tokens(text);
        all.next();
        all.announce_copy_data();
        let data = all.find(|token| token.kind == TokenKind::CopyData).unwrap();
        assert_eq!(&text[data.start..data.end], "1'\n\\.");
        let last = all.last().unwrap();
        assert_eq!((last.kind, &text[last.start..last.end]), (TokenKind::Word, "z"));
    }
}
