//! A database URL that can be stored and shown without showing its password.

use std::{fmt, str::FromStr};

use serde::{Serialize, Serializer};
use url::Url;

use crate::REDACTED;

/// A URL whose `Display`, `Debug` and serialised forms hide the password.
#[derive(Clone, PartialEq, Eq)]
pub struct RedactedUrl(Url);

/// The text is not a URL. The text itself is not repeated: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAUrl;

impl fmt::Display for NotAUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a URL; the form is `postgres://USER:PASSWORD@HOST:PORT/DATABASE`")
    }
}

impl std::error::Error for NotAUrl {}

impl RedactedUrl {
    /// The URL with its password, for the driver's eyes only.
    pub fn expose(&self) -> &Url {
        &self.0
    }

    /// The URL without its secrets, as somebody may type it who gives them in another way.
    pub fn without_secrets(&self) -> String {
        let mut url = self.0.clone();
        // A URL that has a password has a host, and can be without one.
        let _ = url.set_password(None);
        let pairs: Vec<_> = self
            .0
            .query_pairs()
            .filter(|(name, _)| !is_secret(name))
            .collect();
        if pairs.is_empty() {
            url.set_query(None);
        } else if pairs.len() < self.0.query_pairs().count() {
            url.query_pairs_mut().clear().extend_pairs(pairs);
        }
        url.into()
    }

    /// The password as it stands in the URL and as it is meant (percent-decoded), for a [`crate::Redactor`].
    pub fn secrets(&self) -> Vec<String> {
        let from_query = self
            .0
            .query_pairs()
            .filter(|(name, _)| is_secret(name))
            .map(|(_, value)| value.into_owned());
        let decoded = |raw: &str| {
            let pair = format!("p={}", raw.replace('+', "%2B"));
            url::form_urlencoded::parse(pair.as_bytes())
                .next()
                .map(|(_, value)| value.into_owned())
        };
        let from_authority = self.0.password().map(|raw| [Some(raw.to_owned()), decoded(raw)]);
        from_query
            .chain(from_authority.into_iter().flatten().flatten())
            .collect()
    }
}

impl From<Url> for RedactedUrl {
    fn from(url: Url) -> Self {
        Self(url)
    }
}

impl FromStr for RedactedUrl {
    type Err = NotAUrl;

    fn from_str(text: &str) -> Result<Self, NotAUrl> {
        // Of `dev:hunter2@host` the parser would take `dev` for the scheme, and the rest for a path that may be shown.
        let url = Url::parse(text).map_err(|_| NotAUrl)?;
        if text.trim_start()[url.scheme().len()..].starts_with("://") {
            Ok(Self(url))
        } else {
            Err(NotAUrl)
        }
    }
}

fn is_secret(parameter: &str) -> bool {
    matches!(parameter, "password" | "sslpassword" | "passwd")
}

impl fmt::Display for RedactedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.clone();
        if self.0.query_pairs().any(|(name, _)| is_secret(&name)) {
            let pairs = self.0.query_pairs();
            let pairs = pairs.map(|(k, v)| {
                if is_secret(&k) {
                    (k, REDACTED.into())
                } else {
                    (k, v)
                }
            });
            shown.query_pairs_mut().clear().extend_pairs(pairs);
        }
        if self.0.password().is_some() && shown.set_password(Some("REDACTED")).is_ok() {
            // The brackets would be percent-encoded by the URL type; they are put round the word here.
            return f.write_str(&shown.as_str().replacen(":REDACTED@", &format!(":{REDACTED}@"), 1));
        }
        f.write_str(shown.as_str())
    }
}

impl fmt::Debug for RedactedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for RedactedUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_of_it_shows_the_password() {
        let url: RedactedUrl = "postgres://dev:hunter%40two@host/db?password=also&sslmode=require"
            .parse()
            .unwrap();
        for text in [url.to_string(), format!("{url:?}")] {
            assert!(!text.contains("hunter") && !text.contains("also"), "{text}");
            assert!(text.starts_with("postgres://dev:[REDACTED]@host/db"), "{text}");
        }
        assert_eq!(url.secrets(), ["also", "hunter%40two", "hunter@two"]);
    }

    #[test]
    fn its_secrets_can_be_left_out() {
        for (text, expected) in [
            (
                "postgres://dev:hunter2@host/db?password=also&sslmode=require",
                "postgres://dev@host/db?sslmode=require",
            ),
            (
                "postgres://dev:hunter2@host:5433/db?password=also",
                "postgres://dev@host:5433/db",
            ),
            (
                "postgres:///db?host=/run/pg&port=5433",
                "postgres:///db?host=/run/pg&port=5433",
            ),
        ] {
            let url: RedactedUrl = text.parse().unwrap();
            assert_eq!(url.without_secrets(), expected);
        }
    }

    #[test]
    fn a_url_without_a_password_is_shown_as_it_is() {
        let url: RedactedUrl = "postgres://dev@host:5433/db".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://dev@host:5433/db");
    }

    #[test]
    fn what_is_not_a_url_is_not_repeated() {
        for text in [
            "dev hunter2@host",
            "dev:hunter2@host/app",
            "postgres:/dev:hunter2@host",
            "jdbc:postgresql://host/app?password=hunter2",
        ] {
            let error = text.parse::<RedactedUrl>().unwrap_err();
            assert!(!error.to_string().contains("hunter2"));
        }
    }
}
