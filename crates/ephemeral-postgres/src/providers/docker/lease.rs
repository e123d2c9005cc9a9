//! The stream that keeps a container alive.

use std::pin::Pin;

use testcontainers::{
    bollard::{
        Docker,
        exec::{CreateExecOptions, StartExecResults},
    },
    core::client::docker_client_instance,
};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::script;
use crate::Error;

/// Our end of the watchdog's standard input.
pub(super) struct Lease {
    input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Were this end closed, the engine would close the other one.
    _output: Box<dyn std::any::Any + Send>,
}

impl Lease {
    /// Starts the watchdog in the container.
    pub(super) async fn claim(container: &str) -> Result<Self, Error> {
        let client: Docker = docker_client_instance()
            .await
            .map_err(|error| Error::container("reach")(error))?;
        let watchdog = CreateExecOptions {
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            cmd: Some(vec!["/bin/sh".to_owned(), "-c".to_owned(), script::watchdog()]),
            ..Default::default()
        };
        let made = client
            .create_exec(container, watchdog)
            .await
            .map_err(Error::container("claim"))?;
        let started = client
            .start_exec(&made.id, None)
            .await
            .map_err(Error::container("claim"))?;
        match started {
            StartExecResults::Attached { input, output } => Ok(Self {
                input,
                _output: Box::new(output),
            }),
            StartExecResults::Detached => Err(Error::container("claim")(
                "the engine did not attach to the watchdog",
            )),
        }
    }

    /// Lets the server live without us for some time.
    pub(super) async fn keep(mut self, seconds: u64) -> std::io::Result<()> {
        let line = format!("keep {seconds}\n");
        self.input.write_all(line.as_bytes()).await?;
        self.input.flush().await
    }
}
