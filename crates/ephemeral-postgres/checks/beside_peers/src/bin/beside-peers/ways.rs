//! The ways of getting a database for a test.

use std::{
    borrow::Cow,
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use ephemeral_postgres::{Choice, Config, Template, TemplateKey, TestServer, Unfinished, acquire};
use pgtemp::PgTempDBBuilder;
use sqlx::{
    Connection, Executor, PgConnection, PgPool,
    migrate::{Migration, MigrationType, Migrator},
    postgres::{PgConnectOptions, PgSslMode},
    testing::{TestArgs, TestFn},
};
use tokio::runtime::Runtime;

use crate::Failure;

/// A way of getting a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Connection,
    Pool,
    Template,
    FileCopy,
    Plain,
    SqlxTest,
    PgTemp,
    Container,
}

/// A row of the table.
pub(crate) struct Row {
    pub(crate) way: Way,
    pub(crate) name: &'static str,
    /// What takes seconds tells as much by fewer tests.
    pub(crate) tests: usize,
}

const fn row(way: Way, name: &'static str, tests: usize) -> Row {
    Row { way, name, tests }
}

pub(crate) const WAYS: [Row; 8] = [
    row(Way::Connection, "none: a connection to one that is there", 500),
    row(Way::Pool, "ours", 500),
    row(Way::Template, "ours, no pool", 500),
    row(
        Way::FileCopy,
        "bare `CREATE DATABASE … TEMPLATE … STRATEGY FILE_COPY`",
        500,
    ),
    row(Way::Plain, "plain `CREATE DATABASE … TEMPLATE`", 200),
    row(Way::SqlxTest, "`#[sqlx::test]` of sqlx 0.9", 120),
    row(Way::PgTemp, "`pgtemp` 0.7: a server for each test", 32),
    row(
        Way::Container,
        "testcontainers: a container for each test, two at once",
        8,
    ),
];

/// What all ways stand on.
pub(crate) struct Ground {
    options: PgConnectOptions,
    config: Config,
    pooled: Template,
    bare: Template,
    migrations: Vec<String>,
    migrator: &'static Migrator,
}

impl Ground {
    /// Builds the templates on this server.
    pub(crate) fn prepare(url: &str, migrations: Vec<String>) -> Result<Self, Failure> {
        let runtime = Runtime::new()?;
        let config = Config::from_variables(&|name| std::env::var_os(name));
        let all = &migrations;
        let template = async |name, size| {
            let key = all
                .iter()
                .fold(TemplateKey::new(name), |key, sql| key.part("migration", sql));
            let fill = |unfinished: Unfinished| async move { migrate(unfinished.options(), all).await };
            TestServer::at(url, size).await?.template(&key, fill).await
        };
        let pooled = runtime.block_on(template("pooled", 16))?;
        let bare = runtime.block_on(template("bare", 0))?;
        Ok(Self {
            options: url.parse::<PgConnectOptions>()?.ssl_mode(PgSslMode::Disable),
            config,
            pooled,
            bare,
            migrator: migrator(&migrations),
            migrations,
        })
    }

    /// Whether the way can be gone here.
    pub(crate) fn has(&self, way: Way) -> bool {
        let answers = |program: &str, argument: &str| {
            let said = Command::new(program).arg(argument).output();
            said.is_ok_and(|said| said.status.success())
        };
        match way {
            Way::Container => self.config.has_engine() && answers("docker", "version"),
            // It runs its server by way of sudo where it is root itself.
            Way::PgTemp => answers("sudo", "-V") || std::env::var("USER").is_ok_and(|user| user != "root"),
            _ => true,
        }
    }

    fn bin(&self) -> Option<&Path> {
        let is_whole = |bin: &&PathBuf| bin.join("initdb").is_file();
        self.config
            .usual_places
            .iter()
            .find(is_whole)
            .map(PathBuf::as_path)
    }
}

/// For `sqlx::test`, which takes one that lives as long as the program.
fn migrator(migrations: &[String]) -> &'static Migrator {
    let one = |(number, sql): (usize, &String)| {
        let version = i64::try_from(number).expect("few migrations") + 1;
        let sql = sqlx::SqlStr::from_static(Box::leak(sql.clone().into_boxed_str()));
        Migration::new(
            version,
            Cow::Borrowed("migration"),
            MigrationType::Simple,
            sql,
            false,
        )
    };
    let all: Vec<_> = migrations.iter().enumerate().map(one).collect();
    Box::leak(Box::new(Migrator::with_migrations(all)))
}

/// As a runner does it that sends one file at a time.
async fn migrate(options: &PgConnectOptions, migrations: &[String]) -> Result<(), Failure> {
    let mut connection = PgConnection::connect_with(options).await?;
    for migration in migrations {
        connection.execute(sqlx::AssertSqlSafe(migration.clone())).await?;
    }
    connection.close().await?;
    Ok(())
}

