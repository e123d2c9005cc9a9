//! A private server in a container, by way of testcontainers.
//!
//! The container holds its own watchdog: a process inside it reads a stream whose other end this process holds, just as the local
//! one does. However this process ends, the engine closes the stream, the server stops and the container is removed. So nothing
//! has to be installed on this side, and the engine may be on another machine.
//!
//! Left out on purpose: reading `DOCKER_HOST`, which testcontainers does itself.

mod container;
mod lease;
mod script;
mod stamp;
mod sweep;

pub(crate) use container::Container;
pub(crate) use sweep::sweep;

use std::time::{Duration, Instant};

use crate::{Config, Error, PassedOver, Provider, Server, keeper, server::Kind};

/// An engine that is there answers at once.
const PING: Duration = Duration::from_secs(5);

/// Starts a server, or says why this provider has to be passed over.
pub(crate) async fn start(config: &Config) -> Result<Result<Server, PassedOver>, Error> {
    let started = Instant::now();
    let config = config.clone();
    keeper::run(async move {
        if let Err(why) = ping().await {
            return Ok(Err(pass_over(why)));
        }
        let container = match container::start(&config).await? {
            Ok(container) => container,
            Err(why) => return Ok(Err(pass_over(why))),
        };
        let (options, version) = match container.first_answer(&config).await {
            Ok(answer) => answer,
            Err(error) => {
                container.stop().await;
                return Err(error);
            }
        };
        Ok(Ok(Server {
            kind: Kind::Docker(Box::new(container)),
            options,
            version,
            ready_after: started.elapsed(),
            passed_over: Vec::new(),
        }))
    })
    .await
}

fn pass_over(why: String) -> PassedOver {
    PassedOver {
        provider: Provider::Docker,
        why,
        searched: Vec::new(),
    }
}

/// Whether an engine answers; if not, why.
async fn ping() -> Result<(), String> {
    let client = testcontainers::core::client::docker_client_instance()
        .await
        .map_err(|error| format!("no container engine answers: {error}"))?;
    match tokio::time::timeout(PING, client.ping()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("no container engine answers: {error}")),
        Err(_) => Err(format!("no container engine answers within {} s", PING.as_secs())),
    }
}
