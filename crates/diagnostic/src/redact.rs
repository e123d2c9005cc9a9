//! Takes secrets out of text that a person or a log is about to see.
//!
//! It works by shape (passwords in URLs and connection strings, e-mail addresses) and by value (secrets the
//! caller knows). What it leaves out on purpose: guessing at secrets of unknown shape in free text.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

/// What stands in the place of a secret.
pub const REDACTED: &str = "[REDACTED]";

/// What stands for a URL in our own help and hints; it holds no password.
const PLACEHOLDER: &str = "USER:PASSWORD@HOST";

/// Passwords that are words of every output: replacing those would garble it, and say which word it is. Where a password is
/// told by its shape, such as in a URL, they go as all others do.
const COMMON: [&str; 20] = [
    "admin",
    "database",
    "dev",
    "development",
    "false",
    "guest",
    "local",
    "localhost",
    "null",
    "pass",
    "password",
    "postgres",
    "postgresql",
    "production",
    "public",
    "root",
    "secret",
    "staging",
    "test",
    "true",
];

/// From this length on a known value is replaced inside of words too.
const LONG: usize = 8;

static PASSWORD_IN_URL: LazyLock<Regex> = LazyLock::new(|| {
    shape(r#"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@?#]*):([^\s]*?)@([\[\]a-z0-9_.%-]+(?:[:/?#,\s`'");>}]|$))"#)
});
// As in `postgres:/dev:hunter2@host` or `dev:hunter2@host/app`.
static PASSWORD_WITHOUT_SCHEME: LazyLock<Regex> =
    LazyLock::new(|| shape(r#"([A-Za-z0-9_.%+-]+):([^\s:@/'"`\[\]]+)@([A-Za-z0-9_.-]+)"#));
static PASSWORD_PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        r#"(?i)\b([a-z_]*password|passwd|pgpassword|pwd)(\s*=\s*)('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*"|[^\s&'">][^\s&'"]*)"#,
    )
});
static QUOTED_SECRET: LazyLock<Regex> = LazyLock::new(|| {
    shape(concat!(
        r#"(?i)\b([a-z_]*(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?|dsn))"#,
        r#"(["']?\s*(?:=>|:=|=|:)\s*)('(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.)*")"#
    ))
});
static PASSWORD_CLAUSE: LazyLock<Regex> =
    LazyLock::new(|| shape(r"(?i)\b(password|identified\s+by)(\s+)((?:E|U&)?'(?:[^']|'')*'?)"));
static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| shape(r"(?i)[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)*\.[a-z]{2,}\b"));

fn shape(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern, compiled by the tests below")
}

/// Replaces secrets by [`REDACTED`]: those it can tell by their shape, and those it was told of.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Vec<String>,
}

