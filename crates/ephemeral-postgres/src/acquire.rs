//! Choosing where the server comes from.

use std::time::Instant;

use diagnostic::RedactedUrl;

#[cfg(feature = "docker")]
use crate::providers::docker;
use crate::{
    Config, Error, Provider, Server,
    providers::{Started, embedded, existing_server, local},
    server::Backend,
};

/// Whether [`Choice::Docker`] was compiled in: the feature `docker`.
pub const HAS_DOCKER: bool = cfg!(feature = "docker");

/// What the caller asked for.
#[derive(Debug, Clone)]
pub enum Choice {
    /// The first of local, docker and embedded that works. Never a server that already runs: that takes its URL.
    Auto,
    /// The server at this URL, in which scratch databases are created; the database it names is not touched.
    Server(RedactedUrl),
    /// A private server from programs that are installed on this machine.
    Local,
    /// A container.
    Docker,
    /// Programs that are fetched once.
    Embedded,
}

/// Gets a server that is up and answers.
///
/// # Errors
/// [`Error::Nothing`] or [`Error::Unavailable`] when something has to be installed first; the others when a provider works on this
/// machine and its server does not start or does not answer.
pub async fn acquire(choice: &Choice, config: &Config) -> Result<Server, Error> {
    #[cfg(feature = "docker")]
    docker::sweep(config).await;
    let order: &[Provider] = match choice {
        Choice::Server(url) => {
            let since = Instant::now();
            let started = existing_server::connect(url).await?;
            return Ok(Server::new(started.map(Backend::Existing), since, Vec::new()));
        }
        Choice::Local => &[Provider::Local],
        Choice::Docker => &[Provider::Docker],
        Choice::Embedded => &[Provider::Embedded],
        Choice::Auto => &[Provider::Local, Provider::Docker, Provider::Embedded],
    };
    let mut passed_over = Vec::new();
    for provider in order {
        let since = Instant::now();
        match start(*provider, config).await {
            Ok(started) => return Ok(Server::new(started, since, passed_over)),
            Err(Error::Unavailable(why)) => passed_over.push(why),
            Err(error) => return Err(error),
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

async fn start(provider: Provider, config: &Config) -> Result<Started<Backend>, Error> {
    match provider {
        Provider::Local => Ok(local::start(config).await?.map(Backend::Local)),
        #[cfg(feature = "docker")]
        Provider::Docker => Ok(docker::start(config).await?.map(Box::new).map(Backend::Docker)),
        Provider::Embedded => Ok(embedded::start(config).await?.map(Backend::Embedded)),
        _ => {
            let why = format!("it was built without the feature `{provider}`");
            Err(Error::unavailable(provider, why))
        }
    }
}