async fn work(mut connection: PgConnection, length: Duration) -> Result<(), Failure> {
    connection.execute("SELECT 1").await?;
    tokio::time::sleep(length).await;
    connection.close().await?;
    Ok(())
}

impl Way {
    /// Runs one test that takes so long, in a runtime of its own. Gives the time until it had its connection, if it got one: what cannot
    /// stand eight at once is reported, and no reason to end.
    pub(crate) fn wait(self, ground: &Ground, length: Duration) -> Option<Duration> {
        panic::catch_unwind(AssertUnwindSafe(|| self.run(ground, length))).ok()
    }

    fn run(self, ground: &Ground, length: Duration) -> Duration {
        if self == Self::SqlxTest {
            return sqlx_test(ground, length);
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let waited = runtime.expect("a runtime").block_on(async {
            match self {
                Self::Connection => connect(ground, length).await,
                Self::Pool => ours(&ground.pooled, length).await,
                Self::Template => ours(&ground.bare, length).await,
                Self::FileCopy => clone(ground, "STRATEGY FILE_COPY", length).await,
                Self::PgTemp => pgtemp(ground, length).await,
                Self::Container => container(ground, length).await,
                _ => clone(ground, "", length).await,
            }
        });
        waited.unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }
}

/// What every way waits for, and the least that any can wait.
async fn connect(ground: &Ground, length: Duration) -> Result<Duration, Failure> {
    let started = Instant::now();
    let connection = PgConnection::connect_with(&ground.options).await?;
    let waited = started.elapsed();
    work(connection, length).await?;
    Ok(waited)
}

async fn ours(template: &Template, length: Duration) -> Result<Duration, Failure> {
    let started = Instant::now();
    let database = template.database().await?;
    let connection = database.connect().await?;
    let waited = started.elapsed();
    work(connection, length).await?;
    Ok(waited)
}

async fn clone(ground: &Ground, strategy: &str, length: Duration) -> Result<Duration, Failure> {
    let started = Instant::now();
    let name = format!("bench_{}", number());
    let mut admin = PgConnection::connect_with(&ground.options).await?;
    let create = format!(
        "CREATE DATABASE {name} TEMPLATE {} {strategy}",
        ground.bare.name()
    );
    admin.execute(sqlx::AssertSqlSafe(create)).await?;
    let options = ground.options.clone().database(&name);
    let connection = PgConnection::connect_with(&options).await?;
    let waited = started.elapsed();
    work(connection, length).await?;
    let drop = format!("DROP DATABASE {name} WITH (FORCE)");
    admin.execute(sqlx::AssertSqlSafe(drop)).await?;
    Ok(waited)
}

thread_local! {
    /// What goes into and comes out of a test that `sqlx::test` runs: it takes a function and no more. It stays on its thread.
    static TEST: Cell<(Instant, Duration)> = Cell::new((Instant::now(), Duration::ZERO));
}

/// What the attribute expands to. The server is the environment's `DATABASE_URL`.
fn sqlx_test(ground: &Ground, length: Duration) -> Duration {
    async fn test(pool: PgPool) {
        let mut connection = pool.acquire().await.expect("a connection");
        let (started, length) = TEST.get();
        TEST.set((started, started.elapsed()));
        connection.execute("SELECT 1").await.expect("an answer");
        tokio::time::sleep(length).await;
    }
    let path = format!("bench::number_{}", number()).into_boxed_str();
    let mut arguments = TestArgs::new(Box::leak(path));
    arguments.migrator(ground.migrator);
    TEST.set((Instant::now(), length));
    let test: fn(PgPool) -> _ = test;
    test.run_test(arguments);
    TEST.get().1
}

/// A number that no other test has.
fn number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

async fn pgtemp(ground: &Ground, length: Duration) -> Result<Duration, Failure> {
    let started = Instant::now();
    let mut builder = PgTempDBBuilder::new().with_dbname("bench");
    if let Some(bin) = ground.bin() {
        builder = builder.with_bin_path(bin);
    }
    let server = builder.start_async().await;
    let options: PgConnectOptions = server.connection_uri().parse()?;
    migrate(&options, &ground.migrations).await?;
    let connection = PgConnection::connect_with(&options).await?;
    let waited = started.elapsed();
    work(connection, length).await?;
    tokio::task::spawn_blocking(move || drop(server)).await?;
    Ok(waited)
}

async fn container(ground: &Ground, length: Duration) -> Result<Duration, Failure> {
    let started = Instant::now();
    let server = acquire(&Choice::Docker, &ground.config).await?;
    migrate(server.options(), &ground.migrations).await?;
    let connection = PgConnection::connect_with(server.options()).await?;
    let waited = started.elapsed();
    work(connection, length).await?;
    server.stop().await;
    Ok(waited)
}
