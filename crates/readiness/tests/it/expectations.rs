//! The levels schema and seeded, with what a caller would expect there: a ledger, its checksums, and rows.

use diagnostic::{Diagnostic, Explain, Fact, Place};
use readiness::{Class, Expectation, Finding, Level, Reason, Target, wait};
use sqlx::{ConnectOptions, PgConnection, Row};

use super::{
    server::Server,
    table::{Case, impatient},
};

const LEDGER: &str =
    "CREATE TABLE schema_migrations (filename text, checksum text); CREATE TABLE users (id int);";

/// Three files are expected, with these checksums.
fn migrated() -> Expectation {
    Expectation::of_schema("migrations", |conn| {
        Box::pin(async move {
            let rows = sqlx::raw_sql("SELECT checksum FROM schema_migrations ORDER BY filename")
                .fetch_all(conn)
                .await?;
            let there: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
            Ok(match there.as_slice() {
                [a, b, c] if [a, b, c] == ["1", "2", "3"] => Finding::Met,
                [_, _, _] => Finding::Unfit(Reason::of(vec![edited()])),
                fewer => Finding::NotYet(format!("{} of 3 migrations", fewer.len()).into()),
            })
        })
    })
}

fn edited() -> Diagnostic {
    let mut problem = Diagnostic::new("migration/edited", "`0003.sql` was edited");
    problem.place = Some(Place::file("migrations/0003.sql"));
    problem.facts = vec![Fact::new("on disk", "sha256 9a07e31b")];
    problem.hints = vec!["restore the file".to_owned()];
    problem
}

fn seeded() -> Expectation {
    Expectation::of_data("users", |conn: &mut PgConnection| {
        Box::pin(async move {
            let row = sqlx::raw_sql("SELECT count(*) FROM users")
                .fetch_one(conn)
                .await?;
            Ok(match row.get(0) {
                0_i64 => Finding::NotYet("no users".into()),
                _ => Finding::Met,
            })
        })
    })
}

async fn prepare(server: &Server, database: &str, sql: &str) -> Target {
    let options = server.options().database(database);
    let mut conn = options.connect().await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
        .execute(&mut conn)
        .await
        .unwrap();
    Target::postgres(options)
        .expecting(migrated())
        .expecting(seeded())
}

#[tokio::test]
async fn a_right_that_is_missing_inside_is_no_missing_right_to_connect() {
    let server = Server::ready("", &[]).await;
    prepare(&server, "postgres", LEDGER).await;
    server.execute("CREATE ROLE outsider LOGIN").await;
    let options = server.options().username("outsider");
    let target = Target::postgres(options).expecting(migrated());
    let error = wait(&target, Level::Schema, &impatient(), &mut |_| ())
        .await
        .unwrap_err();
    let last = error.last_seen().unwrap();
    assert_eq!(last.seen.class, Class::NO_RIGHT_INSIDE);
    assert!(last.seen.detail.contains("schema_migrations"), "{last:?}");
    assert!(last.remedy.contains("TO outsider"), "{last:?}");
}

/// Databases that are not as expected.
pub(crate) async fn cases(server: &Server) -> Vec<Case> {
    let applied = |rows: &str| format!("{LEDGER} INSERT INTO schema_migrations VALUES {rows};");
    let half = applied("('0001.sql', '1')");
    let edited = applied("('0001.sql', '1'), ('0002.sql', '2'), ('0003.sql', 'x')");
    let whole = applied("('0001.sql', '1'), ('0002.sql', '2'), ('0003.sql', '3')");
    let case = |situation, target, level, class| Case {
        situation,
        target,
        level,
        class,
    };
    let unseeded = prepare(server, "unseeded", &whole).await;
    // The same database is ready for whoever asks for the schema alone.
    wait(&unseeded, Level::Schema, &impatient(), &mut |_| ())
        .await
        .unwrap();
    vec![
        case(
            "empty database",
            prepare(server, "empty", "").await,
            Level::Schema,
            Class::SCHEMA_BEHIND,
        ),
        case(
            "half-migrated",
            prepare(server, "half", &half).await,
            Level::Schema,
            Class::SCHEMA_BEHIND,
        ),
        case(
            "edited migration",
            prepare(server, "edited", &edited).await,
            Level::Schema,
            Class::SCHEMA_UNFIT,
        ),
        case("unseeded", unseeded, Level::Seeded, Class::UNSEEDED),
    ]
}

#[tokio::test]
async fn a_wait_that_is_over_hands_on_the_problems_behind_it() {
    let server = Server::ready("", &[]).await;
    let sql = format!(
        "{LEDGER} INSERT INTO schema_migrations VALUES ('0001.sql', '1'), ('0002.sql', '2'), ('0003.sql', 'x');"
    );
    let target = prepare(&server, "postgres", &sql).await;
    let error = wait(&target, Level::Schema, &impatient(), &mut |_| ())
        .await
        .unwrap_err();
    let [own, problem] = error.diagnostics().try_into().unwrap();
    assert_eq!(own.code, "readiness/schema-unfit");
    assert_eq!(own.facts[0].value, "migrations: `0003.sql` was edited");
    assert_eq!(problem, edited());
}

#[tokio::test]
async fn a_wait_ends_when_somebody_else_has_brought_the_schema() {
    let server = Server::ready("", &[]).await;
    let target = prepare(&server, "postgres", LEDGER).await;
    let mut seen = Vec::new();
    let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let mut progress = |attempt: &readiness::Attempt| {
        seen.push(attempt.seen.detail.clone());
        told.send(()).unwrap();
    };
    let backoff = readiness::Backoff {
        settle: std::time::Duration::ZERO,
        ..readiness::Backoff::local()
    };
    let waiting = wait(&target, Level::Seeded, &backoff, &mut progress);
    let migrating = async {
        heard.recv().await.unwrap();
        server
            .execute(
                "INSERT INTO schema_migrations VALUES ('1.sql', '1'), ('2.sql', '2'), ('3.sql', '3'); \
                 INSERT INTO users VALUES (1)",
            )
            .await;
    };
    let (ready, ()) = tokio::join!(waiting, migrating);
    assert!(ready.unwrap().attempts >= 2);
    assert_eq!(seen[0], "migrations: 0 of 3 migrations");
}

#[tokio::test]
async fn a_restart_between_two_looks_is_noticed() {
    // Two servers behind one port, one after the other: what a container's first start looks like from outside.
    let first = Server::ready("", &[]).await;
    let second = Server::ready("", &[]).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let ports = [first.options().get_port(), second.options().get_port()];
    let relay = tokio::spawn(async move {
        for turn in 0.. {
            let (mut client, _) = listener.accept().await.unwrap();
            let backend = ports[usize::from(turn > 0)];
            tokio::spawn(async move {
                let mut server = tokio::net::TcpStream::connect(("127.0.0.1", backend))
                    .await
                    .unwrap();
                tokio::io::copy_bidirectional(&mut client, &mut server).await.ok();
            });
        }
    });
    let target = Target::postgres(first.options().port(port));
    let mut classes = Vec::new();
    let ready = wait(&target, Level::Stable, &readiness::Backoff::local(), &mut |a| {
        classes.push(a.seen.class);
    })
    .await
    .unwrap();
    assert_eq!((classes, ready.attempts), (vec![Class::RESTARTED], 2));
    relay.abort();
}
