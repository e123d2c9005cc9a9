//! A server in a container.

use std::{
    collections::VecDeque,
    fmt,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};
use testcontainers::{
    ContainerAsync, ContainerRequest, GenericImage, ImageExt, TestcontainersError,
    bollard::models::PortBinding,
    core::{
        IntoContainerPort, Mount,
        client::{ClientError, docker_client_instance},
        logs::LogFrame,
    },
    runners::AsyncRunner,
};

use super::{lease::Lease, script, stamp::Stamp};
use crate::{
    Config, Error,
    answer::{self, Ended},
    keeper,
    local::{FLAGS, SETTINGS, SUPERUSER},
    name,
    server::{KEPT_FOR, Kept},
};

/// The label that carries the stamp's token.
pub(super) const LABEL: &str = "db-fresh.stamp";

/// The server's port inside the container.
const PORT: u16 = 5432;

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

/// The last lines that the server printed. The container is removed when it ends, and its log with it.
type Log = Arc<Mutex<VecDeque<String>>>;

/// Starts a container, or says why none can be had here.
pub(super) async fn start(config: &Config) -> Result<Result<Container, String>, Error> {
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
            let image = &config.image;
            return Ok(Err(format!(
                "the image `{image}` is not there and cannot be pulled: {err}"
            )));
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
    Ok(Ok(Container {
        alive: Mutex::new(Some(Alive {
            container,
            lease,
            stamp,
        })),
        addresses,
        log,
    }))
}

/// Where the server may be reached. In a container of its own, this process reaches the engine's machine by the address of a
/// gateway; that it is in one cannot be told for sure.
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
    let options = |host: String| {
        PgConnectOptions::new_without_pgpass()
            .host(&host)
            .port(port)
            .username(SUPERUSER)
            .password(password)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
            .disable_statement_logging()
    };
    Ok(hosts.into_iter().map(options).collect())
}

fn request(config: &Config, token: &str, password: &str, log: &Log) -> ContainerRequest<GenericImage> {
    let (name, tag) = name_and_tag(&config.image);
    let mut command = vec!["-c".to_owned(), script::server(&FLAGS), "db-fresh".to_owned()];
    let own = [("listen_addresses", "*"), ("unix_socket_directories", "")];
    let ours = SETTINGS.iter().map(|setting| (setting.name, setting.value));
    let theirs = config
        .settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in own.into_iter().chain(ours).chain(theirs) {
        command.extend(["-c".to_owned(), format!("{name}={value}")]);
    }
    let engine = Engine::of(config);
    let host_ip = if engine == Engine::Here { "127.0.0.1" } else { "" };
    let log = Arc::clone(log);
    GenericImage::new(name, tag)
        .with_exposed_port(PORT.tcp())
        .with_entrypoint("/bin/sh")
        .with_cmd(command)
        .with_user(SUPERUSER)
        .with_label(LABEL, token)
        .with_env_var("DB_FRESH_PASSWORD", password)
        // Hashing it costs milliseconds a connection. On the machine itself nobody can listen in between.
        .with_env_var("DB_FRESH_AUTH", engine.authentication())
        .with_mount(Mount::tmpfs_mount(script::HOME))
        .with_startup_timeout(config.start_timeout)
        .with_log_consumer(move |frame: &LogFrame| remember(&log, frame.bytes()))
        .with_host_config_modifier(move |host| {
            host.auto_remove = Some(true);
            host.publish_all_ports = Some(false);
            let any_port = PortBinding {
                host_ip: Some(host_ip.to_owned()),
                host_port: None,
            };
            host.port_bindings = Some([(format!("{PORT}/tcp"), Some(vec![any_port]))].into());
        })
}

/// Where the engine runs, as far as its address says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Engine {
    /// On this machine.
    Here,
    /// On this machine, and we may be in one of its containers.
    Around,
    /// On another one.
    Elsewhere,
}

impl Engine {
    fn of(config: &Config) -> Self {
        match config.docker_host.as_deref() {
            Some(host) if !host.is_empty() && !host.starts_with("unix:") => Self::Elsewhere,
            // The file by which testcontainers tells it.
            _ if Path::new("/.dockerenv").exists() => Self::Around,
            _ => Self::Here,
        }
    }

