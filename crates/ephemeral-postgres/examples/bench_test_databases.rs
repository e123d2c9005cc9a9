//! What a test waits for its database, measured: `cargo run --release -p ephemeral-postgres --example bench_test_databases`.
//!
//! 500 tests, 8 at a time, on one private server. Each way of getting a database is measured in turn in every round, so that a busy
//! moment of the machine hits all of them. The schema is the `*.up.sql` files of the folders that are named as arguments. A last
//! argument `busy=MS` lets every test take that long, since tests that do nothing empty any pool.

use std::{
    error::Error,
    fs,
    io::Write,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use ephemeral_postgres::{Choice, Config, Template, TemplateKey, TestServer, Unfinished, acquire};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

type Failure = Box<dyn Error + Send + Sync>;

const TESTS: usize = 500;
const AT_ONCE: usize = 8;
const ROUNDS: usize = 5;

/// A way of getting a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Pool,
    Clone,
    Bare,
    Plain,
    Migrate,
}

const WAYS: [(Way, &str); 5] = [
    (Way::Pool, "from the pool"),
    (Way::Clone, "template, no pool"),
    (Way::Bare, "bare CREATE DATABASE … TEMPLATE … STRATEGY FILE_COPY"),
    (Way::Plain, "plain CREATE DATABASE … TEMPLATE"),
    (Way::Migrate, "migrate each, as sqlx::test does"),
];

struct Ground {
    options: PgConnectOptions,
    pooled: Template,
    bare: Template,
    migrations: Vec<String>,
    busy: Duration,
}

fn migrations(folders: &[PathBuf]) -> Result<Vec<String>, Failure> {
    let mut all = Vec::new();
    for folder in folders {
        let mut files: Vec<_> = fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        files.retain(|file| file.to_string_lossy().ends_with(".up.sql"));
        files.sort();
        for file in files {
            all.push(fs::read_to_string(file)?);
        }
    }
    Ok(all)
}

/// As a migration runner does it that sends one file at a time.
async fn migrate(options: &PgConnectOptions, migrations: &[String]) -> Result<(), Failure> {
    let mut connection = PgConnection::connect_with(options).await?;
    for migration in migrations {
        // Concurrent builds cannot stand in the block that a message of several statements is.
        let sql = migration.replace(" CONCURRENTLY", "");
        connection.execute(sqlx::AssertSqlSafe(sql)).await?;
    }
    connection.close().await?;
    Ok(())
}

/// The time until the test has a connection to a database of its own. What comes after is not the test's wait.
async fn one(way: Way, number: usize, ground: &Ground) -> Result<Duration, Failure> {
    let started = Instant::now();
    let waited = match way {
        Way::Pool | Way::Clone => {
            let template = if way == Way::Pool {
                &ground.pooled
            } else {
                &ground.bare
            };
            let database = template.database().await?;
            let connection = database.connect().await?;
            let waited = started.elapsed();
            work(connection, ground.busy).await?;
            waited
        }
        Way::Bare | Way::Plain | Way::Migrate => {
            let name = format!("bench_{way:?}_{number}_{}", started.elapsed().as_nanos()).to_lowercase();
            let template = match way {
                Way::Bare => format!("{} STRATEGY FILE_COPY", ground.bare.name()),
                Way::Plain => ground.bare.name().to_owned(),
                _ => "template0".to_owned(),
            };
            let mut admin = PgConnection::connect_with(&ground.options).await?;
            let create = format!("CREATE DATABASE {name} TEMPLATE {template}");
            admin.execute(sqlx::AssertSqlSafe(create)).await?;
            let options = ground.options.clone().database(&name);
            if way == Way::Migrate {
                migrate(&options, &ground.migrations).await?;
            }
            let connection = PgConnection::connect_with(&options).await?;
            let waited = started.elapsed();
            work(connection, ground.busy).await?;
            admin
                .execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
                .await?;
            waited
        }
    };
    Ok(waited)
}

