//! Starting a server from installed programs, in a folder of its own.

use std::{
    path::{Path, PathBuf},
    time::Instant,
};

use super::{
    address::Address,
    binaries::{self, Binaries},
    cache::Unsaved,
    data_dir,
    run_dir::RunDir,
    server::LocalServer,
    sweep::sweep,
    user::User,
    watchdog::Watchdog,
};
use crate::{
    Config, Error, PassedOver, Provider,
    providers::Started,
    runtime::{self, blocking, spawn_blocking},
};

/// Starts a server from the programs that the configuration leads to.
///
/// # Errors
/// [`Error::Unavailable`] with the folders that were searched where there are no programs; the others when the server does not start.
pub(crate) async fn start(config: &Config) -> Result<Started<LocalServer>, Error> {
    let missing = |searched| PassedOver {
        provider: Provider::Local,
        why: "no `postgres` and `initdb` found".into(),
        searched,
    };
    start_with(config.clone(), missing).await
}

/// Starts a server from the programs in this folder, for the provider `embedded`.
///
/// # Errors
/// As [`start`].
pub(crate) async fn start_from(folder: &Path, config: &Config) -> Result<Started<LocalServer>, Error> {
    let config = Config {
        pg_bin: Some(folder.to_owned()),
        ..config.clone()
    };
    let missing = |searched| PassedOver {
        provider: Provider::Embedded,
        why: "`postgres` or `initdb` has gone".into(),
        searched,
    };
    start_with(config, missing).await
}

/// Removes what an earlier crash left, then starts a server and waits for its first answer.
async fn start_with(
    config: Config,
    missing: impl FnOnce(Vec<PathBuf>) -> PassedOver + Send + 'static,
) -> Result<Started<LocalServer>, Error> {
    let looking_around = blocking(move || {
        let binaries = binaries::find(&config).map_err(|searched| Error::Unavailable(missing(searched)))?;
        let user = User::choose()?;
        sweep(&config, user);
        Ok(Plan {
            binaries,
            user,
            config,
        })
    });
    let plan = looking_around.await?;
    let mut addresses = Address::candidates(&plan.config.listen).into_iter();
    while let Some(address) = addresses.next() {
        let launching = plan.clone();
        let (mut server, unsaved) = blocking(move || launching.launch(address)).await?;
        let started = Instant::now();
        let completing = unsaved.map(|unsaved| spawn_blocking(|| unsaved.complete()));
        server.until_it_says_ready(started, &plan.config).await;
        // From its first session on the server changes what is still being copied.
        let unsaved = match completing.transpose()? {
            Some(completing) => runtime::join(completing).await?,
            None => None,
        };
        match server.first_answer(started, &plan.config).await {
            Ok((options, version)) => {
                let options = address.open(options).await?;
                server.saving = unsaved
                    .map(|unsaved| spawn_blocking(|| unsaved.save()))
                    .transpose()?;
                return Ok(Started {
                    server,
                    options,
                    version,
                });
            }
            // A port that the system says is free may be taken before the server has it. So the server itself tries.
            Err(Error::Ended { log }) if addresses.len() > 0 && address.is_taken(&log) => {
                server.stop().await;
            }
            Err(error) => return Err(error),
        }
    }
    unreachable!("there is an address, and the last one ends the loop")
}

/// What a server is started with.
#[derive(Debug, Clone)]
struct Plan {
    binaries: Binaries,
    user: User,
    config: Config,
}

impl Plan {
    /// Prepares the folder and starts the watchdog in it, which starts the server.
    fn launch(&self, address: Address) -> Result<(LocalServer, Option<Unsaved>), Error> {
        let Self {
            binaries,
            user,
            config,
        } = self;
        let (run, stamp) = RunDir::make(config, *user)?;
        let unsaved = data_dir::prepare(binaries, &run, config, *user)?;
        address.allow(&run, *user)?;
        let watchdog = Watchdog::spawn(binaries, &run, config, *user, address, stamp)?;
        let server = LocalServer {
            run,
            address,
            watchdog,
            saving: None,
        };
        Ok((server, unsaved))
    }
}
