//! What is waited for, and its address as a person may see it.

use std::fmt;

use sqlx::postgres::PgConnectOptions;

use crate::{Class, Expectation};

/// What is waited for.
#[derive(Clone)]
#[non_exhaustive]
pub enum Target {
    /// Anything that accepts TCP connections. The only level it has is [`crate::Level::Tcp`].
    Tcp {
        /// A name or an address.
        host: String,
        /// The port.
        port: u16,
    },
    /// A Postgres server and what is expected in its database.
    Postgres {
        /// How to connect.
        options: Box<PgConnectOptions>,
        /// What the levels schema and seeded mean; with none, they are reached with the level stable.
        expectations: Vec<Expectation>,
    },
}

impl Target {
    /// A TCP port.
    pub fn tcp(host: impl Into<String>, port: u16) -> Self {
        Self::Tcp {
            host: host.into(),
            port,
        }
    }

    /// A Postgres server, nothing expected in its database.
    pub fn postgres(options: PgConnectOptions) -> Self {
        Self::Postgres {
            options: Box::new(options),
            expectations: Vec::new(),
        }
    }

    /// The same target with one more thing expected in its database. A TCP port has none, and is given back as it is.
    #[must_use]
    pub fn expecting(mut self, expectation: Expectation) -> Self {
        if let Self::Postgres { expectations, .. } = &mut self {
            expectations.push(expectation);
        }
        self
    }

    /// The way out of what stands in the way, with this target's names in it.
    pub fn remedy(&self, class: &Class) -> String {
        let Self::Postgres { options, .. } = self else {
            return class.remedy.to_owned();
        };
        let folder = options.get_socket().map(|folder| folder.display().to_string());
        let role = options.get_username();
        class
            .remedy
            .replace("{host}", folder.as_deref().unwrap_or(options.get_host()))
            .replace("{port}", &options.get_port().to_string())
            .replace("{database}", &quoted(options.get_database().unwrap_or(role)))
            .replace("{role}", &quoted(role))
    }
}

/// A name as it may stand in SQL and in a shell alike.
fn quoted(name: &str) -> String {
    let is_plain = name
        .chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{name}\"")
    }
}

impl fmt::Display for Target {
    /// The address, never the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
            Self::Postgres { options, .. } => {
                let database = options.get_database().unwrap_or(options.get_username());
                write!(f, "postgres://{}@", options.get_username())?;
                match options.get_socket() {
                    Some(folder) => write!(
                        f,
                        "/{database}?host={}&port={}",
                        folder.display(),
                        options.get_port()
                    ),
                    None => write!(f, "{}:{}/{database}", options.get_host(), options.get_port()),
                }
            }
        }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_its_password() {
        let options = PgConnectOptions::new_without_pgpass()
            .host("db")
            .port(5433)
            .username("dev")
            .password("hunter2")
            .database("shop");
        let target = Target::postgres(options.clone());
        assert_eq!(target.to_string(), "postgres://dev@db:5433/shop");
        assert_eq!(format!("{target:?}"), target.to_string());
        let by_socket = Target::postgres(options.socket("/run/pg"));
        assert_eq!(
            by_socket.to_string(),
            "postgres://dev@/shop?host=/run/pg&port=5433"
        );
        let remedy = by_socket.remedy(Class::NO_RIGHT);
        assert!(
            remedy.ends_with("`GRANT CONNECT ON DATABASE shop TO dev`"),
            "{remedy}"
        );
        let odd = Target::postgres(
            PgConnectOptions::new_without_pgpass()
                .username("dev")
                .database("my-shop"),
        );
        let remedy = odd.remedy(Class::NO_RIGHT);
        assert!(
            remedy.ends_with("`GRANT CONNECT ON DATABASE \"my-shop\" TO dev`"),
            "{remedy}"
        );
        assert_eq!(Target::tcp("cache", 6379).to_string(), "tcp://cache:6379");
    }
}
