//! The table: situation × class × exit code × time to answer, each situation set up for real.

use std::{fmt::Write, time::Duration};

use diagnostic::Explain;
use readiness::{Backoff, Class, Error, Level, Target, Verdict, wait};
use sqlx::postgres::{PgConnectOptions, PgSslMode};

use super::{
    expectations,
    fake::{Fake, Manner},
    server::{Server, free_port},
};

/// One attempt, and little patience: the time to answer is what the table is about.
pub(crate) fn impatient() -> Backoff {
    Backoff {
        attempt_timeout: Duration::from_millis(400),
        settle: Duration::from_millis(5),
        dns_grace: Duration::ZERO,
        ..Backoff::once()
    }
}

pub(crate) struct Case {
    pub(crate) situation: &'static str,
    pub(crate) target: Target,
    pub(crate) level: Level,
    pub(crate) class: &'static Class,
}

pub(crate) fn case(
    situation: &'static str,
    options: PgConnectOptions,
    level: Level,
    class: &'static Class,
) -> Case {
    Case {
        situation,
        target: Target::postgres(options),
        level,
        class,
    }
}

/// Meets the case, holds it against what is expected, and gives its row.
async fn row(case: &Case) -> String {
    let started = std::time::Instant::now();
    let result = wait(&case.target, case.level, &impatient(), &mut |_| ()).await;
    let took = started.elapsed();
    let Err(error) = result else {
        panic!("{}: it is ready", case.situation)
    };
    let seen = &error.last_seen().unwrap().seen;
    assert_eq!(seen.class.code, case.class.code, "{}: {seen:?}", case.situation);
    assert_eq!(error.code(), case.class.code);
    let stopped = matches!(error, Error::Refused { .. });
    assert_eq!(stopped, case.class.verdict == Verdict::Stop, "{}", case.situation);
    assert!(
        took < Duration::from_millis(1500),
        "{} took {took:?}",
        case.situation
    );
    assert!(!error.hints().is_empty() && !error.facts().is_empty());
    // Every error of this crate leads to the exit code of readiness.
    let (code, meaning) = (
        case.class.code,
        format!("{:?}", case.class.verdict).to_lowercase(),
    );
    let reached = seen.reached.map_or("-", Level::name);
    format!(
        "| {} | `{code}` | {meaning} | {reached} | 2 | {} ms |\n",
        case.situation,
        took.as_millis()
    )
}

async fn print(cases: &[Case]) {
    let mut table = String::new();
    for case in cases {
        let line = row(case).await;
        write!(table, "{line}").unwrap();
    }
    println!("{table}");
}

/// What the cases of a session need on the server.
const SITUATIONS: [&str; 6] = [
    "CREATE ROLE scram LOGIN PASSWORD 'right'; CREATE ROLE tls_only LOGIN; CREATE ROLE outsider LOGIN; \
     CREATE ROLE limited LOGIN CONNECTION LIMIT 0",
    "CREATE DATABASE closed ALLOW_CONNECTIONS false",
    "CREATE DATABASE private",
    "REVOKE CONNECT ON DATABASE private FROM PUBLIC",
    "CREATE DATABASE quiet",
    "ALTER DATABASE quiet SET default_transaction_read_only = on",
];

fn cases_of_a_session(server: &Server) -> Vec<Case> {
    let at = || server.options();
    let of = |situation, options, class| case(situation, options, Level::Writable, class);
    let role = |name: &str| at().username(name);
    let database = |name: &str| at().database(name);
    let wrong = role("scram").password("wrong");
    let private = role("outsider").database("private");
    vec![
        of("refused", at().port(free_port()), Class::REFUSED),
        of("no socket file", at().socket("/nowhere"), Class::REFUSED),
        of(
            "name does not resolve",
            at().host("no-such-host.invalid"),
            Class::UNKNOWN_HOST,
        ),
        of("wrong password", wrong, Class::WRONG_PASSWORD),
        of("no such role", role("absent"), Class::NOT_LET_IN),
        of("no rule lets the user in", role("stranger"), Class::NOT_LET_IN),
        of("server demands TLS", role("tls_only"), Class::NOT_LET_IN),
        of(
            "client demands TLS",
            at().ssl_mode(PgSslMode::Require),
            Class::TLS_MISSING,
        ),
        of(
            "too many connections",
            role("limited"),
            Class::TOO_MANY_CONNECTIONS,
        ),
        of("no such database", database("absent"), Class::NO_DATABASE),
        of("no CONNECT right", private, Class::NO_RIGHT),
        of(
            "datallowconn is false",
            database("closed"),
            Class::DATABASE_CLOSED,
        ),
        of("read-only database", database("quiet"), Class::READ_ONLY),
    ]
}

