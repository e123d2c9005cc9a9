//! Each file finds what a deployment of that file alone would find, whatever the files before it did to the session.

use migration_core::{Config, Error, Target, apply, rollback};

use crate::support::{ask, database, execute, run, set};

/// What a session is, in one row: what the second file of each pair writes down.
const WRITE_DOWN: &str = "CREATE TABLE seen AS SELECT current_user::text AS me, session_user::text AS login,
    current_setting('search_path') AS path, current_setting('default_transaction_read_only') AS read_only,
    current_setting('default_transaction_isolation') AS isolation, current_setting('default_transaction_deferrable') AS deferrable,
    current_setting('session_replication_role') AS replication, current_setting('row_security') AS row_security,
    current_setting('statement_timeout') AS timeout, coalesce(current_setting('app.x', true), '') AS app,
    current_setting('TimeZone') AS zone, current_setting('DateStyle') AS style, current_setting('standard_conforming_strings') AS strings,
    current_setting('client_encoding') AS encoding, current_setting('transaction_isolation') AS now_isolation,
    current_setting('transaction_read_only') AS now_read_only, current_setting('check_function_bodies') AS bodies,
    current_setting('synchronous_commit') AS commits,
    (SELECT count(*) FROM pg_prepared_statements) AS prepared,
    (SELECT count(*) FROM pg_cursors WHERE is_holdable) AS cursors,
    (SELECT count(*) FROM pg_listening_channels()) AS listening,
    (SELECT count(*) FROM pg_class WHERE relnamespace = pg_my_temp_schema()) AS temporary,
    (SELECT count(*) FROM pg_proc WHERE pronamespace = pg_my_temp_schema()) AS functions,
    (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()) AS locks";

/// What files do to a session. Each is followed by another file.
const LEAVES: [&str; 27] = [
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE",
    "SET default_transaction_read_only = on",
    "DO $$ BEGIN SET default_transaction_isolation = 'repeatable read'; END $$",
    "SELECT set_config('default_transaction_read_only', 'on', false)",
    "SET session_replication_role = replica; SET check_function_bodies = off; SET row_security = off",
    "CREATE SCHEMA app; SET search_path = app, public",
    "SELECT pg_catalog.set_config('search_path', '', false)",
    "SET ROLE pg_monitor",
    "SET SESSION AUTHORIZATION pg_monitor",
    "SET statement_timeout = '1min'; SET lock_timeout = '1min'",
    "SET app.x = 'left'; SET synchronous_commit = local",
    "SET TIME ZONE 'Asia/Tokyo'; SET datestyle = 'German'",
    "SET standard_conforming_strings = off",
    "SET client_encoding = 'LATIN1'; SELECT 'ü'",
    "CREATE TEMP TABLE seen (me text); CREATE FUNCTION pg_temp.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE TABLE pg_temp.seen (me text)",
    "DO $$ BEGIN CREATE TEMP TABLE seen (me text); CREATE TEMP VIEW v AS SELECT me FROM seen; END $$",
    "PREPARE p AS SELECT 1",
    "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
    "CREATE TEMP TABLE t AS SELECT 1 AS a; DECLARE c CURSOR WITH HOLD FOR SELECT a FROM t",
    "LISTEN news",
    "SELECT pg_advisory_lock(7), pg_advisory_lock_shared(7, 8)",
    "CREATE FUNCTION leave() RETURNS void LANGUAGE plpgsql AS $$ BEGIN PERFORM set_config('search_path', 'pg_catalog', false); END $$;
     SELECT leave()",
    "-- db-fresh: no-transaction\nSET search_path = pg_catalog;\nSET ROLE pg_monitor;\nCREATE TEMP TABLE seen (me text);\nVACUUM",
    "BEGIN; SET app.x = 'left'; COMMIT; BEGIN ISOLATION LEVEL SERIALIZABLE; SET ROLE pg_monitor; COMMIT",
    "SET SESSION AUTHORIZATION pg_monitor; SET ROLE pg_read_all_stats",
];

