//! Takes secrets out of text that a person or a log is about to see.
//!
//! It works by shape (passwords in URLs and connection strings, e-mail addresses) and by value (secrets the
//! caller knows). What it leaves out on purpose: guessing at secrets of unknown shape in free text.

use std::sync::LazyLock;

use regex_lite::{Captures, Regex};

/// What stands in the place of a secret.
pub const REDACTED: &str = "[REDACTED]";

static PASSWORD_IN_URL: LazyLock<Regex> = LazyLock::new(|| {
    shape(r"(?i)\b([a-z][a-z0-9+.-]*://[^\s:/@?#]*):([^\s]*?)@([\[\]a-z0-9_.%-]+(?:[:/?#,\s]|$))")
});
static PASSWORD_PARAMETER: LazyLock<Regex> = LazyLock::new(|| {
    shape(r#"(?i)\b(password|passwd|pgpassword|sslpassword)(\s*=\s*)('(?:[^'\\]|\\.)*'|[^\s&'"]+)"#)
});
static PASSWORD_CLAUSE: LazyLock<Regex> =
    LazyLock::new(|| shape(r"(?i)\b(password)(\s+)(E?'(?:[^']|'')*'?)"));
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
    /// A redactor that also replaces these values wherever they stand. Values under four characters are not
    /// taken: replacing them would garble ordinary words and still reveal them.
    pub fn knowing<S: Into<String>>(secrets: impl IntoIterator<Item = S>) -> Self {
        let mut known: Vec<String> = secrets
            .into_iter()
            .map(Into::into)
            .filter(|s| s.len() >= 4)
            .collect();
        // The longest first, so that a secret that contains another one goes as a whole.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        Self { known }
    }

    /// The text without secrets.
    pub fn scrub(&self, text: &str) -> String {
        let mut clean = text.to_owned();
        for secret in &self.known {
            clean = clean.replace(secret.as_str(), REDACTED);
        }
        if clean.contains("://") {
            clean = replace(&PASSWORD_IN_URL, &clean, |found| {
                format!("{}:{REDACTED}@{}", &found[1], &found[3])
            });
        }
        for parameter in [&PASSWORD_PARAMETER, &PASSWORD_CLAUSE] {
            clean = replace(parameter, &clean, |found| {
                format!("{}{}{REDACTED}", &found[1], &found[2])
            });
        }
        if clean.contains('@') {
            clean = replace(&EMAIL, &clean, |found| {
                let address = found.get(0).expect("group 0 always matches");
                // `user@host` right behind `://` is where to connect, not whom to write to.
                let is_url =
                    clean[..address.start()].ends_with("://") || clean[..address.start()].ends_with(']');
                if is_url {
                    address.as_str().to_owned()
                } else {
                    REDACTED.to_owned()
                }
            });
        }
        clean
    }
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
        assert_eq!(scrub("password = 'it''s'"), "password = [REDACTED]'s'");
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
}
