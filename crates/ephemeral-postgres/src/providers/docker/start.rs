//! Starting a server in a container.

use super::{container::Container, engine::ping};
use crate::{Config, Error, Provider, providers::Started, runtime};

/// Starts a server.
///
/// # Errors
/// [`Error::Unavailable`] where no engine answers or the image cannot be had; the others when the server does not start.
pub(crate) async fn start(config: &Config) -> Result<Started<Container>, Error> {
    let config = config.clone();
    runtime::run(async move {
        ping()
            .await
            .map_err(|why| Error::unavailable(Provider::Docker, why))?;
        let container = Container::start(&config).await?;
        match container.first_answer(&config).await {
            Ok((options, version)) => Ok(Started {
                server: container,
                options,
                version,
            }),
            Err(error) => {
                container.stop().await;
                Err(error)
            }
        }
    })
    .await
}
