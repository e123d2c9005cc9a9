//! Servers that accept and are silent: every command ends with exit code 2, within its deadline.

use std::{
    io::{Read, Write},
    net::TcpListener,
    os::unix::net::UnixStream,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use sqlx::postgres::PgConnectOptions;

use crate::{
    reference::{Ended, database, sql},
    support::Project,
};

/// What is forwarded to the server.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Serves {
    /// The connection is accepted, and nothing else happens.
    Nothing,
    /// The start of each connection, and nothing that is asked on it.
    Start,
    All,
}

/// A way to a server that hangs from the start, or when it is told to.
struct Silent {
    port: u16,
    hangs: Arc<AtomicBool>,
}

impl Silent {
    fn start(options: &PgConnectOptions, serves: Serves) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let hangs = Arc::new(AtomicBool::new(serves == Serves::Nothing));
        let hanging = Arc::clone(&hangs);
        let socket = options
            .get_socket()
            .unwrap()
            .join(format!(".s.PGSQL.{}", options.get_port()));
        thread::spawn(move || {
            let mut kept = Vec::new();
            for client in listener.incoming().flatten() {
                let Ok(server) = UnixStream::connect(&socket) else {
                    continue;
                };
                let most = if serves == Serves::Start { 1 } else { usize::MAX };
                let (from, to) = (client.try_clone().unwrap(), server.try_clone().unwrap());
                let hangs = Arc::clone(&hanging);
                thread::spawn(move || forward(from, to, &hangs, most));
                let (from, to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
                let hangs = Arc::clone(&hanging);
                thread::spawn(move || forward(from, to, &hangs, usize::MAX));
                kept.push((client, server));
            }
        });
        Self { port, hangs }
    }

    fn url(&self, options: &PgConnectOptions) -> String {
        format!(
            "postgres://{}@127.0.0.1:{}/{}?sslmode=disable",
            options.get_username(),
            self.port,
            options.get_database().unwrap()
        )
    }
}

