//! A private server from binaries on this machine.
//!
//! The folder of a server is stamped with a lock that only its watchdog holds: whoever can take the lock knows that nobody
//! looks after the folder any more.

mod address;
mod binaries;
mod cluster;
mod data_dir;
mod files;
mod run_dir;
mod settings;
mod sweep;
mod user;

pub(crate) use cluster::Cluster;
#[cfg(feature = "docker")]
pub(crate) use data_dir::{FLAGS, SUPERUSER};
pub use settings::{SETTINGS, Setting};
pub(crate) use user::User;

use std::{path::Path, time::Instant};

use sqlx::postgres::PgConnectOptions;

use crate::{Config, Error, PassedOver, Provider, Server, server::Kind};

/// Starts a server, or says why this provider has to be passed over.
pub(crate) async fn start(config: &Config) -> Result<Result<Server, PassedOver>, Error> {
    let started = Instant::now();
    let binaries = match binaries::find(config) {
        Ok(binaries) => binaries,
        Err(searched) => {
            let why = "no `postgres` and `initdb` found".to_owned();
            return Ok(Err(PassedOver {
                provider: Provider::Local,
                why,
                searched,
            }));
        }
    };
    let (cluster, options, version) = cluster::start(&binaries, config).await?;
    Ok(Ok(Server {
        kind: Kind::Local(cluster),
        options,
        version,
        ready_after: started.elapsed(),
        passed_over: Vec::new(),
    }))
}

/// Whether there is something to start.
pub(crate) fn has_programs(config: &Config) -> bool {
    binaries::find(config).is_ok()
}

/// Starts a server from the programs in this folder.
pub(crate) async fn start_from(
    folder: &Path,
    config: &Config,
) -> Result<(Cluster, PgConnectOptions, String), Error> {
    let config = Config {
        pg_bin: Some(folder.to_owned()),
        ..config.clone()
    };
    let binaries = binaries::find(&config).map_err(|searched| {
        Error::Unavailable(PassedOver {
            provider: Provider::Embedded,
            why: "`postgres` or `initdb` has gone".into(),
            searched,
        })
    })?;
    cluster::start(&binaries, &config).await
}
