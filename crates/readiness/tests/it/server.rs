//! Servers in states that no healthy one is in: starting for ever, in recovery, shutting down.
//!
//! They are started here rather than by `ephemeral-postgres`, whose servers are all well.

use std::{
    fs, io,
    net::TcpListener,
    os::unix::{fs::chown, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
};

use readiness::{Backoff, Level, Target, wait};
use sqlx::{
    ConnectOptions, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

/// Who may come in over TCP, and how.
const RULES: &str = "local all all trust\n\
    host all scram 127.0.0.1/32 scram-sha-256\n\
    hostssl all tls_only 127.0.0.1/32 trust\n\
    host all postgres,limited,outsider,absent 127.0.0.1/32 trust\n";

pub(crate) struct Server {
    child: Child,
    dir: tempfile::TempDir,
    port: u16,
}

/// A port that was free a moment ago.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Postgres' own programs, from `PG_BIN`, Debian's folders or `PATH`.
fn program(name: &str) -> PathBuf {
    let given = std::env::var_os("PG_BIN").map(PathBuf::from);
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"));
    let on_path = std::env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<_> = std::env::split_paths(&on_path).collect();
    let folders = given.into_iter().chain(debian).chain(on_path);
    let found = folders.map(|folder| folder.join(name)).find(|path| path.exists());
    found.unwrap_or_else(|| {
        panic!("no `{name}` found; install Postgres (`apt-get install postgresql`) or set `PG_BIN`")
    })
}

/// Postgres refuses to run as root; its own user is taken then.
fn postgres_user() -> Option<(u32, u32)> {
    let id = |flag: &str| Command::new("id").args([flag, "postgres"]).output().ok();
    let number = |output: Output| String::from_utf8(output.stdout).ok()?.trim().parse::<u32>().ok();
    let me = Command::new("id").arg("-u").output().ok().and_then(number);
    if me != Some(0) {
        return None;
    }
    Some((id("-u").and_then(number)?, id("-g").and_then(number)?))
}

fn command(name: &str) -> Command {
    let mut command = Command::new(program(name));
    command.current_dir("/").stdin(Stdio::null());
    if let Some((user, group)) = postgres_user() {
        command.uid(user).gid(group);
    }
    command
}

impl Server {
    /// A server with these lines in its configuration, and these empty files in its data folder.
    pub(crate) fn start(settings: &str, signals: &[&str]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data");
        fs::create_dir(&data).unwrap();
        own(dir.path()).unwrap();
        own(&data).unwrap();
        let made = command("initdb")
            .args([
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C",
                "-D",
            ])
            .arg(&data)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        fs::write(data.join("pg_hba.conf"), RULES).unwrap();
        let port = free_port();
        let sockets = dir.path().display();
        let own_settings = format!(
            "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{sockets}'\n\
             fsync = off\nlogging_collector = off\n{settings}\n"
        );
        fs::write(data.join("postgresql.auto.conf"), own_settings).unwrap();
        for signal in signals {
            fs::write(data.join(signal), "").unwrap();
            own(&data.join(signal)).unwrap();
        }
        let log = fs::File::create(dir.path().join("log")).unwrap();
        let child = command("postgres")
            .arg("-D")
            .arg(&data)
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap();
        Self { child, dir, port }
    }

    /// A server that takes connections.
    pub(crate) async fn ready(settings: &str, signals: &[&str]) -> Self {
        let server = Self::start(settings, signals);
        let target = Target::postgres(server.options());
        if let Err(error) = wait(&target, Level::Database, &Backoff::local(), &mut |_| ()).await {
            panic!("{error}: {error:?}\n{}", server.log());
        }
        server
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("log")).unwrap_or_default()
    }

    /// As the superuser, over TCP.
    pub(crate) fn options(&self) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username("postgres")
            .database("postgres")
            .ssl_mode(PgSslMode::Disable)
    }

    pub(crate) async fn connect(&self) -> PgConnection {
        self.options().connect().await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &'static str) {
        let mut conn = self.connect().await;
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    }

    /// Sends the postmaster a signal, such as `TERM` for a shutdown that waits for its sessions.
    pub(crate) fn signal(&self, name: &str) {
        let sent = Command::new("kill")
            .arg(format!("-{name}"))
            .arg(self.child.id().to_string())
            .status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = Command::new("kill")
            .arg("-QUIT")
            .arg(self.child.id().to_string())
            .status();
        let _ = self.child.wait();
    }
}

fn own(path: &Path) -> io::Result<()> {
    match postgres_user() {
        Some((user, group)) => chown(path, Some(user), Some(group)),
        None => Ok(()),
    }
}
