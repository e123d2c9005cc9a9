//! What kind of credential lies in a file.

use std::fmt;

/// What kind of credential was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretKind {
    /// `scheme://user:password@host`.
    PasswordInUrl,
    /// The head of a private key in PEM form.
    PrivateKey,
    /// A token of a service that marks its tokens, by the service's name.
    Token(&'static str),
    /// A long random value assigned to a name such as `password`, `secret` or `api_key`.
    Assigned,
}

impl fmt::Display for SecretKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PasswordInUrl => f.write_str("a password in a URL"),
            Self::PrivateKey => f.write_str("a private key"),
            Self::Token(service) => write!(f, "a token of {service}"),
            Self::Assigned => f.write_str("a password or key"),
        }
    }
}
