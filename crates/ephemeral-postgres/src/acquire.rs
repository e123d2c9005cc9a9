//! Choosing where the server comes from.

use diagnostic::RedactedUrl;

use crate::{Config, Error, PassedOver, Provider, Server, local, scratch};

/// What the caller asked for.
#[derive(Debug, Clone)]
pub enum Choice {
    /// The first of local, docker and embedded that works. Never a server: that takes its URL.
    Auto,
    /// The server at this URL, in which scratch databases are made; the database it names is not touched.
    Server(RedactedUrl),
    /// A private server from binaries on this machine.
    Local,
    /// A container.
    Docker,
    /// Binaries that are fetched once.
    Embedded,
}

/// Gets a server that is up and answers.
///
/// # Errors
/// [`Error::Nothing`] or [`Error::Unavailable`] when something has to be installed first; the others when a server that
/// could be had does not start or does not answer.
pub async fn acquire(choice: &Choice, config: &Config) -> Result<Server, Error> {
    match choice {
        Choice::Server(url) => scratch::server(url).await,
        Choice::Local => match local::start(config).await? {
            Ok(server) => Ok(server),
            Err(passed_over) => Err(Error::Unavailable(passed_over)),
        },
        Choice::Docker => Err(Error::Unavailable(not_here(Provider::Docker))),
        Choice::Embedded => Err(Error::Unavailable(not_here(Provider::Embedded))),
        Choice::Auto => match local::start(config).await? {
            Ok(server) => Ok(server),
            Err(local) => Err(Error::Nothing {
                passed_over: vec![local, not_here(Provider::Docker), not_here(Provider::Embedded)],
            }),
        },
    }
}

fn not_here(provider: Provider) -> PassedOver {
    PassedOver {
        provider,
        why: "this version does not have it".into(),
        searched: Vec::new(),
    }
}