async fn work(mut connection: PgConnection, busy: Duration) -> Result<(), Failure> {
    connection.execute("SELECT 1").await?;
    tokio::time::sleep(busy).await;
    connection.close().await?;
    Ok(())
}

async fn round(way: Way, tests: usize, ground: &Arc<Ground>) -> Result<Vec<Duration>, Failure> {
    // What the way before left to be done is done first.
    while way == Way::Pool && ground.pooled.ready() < 16 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..AT_ONCE {
        let ground = Arc::clone(ground);
        workers.spawn(async move {
            let mut waits = Vec::new();
            for number in (worker..tests).step_by(AT_ONCE) {
                waits.push(one(way, number, &ground).await?);
            }
            Ok::<_, Failure>(waits)
        });
    }
    let mut waits = Vec::new();
    while let Some(ended) = workers.join_next().await {
        waits.extend(ended??);
    }
    Ok(waits)
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len() - 1);
    sorted[index].as_secs_f64() * 1000.0
}

async fn template(
    name: &str,
    migrations: &[String],
    server: &TestServer,
) -> Result<(Template, Duration), Failure> {
    let key = migrations
        .iter()
        .fold(TemplateKey::new(name), |key, sql| key.part("migration", sql));
    let started = Instant::now();
    let fill = |unfinished: Unfinished| async move {
        migrate(unfinished.options(), &migrations[unfinished.done()..]).await
    };
    Ok((server.template(&key, fill).await?, started.elapsed()))
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let mut out = std::io::stdout();
    let (settings, folders): (Vec<_>, Vec<_>) = std::env::args()
        .skip(1)
        .partition(|argument| argument.contains('='));
    let busy = settings
        .iter()
        .find_map(|setting| setting.strip_prefix("busy=")?.parse().ok());
    let folders: Vec<PathBuf> = folders.into_iter().map(PathBuf::from).collect();
    let migrations = migrations(&folders)?;

    // A server of its own, given by its URL, so that the same process can have a template with a pool and one without.
    let private = acquire(
        &Choice::Local,
        &Config::from_variables(&|name| std::env::var_os(name)),
    )
    .await?;
    let mut url = url::Url::parse("postgres://postgres@localhost/postgres")?;
    let socket = private
        .options()
        .get_socket()
        .map(|path| path.display().to_string());
    url.query_pairs_mut()
        .append_pair("host", &socket.unwrap_or_default());
    let with_pool = TestServer::at(url.as_str(), 16).await?;
    let without = TestServer::at(url.as_str(), 0).await?;
    let (pooled, built) = template("pooled", &migrations, &with_pool).await?;
    let (bare, _) = template("bare", &migrations, &without).await?;
    writeln!(
        out,
        "PostgreSQL {}, {} migrations, template built in {built:.0?}",
        private.version(),
        migrations.len()
    )?;
    let ground = Arc::new(Ground {
        options: private.options().clone(),
        pooled,
        bare,
        migrations,
        busy: Duration::from_millis(busy.unwrap_or(0)),
    });
    let mut waits = vec![Vec::new(); WAYS.len()];
    for _ in 0..ROUNDS {
        for (index, (way, _)) in WAYS.iter().enumerate() {
            // What takes so long tells as much by a fifth of the tests.
            let tests = if matches!(way, Way::Plain | Way::Migrate) {
                TESTS / 5
            } else {
                TESTS
            };
            waits[index].extend(round(*way, tests / ROUNDS, &ground).await?);
        }
    }
    writeln!(
        out,
        "{TESTS} tests, {AT_ONCE} at once, each busy for {:?}\n",
        ground.busy
    )?;
    writeln!(out, "| way | p50 ms | p99 ms |\n| --- | --- | --- |")?;
    for ((_, label), mut waits) in WAYS.iter().zip(waits) {
        waits.sort();
        writeln!(
            out,
            "| {label} | {:.1} | {:.1} |",
            percentile(&waits, 50),
            percentile(&waits, 99)
        )?;
    }
    private.stop().await;
    Ok(())
}
