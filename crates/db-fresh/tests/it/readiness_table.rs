//! The table: situation × class × exit code × time to answer, each situation set up for real, and met by the program.
//!
//! `cargo test -p db-fresh --test it readiness_table -- --nocapture` prints it; it stands in the README of `readiness`, and is
//! compared with what is there but for the times.

#[path = "../../../readiness/tests/it/fake.rs"]
mod fake;
#[path = "../../../readiness/tests/it/server.rs"]
pub(crate) mod server;

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use readiness::{Backoff, Class, Level, Target};
use serde_json::Value;

use crate::reference::{Ended, run, runtime, sql, xtask};
use fake::{Fake, Manner};
use server::{Server, free_port};

/// A situation, how to meet it, and what it is to be called.
struct Row {
    situation: &'static str,
    url: String,
    level: Level,
    class: &'static Class,
}

fn row(situation: &'static str, url: String, class: &'static Class) -> Row {
    Row {
        situation,
        url,
        level: Level::Writable,
        class,
    }
}

fn url(user: &str, port: u16, database: &str) -> String {
    format!("postgres://{user}@127.0.0.1:{port}/{database}?sslmode=disable")
}

/// Runs the program, holds what it says against what is expected, and gives the line of the table.
fn meet(row: &Row) -> String {
    let begun = Instant::now();
    let output = xtask(&["wait", "--once", "--log", "json", "--level", row.level.name()])
        .env("DATABASE_URL", &row.url)
        .output()
        .unwrap();
    let took = begun.elapsed();
    let ended = Ended::of(&output);
    // The problems behind a schema that does not fit come after it.
    let lines = ended.lines();
    let last = lines.iter().find(|line| line["level"] == "error").unwrap();
    let (situation, code) = (row.situation, row.class.code);
    assert_eq!(last["code"], code, "{situation}: {last}");
    assert_eq!(last["exitCode"], ended.code, "{situation}: {last}");
    assert!(last["suggestion"].as_str().is_some(), "{situation}: {last}");
    assert!(took < Duration::from_secs(4), "{situation} took {took:?}");
    let reached = fact(last, "reached").replace("nothing", "-");
    let verdict = format!("{:?}", row.class.verdict).to_lowercase();
    format!(
        "| {situation} | `{code}` | {verdict} | {reached} | {} | {} ms |",
        ended.code,
        took.as_millis()
    )
}

fn fact(line: &Value, label: &str) -> String {
    let facts = line["facts"].as_array().unwrap();
    let fact = facts.iter().find(|fact| fact["label"] == label).unwrap();
    fact["value"].as_str().unwrap().to_owned()
}

/// Prints the lines, and compares them with those of the README, times left out.
#[expect(
    clippy::print_stdout,
    reason = "the table is for whoever runs this with `--nocapture`"
)]
fn check(rows: &[Row]) {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../readiness/README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let without_time = |line: &str| line.rsplitn(3, '|').nth(2).unwrap().trim().to_owned();
    let known: Vec<_> = readme
        .lines()
        .filter(|line| line.starts_with("| "))
        .map(without_time)
        .collect();
    let met: Vec<_> = rows.iter().map(meet).collect();
    println!("\n{}", met.join("\n"));
    for line in met {
        assert!(known.contains(&without_time(&line)), "the README has not: {line}");
    }
}

/// What the situations of a session need on the server.
const SITUATIONS: [&str; 6] = [
    "CREATE ROLE scram LOGIN PASSWORD 'right'; CREATE ROLE tls_only LOGIN; CREATE ROLE outsider LOGIN; \
     CREATE ROLE limited LOGIN CONNECTION LIMIT 0",
    "CREATE DATABASE closed ALLOW_CONNECTIONS false",
    "CREATE DATABASE private",
    "REVOKE CONNECT ON DATABASE private FROM PUBLIC",
    "CREATE DATABASE quiet",
    "ALTER DATABASE quiet SET default_transaction_read_only = on",
];

fn set_up(server: &Server, statements: &'static [&'static str]) {
    for sql in statements {
        runtime().block_on(server.execute(sql));
    }
}

fn port(server: &Server) -> u16 {
    server.options().get_port()
}

#[test]
fn situations_of_an_address_and_a_session() {
    let server = runtime().block_on(Server::ready("", &[]));
    set_up(&server, &SITUATIONS);
    let here = port(&server);
    let tls = format!("postgres://postgres@127.0.0.1:{here}/postgres?sslmode=require");
    check(&[
        row("nothing listens", url("dev", free_port(), "app"), Class::REFUSED),
        row(
            "no socket file",
            "postgres:///app?host=/nowhere&user=dev".into(),
            Class::REFUSED,
        ),
        row(
            "the name does not resolve",
            "postgres://dev@no-such-host.invalid/app".into(),
            Class::UNKNOWN_HOST,
        ),
        row(
            "wrong password",
            url("scram:hunter2", here, "postgres"),
            Class::WRONG_PASSWORD,
        ),
        row("no such role", url("absent", here, "postgres"), Class::NOT_LET_IN),
        row(
            "no rule of `pg_hba.conf` fits",
            url("stranger", here, "postgres"),
            Class::NOT_LET_IN,
        ),
        row(
            "the server demands TLS",
            url("tls_only", here, "postgres"),
            Class::NOT_LET_IN,
        ),
        row(
            "the client demands TLS, the server has none",
            tls,
            Class::TLS_MISSING,
        ),
        row(
            "too many connections",
            url("limited", here, "postgres"),
            Class::TOO_MANY_CONNECTIONS,
        ),
        row(
            "no such database",
            url("postgres", here, "absent"),
            Class::NO_DATABASE,
        ),
        row(
            "no CONNECT right",
            url("outsider", here, "private"),
            Class::NO_RIGHT,
        ),
        row(
            "`datallowconn = false`",
            url("postgres", here, "closed"),
            Class::DATABASE_CLOSED,
        ),
        row(
            "read-only database",
            url("postgres", here, "quiet"),
            Class::READ_ONLY,
        ),
    ]);
}

