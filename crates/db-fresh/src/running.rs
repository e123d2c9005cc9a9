//! A program of the user's that runs as part of this one, and does not outlive it.

use std::{
    fs::File,
    io,
    os::unix::process::CommandExt,
    process,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::{
    process::{Child, Command},
    time::timeout,
};

/// How long a program may take to end when it is told to.
const ENDING: Duration = Duration::from_secs(2);

/// The programs that run.
static RUNNING: Mutex<Vec<Target>> = Mutex::new(Vec::new());

/// Those that were told to end.
static ENDING_PROGRAMS: Mutex<Vec<Running>> = Mutex::new(Vec::new());

fn lock<T>(of: &'static Mutex<Vec<T>>) -> MutexGuard<'static, Vec<T>> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where a signal goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Target {
    process: Pid,
    has_group: bool,
}

impl Target {
    fn send(self, signal: Signal) {
        let _ = if self.has_group {
            kill_process_group(self.process, signal)
        } else {
            kill_process(self.process, signal)
        };
    }
}

/// A program that runs. Dropping it tells it to end; [`end_programs`] waits for that.
pub(crate) struct Running {
    /// Nothing once it was handed on.
    child: Option<Child>,
    target: Option<Target>,
}

impl Running {
    /// In a process group of its own, so that all of it can be ended; on a terminal in ours, since another group may not read from it.
    pub(crate) fn start(mut command: process::Command) -> io::Result<Self> {
        let has_group = File::open("/dev/tty").is_err();
        if has_group {
            command.process_group(0);
        }
        let child = Command::from(command).kill_on_drop(true).spawn()?;
        let process = child.id().and_then(|id| i32::try_from(id).ok());
        let target = process
            .and_then(Pid::from_raw)
            .map(|process| Target { process, has_group });
        lock(&RUNNING).extend(target);
        Ok(Self {
            child: Some(child),
            target,
        })
    }

    /// Waits for its end.
    pub(crate) async fn wait(&mut self) -> io::Result<process::ExitStatus> {
        let Some(child) = &mut self.child else {
            return Ok(process::ExitStatus::default());
        };
        let status = child.wait().await;
        // Its number may be another process's from now on.
        let ended = self.target.take();
        lock(&RUNNING).retain(|target| Some(*target) != ended);
        status
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let Some(target) = self.target.take() else { return };
        target.send(Signal::TERM);
        let running = Self {
            child: self.child.take(),
            target: Some(target),
        };
        lock(&ENDING_PROGRAMS).push(running);
    }
}

/// Waits for the programs that were told to end, and kills those that do not.
pub(crate) async fn end_programs() {
    let programs = std::mem::take(&mut *lock(&ENDING_PROGRAMS));
    for mut running in programs {
        if timeout(ENDING, running.wait()).await.is_err() {
            if let Some(target) = running.target {
                target.send(Signal::KILL);
            }
            let _ = running.wait().await;
        }
    }
}

/// Kills the programs that still run, where there is no time to wait.
pub(crate) fn kill_programs() {
    for target in lock(&RUNNING).drain(..) {
        target.send(Signal::KILL);
    }
}
