//! A running server and its watchdog.
//!
//! The server is the child of a small shell, the watchdog, which reads a pipe whose other end this process holds. When the
//! pipe closes, however this process ended, the watchdog stops the server and removes the folder. Both are in a process group
//! of their own, so that Ctrl-C at the terminal reaches neither.

use std::{
    fs::{self, File},
    io::Write,
    os::unix::process::CommandExt,
    process::{Child, ChildStdin, Command, Stdio},
    sync::Mutex,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};

use super::{
    address::Address,
    binaries::Binaries,
    data_dir::{self, SUPERUSER, Unsaved},
    run_dir::RunDir,
    settings::SETTINGS,
    sweep,
    user::User,
};
use crate::{
    Config, Error,
    answer::{self, Ended},
    server::{KEPT_FOR, Kept},
};

/// Between two looks at the state that the server writes down.
const LOOK: Duration = Duration::from_millis(1);

/// Between two looks whether the watchdog is gone.
const PAUSE: Duration = Duration::from_millis(2);

/// The watchdog. `$1` is its folder; the server's command line follows.
///
/// The server's output goes to the log, since the watchdog's own is the stamp, and whoever inherits that holds its lock. The server
/// is asked to end again and again: until it has its own handler for the signal, it does not hear it. A line `keep N` instead of the end of the pipe means: go on for N seconds, or until asked to stop by SIGTERM.
const WATCHDOG: &str = r#"
dir=$1; shift
trap '' HUP INT QUIT
finish() {
    while kill -QUIT "$server" 2>/dev/null; do sleep 0.1 || sleep 1; done >/dev/null 2>&1 &
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

/// A running server. Dropping it closes the pipe.
#[derive(Debug)]
pub(crate) struct Cluster {
    run: RunDir,
    address: Address,
    watchdog: Mutex<Child>,
    pipe: Option<ChildStdin>,
    saving: Option<JoinHandle<()>>,
}

/// Starts a server in a folder of its own, after what an earlier crash left behind is gone, and asks until it answers. Gives how to
/// connect as well, and the server's version.
pub(super) async fn start(
    binaries: &Binaries,
    config: &Config,
) -> Result<(Cluster, PgConnectOptions, String), Error> {
    let user = User::choose()?;
    sweep::sweep(config, user).await;
    let mut addresses = Address::candidates(&config.listen).into_iter();
    while let Some(address) = addresses.next() {
        let (mut cluster, unsaved) = launch(binaries, config, user, address)?;
        let completing = unsaved.map(|unsaved| thread::spawn(|| unsaved.complete()));
        cluster.until_it_says_ready(config).await;
        // From its first session on the server changes what is still being copied.
        let unsaved = completing.and_then(|completing| completing.join().ok().flatten());
        match cluster.first_answer(config).await {
            Ok((options, version)) => {
                let options = address.open(options).await?;
                cluster.saving = unsaved.map(|unsaved| thread::spawn(|| unsaved.save()));
                return Ok((cluster, options, version));
            }
            // Whoever asks the system for a free port and tells the server later has lost it by then. So the server tries.
            Err(Error::Ended { log }) if addresses.len() > 0 && address.is_taken(&log) => {
                cluster.stop().await;
            }
            Err(error) => return Err(error),
        }
    }
    unreachable!("there is an address, and the last one ends it")
}

fn launch(
    binaries: &Binaries,
    config: &Config,
    user: User,
    address: Address,
) -> Result<(Cluster, Option<Unsaved>), Error> {
    let (run, stamp) = RunDir::make(config, user)?;
    let unsaved = data_dir::prepare(binaries, &run, config, user)?;
    address.allow(&run, user)?;
    let mut watchdog = spawn(binaries, &run, config, user, address, stamp)?;
    let pipe = watchdog.stdin.take();
    let cluster = Cluster {
        run,
        address,
        watchdog: Mutex::new(watchdog),
        pipe,
        saving: None,
    };
    Ok((cluster, unsaved))
}

fn spawn(
    binaries: &Binaries,
    run: &RunDir,
    config: &Config,
    user: User,
    address: Address,
    stamp: File,
) -> Result<Child, Error> {
    let mut command = Command::new("/bin/sh");
    command
        .arg("-c")
        .arg(WATCHDOG)
        .arg("db-fresh-watchdog")
        .arg(&run.path)
        .arg(&binaries.postgres);
    command
        .arg("-D")
        .arg(run.data())
        .arg("-k")
        .arg(&run.path)
        .args(address.arguments(run));
    let ours = SETTINGS.iter().map(|setting| (setting.name, setting.value));
    let theirs = config
        .settings
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in ours.chain(theirs) {
        command.arg("-c").arg(format!("{name}={value}"));
    }
    command
        .stdin(Stdio::piped())
        .stdout(stamp)
        .stderr(Stdio::null())
        .process_group(0)
        .current_dir("/");
    command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
    user.run(&mut command);
    command.spawn().map_err(|source| Error::Run {
        program: "/bin/sh".into(),
        source,
    })
}

impl Cluster {
    fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .socket(&self.run.path)
            .port(self.address.port())
            .username(SUPERUSER)
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
            .disable_statement_logging()
    }

    /// Asks until it answers. Gives how to connect, and the server's version.
    async fn first_answer(&self, config: &Config) -> Result<(PgConnectOptions, String), Error> {
        let addresses = [self.options()];
        let ended = || std::future::ready(if self.ended() { Ended::Yes } else { Ended::No });
        answer::wait(&addresses, config.start_timeout, ended, || self.run.last_of_log()).await
    }

    /// The server writes its state into its pid file. Looking there costs it nothing, while every connection that it has to turn
    /// down costs a process. Only an answer proves anything, so whatever is found here ends no wait but this one.
    async fn until_it_says_ready(&self, config: &Config) {
        let started = Instant::now();
        let file = self.run.data().join("postmaster.pid");
        let is_ready = || {
            let text = fs::read_to_string(&file).unwrap_or_default();
            text.lines().last().is_some_and(|state| state.trim() == "ready")
        };
        while !is_ready() && !self.ended() && started.elapsed() < config.start_timeout {
            tokio::time::sleep(LOOK).await;
        }
    }

    /// The watchdog waits on the pipe and does not notice the server's end, but the server says so in the log.
    fn ended(&self) -> bool {
        let log = self.run.last_of_log();
        log.contains("FATAL:") && !self.run.data().join("postmaster.pid").exists()
    }

    pub(crate) async fn stop(mut self) {
        if let Some(saving) = self.saving.take() {
            let _ = saving.join();
        }
        drop(self.pipe.take());
        let deadline = Instant::now() + Duration::from_secs(10);
        while Instant::now() < deadline && !self.is_gone() {
            tokio::time::sleep(PAUSE).await;
        }
    }

    fn is_gone(&self) -> bool {
        self.watchdog
            .lock()
            .is_ok_and(|mut watchdog| !matches!(watchdog.try_wait(), Ok(None)))
    }

    pub(crate) fn keep(&self) -> Kept {
        // `&ChildStdin` can be written to; the watchdog reads one line and no more.
        let told = self
            .pipe
            .as_ref()
            .is_some_and(|mut pipe| writeln!(pipe, "keep {}", KEPT_FOR.as_secs()).is_ok());
        let id = self
            .watchdog
            .lock()
            .map(|watchdog| watchdog.id())
            .unwrap_or_default();
        Kept {
            how_to_stop: told.then(|| format!("kill {id}")),
            for_at_most: Some(KEPT_FOR),
        }
    }
}
