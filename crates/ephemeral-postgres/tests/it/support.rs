//! Private caches and bases, so that tests neither meet each other nor what the machine already has.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Stdio,
};

use ephemeral_postgres::{Choice, Config, Error, Server, acquire};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};
use tempfile::TempDir;

use crate::wait::{Running, example, until_empty};

/// A configuration whose private folders lie in a folder of the test's own.
pub(crate) struct Place {
    pub(crate) folder: TempDir,
    pub(crate) config: Config,
}

impl Place {
    /// The cache is the machine's: one `initdb` for all tests.
    pub(crate) fn new() -> Self {
        let base = if Path::new("/dev/shm").is_dir() {
            "/dev/shm"
        } else {
            "/tmp"
        };
        let folder = tempfile::Builder::new()
            .prefix("t")
            .rand_bytes(4)
            .tempdir_in(base)
            .unwrap();
        let mut config = Config::from_variables(&|name| std::env::var_os(name));
        config.bases = vec![folder.path().into()];
        open_to_all(folder.path());
        Self { folder, config }
    }

    pub(crate) async fn start(&self) -> Server {
        acquire(&Choice::Local, &self.config).await.unwrap()
    }

    /// What lies in the base.
    pub(crate) fn left(&self) -> Vec<String> {
        let entries = self.folder.path().read_dir().unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect()
    }

    /// Waits until neither a file nor a process is left.
    pub(crate) async fn is_left_clean(&self) {
        // The watchdog itself ends a moment after it has removed the folder.
        let look = async || [self.left(), servers_in(self.folder.path())].concat();
        until_empty("no folder and no process is left", look).await;
    }
}

/// The installation that `Choice::Local` takes here.
pub(crate) fn installation(place: &Place) -> PathBuf {
    let places = &place.config.usual_places;
    let is_complete = |bin: &&PathBuf| bin.join("postgres").is_file() && bin.join("initdb").is_file();
    places.iter().find(is_complete).unwrap().clone()
}

/// A server, or nothing where what it needs is not here; then `DB_FRESH_REQUIRE` must not name that.
pub(crate) async fn acquire_or_skip(choice: &Choice, config: &Config, needs: &str) -> Option<Server> {
    match acquire(choice, config).await {
        Ok(server) => Some(server),
        Err(Error::Unavailable(passed_over)) => {
            let required = std::env::var("DB_FRESH_REQUIRE").unwrap_or_default();
            assert!(!required.contains(needs), "required, and {}", passed_over.why);
            let _ = writeln!(std::io::stderr(), "skipped: {}", passed_over.why);
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}

/// The server may run as another user than the test.
fn open_to_all(folder: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o777)).unwrap();
}

/// The example that starts a server of this provider in a folder, prints how to reach it and does what `how` says.
pub(crate) fn hold(folder: &Path, how: &str, provider: &str) -> Running {
    let mut command = example("hold");
    command.arg(how).arg(folder).arg(provider).stderr(Stdio::null());
    Running::start(&mut command)
}

/// Command lines of the processes that name the folder, this one left out.
pub(crate) fn servers_in(folder: &Path) -> Vec<String> {
    let output = std::process::Command::new("ps")
        .args(["-eo", "pid=,args="])
        .output()
        .unwrap();
    let me = std::process::id().to_string();
    let named = folder.to_string_lossy().into_owned();
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let is_other = |line: &&str| line.contains(&named) && line.split_whitespace().next() != Some(&me);
    lines.lines().filter(is_other).map(str::to_owned).collect()
}

pub(crate) async fn ask(options: &PgConnectOptions, question: &'static str) -> Result<String, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    let answer = sqlx::query_scalar(question).fetch_one(&mut connection).await?;
    connection.close().await?;
    Ok(answer)
}