impl Redactor {
    /// A redactor that also replaces these values wherever they stand, percent-encoded and escaped for JSON and SQL too.
    ///
    /// Values under four characters and words such as `postgres` are not taken: replacing them would garble ordinary words and
    /// still reveal them. Short ones are replaced as whole words.
    pub fn knowing<S: Into<String>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let taken = secrets.into_iter().map(Into::into).filter(|secret: &String| {
            secret.chars().count() >= 4 && !COMMON.contains(&secret.to_lowercase().as_str())
        });
        let mut known: Vec<String> = taken.flat_map(|secret| forms(&secret)).collect();
        // The longest first, so that a secret that contains another one goes as a whole.
        known.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        known.dedup();
        Self { known }
    }

    /// The text without secrets.
    pub fn scrub(&self, text: &str) -> String {
        self.replaced(text, &|_| REDACTED.to_owned())
    }

    /// The text with a dot for each character of a secret, so that columns stay.
    pub(crate) fn dotted(&self, text: &str) -> String {
        self.replaced(text, &|secret| ".".repeat(secret.chars().count()))
    }

    fn replaced(&self, text: &str, mark: &dyn Fn(&str) -> String) -> String {
        let parts: Vec<_> = text
            .split(PLACEHOLDER)
            .map(|part| self.replaced_in(part, mark))
            .collect();
        parts.join(PLACEHOLDER)
    }

    fn replaced_in(&self, text: &str, mark: &dyn Fn(&str) -> String) -> String {
        let mut clean = text.to_owned();
        for secret in &self.known {
            clean = without(&clean, secret, mark);
        }
        if clean.contains('@') {
            for address in [&PASSWORD_IN_URL, &PASSWORD_WITHOUT_SCHEME] {
                clean = replace(address, &clean, |found| {
                    // The digest of a container's image, `postgres:17@sha256:…`.
                    let is_digest = &found[3] == "sha256";
                    let password = if is_digest {
                        found[2].to_owned()
                    } else {
                        mark(&found[2])
                    };
                    format!("{}:{password}@{}", &found[1], &found[3])
                });
            }
        }
        for parameter in [&PASSWORD_PARAMETER, &QUOTED_SECRET, &PASSWORD_CLAUSE] {
            clean = replace(parameter, &clean, |found| {
                let inside = found[3].trim_matches(['E', 'U', '&', '\'', '"']);
                let is_done = found[3].contains(REDACTED) || inside.chars().all(|c| c == '.');
                let value = if is_done {
                    found[3].to_owned()
                } else {
                    mark(&found[3])
                };
                format!("{}{}{value}", &found[1], &found[2])
            });
        }
        if clean.contains('@') {
            clean = replace(&EMAIL, &clean, |found| {
                let address = found.get(0).expect("group 0 always matches");
                // `user@host` right behind `://` is where to connect, not whom to write to.
                let before = &clean[..address.start()];
                let is_url = before.ends_with("://") || before.ends_with(']');
                if is_url {
                    address.as_str().to_owned()
                } else {
                    mark(address.as_str())
                }
            });
        }
        clean
    }
}

/// A secret in the spellings that an output may have it in.
fn forms(secret: &str) -> Vec<String> {
    let encoded: String = secret
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    let json = secret.replace('\\', r"\\").replace('"', "\\\"");
    let debug = secret.escape_debug().to_string();
    let shown = crate::visible(secret).into_owned();
    let sql = secret.replace('\'', "''");
    let lower = encoded.to_ascii_lowercase();
    let lower = if encoded == secret {
        secret.to_owned()
    } else {
        lower
    };
    vec![secret.to_owned(), encoded, lower, json, debug, shown, sql]
}

