//! The URL of a Postgres database, with everything refused that the driver would take for something else or pass over.

use diagnostic::{NotAUrl, RedactedUrl};

/// Parameters that the driver knows.
const KNOWN: [&str; 18] = [
    "sslmode",
    "ssl-mode",
    "sslrootcert",
    "ssl-root-cert",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "statement-cache-capacity",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "application_name",
    "options",
];

/// Parameters of other drivers that say how to connect or how many connections to keep, and change nothing of what is done.
const OF_OTHERS: [&str; 28] = [
    "channel_binding",
    "connect_timeout",
    "connection_limit",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_connections",
    "passfile",
    "pgbouncer",
    "pool_max_conns",
    "pool_mode",
    "pool_timeout",
    "sslaccept",
    "sslcompression",
    "sslnegotiation",
    "sslsni",
    "socket_timeout",
    "target_session_attrs",
    "tcp_user_timeout",
    "uselibpqcompat",
    "workaround",
];

/// Parameters of other drivers that would have an effect, which the driver passes over. They can be said by `options`.
const WITH_EFFECT: [&str; 7] = [
    "search_path",
    "currentSchema",
    "schema",
    "statement_timeout",
    "lock_timeout",
    "timezone",
    "client_encoding",
];

/// Schemes of other servers, which may be repeated. Any other one may be part of a password.
const OTHER_SCHEMES: [&str; 16] = [
    "mysql",
    "mariadb",
    "sqlite",
    "sqlite3",
    "mssql",
    "sqlserver",
    "oracle",
    "mongodb",
    "mongodb+srv",
    "redis",
    "rediss",
    "clickhouse",
    "cassandra",
    "http",
    "https",
    "file",
];

/// Why the URL of a database cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlProblem {
    /// It is not a URL.
    #[error("{0}")]
    NotAUrl(NotAUrl),
    /// Its port is no port.
    #[error("its port is not a number from 1 to 65535")]
    Port,
    /// It begins as the URL of something else does.
    #[error("its scheme is {}, not `postgres`", scheme.as_ref().map_or("another one".to_owned(), |it| format!("`{it}`")))]
    Scheme {
        /// The scheme, where it is known to hold no secret.
        scheme: Option<String>,
    },
    /// It has a parameter that would be passed over.
    #[error("it has {}", parameter.as_ref().map_or("an unknown parameter".to_owned(), |it| format!("the unknown parameter `{it}`")))]
    Parameter {
        /// The parameter, where it is known to hold no secret.
        parameter: Option<String>,
        /// The one that is probably meant.
        nearest: Option<&'static str>,
    },
}

/// What a password in a URL must not hold as it is.
const PERCENT: &str = "in a password, `@ : / # ? %` are written percent-encoded: `%40 %3A %2F %23 %3F %25`";

impl UrlProblem {
    /// What helps.
    pub(super) fn hints(&self) -> Vec<String> {
        match self {
            Self::NotAUrl(_) | Self::Port => vec![PERCENT.to_owned()],
            Self::Scheme { .. } => {
                vec!["give the URL of a PostgreSQL server: `postgres://USER@HOST/DATABASE`".to_owned()]
            }
            Self::Parameter {
                nearest: Some(nearest),
                ..
            } => vec![format!("did you mean `{nearest}`?")],
            Self::Parameter {
                parameter: Some(parameter),
                ..
            } => vec![format!(
                "settings of the session are given so: `options=-c%20{parameter}%3DVALUE`"
            )],
            Self::Parameter { .. } => vec![format!("known are {}", KNOWN.join(", ")), PERCENT.to_owned()],
        }
    }
}