fn forward(mut from: impl Read, mut to: impl Write, hangs: &AtomicBool, most: usize) {
    let mut bytes = vec![0; 64 * 1024];
    for _ in 0..most {
        let Ok(count @ 1..) = from.read(&mut bytes) else {
            return;
        };
        // What is not forwarded is lost; the connection stays.
        if !hangs.load(Ordering::SeqCst) && to.write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}

const FILES: [(&str, &str); 4] = [
    (
        "db-fresh.toml",
        "[guard]\ntable = \"settings\"\nkey = \"schema\"\nkey_column = \"name\"\nvalue_column = \"value\"\n",
    ),
    (
        "migrations/1_one.up.sql",
        "CREATE TABLE one (id int PRIMARY KEY);\n",
    ),
    ("migrations/1_one.down.sql", "DROP TABLE one;\n"),
    (
        "seeds/10_one.sql",
        "INSERT INTO one VALUES (1) ON CONFLICT DO NOTHING;\n",
    ),
];

/// Every command that works on a database that is named.
const COMMANDS: [&[&str]; 17] = [
    &["migrate", "--yes"],
    &["migrate", "--dry-run"],
    &["plan"],
    &["status"],
    &["rollback", "--yes"],
    &["rollback", "--dry-run"],
    &["resume", "--yes"],
    &["mark-applied", "1_one.up.sql", "--yes"],
    &["abandon", "1_one.up.sql", "--yes"],
    &["seed"],
    &["preflight"],
    &["provision"],
    &["smoke", "--yes"],
    &["guard", "--app-version", "1.0.0"],
    &["drift", "--against", "replay"],
    &["wait", "--level", "schema", "--migrations", "migrations"],
    &["wait", "--once"],
];

const DEADLINE: Duration = Duration::from_secs(20);

/// Runs all commands at the same time, each with a second for the server to answer: they only wait.
fn all_end(serves: Serves) {
    let (project, database) = (Project::of(&FILES), database());
    let silent = Silent::start(&database.options(), serves);
    let url = silent.url(&database.options());
    let run = |arguments: &[&str]| {
        let begun = Instant::now();
        let mut command = project.command(arguments);
        let output = command
            .env("DATABASE_URL", &url)
            .env("APP_ENV", "development")
            .env("DB_TIMEOUT", "1000")
            .output()
            .unwrap();
        (Ended::of(&output), begun.elapsed())
    };
    let of_two = ["contract", "diff", &url, &url];
    let adopt = ["adopt", "--from", "sqlx", "--yes", "--migrations", "migrations"];
    let export = ["export", "--to", "sqlx", "--yes", "--migrations", "migrations"];
    let proof = ["prove", "--database-url", &url];
    let check = ["contract", "check", "--database-url", &url];
    let more: [&[&str]; 5] = [&of_two, &adopt, &export, &proof, &check];
    let all: Vec<_> = COMMANDS.into_iter().chain(more).collect();
    let ended: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = all
            .iter()
            .map(|arguments| scope.spawn(|| run(arguments)))
            .collect();
        running.into_iter().map(|one| one.join().unwrap()).collect()
    });
    let mut failures = Vec::new();
    for (arguments, (ended, took)) in all.iter().zip(ended) {
        if ended.code != 2 || took > DEADLINE {
            failures.push(format!(
                "{arguments:?}: {} after {took:?}\n{}",
                ended.code, ended.stderr
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn every_command_ends_where_the_server_is_silent_from_the_start() {
    all_end(Serves::Nothing);
}

#[test]
fn every_command_ends_where_the_server_is_silent_after_the_start_of_the_session() {
    all_end(Serves::Start);
}

/// Runs a command and stops forwarding when the server runs `pg_sleep`.
fn hung_in_the_middle(arguments: &[&str], files: &[(&str, &str)]) -> (Ended, Duration) {
    let (project, database) = (Project::of(files), database());
    sql(
        &database.options(),
        "CREATE TABLE one (id int PRIMARY KEY); SELECT 'made'",
    );
    let silent = Silent::start(&database.options(), Serves::All);
    let mut command = project.command(arguments);
    command
        .env("DATABASE_URL", silent.url(&database.options()))
        .env("APP_ENV", "development")
        .env("DB_TIMEOUT", "1500");
    let running = thread::spawn(move || command.output().unwrap());
    let sleeps = "SELECT count(*)::text FROM pg_stat_activity
                  WHERE wait_event = 'PgSleep' AND datname = current_database()";
    while sql(&database.options(), sleeps) != ["1"] {
        assert!(!running.is_finished(), "it ended before");
        thread::sleep(Duration::from_millis(10));
    }
    silent.hangs.store(true, Ordering::SeqCst);
    let begun = Instant::now();
    let ended = Ended::of(&running.join().unwrap());
    let took = begun.elapsed();
    let end =
        "SELECT count(pg_terminate_backend(pid))::text FROM pg_stat_activity WHERE wait_event = 'PgSleep'
               AND datname = current_database()";
    sql(&database.options(), end);
    (ended, took)
}

#[test]
fn a_server_that_falls_silent_in_the_middle_leaves_an_unknown_outcome() {
    let files = [("migrations/1_one.sql", "SELECT pg_sleep(30);\n")];
    let (ended, took) = hung_in_the_middle(&["migrate", "--yes", "--log", "json"], &files);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    let lines = ended.lines();
    let last = lines.last().unwrap();
    assert_eq!(last["code"], "migration/outcome-unknown", "{}", ended.stderr);
    assert!(ended.stderr.contains("run it again"), "{}", ended.stderr);
    assert!(took < DEADLINE, "{took:?}");

    let files = [
        ("migrations/1_one.sql", "CREATE TABLE two (id int);\n"),
        ("seeds/10_one.sql", "SELECT pg_sleep(30);\n"),
    ];
    let (ended, took) = hung_in_the_middle(&["seed"], &files);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("readiness/no-answer"), "{}", ended.stderr);
    assert!(took < DEADLINE, "{took:?}");
}

#[test]
fn a_seed_that_runs_is_waited_for() {
    let (project, database) = (
        Project::of(&[
            ("migrations/1_one.sql", "SELECT 1;\n"),
            ("seeds/10_one.sql", "SELECT pg_sleep(4);\n"),
        ]),
        database(),
    );
    let mut command = project.command(&["seed"]);
    command
        .env("DATABASE_URL", database.url())
        .env("APP_ENV", "development")
        .env("DB_TIMEOUT", "900");
    let ended = Ended::of(&command.output().unwrap());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}
