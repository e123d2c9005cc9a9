//! Starting a server from installed programs, in a folder of its own.

use std::{
    fs,
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
    runtime::{self, blocking, blocking_to_the_end, spawn_blocking},
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
        // From here on nothing is left: the watchdog is there before anything is in the folder.
        let making = plan.clone();
        let mut server = blocking_to_the_end(move || making.make(address)).await?;
        let (filling, run, group) = (plan.clone(), server.run.clone(), server.watchdog.group());
        let unsaved = blocking(move || filling.fill(&run, address, group)).await?;
        server.watchdog.start()?;
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
    /// Makes the folder, and the watchdog that removes it.
    fn make(&self, address: Address) -> Result<LocalServer, Error> {
        let (run, stamp) = RunDir::make(&self.config, self.user)?;
        let watchdog = Watchdog::spawn(&self.binaries, &run, &self.config, self.user, address, stamp);
        // Without a watchdog it is for this process to remove.
        let watchdog = watchdog.inspect_err(|_| {
            let _ = fs::remove_dir_all(&run.path);
        })?;
        Ok(LocalServer {
            run,
            address,
            watchdog,
            saving: None,
        })
    }

    /// Puts into the folder what the server needs. Its programs run in this process group.
    fn fill(&self, run: &RunDir, address: Address, group: i32) -> Result<Option<Unsaved>, Error> {
        let unsaved = data_dir::prepare(&self.binaries, run, &self.config, self.user, group)?;
        address.allow(run, self.user)?;
        Ok(unsaved)
    }
}
