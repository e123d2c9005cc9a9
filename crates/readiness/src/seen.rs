//! What an attempt met instead of a ready server, and how an error of the driver is told apart.

use std::io;

use diagnostic::{Diagnostic, driver_text};
use sqlx::postgres::PgSslMode;

use crate::{Class, Level};

/// What an attempt met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The row of the table.
    pub class: &'static Class,
    /// The level that was reached before.
    pub reached: Option<Level>,
    /// What was seen in the server's or the system's own words.
    pub detail: String,
    /// The problems that an [`Expectation`](crate::Expectation) found, as it gave them.
    pub problems: Vec<Diagnostic>,
}

impl Seen {
    pub(crate) fn new(class: &'static Class, detail: impl Into<String>) -> Self {
        Self {
            class,
            reached: class.reached,
            detail: detail.into(),
            problems: Vec::new(),
        }
    }

    /// The same, met after this level was reached.
    pub(crate) fn at_least(mut self, reached: Option<Level>) -> Self {
        self.reached = self.reached.max(reached);
        self
    }

    pub(crate) fn of_io(error: &io::Error) -> Self {
        use io::ErrorKind as Kind;
        let class = match error.kind() {
            Kind::ConnectionRefused | Kind::NotFound => Class::REFUSED,
            Kind::PermissionDenied => Class::SOCKET_FORBIDDEN,
            Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe | Kind::UnexpectedEof => {
                Class::RESET
            }
            Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
                Class::UNREACHABLE
            }
            Kind::TimedOut => Class::UNREACHABLE,
            // rustls reports a handshake that failed as invalid data.
            Kind::InvalidData => Class::TLS_FAILED,
            // The standard library has no kind for names; this text is its own, whatever the system's language.
            _ if error.to_string().starts_with("failed to lookup address") => Class::UNKNOWN_HOST,
            _ => Class::UNKNOWN,
        };
        Self::new(class, error.to_string())
    }

    pub(crate) fn of_driver(error: &sqlx::Error, ssl_mode: PgSslMode) -> Self {
        match error {
            sqlx::Error::Io(error) => Self::of_io(error),
            sqlx::Error::Database(refusal) => {
                let sqlstate = refusal.code().unwrap_or_default();
                let detail = format!("{} (SQLSTATE {sqlstate})", driver_text(error));
                Self::new(Class::of_sqlstate(&sqlstate), detail)
            }
            sqlx::Error::Tls(error) => {
                let refused = !matches!(
                    ssl_mode,
                    PgSslMode::Disable | PgSslMode::Allow | PgSslMode::Prefer
                ) && error.to_string().contains("does not support TLS");
                Self::new(
                    if refused {
                        Class::TLS_MISSING
                    } else {
                        Class::TLS_FAILED
                    },
                    error.to_string(),
                )
            }
            // An end of file in answer to the request for TLS reaches us as a zero byte.
            sqlx::Error::Protocol(text) if text.ends_with("SSLRequest: 0x00") => {
                Self::new(Class::RESET, "the connection was closed before an answer")
            }
            sqlx::Error::Protocol(text) if text.contains("authentication") => {
                Self::new(Class::AUTHENTICATION_METHOD, text.clone())
            }
            sqlx::Error::Protocol(text) => Self::new(Class::NOT_POSTGRES, text.clone()),
            other => Self::new(Class::UNKNOWN, driver_text(other)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Verdict;

    #[test]
    fn system_errors_find_their_class() {
        use io::ErrorKind as Kind;
        let of = |kind: Kind| Seen::of_io(&io::Error::from(kind)).class;
        assert_eq!(of(Kind::ConnectionRefused), Class::REFUSED);
        assert_eq!(of(Kind::NotFound), Class::REFUSED);
        assert_eq!(of(Kind::PermissionDenied), Class::SOCKET_FORBIDDEN);
        assert_eq!(of(Kind::ConnectionReset), Class::RESET);
        assert_eq!(of(Kind::UnexpectedEof), Class::RESET);
        assert_eq!(of(Kind::TimedOut), Class::UNREACHABLE);
        assert_eq!(of(Kind::HostUnreachable), Class::UNREACHABLE);
        assert_eq!(of(Kind::InvalidData), Class::TLS_FAILED);
        assert_eq!(of(Kind::OutOfMemory), Class::UNKNOWN);
    }

    #[test]
    fn an_end_of_file_is_not_taken_for_another_service() {
        let error = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x00".to_owned());
        assert_eq!(
            Seen::of_driver(&error, PgSslMode::Prefer).class.verdict,
            Verdict::Retry
        );
        let error = sqlx::Error::Protocol("unexpected response from SSLRequest: 0x48".to_owned());
        assert_eq!(
            Seen::of_driver(&error, PgSslMode::Prefer).class,
            Class::NOT_POSTGRES
        );
    }

    #[test]
    fn a_server_without_tls_is_told_apart_from_tls_that_fails() {
        let missing = sqlx::Error::Tls("server does not support TLS".into());
        assert_eq!(
            Seen::of_driver(&missing, PgSslMode::Require).class,
            Class::TLS_MISSING
        );
        let failed = sqlx::Error::Tls("invalid peer certificate".into());
        assert_eq!(
            Seen::of_driver(&failed, PgSslMode::VerifyFull).class,
            Class::TLS_FAILED
        );
    }
}
