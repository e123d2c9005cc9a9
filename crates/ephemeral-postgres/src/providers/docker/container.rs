//! A running container with a server in it.

use std::{
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use sqlx::postgres::PgConnectOptions;
use testcontainers::{
    ContainerAsync, GenericImage, TestcontainersError,
    core::client::{ClientError, docker_client_instance},
    runners::AsyncRunner,
};

use super::{
    engine::Engine,
    lease::Lease,
    log::Log,
    request::{PORT, request},
    stamp::Stamp,
};
use crate::{
    Config, Error, Provider, name,
    private_server::{KEPT_FOR, Kept, first_answer, options},
    runtime,
};

/// How long the engine may take to remove a container.
const REMOVAL: Duration = Duration::from_secs(10);

/// A running server in a container. Dropping it removes the container.
pub(crate) struct Container {
    alive: Mutex<Option<Alive>>,
    addresses: Vec<PgConnectOptions>,
    log: Log,
}

struct Alive {
    container: ContainerAsync<GenericImage>,
    lease: Lease,
    stamp: Stamp,
}

impl Container {
    /// Starts a container.
    ///
    /// # Errors
    /// [`Error::Unavailable`] where the image cannot be had, [`Error::Container`] where the engine refuses.
    pub(super) async fn start(config: &Config) -> Result<Self, Error> {
        let token = name::unique();
        let password = name::password()?;
        let stamp = Stamp::make(config, &token)?;
        let log = Log::default();
        let request = request(config, &token, &password, &log);
        let started = tokio::time::timeout(config.pull_timeout, request.start()).await;
        let container = match started {
            Ok(Ok(container)) => container,
            Ok(Err(TestcontainersError::Client(ClientError::PullImage { err, .. }))) => {
                stamp.remove();
                let why = format!(
                    "the image `{}` is not there and cannot be pulled: {err}",
                    config.image
                );
                return Err(Error::unavailable(Provider::Docker, why));
            }
            Ok(Err(error)) => return Err(Error::container("start")(error)),
            Err(_) => {
                let seconds = config.pull_timeout.as_secs();
                return Err(Error::container("start")(format!(
                    "the image did not arrive within {seconds} s"
                )));
            }
        };
        let lease = Lease::claim(container.id()).await?;
        let addresses = addresses(&container, config, &password).await?;
        Ok(Self {
            alive: Mutex::new(Some(Alive {
                container,
                lease,
                stamp,
            })),
            addresses,
            log,
        })
    }

    /// Connects until it answers. Returns how to connect, and the server's version.
    pub(super) async fn first_answer(&self, config: &Config) -> Result<(PgConnectOptions, String), Error> {
        let container = self
            .alive
            .lock()
            .ok()
            .and_then(|alive| Some(alive.as_ref()?.container.id().to_owned()));
        let container = container.unwrap_or_default();
        let has_ended = || has_ended(container.clone());
        first_answer(
            &self.addresses,
            Instant::now(),
            config.start_timeout,
            has_ended,
            || self.log.text(),
        )
        .await
    }

    fn take(&self) -> Option<Alive> {
        self.alive.lock().ok()?.take()
    }

    /// Removes the container and waits for that, for at most ten seconds.
    pub(crate) async fn stop(self) {
        if let Some(alive) = self.take() {
            let removal = runtime::run(async move {
                remove(alive).await;
                Ok(())
            });
            let _ = tokio::time::timeout(REMOVAL, removal).await;
        }
    }

    /// Leaves it running when the value goes.
    pub(crate) async fn keep(&self) -> Kept {
        let Some(alive) = self.take() else {
            return Kept::default();
        };
        let id: String = alive.container.id().chars().take(12).collect();
        let kept = runtime::run(async move {
            let told = alive.lease.keep(KEPT_FOR.as_secs()).await;
            told.map_err(Error::container("keep"))?;
            alive.stamp.keep(KEPT_FOR);
            // Its destructor would remove the container. All it owns beside is memory, which goes with the process.
            std::mem::forget(alive.container);
            Ok(())
        });
        if kept.await.is_err() {
            return Kept::default();
        }
        Kept {
            how_to_stop: Some(format!("docker rm --force {id}")),
            for_at_most: Some(KEPT_FOR),
        }
    }
}

/// Where the server may be reached. A process that runs in a container itself reaches the engine's machine by the address of a
/// gateway; whether it does run in one cannot be told for sure.
async fn addresses(
    container: &ContainerAsync<GenericImage>,
    config: &Config,
    password: &str,
) -> Result<Vec<PgConnectOptions>, Error> {
    let host = container.get_host().await.map_err(Error::container("find"))?;
    let port = container
        .get_host_port_ipv4(PORT)
        .await
        .map_err(Error::container("find the port of"))?;
    let mut hosts = vec![host.to_string()];
    if Engine::of(config) == Engine::Around {
        hosts.push("127.0.0.1".into());
    }
    let address = |host: String| options().host(&host).port(port).password(password);
    Ok(hosts.into_iter().map(address).collect())
}

async fn has_ended(container: String) -> bool {
    let Ok(client) = docker_client_instance().await else {
        return false;
    };
    let facts = client.inspect_container(&container, None).await.ok();
    facts.and_then(|facts| facts.state?.running) != Some(true)
}

async fn remove(alive: Alive) {
    // The lease goes last: its end would make the server stop by itself, and the engine says "conflict" to the second of two.
    let removed = alive.container.rm().await;
    drop(alive.lease);
    if removed.is_ok() {
        alive.stamp.remove();
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        if let Some(alive) = self.take() {
            runtime::run_blocking(remove(alive), REMOVAL);
        }
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container").finish_non_exhaustive()
    }
}
