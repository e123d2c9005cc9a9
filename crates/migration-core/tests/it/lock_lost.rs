//! Migrations that give the runner's lock away: it is noticed before anything else runs, and two runners never do a step twice.

use std::time::Duration;

use diagnostic::Explain;
use migration_core::{
    Config, Error, LockLoss, Migrations, Progress, Running, Target, apply, resume, rollback,
};
use sqlx::postgres::PgConnectOptions;

use crate::support::{ask, database, execute, run, set};

/// The number of the runner's lock, as a session that holds it sees it.
const OUR_KEY: &str = "(SELECT l.classid::bigint << 32 | l.objid::bigint FROM pg_locks l
    WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND l.objid <> 7)";

const UNLOCK_IN_A_FUNCTION: &str = "CREATE FUNCTION unlock() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_unlock_all(); RETURN NULL; END $$;
    CREATE TABLE given (id int);
    CREATE CONSTRAINT TRIGGER unlock AFTER INSERT ON given DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION unlock();
    INSERT INTO given VALUES (1);";

/// Each way to lose the lock, as the text of a file.
fn ways() -> Vec<(&'static str, String)> {
    vec![
        ("all", "SELECT pg_advisory_unlock_all()".into()),
        ("one", format!("SELECT pg_advisory_unlock({OUR_KEY})")),
        ("do", "DO $$ BEGIN PERFORM pg_advisory_unlock_all(); END $$".into()),
        ("discard", "-- db-fresh: no-transaction\nDISCARD ALL".into()),
        (
            "steps",
            "-- db-fresh: no-transaction\nSELECT 1;\nSELECT pg_advisory_unlock_all();\nSELECT 2".into(),
        ),
        (
            "call",
            "-- db-fresh: no-transaction\nCREATE PROCEDURE p() LANGUAGE plpgsql AS
             $$ BEGIN PERFORM pg_advisory_unlock_all(); COMMIT; END $$;\nCALL p()"
                .into(),
        ),
        ("at commit", UNLOCK_IN_A_FUNCTION.into()),
        (
            "shared",
            format!("DO $$ DECLARE k bigint := {OUR_KEY}; BEGIN PERFORM pg_advisory_unlock(k), pg_advisory_lock_shared(k); END $$"),
        ),
        (
            "another role",
            "CREATE ROLE given_away; SET ROLE given_away; SELECT pg_advisory_unlock_all(); RESET ROLE; DROP ROLE given_away".into(),
        ),
        (
            "a path with functions of the same names",
            "CREATE SCHEMA x; CREATE FUNCTION x.pg_try_advisory_xact_lock(bigint) RETURNS bool LANGUAGE sql AS 'SELECT true';
             CREATE FUNCTION x.pg_advisory_unlock(bigint) RETURNS bool LANGUAGE sql AS 'SELECT true';
             CREATE FUNCTION x.int4in(text) RETURNS int LANGUAGE sql AS 'SELECT 1';
             DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = x, pg_catalog, public', current_database()); END $$;
             SET search_path = x, pg_catalog, public; SELECT pg_catalog.pg_advisory_unlock_all()"
                .into(),
        ),
    ]
}