#[tokio::test]
async fn what_is_in_the_way_of_a_session() {
    let server = Server::ready("", &[]).await;
    for sql in SITUATIONS {
        server.execute(sql).await;
    }
    print(&cases_of_a_session(&server)).await;
    let at = || server.options();
    let scram = at().username("scram");
    // And the same server is ready for whoever asks rightly, or for less.
    for (options, level) in [
        (scram.clone().password("right"), Level::Stable),
        (scram.password("wrong"), Level::Protocol),
        (at().database("absent"), Level::Authenticated),
        (at().database("quiet"), Level::Database),
        (at(), Level::Writable),
    ] {
        let ready = wait(&Target::postgres(options), level, &impatient(), &mut |_| ())
            .await
            .unwrap();
        assert_eq!((ready.level, ready.attempts), (level, 1));
    }
    let tcp = Target::tcp("127.0.0.1", server.options().get_port());
    let ready = wait(&tcp, Level::Tcp, &impatient(), &mut |_| ()).await.unwrap();
    assert_eq!(ready.server_version, None);
}

#[tokio::test]
async fn what_is_in_the_way_of_a_server() {
    let asleep = "restore_command = 'sleep 600'";
    let starting = Server::start(asleep, &["recovery.signal"]);
    // Not accepting, rather than refused, is the first thing to wait for here: the socket is open then.
    let tcp = Target::tcp("127.0.0.1", starting.options().get_port());
    wait(&tcp, Level::Tcp, &Backoff::local(), &mut |_| ())
        .await
        .unwrap();
    let standby = Server::ready("hot_standby = on", &["standby.signal"]).await;
    let stopping = Server::ready("", &[]).await;
    let session = stopping.connect().await;
    stopping.signal("TERM");
    let shut = Target::postgres(stopping.options());
    // The signal takes a moment; from then on the server says that it shuts down, as long as the session lives.
    while wait(&shut, Level::Database, &impatient(), &mut |_| ())
        .await
        .is_ok()
    {}
    print(&[
        case(
            "starting",
            starting.options(),
            Level::Writable,
            Class::NOT_YET_ACCEPTING,
        ),
        case(
            "shutting down",
            stopping.options(),
            Level::Writable,
            Class::NOT_YET_ACCEPTING,
        ),
        case(
            "in recovery",
            standby.options(),
            Level::Writable,
            Class::IN_RECOVERY,
        ),
    ])
    .await;
    let standby = Target::postgres(standby.options());
    wait(&standby, Level::Database, &impatient(), &mut |_| ())
        .await
        .unwrap();
    drop(session);
}

#[tokio::test]
async fn what_is_in_the_way_of_a_protocol() {
    let mut cases = Vec::new();
    let mut fakes = Vec::new();
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
            "pooler lost its server",
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
        let fake = Fake::start(manner).await;
        for mode in [PgSslMode::Prefer, PgSslMode::Disable] {
            let options = PgConnectOptions::new_without_pgpass()
                .host("127.0.0.1")
                .port(fake.port)
                .username("dev");
            cases.push(case(situation, options.ssl_mode(mode), Level::Writable, class));
        }
        fakes.push(fake);
    }
    print(&cases).await;
    // A fake that refuses a start-up message speaks the protocol; a web server does not.
    for (fake, speaks) in [(3, true), (0, false), (1, false)] {
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(fakes[fake].port);
        let answer = wait(
            &Target::postgres(options),
            Level::Protocol,
            &impatient(),
            &mut |_| (),
        )
        .await;
        assert_eq!(answer.is_ok(), speaks);
    }
}

#[tokio::test]
async fn what_is_in_the_way_of_a_schema() {
    let server = Server::ready("", &[]).await;
    for database in ["empty", "half", "edited", "unseeded"] {
        let mut conn = server.connect().await;
        let sql = sqlx::AssertSqlSafe(format!("CREATE DATABASE {database}"));
        sqlx::raw_sql(sql).execute(&mut conn).await.unwrap();
    }
    let cases = expectations::cases(&server).await;
    print(&cases).await;
}