/// The URL of a Postgres database.
///
/// # Errors
/// What is wrong with it. The text is not repeated: it may hold a password.
pub(crate) fn database_url(text: &str) -> Result<RedactedUrl, UrlProblem> {
    let url: RedactedUrl = text.parse().map_err(|error| {
        if has_port_out_of_range(text) {
            UrlProblem::Port
        } else {
            UrlProblem::NotAUrl(error)
        }
    })?;
    let scheme = url.expose().scheme();
    if !matches!(scheme, "postgres" | "postgresql") {
        let may_be_shown = OTHER_SCHEMES.contains(&scheme) || scheme.starts_with("postg");
        return Err(UrlProblem::Scheme {
            scheme: may_be_shown.then(|| scheme.to_owned()),
        });
    }
    let unknown = url
        .expose()
        .query_pairs()
        .find_map(|(name, value)| unknown(&name, &value));
    unknown.map_or(Ok(url), Err)
}

/// Whether what stands where the port does is a number, and too large.
fn has_port_out_of_range(text: &str) -> bool {
    let authority = text.split_once("://").map_or(text, |(_, rest)| rest);
    let authority = authority.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let port = host.rsplit_once(':').map_or("", |(_, port)| port);
    !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_err()
}

/// What is wrong with a parameter that would be passed over.
fn unknown(name: &str, value: &str) -> Option<UrlProblem> {
    let is_default = name == "schema" && value == "public";
    let is_option = name.starts_with("options[");
    if KNOWN.contains(&name) || OF_OTHERS.contains(&name) || is_default || is_option {
        return None;
    }
    let lower = name.to_lowercase();
    let nearest = KNOWN
        .into_iter()
        .find(|known| strsim::osa_distance(known, &lower) <= 2 && known.len() > 4);
    let may_be_shown = nearest.is_some() || WITH_EFFECT.contains(&name);
    Some(UrlProblem::Parameter {
        parameter: may_be_shown.then(|| name.to_owned()),
        nearest,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> String {
        let problem = database_url(text).unwrap_err();
        format!("{problem}; {}", problem.hints().join("; "))
    }

    #[test]
    fn what_the_driver_would_take_for_something_else_is_refused_by_name() {
        for (text, expected) in [
            ("mysql://u@h/d", "its scheme is `mysql`, not `postgres`"),
            ("sqlite://a.db", "its scheme is `sqlite`"),
            (
                "postgresql+psycopg2://u@h/d",
                "its scheme is `postgresql+psycopg2`",
            ),
            ("hunter2://u@h/d", "its scheme is another one"),
            (
                "postgres://u@h:99999/d",
                "its port is not a number from 1 to 65535",
            ),
            (
                "postgres://u@h/d?pasword=x",
                "the unknown parameter `pasword`; did you mean `password`?",
            ),
            ("postgres://u@h/d?sslmod=require", "did you mean `sslmode`?"),
            (
                "postgres://u@h/d?search_path=app",
                "the unknown parameter `search_path`; settings of the session are given so: `options=-c%20search_path%3DVALUE`",
            ),
            ("postgres://u@h/d?schema=app", "the unknown parameter `schema`"),
            (
                "postgres://u@h/d?x=y",
                "it has an unknown parameter; known are sslmode",
            ),
            ("127.0.0.1:5432/d", "not a URL; the form is `postgres://USER"),
        ] {
            assert!(wrong(text).contains(expected), "{text}: {}", wrong(text));
        }
    }

    #[test]
    fn what_may_be_part_of_a_password_is_not_repeated() {
        for text in [
            "postgres://u:1234?hunter2@h/d",
            "hunter2://u@h/d",
            "postgres://u:p/hunter2@h/d",
            "postgres://u@h/d?hunter2",
        ] {
            assert!(!wrong(text).contains("hunter2"), "{}", wrong(text));
        }
    }

    #[test]
    fn urls_of_providers_are_taken() {
        for text in [
            "postgres://u@h/d",
            "postgresql://u:p@h:6432/d?sslmode=require&channel_binding=require",
            "postgres://u@h/d?schema=public&connection_limit=5&pgbouncer=true",
            "postgres:///d?host=/run/postgresql&port=5433&user=u",
            "postgres://u@h/d?options=-c%20search_path%3Dapp&options[lock_timeout]=1s&application_name=x",
            "postgres://u@h/d?connect_timeout=10&target_session_attrs=read-write",
        ] {
            assert!(database_url(text).is_ok(), "{text}");
        }
    }
}