/// The text without a value; a short one only where it is a word of its own.
fn without(text: &str, secret: &str, mark: &dyn Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(secret) {
        let (before, behind) = (&rest[..at], &rest[at + secret.len()..]);
        let is_inner = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let previous = before.chars().next_back().or_else(|| out.chars().next_back());
        let in_a_word = is_inner(previous) && is_inner(secret.chars().next())
            || is_inner(behind.chars().next()) && is_inner(secret.chars().next_back());
        out.push_str(before);
        if in_a_word && secret.len() < LONG {
            out.push_str(secret);
        } else {
            out.push_str(&mark(secret));
        }
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn replace(pattern: &Regex, text: &str, with: impl Fn(&Captures<'_>) -> String) -> String {
    pattern
        .replace_all(text, |found: &Captures<'_>| with(found))
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scrub(text: &str) -> String {
        Redactor::default().scrub(text)
    }

    #[test]
    fn passwords_in_urls_go_whatever_they_contain() {
        for password in ["secret", "p@ss", "a:b", "%40%3A", "x/y"] {
            let text = format!("cannot reach postgres://dev:{password}@db.internal:5432/app today");
            assert_eq!(
                scrub(&text),
                "cannot reach postgres://dev:[REDACTED]@db.internal:5432/app today"
            );
        }
        assert_eq!(
            scrub("redis://:hunter2@localhost/0"),
            "redis://:[REDACTED]@localhost/0"
        );
    }

    #[test]
    fn urls_without_a_password_stay_as_they_are() {
        for url in [
            "postgres://dev@db.example.com/app",
            "postgres://localhost:5432/app",
            "see https://x.test/a?b=c",
            "docker.io/library/postgres:17@sha256:4f1c",
        ] {
            assert_eq!(scrub(url), url);
        }
    }

    #[test]
    fn parameters_and_clauses_that_carry_a_password_lose_it() {
        assert_eq!(
            scrub("host=db password=hunter2 user=dev"),
            "host=db password=[REDACTED] user=dev"
        );
        assert_eq!(scrub("password = 'it''s'"), "password = [REDACTED]");
        for text in [
            "{\"password\": \"hunter2\"}",
            "api_key => 'hunter2'",
            "secret := 'hunter2'",
            "token = \"hunter2\"",
            "PGPASSWORD=hunter2 psql",
            "postgres://h/db?sslpassword=hunter2&a=b",
            "IDENTIFIED BY 'hunter2'",
            "dev:hunter2@host/app",
            "`redis://:hunter2@host`",
            "postgres:/dev:hunter2@host/app",
        ] {
            let shown = scrub(text);
            assert!(!shown.contains("hunter2") && shown.contains(REDACTED), "{shown}");
        }
        assert_eq!(
            scrub("CREATE ROLE app PASSWORD 'hunter2'"),
            "CREATE ROLE app PASSWORD [REDACTED]"
        );
    }

    #[test]
    fn e_mail_addresses_go() {
        let detail = "Key (email)=(ada.lovelace@example.test) already exists.";
        assert_eq!(scrub(detail), "Key (email)=([REDACTED]) already exists.");
    }

    #[test]
    fn known_secrets_go_the_longest_first() {
        let redactor = Redactor::knowing(["abcd", "abcdefgh", "no"]);
        assert_eq!(redactor.scrub("abcdefgh abcd no"), "[REDACTED] [REDACTED] no");
    }

    #[test]
    fn our_own_placeholder_is_no_password() {
        for text in [
            "the form is `postgres://USER:PASSWORD@HOST:PORT/DATABASE`",
            "postgres://USER:PASSWORD@HOST/DB",
        ] {
            assert_eq!(scrub(text), text);
            assert_eq!(Redactor::knowing(["PASSWORD"]).scrub(text), text);
        }
    }

    #[test]
    fn a_known_secret_goes_in_every_spelling() {
        let redactor = Redactor::knowing(["p@s\"w'\\é\x1b"]);
        for text in [
            "p@s\"w'\\é\x1b",
            "p%40s%22w%27%5C%C3%A9%1B",
            "p%40s%22w%27%5c%c3%a9%1b",
            "p@s\"w''\\é\x1b",
            "p@s\"w'\\é\\x1b",
        ] {
            assert_eq!(redactor.scrub(&format!("a {text} b")), "a [REDACTED] b", "{text}");
        }
        assert_eq!(
            Redactor::knowing(["a\"b\\c"]).scrub(r#"{"x":"a\"b\\c"}"#),
            r#"{"x":"[REDACTED]"}"#
        );
    }

    #[test]
    fn short_and_common_passwords_do_not_garble_words_and_go_from_urls_all_the_same() {
        let redactor = Redactor::knowing(["a", "postgres", "able"]);
        assert_eq!(
            redactor.scrub("postgres: a table is able"),
            "postgres: a table is [REDACTED]"
        );
        for password in ["a", "postgres", "able", "é"] {
            let shown = redactor.scrub(&format!("postgres://dev:{password}@host/db password={password}"));
            assert_eq!(shown, "postgres://dev:[REDACTED]@host/db password=[REDACTED]");
        }
    }

    #[test]
    fn what_names_a_password_without_a_value_stays() {
        for text in [
            "function nope(password => unknown) does not exist",
            "ALTER ROLE a PASSWORD '.......'",
            "column \"password\" does not exist",
        ] {
            assert_eq!(scrub(text), text);
        }
    }

    #[test]
    fn dots_keep_the_columns() {
        let line = "SELECT dblink('postgres://dev:hunter2@host/db password=x'), nope";
        let dotted = Redactor::default().dotted(line);
        assert_eq!(
            dotted,
            "SELECT dblink('postgres://dev:.......@host/db password=.'), nope"
        );
    }
}