#[test]
fn situations_of_a_server() {
    let starting = Server::start("restore_command = 'sleep 600'", &["recovery.signal"]);
    let standby = runtime().block_on(Server::ready("hot_standby = on", &["standby.signal"]));
    let stopping = runtime().block_on(Server::ready("", &[]));
    let reached = |server: &Server, level| {
        let target = Target::postgres(server.options());
        let backoff = Backoff {
            attempts: 1,
            ..Backoff::local()
        };
        runtime()
            .block_on(readiness::wait(&target, level, &backoff, &mut |_| ()))
            .is_ok()
    };
    while !reached(&starting, Level::Tcp) {}
    let session = runtime().block_on(stopping.connect());
    stopping.signal("TERM");
    // From then on the server says that it shuts down, as long as the session lives.
    while reached(&stopping, Level::Database) {}
    check(&[
        row(
            "starting",
            url("postgres", port(&starting), "postgres"),
            Class::NOT_YET_ACCEPTING,
        ),
        row(
            "shutting down",
            url("postgres", port(&stopping), "postgres"),
            Class::NOT_YET_ACCEPTING,
        ),
        row(
            "in recovery",
            url("postgres", port(&standby), "postgres"),
            Class::IN_RECOVERY,
        ),
    ]);
    drop(session);
}

#[test]
fn situations_of_a_protocol() {
    let mut fakes = Vec::new();
    let mut rows = Vec::new();
    for (situation, manner, class) in [
        ("a web server answers", Manner::Http, Class::NOT_POSTGRES),
        ("accepts and stays silent", Manner::Silent, Class::SILENT),
        ("accepts and closes", Manner::Closes, Class::RESET),
        (
            "session ended by the server",
            Manner::Refuses("57P01"),
            Class::TERMINATED,
        ),
        ("out of memory", Manner::Refuses("53200"), Class::OUT_OF_RESOURCES),
        (
            "a pooler lost its server",
            Manner::Refuses("08006"),
            Class::CONNECTION_LOST,
        ),
        (
            "database dropped meanwhile",
            Manner::Refuses("57P04"),
            Class::DATABASE_DROPPED,
        ),
        ("an error nobody knows", Manner::Refuses("XX000"), Class::UNKNOWN),
        (
            "disk too full for a session",
            Manner::Refuses("53100"),
            Class::DISK_FULL,
        ),
        ("disk full", Manner::Fails("53100"), Class::DISK_FULL),
        ("a query is never answered", Manner::Hangs, Class::QUERY_SILENT),
    ] {
        let fake = runtime().block_on(Fake::start(manner));
        rows.push(row(situation, url("dev", fake.port, "app"), class));
        fakes.push(fake);
    }
    check(&rows);
}

const EDIT: &str = "UPDATE schema_migrations SET checksum = md5('x'), neutral_checksum = md5('x') WHERE filename LIKE '0003%'";

#[test]
fn situations_of_a_schema() {
    let server = runtime().block_on(Server::ready("", &[]));
    let database = |name: &str| url("postgres", port(&server), name);
    set_up(
        &server,
        &[
            "CREATE DATABASE empty",
            "CREATE DATABASE half",
            "CREATE DATABASE unseeded",
            "CREATE ROLE outsider LOGIN",
        ],
    );
    let half = run(
        &["migrate", "--yes", "--component", "operational"],
        &database("half"),
    );
    assert_eq!(half.code, 0, "{}", half.stderr);
    let whole = run(&["migrate", "--yes"], &database("unseeded"));
    assert_eq!(whole.code, 0, "{}", whole.stderr);
    set_up(
        &server,
        &[
            "CREATE DATABASE edited TEMPLATE unseeded",
            "CREATE DATABASE lacking TEMPLATE unseeded",
        ],
    );
    sql(&server.options().database("edited"), EDIT);
    sql(
        &server.options().database("lacking"),
        "DROP INDEX audit_events_resource_idx",
    );
    let at = |level, situation, name, class| Row {
        level,
        ..row(situation, database(name), class)
    };
    check(&[
        at(Level::Schema, "empty database", "empty", Class::SCHEMA_BEHIND),
        at(Level::Schema, "half-migrated", "half", Class::SCHEMA_BEHIND),
        at(Level::Schema, "edited migration", "edited", Class::SCHEMA_UNFIT),
        at(
            Level::Schema,
            "the contract is broken",
            "lacking",
            Class::SCHEMA_UNFIT,
        ),
        Row {
            level: Level::Schema,
            ..row(
                "no right to read the ledger",
                url("outsider", port(&server), "unseeded"),
                Class::NO_RIGHT_INSIDE,
            )
        },
        at(Level::Seeded, "unseeded", "unseeded", Class::UNSEEDED),
    ]);
}
