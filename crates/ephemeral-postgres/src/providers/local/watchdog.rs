//! The watchdog of a server: a small shell that stops the server and removes its folder when this process ends.
//!
//! The server is the shell's child. The shell reads a pipe whose other end this process holds; when the pipe closes, however this
//! process ended, it does its work. Both are in a process group of their own, so that Ctrl-C at the terminal reaches neither.

use std::{
    fs::File,
    io::{ErrorKind, Write},
    os::unix::process::CommandExt,
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{address::Address, binaries::Binaries, run_dir::RunDir, sweep::remove, user::User};
use crate::{Config, Error, leaving, private_server::in_force};

/// What the shell runs. `$1` is the server's folder; the server's command line follows.
///
/// It exists before anything is put into the folder, and waits for the line `start`. Where the pipe ends before that line comes, it
/// ends what fills the folder (`initdb`, which is in its process group and runs in the folder) and removes the folder.
///
/// The server's output goes to the log, since the shell's own is the stamp, and every process that inherits that holds its lock. The
/// server is told to stop again and again: until it has a handler for the signal, it does not receive it. After six seconds it is
/// killed: a server that stops at once gives its sessions five. A line `keep N` instead of
/// the end of the pipe means: go on for N seconds, or until SIGTERM, or until the server ends. Removing is tried again: a process that
/// is about to end may still write into the folder.
const SCRIPT: &str = r#"
dir=$1; shift
umask 077
remove() {
    # A server that was killed leaves its pid file, and the shared memory whose number is the last word of the seventh line.
    memory=$(sed -n 's/.* //;7p' "$dir/data/postmaster.pid" 2>/dev/null)
    [ -z "$memory" ] || ipcrm -m "$memory" 2>/dev/null
    tries=0
    while ! rm -rf "$dir" 2>/dev/null && [ $tries -lt 100 ]; do
        tries=$((tries + 1))
        sleep 0.1 || sleep 1
    done
    exit 0
}
abort() {
    trap '' TERM
    [ -d /proc/self ] || kill -TERM 0 2>/dev/null
    # `initdb`, and the server that it runs at this moment. One without a handler for SIGTERM would leave its shared memory; it ends
    # by itself soon.
    tries=0
    while [ $tries -lt 200 ]; do
        tries=$((tries + 1))
        filling=$(find /proc/[0-9]*/cwd -maxdepth 0 '(' -lname "$dir" -o -lname "$dir/*" ')' 2>/dev/null)
        [ -n "$filling" ] || break
        for cwd in $filling; do
            process=${cwd%/cwd}
            grep -q '^SigCgt:.*[4-7c-f]...$' "$process/status" && kill -TERM "${process#/proc/}"
        done 2>/dev/null
        sleep 0.05 || sleep 1
    done
    remove
}
finish() {
    trap '' TERM
    asked=0
    while kill -QUIT "$server" 2>/dev/null; do
        asked=$((asked + 1))
        [ $asked -gt 60 ] && kill -KILL "$server"
        sleep 0.1 || sleep 1
    done >/dev/null 2>&1 &
    asker=$!
    wait "$server" 2>/dev/null
    kill -KILL "$asker" 2>/dev/null
    remove
}
trap '' HUP INT QUIT
trap abort TERM
word=
read -r word
[ "$word" = start ] || abort
"$@" </dev/null >>"$dir/log" 2>&1 &
server=$!
trap finish TERM
word=
read -r word seconds
if [ "$word" = keep ]; then
    while [ "$seconds" -gt 0 ] && kill -0 "$server" 2>/dev/null; do
        seconds=$((seconds - 1))
        sleep 1 >/dev/null 2>&1 &
        wait $!
    done
fi
finish
"#;

/// A running watchdog. Dropping it closes the pipe; what it still has to do is known to [`leaving`].
#[derive(Debug)]
pub(super) struct Watchdog {
    /// Nothing once it is dropped.
    process: Mutex<Option<Child>>,
    pipe: Option<ChildStdin>,
    folder: PathBuf,
    is_kept: AtomicBool,
}

impl Watchdog {
    /// Starts it. The server starts with [`Watchdog::start`].
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
            process: Mutex::new(Some(process)),
            folder: run.path.clone(),
            is_kept: AtomicBool::new(false),
        })
    }

    /// Tells it to start the server.
    pub(super) fn start(&self) -> Result<(), Error> {
        let told = self.pipe.as_ref().map(|mut pipe| writeln!(pipe, "start"));
        let gone = || ErrorKind::BrokenPipe.into();
        told.unwrap_or_else(|| Err(gone()))
            .map_err(Error::io("start the server in", &self.folder))
    }

    /// The process group that it ends where the server is not to start.
    pub(super) fn group(&self) -> i32 {
        i32::try_from(self.id()).unwrap_or_default()
    }

    /// Tells it to stop the server and to remove the folder.
    pub(super) fn close(&mut self) {
        drop(self.pipe.take());
    }

    /// Tells it to let the server run for some time without this process. Returns whether it was told.
    pub(super) fn keep(&self, time: Duration) -> bool {
        // `&ChildStdin` can be written to; the watchdog reads one line and no more.
        let told = self
            .pipe
            .as_ref()
            .is_some_and(|mut pipe| writeln!(pipe, "keep {}", time.as_secs()).is_ok());
        self.is_kept.store(told, Ordering::Relaxed);
        told
    }

    /// Whether its process has ended.
    pub(super) fn is_gone(&self) -> bool {
        self.process.lock().is_ok_and(|mut process| {
            let running = process.as_mut().map(Child::try_wait);
            !matches!(running, Some(Ok(None)))
        })
    }

    /// The number of its process.
    pub(super) fn id(&self) -> u32 {
        self.process
            .lock()
            .ok()
            .and_then(|process| process.as_ref().map(Child::id))
            .unwrap_or_default()
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.close();
        let process = self.process.get_mut().ok().and_then(Option::take);
        if let Some(process) = process.filter(|_| !*self.is_kept.get_mut()) {
            leaving::folder(process, std::mem::take(&mut self.folder), remove);
        }
    }
}