async fn seen(files: &[(&str, &str)]) -> Result<Vec<String>, Error> {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(files)]).await?;
    Ok(ask(&options, "SELECT seen::text FROM public.seen").await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_the_session_is_left_for_the_next_file() {
    let alone = seen(&[("2_b.sql", WRITE_DOWN)]).await.unwrap();
    let mut wrong = Vec::new();
    for leaves in LEAVES {
        let files = [("1_a.sql", leaves), ("2_b.sql", WRITE_DOWN)];
        match seen(&files).await {
            Ok(after) if after == alone => {}
            other => wrong.push(format!("{leaves}\n{other:?} instead of\n{alone:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The same where the second file is in another message, and where one is undone before the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_left_for_the_next_message_and_by_down_scripts() {
    let alone = seen(&[("2_b.sql", WRITE_DOWN)]).await.unwrap();
    let mut wrong = Vec::new();
    for leaves in LEAVES {
        let database = database().await;
        let options = database.options();
        let config = Config {
            batch: 1,
            ..Config::default()
        };
        let files = [
            ("1_a.up.sql", "SELECT 1"),
            ("1_a.down.sql", WRITE_DOWN),
            ("2_b.up.sql", leaves),
            ("2_b.down.sql", leaves),
            ("3_c.up.sql", WRITE_DOWN),
            ("3_c.down.sql", "DROP TABLE public.seen"),
        ];
        let sets = [set(&files)];
        // A schema and a function are there already when the down script makes them.
        let down = leaves.starts_with("CREATE SCHEMA") || leaves.starts_with("CREATE FUNCTION");
        let applied = apply(&options, &sets, &config, &mut |_| {}).await.err();
        if let Some(error) = applied {
            wrong.push(format!("{leaves}\n{error:?}"));
            continue;
        }
        let after = ask(&options, "SELECT seen::text FROM public.seen").await;
        if after != alone {
            wrong.push(format!("{leaves}\n{after:?} instead of\n{alone:?}"));
        }
        if down {
            continue;
        }
        let undone = rollback(&options, &sets, &Target::Last(3), &config, &mut |_| {})
            .await
            .err();
        let after = ask(&options, "SELECT seen::text FROM public.seen").await;
        if undone.is_some() || after != alone {
            wrong.push(format!(
                "down: {leaves}\n{undone:?} {after:?} instead of\n{alone:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_a_file_before_made_is_not_there() {
    for (first, second, sqlstate) in [
        (
            "CREATE TABLE b (id int)",
            "INSERT INTO a SELECT lastval()",
            "55000",
        ),
        (
            "CREATE TEMP TABLE t AS SELECT 7 AS id",
            "INSERT INTO a SELECT id FROM t",
            "42P01",
        ),
        (
            "CREATE SEQUENCE s; SELECT nextval('s')",
            "INSERT INTO a SELECT lastval()",
            "55000",
        ),
        (
            "CREATE SEQUENCE s; SELECT nextval('s')",
            "INSERT INTO a SELECT currval('s')",
            "55000",
        ),
        (
            "CREATE TABLE t (x int); INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN id serial",
            "INSERT INTO a SELECT lastval()",
            "55000",
        ),
        ("PREPARE p AS INSERT INTO a VALUES (1)", "EXECUTE p", "26000"),
        (
            "DECLARE c CURSOR WITH HOLD FOR SELECT 1",
            "DO $$ DECLARE c refcursor := 'c'; n int; BEGIN FETCH c INTO n; END $$",
            "34000",
        ),
        (
            "SELECT lo_open(lo_create(4711), 131072)",
            "SELECT loread(0, 1)",
            "42704",
        ),
    ] {
        let database = database().await;
        let files = [
            ("1_a.sql", "CREATE TABLE a (id int)"),
            ("2_b.sql", first),
            ("3_c.sql", second),
        ];
        let error = run(&database.options(), &[set(&files)]).await.unwrap_err();
        let Error::Sql(failure) = &error else {
            panic!("{second}: {error:?}")
        };
        assert_eq!(
            (&*failure.file, &*failure.sqlstate),
            ("3_c.sql", sqlstate),
            "{second}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_temporary_table_shadows_no_real_one() {
    let database = database().await;
    let options = database.options();
    let files = [
        ("1_a.sql", "CREATE TABLE helper (x text)"),
        (
            "2_b.sql",
            "CREATE TEMP TABLE helper (x text); INSERT INTO helper VALUES ('temporary')",
        ),
        ("3_c.sql", "INSERT INTO helper VALUES ('real')"),
        ("4_d.sql", "CREATE TEMP TABLE helper (y text)"),
    ];
    run(&options, &[set(&files)]).await.unwrap();
    assert_eq!(ask(&options, "SELECT x FROM helper").await, ["real"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_says_for_new_sessions_the_next_one_finds() {
    let database = database().await;
    let options = database.options();
    let role = format!("login_{}", options.get_database().unwrap());
    execute(
        &options,
        &format!("CREATE ROLE {role} LOGIN SUPERUSER; ALTER ROLE {role} SET app.gone = 'there'; ALTER ROLE {role} SET work_mem = '9MB'"),
    )
    .await;
    let options = options.username(&role);
    let files = [
        (
            "1_a.sql",
            "CREATE SCHEMA app; DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET search_path = app, public', current_database());
             EXECUTE format('ALTER DATABASE %I SET timezone = ''Asia/Tokyo''', current_database()); END $$;
             ALTER ROLE current_user SET datestyle = 'DMY'; ALTER ROLE current_user SET app.x = 'a=b';
             ALTER ROLE current_user RESET work_mem; ALTER ROLE current_user SET log_min_duration_statement = '1h';
             ALTER ROLE current_user SET statement_timeout = '1ms'; 
             ALTER ROLE current_user SET client_encoding = 'LATIN1'",
        ),
        (
            "2_b.sql",
            "CREATE TABLE seen AS SELECT current_setting('TimeZone') || current_setting('DateStyle') || current_setting('app.x')
             || current_setting('work_mem') || current_setting('log_min_duration_statement') || current_setting('statement_timeout') || 'ü'",
        ),
        (
            "3_c.sql",
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I RESET ALL', current_database()); END $$; ALTER ROLE current_user RESET ALL",
        ),
        (
            "4_d.sql",
            "CREATE TABLE last AS SELECT current_setting('TimeZone') || current_setting('DateStyle') || current_setting('app.gone')
             || current_setting('search_path')",
        ),
    ];
    run(&options, &[set(&files)]).await.unwrap();
    assert_eq!(
        ask(&options, "SELECT * FROM app.seen").await,
        ["Asia/TokyoISO, DMYa=b4MB1h0ü"]
    );
    assert_eq!(
        ask(&options, "SELECT * FROM public.last").await,
        ["UTCISO, MDY\"$user\", public"]
    );
    execute(
        &options.username("postgres"),
        &format!("REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}"),
    )
    .await;
}
