//! Removing the containers that an earlier crash left, and nothing else.

use std::collections::HashMap;

use testcontainers::{
    bollard::{
        Docker,
        query_parameters::{ListContainersOptionsBuilder, RemoveContainerOptionsBuilder},
    },
    core::client::docker_client_instance,
};

use super::{engine::ANSWER, request::LABEL, stamp};
use crate::{Config, runtime};

/// Removes them. Where no process has died this only lists a folder. What cannot be removed now is left to the next sweep.
pub(crate) async fn sweep(config: &Config) {
    let looking = config.clone();
    let orphans = runtime::blocking(move || Ok(stamp::orphans(&looking))).await;
    let orphans = orphans.unwrap_or_default();
    if orphans.is_empty() {
        return;
    }
    let sweeping = runtime::run(async move {
        let Ok(client) = docker_client_instance().await else {
            return Ok(());
        };
        for orphan in orphans {
            let removing = remove(&client, &orphan.token);
            if matches!(tokio::time::timeout(ANSWER, removing).await, Ok(Ok(()))) {
                orphan.remove();
            }
        }
        Ok(())
    });
    let _ = sweeping.await;
}

async fn remove(client: &Docker, token: &str) -> Result<(), testcontainers::bollard::errors::Error> {
    let filters = HashMap::from([("label", vec![format!("{LABEL}={token}")])]);
    let list = ListContainersOptionsBuilder::new()
        .all(true)
        .filters(&filters)
        .build();
    for container in client.list_containers(Some(list)).await? {
        let force = RemoveContainerOptionsBuilder::new().force(true).v(true).build();
        let id = container.id.unwrap_or_default();
        // Its own watchdog may be quicker.
        let _ = client.remove_container(&id, Some(force)).await;
    }
    Ok(())
}
