//! The watchdog of a server: a small shell that stops the server and removes its folder when this process ends.
//!
//! The server is the shell's child. The shell reads a pipe whose other end this process holds; when the pipe closes, however this
//! process ended, it does its work. Both are in a process group of their own, so that Ctrl-C at the terminal reaches neither.

use std::{
    fs::File,
    io::Write,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::Mutex,
    time::Duration,
};

use super::{address::Address, binaries::Binaries, run_dir::RunDir, user::User};
use crate::{Config, Error, private_server::in_force};

/// What the shell runs. `$1` is the server's folder; the server's command line follows.
///
/// The server's output goes to the log, since the shell's own is the stamp, and every process that inherits that holds its lock. The
/// server is told to stop again and again: until it has a handler for the signal, it does not receive it. After six seconds it is
/// killed: a server that stops at once gives its sessions five. A line `keep N` instead of
/// the end of the pipe means: go on for N seconds, or until SIGTERM.
const SCRIPT: &str = r#"
dir=$1; shift
trap '' HUP INT QUIT
finish() {
    asked=0
    while kill -QUIT "$server" 2>/dev/null; do
        asked=$((asked + 1))
        [ $asked -gt 60 ] && kill -KILL "$server"
        sleep 0.1 || sleep 1
    done >/dev/null 2>&1 &
    asker=$!
    wait "$server" 2>/dev/null
    kill "$asker" 2>/dev/null
    rm -rf "$dir"
    exit 0
}
"$@" </dev/null >>"$dir/log" 2>&1 &
server=$!
trap finish TERM
read -r word seconds
if [ "$word" = keep ]; then
    sleep "$seconds" >/dev/null 2>&1 &
    sleeper=$!
    trap 'kill "$sleeper" 2>/dev/null; finish' TERM
    wait "$sleeper"
fi
finish
"#;

/// A running watchdog. Dropping it closes the pipe.
#[derive(Debug)]
pub(super) struct Watchdog {
    process: Mutex<Child>,
    pipe: Option<ChildStdin>,
}

impl Watchdog {
    /// Starts it, and with it the server.
    pub(super) fn spawn(
        binaries: &Binaries,
        run: &RunDir,
        config: &Config,
        user: User,
        address: Address,
        stamp: File,
    ) -> Result<Self, Error> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", SCRIPT, "db-fresh-watchdog"]).arg(&run.path);
        command
            .arg(&binaries.postgres)
            .arg("-D")
            .arg(run.data())
            .arg("-k")
            .arg(&run.path)
            .args(address.arguments(run));
        for (name, value) in in_force(config) {
            command.arg("-c").arg(format!("{name}={value}"));
        }
        command
            .stdin(Stdio::piped())
            .stdout(stamp)
            .stderr(Stdio::null())
            .process_group(0)
            .current_dir("/")
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin");
        user.run(&mut command);
        let mut process = command.spawn().map_err(|source| Error::Run {
            program: "/bin/sh".into(),
            source,
        })?;
        Ok(Self {
            pipe: process.stdin.take(),
            process: Mutex::new(process),
        })
    }

    /// Tells it to stop the server and to remove the folder.
    pub(super) fn close(&mut self) {
        drop(self.pipe.take());
    }

    /// Tells it to let the server run for some time without this process. Returns whether it was told.
    pub(super) fn keep(&self, time: Duration) -> bool {
        // `&ChildStdin` can be written to; the watchdog reads one line and no more.
        self.pipe
            .as_ref()
            .is_some_and(|mut pipe| writeln!(pipe, "keep {}", time.as_secs()).is_ok())
    }

    /// Whether its process has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.process
            .lock()
            .is_ok_and(|mut process| !matches!(process.try_wait(), Ok(None)))
    }

    /// The number of its process.
    pub(super) fn id(&self) -> u32 {
        self.process
            .lock()
            .map(|process| process.id())
            .unwrap_or_default()
    }
}
