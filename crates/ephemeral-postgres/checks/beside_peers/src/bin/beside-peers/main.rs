//! What a test waits for a database of its own, beside other ways of getting one, in one run and one table:
//!
//! `cargo run --release --manifest-path crates/ephemeral-postgres/checks/beside_peers/Cargo.toml -- migrations/operational migrations/analytics`
//!
//! Tests run eight at a time on one private server, as threads with a runtime each, which is what `cargo test` makes of `#[tokio::test]`.
//! A wait ends when the test has a connection to its own migrated database. Each way is measured twice: with tests that take 125 to
//! 375 ms, and with tests that do nothing, which empty any pool. Ways take turns within a round, so that a busy moment of the machine
//! hits all of them.
//!
//! `BESIDE_PEERS_ROWS=4` measures the first four ways alone.
//!
//! Left out on purpose: what the tests themselves would cost. They sleep.

mod ways;

use std::{
    error::Error,
    fs,
    path::PathBuf,
    process::Command,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use ephemeral_postgres::{Choice, Config, acquire};
use ways::{Ground, WAYS, Way};

pub(crate) type Failure = Box<dyn Error + Send + Sync>;

/// Set for the second of the two processes that this is.
const SERVER: &str = "BESIDE_PEERS_SERVER";

/// How many rows of the table are measured.
const ROWS: &str = "BESIDE_PEERS_ROWS";

const AT_ONCE: usize = 8;
const ROUNDS: usize = 4;

/// What the tests do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Load {
    Busy,
    Idle,
}

const LOADS: [Load; 2] = [Load::Busy, Load::Idle];

impl Load {
    /// How long a test takes: not the same for all, or all would want their databases at the same moment.
    fn length(self, test: usize) -> Duration {
        match self {
            Self::Idle => Duration::ZERO,
            Self::Busy => Duration::from_millis(125 + (test as u64 * 97) % 251),
        }
    }
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
            // Concurrent builds cannot stand in the block that a message of several statements is.
            all.push(fs::read_to_string(file)?.replace(" CONCURRENTLY", ""));
        }
    }
    Ok(all)
}

/// One round of one way: this many tests, eight at a time. Gives the waits of those that got a database.
fn round(way: Way, load: Load, tests: usize, ground: &Arc<Ground>) -> Vec<Duration> {
    let worker = |first: usize| {
        let ground = Arc::clone(ground);
        thread::spawn(move || {
            let numbers = (first..tests).step_by(AT_ONCE);
            numbers
                .filter_map(|number| way.wait(&ground, load.length(number)))
                .collect::<Vec<_>>()
        })
    };
    let workers: Vec<_> = (0..AT_ONCE).map(worker).collect();
    workers
        .into_iter()
        .flat_map(|worker| worker.join().expect("a test panicked"))
        .collect()
}

fn percentile(sorted: &[Duration], percent: usize) -> f64 {
    let index = (sorted.len() * percent / 100).min(sorted.len() - 1);
    sorted[index].as_secs_f64() * 1000.0
}

/// Runs this program again with a private server: `sqlx::test` takes its server from the environment, which a program cannot safely
/// change for itself.
fn with_a_server() -> Result<(), Failure> {
    let config = Config::from_variables(&|name| std::env::var_os(name));
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(acquire(&Choice::Local, &config))?;
    println!("PostgreSQL {}", server.version());
    let url = server.url().expose().to_string();
    let ended = Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(SERVER, &url)
        .env("DATABASE_URL", &url)
        .status()?;
    runtime.block_on(server.stop());
    if ended.success() {
        Ok(())
    } else {
        Err(ended.to_string().into())
    }
}

fn main() -> Result<(), Failure> {
    let Ok(url) = std::env::var(SERVER) else {
        return with_a_server();
    };
    let folders: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let migrations = migrations(&folders)?;
    println!("{} migrations, {AT_ONCE} tests at once\n", migrations.len());
    let ground = Arc::new(Ground::prepare(&url, migrations)?);
    let rows = std::env::var(ROWS).ok().and_then(|rows| rows.parse().ok());
    let ways = &WAYS[..rows.unwrap_or(WAYS.len()).min(WAYS.len())];
    let mut waits = vec![[Vec::new(), Vec::new()]; ways.len()];
    for number in 0..ROUNDS {
        for (way, waits) in ways.iter().zip(&mut waits) {
            for (load, waits) in LOADS.into_iter().zip(waits) {
                let started = Instant::now();
                if ground.has(way.way) {
                    waits.extend(round(way.way, load, way.tests / ROUNDS, &ground));
                }
                eprintln!(
                    "round {number}, {}, {load:?}: {:.1?}",
                    way.name,
                    started.elapsed()
                );
                // What it left to be done is done before the next begins.
                thread::sleep(Duration::from_millis(500));
            }
        }
    }
    println!(
        "| a test's database | tests that got one | p50 ms | p99 ms | idle: p50 ms | p99 ms |\n| --- | --- | --- | --- | --- | --- |"
    );
    for (way, waits) in ways.iter().zip(&mut waits) {
        if waits[0].is_empty() {
            continue;
        }
        waits.iter_mut().for_each(|waits| waits.sort());
        let cells: Vec<_> = waits
            .iter()
            .flat_map(|waits| [percentile(waits, 50), percentile(waits, 99)])
            .map(|ms| format!("{ms:.1}"))
            .collect();
        let got = waits[0].len() + waits[1].len();
        println!(
            "| {} | {got} of {} | {} |",
            way.name,
            way.tests * 2,
            cells.join(" | ")
        );
    }
    Ok(())
}
