//! Starting a server from installed programs, in a folder of its own.

use std::{path::Path, thread};

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
use crate::{Config, Error, PassedOver, Provider, providers::Started};

/// Starts a server from the programs that the configuration leads to.
///
/// # Errors
/// [`Error::Unavailable`] with the folders that were searched where there are no programs; the others when the server does not start.
pub(crate) async fn start(config: &Config) -> Result<Started<LocalServer>, Error> {
    let binaries = binaries::find(config).map_err(|searched| {
        Error::Unavailable(PassedOver {
            provider: Provider::Local,
            why: "no `postgres` and `initdb` found".into(),
            searched,
        })
    })?;
    start_with(&binaries, config).await
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
    let binaries = binaries::find(&config).map_err(|searched| {
        Error::Unavailable(PassedOver {
            provider: Provider::Embedded,
            why: "`postgres` or `initdb` has gone".into(),
            searched,
        })
    })?;
    start_with(&binaries, &config).await
}

/// Removes what an earlier crash left, then starts a server and waits for its first answer.
async fn start_with(binaries: &Binaries, config: &Config) -> Result<Started<LocalServer>, Error> {
    let user = User::choose()?;
    sweep(config, user).await;
    let mut addresses = Address::candidates(&config.listen).into_iter();
    while let Some(address) = addresses.next() {
        let (mut server, unsaved) = launch(binaries, config, user, address)?;
        let completing = unsaved.map(|unsaved| thread::spawn(|| unsaved.complete()));
        server.until_it_says_ready(config).await;
        // From its first session on the server changes what is still being copied.
        let unsaved = completing.and_then(|completing| completing.join().ok().flatten());
        match server.first_answer(config).await {
            Ok((options, version)) => {
                let options = address.open(options).await?;
                server.saving = unsaved.map(|unsaved| thread::spawn(|| unsaved.save()));
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

/// Prepares the folder and starts the watchdog in it, which starts the server.
fn launch(
    binaries: &Binaries,
    config: &Config,
    user: User,
    address: Address,
) -> Result<(LocalServer, Option<Unsaved>), Error> {
    let (run, stamp) = RunDir::make(config, user)?;
    let unsaved = data_dir::prepare(binaries, &run, config, user)?;
    address.allow(&run, user)?;
    let watchdog = Watchdog::spawn(binaries, &run, config, user, address, stamp)?;
    let server = LocalServer {
        run,
        address,
        watchdog,
        saving: None,
    };
    Ok((server, unsaved))
}