/// Applies, and gives what was said of the lock.
async fn told(options: &PgConnectOptions, sets: &[Migrations]) -> (Result<usize, Error>, Vec<String>) {
    let mut told = Vec::new();
    let mut listen = |progress: Progress| {
        if let Progress::LockTakenAgain { file } = progress {
            told.push(file.unwrap_or_default());
        }
    };
    let ended = apply(options, sets, &Config::default(), &mut listen).await;
    (ended.map(|report| report.applied.len()), told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_a_file_gave_away_is_taken_again_before_the_next_one() {
    for (way, sql) in ways() {
        for next in [
            "CREATE TABLE public.b (id int)",
            "-- db-fresh: no-transaction\nCREATE TABLE public.b (id int)",
        ] {
            let database = database().await;
            let files = [
                ("1_a.sql", sql.as_str()),
                ("2_b.sql", next),
                ("3_c.sql", "SELECT 3"),
            ];
            let (ended, told) = told(&database.options(), &[set(&files)]).await;
            assert_eq!(ended.unwrap(), 3, "{way}");
            assert_eq!(told, ["1_a.sql"], "{way}, before {next}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_locks_do_not_matter_and_neither_does_the_lock_taken_twice() {
    let database = database().await;
    let twice = format!("SELECT pg_advisory_lock({OUR_KEY}), pg_advisory_lock({OUR_KEY})");
    let files = [
        ("1_a.sql", "SELECT pg_advisory_lock(7), pg_advisory_lock(0, 7)"),
        (
            "2_b.sql",
            "SELECT pg_advisory_unlock(7), pg_advisory_unlock(0, 7), pg_advisory_xact_lock(7)",
        ),
        ("3_c.sql", twice.as_str()),
        ("4_d.sql", "-- db-fresh: no-transaction\nSELECT 1;\nVACUUM"),
    ];
    let (ended, told) = told(&database.options(), &[set(&files)]).await;
    assert_eq!((ended.unwrap(), told.len()), (4, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_may_choose_its_isolation_whatever_came_before_it() {
    let database = database().await;
    let isolated = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ; INSERT INTO levels SELECT current_setting('transaction_isolation')";
    let files = [
        ("1_a.sql", "CREATE TABLE levels (level text)"),
        ("2_b.sql", isolated),
        ("3_c.sql", "SELECT 1"),
        ("4_d.sql", isolated),
    ];
    run(&database.options(), &[set(&files)]).await.unwrap();
    let levels = ask(&database.options(), "SELECT level FROM levels").await;
    assert_eq!(levels, ["repeatable read", "repeatable read"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_that_another_runner_wrote_meanwhile_ends_the_run_and_the_file_is_named() {
    let wrote = "INSERT INTO schema_migrations (component, version, filename, checksum, neutral_checksum, duration, transactional, late,
                 environment, applied_by, tool) VALUES ('app', '2', '2_b.sql', '', '', '0', true, false, '', '', '')";
    for (begin, end) in [
        ("", ""),
        (
            "-- db-fresh: no-transaction\nDO $$ BEGIN PERFORM 1; ",
            "; END $$;",
        ),
    ] {
        let database = database().await;
        let unlock = if begin.is_empty() { "SELECT" } else { "PERFORM" };
        let first =
            format!("{begin}CREATE TABLE a (id int); {unlock} pg_advisory_unlock_all(); {wrote}{end}");
        let sets = [set(&[
            ("1_a.sql", &first),
            ("2_b.sql", "CREATE TABLE b (id int)"),
        ])];
        let error = run(&database.options(), &sets).await.unwrap_err();
        assert!(
            matches!(&error, Error::LockLost { file: Some(file), loss: LockLoss::Changed } if file == "1_a.sql"),
            "{error:?}"
        );
        assert_eq!(error.code(), "migration/lock-lost");
        assert!(error.hints()[1].contains("pg_advisory_unlock_all"), "{error:?}");
        let made = "SELECT relname::text FROM pg_class WHERE relname IN ('a', 'b') AND relkind = 'r'";
        assert_eq!(
            ask(&database.options(), made).await,
            ["a"],
            "the second did not run"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_another_session_took_meanwhile_ends_the_run_after_the_wait() {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE key (key bigint)").await;
    let sets = [set(&[
        ("1_a.sql", &format!("INSERT INTO key SELECT {OUR_KEY}")),
        (
            "2_b.sql",
            "-- db-fresh: no-transaction
             DO $$ BEGIN PERFORM pg_advisory_unlock_all(); PERFORM pg_sleep(0.5); END $$;
             SELECT 1",
        ),
    ])];
    let config = Config {
        lock_wait: Duration::from_millis(300),
        batch: 1,
        ..Config::default()
    };
    let other = async {
        let mut other = <sqlx::PgConnection as sqlx::Connection>::connect_with(&options)
            .await
            .unwrap();
        loop {
            let taken: Option<bool> = sqlx::query_scalar("SELECT pg_try_advisory_lock(key) FROM key LIMIT 1")
                .fetch_optional(&mut other)
                .await
                .unwrap();
            if taken == Some(true) {
                break other;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    let mut listen = |_| {};
    let (ended, _other) = tokio::join!(apply(&options, &sets, &config, &mut listen), other);
    let error = ended.unwrap_err();
    let Error::LockLost {
        file,
        loss: LockLoss::Held { holder, .. },
    } = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(file.as_deref(), Some("2_b.sql"));
    assert!(holder.is_some(), "{error:?}");
}

/// Two runners of the same folder at once; how often each step was done.
async fn two_runners(files: &[(&str, &str)]) -> Vec<String> {
    let database = database().await;
    let options = database.options();
    execute(&options, "CREATE TABLE done (step text)").await;
    let sets = [set(files)];
    let (first, second) = tokio::join!(run(&options, &sets), run(&options, &sets));
    assert!(first.is_ok() || second.is_ok(), "{first:?} {second:?}");
    // What one of them left pending, a third does.
    run(&options, &sets).await.unwrap();
    ask(&options, "SELECT step FROM done ORDER BY step").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_runners_never_do_a_step_twice() {
    let give_away = "INSERT INTO done VALUES ('1'); SELECT pg_advisory_unlock_all(); SELECT pg_sleep(0.4)";
    let slow = "INSERT INTO done VALUES ('2'); SELECT pg_sleep(0.4)";
    let batched = [
        ("1_a.sql", give_away),
        ("2_b.sql", slow),
        ("3_c.sql", "INSERT INTO done VALUES ('3')"),
    ];
    assert_eq!(two_runners(&batched).await, ["1", "2", "3"], "in one message");
    let steps = "-- db-fresh: no-transaction
        DO $$ BEGIN INSERT INTO done VALUES ('1'); PERFORM pg_advisory_unlock_all(); PERFORM pg_sleep(0.4); END $$;
        DO $$ BEGIN INSERT INTO done VALUES ('2'); PERFORM pg_sleep(0.4); END $$;
        INSERT INTO done VALUES ('3');";
    assert_eq!(
        two_runners(&[("1_a.sql", steps)]).await,
        ["1", "2", "3"],
        "in steps"
    );
    let last = "-- db-fresh: no-transaction
        INSERT INTO done VALUES ('1');
        DO $$ BEGIN INSERT INTO done VALUES ('2'); PERFORM pg_advisory_unlock_all(); PERFORM pg_sleep(0.4); END $$;";
    let then = [
        ("1_a.sql", last),
        ("2_b.sql", "INSERT INTO done VALUES ('3'); SELECT pg_sleep(0.2)"),
    ];
    assert_eq!(two_runners(&then).await, ["1", "2", "3"], "in the last step");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_down_script_that_gives_the_lock_away_is_noticed_too() {
    for way in [
        "SELECT pg_advisory_unlock_all()",
        "-- db-fresh: no-transaction\nDISCARD ALL",
    ] {
        let database = database().await;
        let options = database.options();
        let sets = [set(&[
            ("1_a.up.sql", "CREATE TABLE a (id int)"),
            ("1_a.down.sql", "DROP TABLE a"),
            ("2_b.up.sql", "CREATE TABLE b (id int)"),
            ("2_b.down.sql", way),
        ])];
        run(&options, &sets).await.unwrap();
        let mut told = Vec::new();
        let mut listen = |progress: Progress| {
            if let Progress::LockTakenAgain { file } = progress {
                told.push(file.unwrap_or_default());
            }
        };
        let report = rollback(&options, &sets, &Target::Last(2), &Config::default(), &mut listen).await;
        assert_eq!(report.unwrap().undone.len(), 2);
        assert_eq!(told, ["2_b.up.sql"], "{way}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_goes_on_notices_it_as_well() {
    let database = database().await;
    let options = database.options();
    let file = "-- db-fresh: no-transaction
        SELECT 1;
        SELECT 1 / (SELECT count(*) FROM ready);
        SELECT pg_advisory_unlock_all();
        CREATE TABLE a (id int);";
    execute(&options, "CREATE TABLE ready (id int)").await;
    let sets = [set(&[("1_a.sql", file)])];
    run(&options, &sets).await.unwrap_err();
    execute(&options, "INSERT INTO ready VALUES (1)").await;
    let mut told = 0;
    let mut listen =
        |progress: Progress| told += usize::from(matches!(progress, Progress::LockTakenAgain { .. }));
    let resumed = resume(&options, &sets, Running::Unknown, &Config::default(), &mut listen).await;
    assert_eq!(resumed.unwrap().applied.len(), 1);
    assert_eq!(told, 1);
}
