//! Choosing where the server comes from.

use diagnostic::RedactedUrl;

#[cfg(feature = "docker")]
use crate::docker;
use crate::{Config, Error, PassedOver, Provider, Server, embedded, local, scratch};

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
    #[cfg(feature = "docker")]
    docker::sweep(config).await;
    let order: &[Provider] = match choice {
        Choice::Server(url) => return scratch::server(url).await,
        Choice::Local => &[Provider::Local],
        Choice::Docker => &[Provider::Docker],
        Choice::Embedded => &[Provider::Embedded],
        Choice::Auto => &[Provider::Local, Provider::Docker, Provider::Embedded],
    };
    let mut passed_over = Vec::new();
    for provider in order {
        match start(*provider, config).await? {
            Ok(server) => {
                return Ok(Server {
                    passed_over,
                    ..server
                });
            }
            Err(why) => passed_over.push(why),
        }
    }
    match passed_over.pop() {
        Some(only) if passed_over.is_empty() => Err(Error::Unavailable(only)),
        last => {
            passed_over.extend(last);
            Err(Error::Nothing { passed_over })
        }
    }
}

async fn start(provider: Provider, config: &Config) -> Result<Result<Server, PassedOver>, Error> {
    match provider {
        Provider::Local => local::start(config).await,
        #[cfg(feature = "docker")]
        Provider::Docker => docker::start(config).await,
        Provider::Embedded => embedded::start(config).await,
        _ => Ok(Err(not_here(provider))),
    }
}

fn not_here(provider: Provider) -> PassedOver {
    PassedOver {
        provider,
        why: format!("it was built without the feature `{provider}`"),
        searched: Vec::new(),
    }
}