    fn authentication(self) -> &'static str {
        if self == Self::Elsewhere {
            "scram-sha-256"
        } else {
            "password"
        }
    }
}

/// `name:tag` in two; `latest` where there is none. The last colon may be that of a registry's port.
fn name_and_tag(image: &str) -> (&str, &str) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, tag),
        _ => (image, "latest"),
    }
}

fn remember(log: &Log, bytes: &[u8]) {
    let Ok(mut lines) = log.lock() else { return };
    lines.extend(
        String::from_utf8_lossy(bytes)
            .lines()
            .map(|line| line.trim_end().to_owned()),
    );
    let surplus = lines.len().saturating_sub(answer::LINES_OF_LOG);
    lines.drain(..surplus);
}

impl Container {
    /// Asks until it answers.
    pub(super) async fn first_answer(&self, config: &Config) -> Result<(PgConnectOptions, String), Error> {
        let container = self
            .alive
            .lock()
            .ok()
            .and_then(|alive| Some(alive.as_ref()?.container.id().to_owned()));
        let container = container.unwrap_or_default();
        let ended = || is_gone(container.clone());
        answer::wait(&self.addresses, config.start_timeout, ended, || {
            self.last_of_log()
        })
        .await
    }

    fn last_of_log(&self) -> String {
        self.log
            .lock()
            .map(|lines| lines.iter().cloned().collect::<Vec<_>>().join("\n"))
            .unwrap_or_default()
    }

    fn take(&self) -> Option<Alive> {
        self.alive.lock().ok()?.take()
    }

    pub(crate) async fn stop(self) {
        if let Some(alive) = self.take() {
            let removal = keeper::run(async move {
                remove(alive).await;
                Ok(())
            });
            let _ = tokio::time::timeout(REMOVAL, removal).await;
        }
    }

    pub(crate) async fn keep(&self) -> Kept {
        let nothing = Kept {
            how_to_stop: None,
            for_at_most: None,
        };
        let Some(alive) = self.take() else { return nothing };
        let id: String = alive.container.id().chars().take(12).collect();
        let kept = keeper::run(async move {
            let told = alive.lease.keep(KEPT_FOR.as_secs()).await;
            told.map_err(Error::container("keep"))?;
            alive.stamp.keep(KEPT_FOR);
            // Its destructor would remove the container. All it owns beside is memory, which goes with the process.
            std::mem::forget(alive.container);
            Ok(())
        });
        if kept.await.is_err() {
            return nothing;
        }
        Kept {
            how_to_stop: Some(format!("docker rm --force {id}")),
            for_at_most: Some(KEPT_FOR),
        }
    }
}

async fn is_gone(container: String) -> Ended {
    let Ok(client) = docker_client_instance().await else {
        return Ended::No;
    };
    let facts = client.inspect_container(&container, None).await.ok();
    let running = facts.and_then(|facts| facts.state?.running);
    if running == Some(true) {
        Ended::No
    } else {
        Ended::Yes
    }
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
            keeper::run_blocking(remove(alive), REMOVAL);
        }
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_split_at_its_tag_and_not_at_the_port_of_its_registry() {
        assert_eq!(name_and_tag("postgres:18"), ("postgres", "18"));
        assert_eq!(name_and_tag("postgres"), ("postgres", "latest"));
        assert_eq!(
            name_and_tag("localhost:5000/postgres"),
            ("localhost:5000/postgres", "latest")
        );
        assert_eq!(
            name_and_tag("localhost:5000/postgres:17-alpine"),
            ("localhost:5000/postgres", "17-alpine")
        );
        assert_eq!(name_and_tag("postgres@sha256:abcd"), ("postgres@sha256", "abcd"));
    }

    #[test]
    fn only_the_last_lines_are_remembered() {
        let log = Log::default();
        for number in 0..20 {
            remember(&log, format!("line {number}\n").as_bytes());
        }
        let lines = log.lock().unwrap();
        assert_eq!(lines.len(), answer::LINES_OF_LOG);
        assert_eq!(lines.back().unwrap(), "line 19");
    }
}
