//! A running server that was started from programs on this machine.

use std::{
    fs,
    time::{Duration, Instant},
};

use rustix::{
    io::Errno,
    process::{Pid, test_kill_process},
};
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinHandle;

use super::{address::Address, run_dir::RunDir, sweep::remove, watchdog::Watchdog};
use crate::{
    Config, Error,
    private_server::{KEPT_FOR, Kept, first_answer, options},
    runtime,
};

/// Between two looks at the state that the server writes into its pid file.
const LOOK: Duration = Duration::from_millis(1);

/// How long the watchdog is waited for.
const STOP: Duration = Duration::from_secs(10);

/// Between two looks at whether the watchdog has ended.
const PAUSE: Duration = Duration::from_millis(2);

/// A running server. Dropping it makes its watchdog stop it.
#[derive(Debug)]
pub(crate) struct LocalServer {
    pub(super) run: RunDir,
    pub(super) address: Address,
    pub(super) watchdog: Watchdog,
    /// Puts the data directory into the cache.
    pub(super) saving: Option<JoinHandle<()>>,
}

impl LocalServer {
    /// Connects by the socket until it answers. Returns how to connect, and the server's version.
    pub(super) async fn first_answer(
        &self,
        started: Instant,
        config: &Config,
    ) -> Result<(PgConnectOptions, String), Error> {
        let addresses = [options().socket(&self.run.path).port(self.address.port())];
        let has_ended = || std::future::ready(self.has_ended());
        first_answer(&addresses, started, config.start_timeout, has_ended, || {
            self.run.last_of_log()
        })
        .await
    }

    /// The server writes its state into its pid file. Reading that costs it nothing, while every connection that it has to turn down
    /// costs a process. Only an answer proves that it is up, so what is found here, or not found in time, only ends this wait.
    pub(super) async fn until_it_says_ready(&self, started: Instant, config: &Config) {
        let file = self.run.pid_file();
        let is_ready = || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            text.lines().last().is_some_and(|state| state.trim() == "ready")
        };
        while !is_ready() && !self.has_ended() && started.elapsed() < config.start_timeout {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The watchdog waits on the pipe and does not notice the server's end, but the server says so in the log.
    fn has_ended(&self) -> bool {
        let log = self.run.last_of_log();
        log.contains("FATAL:") && !self.run.pid_file().exists() || self.was_killed()
    }

    /// Whether the process that wrote its number into the pid file is gone, and left the file.
    fn was_killed(&self) -> bool {
        let text = fs::read_to_string(self.run.pid_file()).unwrap_or_default();
        let pid = text.lines().next().and_then(|line| line.trim().parse().ok());
        pid.and_then(Pid::from_raw)
            .is_some_and(|pid| test_kill_process(pid) == Err(Errno::SRCH))
    }

    /// Stops it and waits until its folder is gone, for at most ten seconds: the watchdog does its work without this process as well.
    pub(crate) async fn stop(mut self) {
        if let Some(saving) = self.saving.take() {
            let _ = saving.await;
        }
        self.watchdog.close();
        let deadline = Instant::now() + STOP;
        while Instant::now() < deadline && !self.watchdog.is_gone() {
            tokio::time::sleep(PAUSE).await;
        }
        if self.watchdog.is_gone() && self.run.path.exists() {
            // Somebody has killed the watchdog.
            let folder = self.run.path.clone();
            let removing = move || {
                remove(&folder);
                Ok(())
            };
            let _ = runtime::blocking(removing).await;
        }
    }

    /// Leaves it running when the value goes.
    pub(crate) fn keep(&self) -> Kept {
        let is_told = self.watchdog.keep(KEPT_FOR);
        Kept {
            how_to_stop: is_told.then(|| format!("kill {}", self.watchdog.id())),
            for_at_most: Some(KEPT_FOR),
        }
    }
}
