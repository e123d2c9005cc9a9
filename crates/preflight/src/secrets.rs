//! Finds credentials in files that are under version control, and says where without saying what.
//!
//! By shape only: what a random string is for cannot be seen. Left out on purpose: the history of the repository,
//! and binary files.

use std::sync::LazyLock;

use diagnostic::Place;
use regex_lite::{Captures, Regex};

use crate::{Error, Failure, SecretKind};

/// What a line or the one above it says to allow a credential, with the reason behind it.
const MARKER: &str = "preflight: allow-secret";

fn shape(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern, compiled by the tests below")
}

static URL: LazyLock<Regex> = LazyLock::new(|| {
    shape(r#"(?i)\b[a-z][a-z0-9+.-]*://([^\s:/@'"`]*):([^\s@/'"`]+)@(\[[0-9a-f:]+\]|[a-z0-9_.-]+)"#)
});
static ASSIGNED: LazyLock<Regex> = LazyLock::new(|| {
    shape(
        r#"(?i)\b[a-z0-9_.-]*(?:password|passwd|secret|api_?key|access_?key|auth_?token|private_?key|hash_?key)["']?\s*[:=]\s*["']?([a-z0-9+/_=.-]{16,})"#,
    )
});
static TOKENS: LazyLock<Vec<(SecretKind, Regex)>> = LazyLock::new(|| {
    [
        (
            SecretKind::PrivateKey,
            r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----",
        ),
        (SecretKind::Token("AWS"), r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        (
            SecretKind::Token("GitHub"),
            r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
        ),
        (SecretKind::Token("GitLab"), r"\bglpat-[A-Za-z0-9_-]{20,}"),
        (SecretKind::Token("Slack"), r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"),
        (SecretKind::Token("Stripe"), r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
        (SecretKind::Token("Google"), r"\bAIza[A-Za-z0-9_-]{35}"),
        (
            SecretKind::Token("Telegram"),
            r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}\b",
        ),
        (SecretKind::Token("npm"), r"\bnpm_[A-Za-z0-9]{36}\b"),
        (
            SecretKind::Token("an AI service"),
            r"\bsk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,}",
        ),
        (
            SecretKind::Token("a service that signs JSON"),
            r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{16,}",
        ),
    ]
    .into_iter()
    .map(|(kind, pattern)| (kind, shape(pattern)))
    .collect()
});

/// Looks through files, given as path and text, for credentials. A line is passed over when it or the line above it
/// holds `preflight: allow-secret` and a reason.
///
/// # Errors
///
/// [`Error::Refused`] with every credential found, and every marker without a reason.
pub fn check_tracked_files<'t>(files: impl IntoIterator<Item = (&'t str, &'t str)>) -> Result<(), Error> {
    let failures: Vec<_> = files
        .into_iter()
        .flat_map(|(path, text)| scan(path, text))
        .collect();
    if failures.is_empty() {
        Ok(())
    } else {
        Err(Error::Refused { failures })
    }
}

fn scan(path: &str, text: &str) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut allowed_above = false;
    for (index, line) in text.lines().enumerate() {
        let marker = line.split_once(MARKER).map(|(_, reason)| reason);
        let has_reason =
            marker.is_some_and(|reason| reason.chars().filter(|c| c.is_alphabetic()).count() >= 3);
        if marker.is_some() && !has_reason {
            failures.push(Failure::MarkerWithoutReason {
                place: place(path, index, None),
            });
        }
        if !allowed_above && !has_reason {
            failures.extend(
                secrets(line)
                    .into_iter()
                    .map(|(kind, start)| Failure::TrackedSecret {
                        place: place(path, index, Some(line[..start].chars().count() + 1)),
                        kind,
                    }),
            );
        }
        allowed_above = has_reason;
    }
    failures
}

/// The place without the line's text: that is where the secret stands.
fn place(path: &str, index: usize, column: Option<usize>) -> Place {
    Place {
        line: Some(index + 1),
        column,
        ..Place::file(path)
    }
}

/// The credentials of a line and the bytes at which they start; of two that overlap only the first.
fn secrets(line: &str) -> Vec<(SecretKind, usize)> {
    let mut found: Vec<(SecretKind, usize, usize)> = Vec::new();
    let mut add = |kind, start: usize, end: usize| {
        if found.iter().all(|(_, s, e)| end <= *s || start >= *e) {
            found.push((kind, start, end));
        }
    };
    for (kind, pattern) in TOKENS.iter() {
        pattern
            .find_iter(line)
            .for_each(|token| add(*kind, token.start(), token.end()));
    }
    for url in URL.captures_iter(line).filter(is_real_password) {
        let password = url.get(2).expect("the group is not optional");
        add(SecretKind::PasswordInUrl, password.start(), password.end());
    }
    for assigned in ASSIGNED.captures_iter(line) {
        let value = assigned.get(1).expect("the group is not optional");
        if is_random(value.as_str()) {
            add(SecretKind::Assigned, value.start(), value.end());
        }
    }
    found.sort_by_key(|(_, start, _)| *start);
    found.into_iter().map(|(kind, start, _)| (kind, start)).collect()
}

/// Not a placeholder, and not the user's own name on this machine, which protects nothing.
fn is_real_password(url: &Captures<'_>) -> bool {
    let (user, password, host) = (&url[1], &url[2], &url[3]);
    let placeholder = password.starts_with(['$', '<', '{', '%', '*', '[', '…'])
        || password.chars().all(|c| !c.is_alphanumeric())
        || password.chars().all(|c| c.is_ascii_uppercase() || c == '_')
        || password.chars().all(|c| matches!(c, 'x' | 'X'));
    let local = matches!(
        host,
        "localhost" | "127.0.0.1" | "[::1]" | "db" | "postgres" | "host" | "HOST"
    );
    let worthless =
        password == user || ["postgres", "password", "secret", "pass", "dev", "test"].contains(&password);
    !(placeholder || local && worthless)
}

/// Looks drawn at random: letters and digits mixed, and many different characters. Names and paths do not.
fn is_random(value: &str) -> bool {
    let mut different: Vec<char> = value.chars().collect();
    different.sort_unstable();
    different.dedup();
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let letters = value.chars().filter(char::is_ascii_alphabetic).count();
    // A path, a domain or a call has dots and slashes between words.
    let is_structured = value.matches(['.', '/']).count() > 1 || value.contains("::");
    digits >= 3 && letters >= 6 && different.len() >= 10 && !is_structured
}

#[cfg(test)]
mod tests {
    use diagnostic::{Explain, Paint, render_all};

    use super::*;

    fn kinds(line: &str) -> Vec<SecretKind> {
        secrets(line).into_iter().map(|(kind, _)| kind).collect()
    }

    /// Put together here, so that this file holds none.
    fn url(password: &str, host: &str) -> String {
        format!("postgres://dev:{password}{}{host}/shop", '@')
    }

    fn random(length: usize) -> String {
        "k3Xq9ZpL7vB2".chars().cycle().take(length).collect()
    }

    #[test]
    fn every_shape_is_found() {
        let cases = [
            (url("hunter2", "db.example.org"), SecretKind::PasswordInUrl),
            (url("hunter2", "localhost"), SecretKind::PasswordInUrl),
            (
                format!("-----BEGIN RSA {} KEY-----", "PRIVATE"),
                SecretKind::PrivateKey,
            ),
            (
                format!("AK{}{}", "IA", "ABCDEFGH12345678"),
                SecretKind::Token("AWS"),
            ),
            (format!("gh{}_{}", 'p', random(36)), SecretKind::Token("GitHub")),
            (format!("gl{}-{}", "pat", random(20)), SecretKind::Token("GitLab")),
            (format!("xo{}-{}", "xb", random(20)), SecretKind::Token("Slack")),
            (
                format!("sk_{}_{}", "live", random(24)),
                SecretKind::Token("Stripe"),
            ),
            (format!("AI{}{}", "za", random(35)), SecretKind::Token("Google")),
            (
                format!("123456789:A{}{}", 'A', random(33)),
                SecretKind::Token("Telegram"),
            ),
            (format!("np{}_{}", 'm', random(36)), SecretKind::Token("npm")),
            (
                format!("s{}-proj-{}", 'k', random(40)),
                SecretKind::Token("an AI service"),
            ),
            (
                format!("ey{0}{1}.ey{0}{1}.{1}", 'J', random(20)),
                SecretKind::Token("a service that signs JSON"),
            ),
            (
                format!("EMAIL_HASH_{} = \"{}\"", "KEY", random(32)),
                SecretKind::Assigned,
            ),
            (format!("db_pass{}: {}", "word", random(20)), SecretKind::Assigned),
        ];
        for (line, kind) in cases {
            assert_eq!(kinds(&line), [kind], "{line}");
        }
    }

    #[test]
    fn placeholders_names_and_worthless_local_passwords_are_not_taken_for_secrets() {
        for password in [
            "$PASSWORD",
            "${DB_PASSWORD}",
            "<password>",
            "PASSWORD",
            "***",
            "[REDACTED]",
            "%s",
            "xxxx",
        ] {
            assert_eq!(kinds(&url(password, "db.example.org")), [], "{password}");
        }
        for line in [
            url("dev", "localhost"),
            url("postgres", "127.0.0.1"),
            "password = std::env::var(name)".to_owned(),
            "api_key = settings.services.first.key".to_owned(),
            "secret: correct-horse-battery-staple".to_owned(),
            "https://example.org:8080/a@b".to_owned(),
            "hash_key = migration_email_hash_key_variable".to_owned(),
        ] {
            assert_eq!(kinds(&line), [], "{line}");
        }
    }

    #[test]
    fn a_reason_allows_and_its_absence_is_found() {
        let secret = url("hunter2", "db.example.org");
        let allowed =
            format!("# {MARKER} a server of the documentation\n{secret}\n{secret} # {MARKER} the same\n");
        check_tracked_files([("a", allowed.as_str())]).unwrap();
        let bare = format!("{secret} # {MARKER}\n");
        let error = check_tracked_files([("a", bare.as_str())]).unwrap_err();
        let codes: Vec<_> = error.diagnostics().iter().map(|d| d.code).collect();
        assert_eq!(
            codes,
            ["preflight/marker-without-reason", "preflight/tracked-secret"]
        );
        let later = format!("# {MARKER} only the next line\n\n{secret}\n");
        assert!(check_tracked_files([("a", later.as_str())]).is_err());
    }

    #[test]
    fn all_are_reported_with_their_places_and_none_is_repeated() {
        let text = format!(
            "first\n  url: {}\nkey: AK{}{}\n",
            url("hunter2", "h.example.org"),
            "IA",
            "ABCDEFGH12345678"
        );
        let error = check_tracked_files([("docs/runbook.md", text.as_str())]).unwrap_err();
        let report = render_all(&error.diagnostics(), Paint::Plain);
        assert!(
            !report.contains("hunter2") && !report.contains("ABCDEFGH"),
            "{report}"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
        insta::assert_snapshot!(report);
    }
}
