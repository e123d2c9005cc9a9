//! Servers that accept and are silent, from the start or in the middle of a migration: every wait has an end, and a migration that
//! runs is waited for.

use std::time::{Duration, Instant};

use diagnostic::Explain;
use migration_core::{
    Config, Error, ForeignLedger, Progress, Running, Silence, Target, Tool, Watched, abandon, adopt_plan,
    adopted_from, apply, export_plan, interrupted, mark_applied, overview, resume, rollback, rollback_plan,
};
use sqlx::postgres::PgConnectOptions;

use crate::{
    silent_proxy::{Serves, SilentProxy},
    support::{ask, database, execute, run, set},
};

/// Longer than every deadline of [`short`] together.
const LATE: Duration = Duration::from_secs(10);

fn short() -> Config {
    Config {
        connect_timeout: Duration::from_millis(600),
        answer_timeout: Duration::from_millis(900),
        look_every: Duration::from_millis(50),
        ..Config::default()
    }
}

/// What every call comes to.
async fn everything(options: &PgConnectOptions) -> Vec<(&'static str, Error)> {
    let (sets, config) = ([set(&[("1_a.sql", "SELECT 1")])], short());
    let (source, to) = (
        ForeignLedger {
            tool: Tool::Sqlx,
            table: None,
        },
        Target::Last(1),
    );
    vec![
        (
            "apply",
            apply(options, &sets, &config, &mut |_| {}).await.unwrap_err(),
        ),
        ("overview", overview(options, &sets, &config).await.unwrap_err()),
        (
            "rollback",
            rollback(options, &sets, &to, &config, &mut |_| {})
                .await
                .unwrap_err(),
        ),
        (
            "rollback_plan",
            rollback_plan(options, &sets, &to, &config).await.unwrap_err(),
        ),
        (
            "interrupted",
            interrupted(options, &sets, &config).await.unwrap_err(),
        ),
        (
            "resume",
            resume(options, &sets, Running::Unknown, &config, &mut |_| {})
                .await
                .unwrap_err(),
        ),
        (
            "mark_applied",
            mark_applied(options, &sets, "1_a.sql", &config, &mut |_| {})
                .await
                .unwrap_err(),
        ),
        (
            "abandon",
            abandon(options, &sets, "1_a.sql", &config, &mut |_| {})
                .await
                .unwrap_err(),
        ),
        (
            "adopt_plan",
            adopt_plan(options, &sets[0], &source, &config).await.unwrap_err(),
        ),
        (
            "export_plan",
            export_plan(options, &sets[0], &source, &config)
                .await
                .unwrap_err(),
        ),
        ("adopted_from", adopted_from(options, &config).await.unwrap_err()),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_silent_from_the_start_ends_every_call() {
    let database = database().await;
    let proxy = SilentProxy::start(&database.options(), Serves::Nobody).await;
    let begun = Instant::now();
    for (call, error) in everything(&proxy.options(&database.options())).await {
        assert_eq!(error.code(), "migration/no-connection", "{call}: {error:?}");
    }
    assert!(begun.elapsed() < 3 * LATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_silent_after_the_start_of_the_session_ends_every_call() {
    let database = database().await;
    let proxy = SilentProxy::start(&database.options(), Serves::Start).await;
    let begun = Instant::now();
    for (call, error) in everything(&proxy.options(&database.options())).await {
        assert_eq!(error.code(), "migration/no-answer", "{call}: {error:?}");
        assert!(!error.hints().is_empty());
    }
    assert!(begun.elapsed() < 3 * LATE);
}

/// Waits until the server runs the migration.
async fn until_it_runs(options: &PgConnectOptions) {
    let question = "SELECT count(*)::text FROM pg_stat_activity
                    WHERE state = 'active' AND wait_event = 'PgSleep' AND datname = current_database()";
    while ask(options, question).await != ["1"] {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Applies through a proxy that changes whom it serves once the migration sleeps; says how long that took from then on.
async fn changed_while_it_sleeps(
    files: &[(&str, &str)],
    serves: Serves,
    then: impl AsyncFnOnce(&PgConnectOptions, &SilentProxy),
) -> (Result<usize, Error>, Duration) {
    let database = database().await;
    let options = database.options();
    let proxy = SilentProxy::start(&options, Serves::All).await;
    let (sets, config) = ([set(files)], short());
    let (through, mut listen) = (proxy.options(&options), |_: Progress| {});
    let change = async {
        until_it_runs(&options).await;
        proxy.serve(serves);
        let begun = Instant::now();
        then(&options, &proxy).await;
        begun
    };
    let applied = apply(&through, &sets, &config, &mut listen);
    let (ended, begun) = tokio::join!(tokio::time::timeout(4 * LATE, applied), change);
    let took = begun.elapsed();
    let ended = ended.expect("every wait has an end");
    // What the silence has left runs on the server.
    execute(&options, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()").await;
    run(&options, &sets).await.unwrap();
    (ended.map(|report| report.applied.len()), took)
}

fn unknown(ended: Result<usize, Error>) -> (String, Silence, Option<bool>, usize) {
    let error = ended.unwrap_err();
    assert_eq!(error.code(), "migration/outcome-unknown", "{error:?}");
    assert!(error.hints()[0].contains("run it again"));
    match error {
        Error::OutcomeUnknown {
            file,
            silence,
            recorded,
            aftermath,
        } => (file, silence, recorded, aftermath.finished_before),
        other => panic!("{other:?}"),
    }
}

const NOTHING: fn(&PgConnectOptions, &SilentProxy) -> std::future::Ready<()> = |_, _| std::future::ready(());

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_on_both_connections_ends_the_run() {
    for second in [
        "SELECT pg_sleep(4)",
        "-- db-fresh: no-transaction\nSELECT 1;\nSELECT pg_sleep(4)",
    ] {
        let files = [("1_a.sql", "SELECT 1"), ("2_b.sql", second)];
        let (ended, took) = changed_while_it_sleeps(&files, Serves::Nobody, NOTHING).await;
        let (_, silence, recorded, _) = unknown(ended);
        assert_eq!((silence, recorded), (Silence::Server, None));
        assert!(took < LATE, "{took:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_runs_is_waited_for_and_a_lost_answer_is_told_from_it() {
    let files = [
        ("1_a.sql", "SELECT 1"),
        ("2_b.sql", "SELECT pg_sleep(3)"),
        ("3_c.sql", "SELECT 1"),
    ];
    // The working connection is the first, and that of the pooler's check the second.
    let (ended, took) = changed_while_it_sleeps(&files, Serves::After(1), NOTHING).await;
    assert!(
        took > Duration::from_millis(2900),
        "it was given up while it ran: {took:?}"
    );
    let (file, silence, recorded, before) = unknown(ended);
    assert_eq!(
        (file.as_str(), silence, recorded, before),
        ("3_c.sql", Silence::Idle, Some(true), 2)
    );
    assert!(took < LATE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_that_the_server_has_ended_is_told_and_what_the_ledger_says() {
    let files = [
        ("1_a.sql", "SELECT 1"),
        ("2_b.sql", "SELECT pg_sleep(5)"),
        ("3_c.sql", "SELECT 1"),
    ];
    let end = async |options: &PgConnectOptions, _: &SilentProxy| {
        execute(options, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()").await;
    };
    let (ended, took) = changed_while_it_sleeps(&files, Serves::After(1), end).await;
    let (file, silence, recorded, before) = unknown(ended);
    assert_eq!(
        (file.as_str(), silence, recorded, before),
        ("2_b.sql", Silence::Gone, Some(false), 1)
    );
    assert!(took < LATE, "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_that_comes_late_counts() {
    let back = async |_: &PgConnectOptions, proxy: &SilentProxy| {
        tokio::time::sleep(Duration::from_millis(500)).await;
        proxy.serve(Serves::All);
    };
    let (ended, _) =
        changed_while_it_sleeps(&[("1_a.sql", "SELECT pg_sleep(0.3)")], Serves::Nobody, back).await;
    assert_eq!(ended.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_connection_that_never_answered_says_nothing() {
    let database = database().await;
    let proxy = SilentProxy::start(&database.options(), Serves::First(1)).await;
    let sets = [set(&[("1_a.sql", "SELECT pg_sleep(3)")])];
    let report = apply(&proxy.options(&database.options()), &sets, &short(), &mut |_| {}).await;
    assert_eq!(report.unwrap().applied.len(), 1);
    assert!(proxy.connections() > 2, "it was asked");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_has_no_room_for_a_second_connection_has_answered() {
    let database = database().await;
    let options = database.options();
    let role = format!("only_one_{}", std::process::id());
    execute(
        &options,
        &format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 1; GRANT CREATE ON SCHEMA public TO {role}"),
    )
    .await;
    let sets = [set(&[("1_a.sql", "SELECT pg_sleep(3)")])];
    let report = apply(&options.clone().username(&role), &sets, &short(), &mut |_| {}).await;
    assert_eq!(report.unwrap().applied.len(), 1);
    execute(
        &options,
        &format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"),
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_runs_to_its_end_where_the_server_does_not_say_what_it_does() {
    let database = database().await;
    let options = database.options();
    let quiet = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET track_activities = off', current_database()); END $$";
    execute(&options, quiet).await;
    let sets = [set(&[
        ("1_a.sql", "SELECT pg_sleep(3)"),
        ("2_b.sql", "-- db-fresh: no-transaction\nSELECT pg_sleep(2)"),
    ])];
    let report = apply(&options, &sets, &short(), &mut |_| {}).await;
    assert_eq!(report.unwrap().applied.len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_a_session_has_locked_ends_the_wait() {
    let database = database().await;
    let options = database.options();
    let sets = [set(&[("1_a.sql", "SELECT 1")])];
    run(&options, &sets).await.unwrap();
    let mut other = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options)
        .await
        .unwrap();
    sqlx::Executor::execute(&mut other, "BEGIN; LOCK TABLE schema_migrations")
        .await
        .unwrap();
    for error in [
        overview(&options, &sets, &short()).await.unwrap_err(),
        apply(&options, &sets, &short(), &mut |_| {}).await.unwrap_err(),
    ] {
        assert_eq!(error.code(), "migration/no-answer", "{error:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_on_a_session_of_the_callers_is_waited_for_while_the_server_does_it() {
    let database = database().await;
    let proxy = SilentProxy::start(&database.options(), Serves::All).await;
    let (options, config) = (proxy.options(&database.options()), short());
    let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options)
        .await
        .unwrap();
    let mut session = Watched::session(&mut connection, &options, &config)
        .await
        .unwrap();
    let work = sqlx::raw_sql("SELECT pg_sleep(3)").execute(&mut connection);
    session.wait_for("sleep", work).await.unwrap().unwrap();
    // Many short questions, with a pause after each.
    let work = async {
        for _ in 0..20 {
            sqlx::raw_sql("SELECT 1").execute(&mut connection).await.unwrap();
            tokio::time::sleep(Duration::from_millis(150)).await;
        }
    };
    session.wait_for("ask", work).await.unwrap();
    for serves in [Serves::After(1), Serves::Nobody] {
        proxy.serve(Serves::All);
        let mut connection = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options)
            .await
            .unwrap();
        let mut session = Watched::session(&mut connection, &options, &config)
            .await
            .unwrap();
        let number = proxy.connections();
        proxy.serve(match serves {
            Serves::After(_) => Serves::After(number),
            other => other,
        });
        let work = sqlx::raw_sql("SELECT 1").execute(&mut connection);
        let ended = tokio::time::timeout(LATE, session.wait_for("ask", work)).await;
        let error = ended.expect("every wait has an end").unwrap_err();
        assert_eq!(error.code(), "migration/no-answer");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_without_room_for_a_second_connection_that_falls_silent_ends_the_run() {
    let database = database().await;
    let options = database.options();
    let role = format!("only_one_too_{}", std::process::id());
    execute(
        &options,
        &format!("CREATE ROLE {role} LOGIN CONNECTION LIMIT 1; GRANT CREATE ON SCHEMA public TO {role}"),
    )
    .await;
    let proxy = SilentProxy::start(&options, Serves::All).await;
    let (through, sets, config) = (
        proxy.options(&options).username(&role),
        [set(&[("1_a.sql", "SELECT pg_sleep(5)")])],
        short(),
    );
    let mut listen = |_: Progress| {};
    let hang = async {
        until_it_runs(&options).await;
        proxy.serve(Serves::Nobody);
    };
    let applied = tokio::time::timeout(LATE, apply(&through, &sets, &config, &mut listen));
    let (ended, ()) = tokio::join!(applied, hang);
    let error = ended.expect("every wait has an end").unwrap_err();
    assert_eq!(error.code(), "migration/outcome-unknown", "{error:?}");
    let end =
        format!("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = '{role}'");
    execute(&options, &end).await;
    execute(
        &options,
        &format!("DROP OWNED BY {role} CASCADE; DROP ROLE {role}"),
    )
    .await;
}
