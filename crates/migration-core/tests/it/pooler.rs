//! PgBouncer in transaction mode: detected and refused, with nothing half-done. In session mode it is as good as the server.

use std::{
    net::TcpListener,
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use diagnostic::Explain;
use migration_core::{Config, Running, Sessions, Target, abandon, apply, mark_applied, resume, rollback};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use crate::support::{ask, database, run, set};

/// A real pooler in front of a database.
struct Pooler {
    child: Child,
    _folder: tempfile::TempDir,
    options: PgConnectOptions,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Pooler {
    async fn start(database: &PgConnectOptions, mode: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let name = database.get_database().unwrap();
        let socket = database.get_socket().unwrap().display();
        let config = format!(
            "[databases]\n{name} = host={socket} port={} user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             auth_type = any\npool_mode = {mode}\nlogfile = {}\nunix_socket_dir =\nignore_startup_parameters = extra_float_digits\n",
            database.get_port(),
            folder.path().join("log").display()
        );
        let file = folder.path().join("pgbouncer.ini");
        std::fs::write(&file, config).unwrap();
        let mut command = Command::new("pgbouncer");
        command
            .arg("-q")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        as_nobody_special(&mut command, folder.path());
        let child = command
            .spawn()
            .expect("`pgbouncer` is needed for this test: `apt-get install pgbouncer`");
        let options = PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(port)
            .username("postgres")
            .database(name)
            .ssl_mode(PgSslMode::Disable);
        let deadline = tokio::time::Instant::now() + Duration::from_secs(10);
        while PgConnection::connect_with(&options).await.is_err() {
            assert!(
                tokio::time::Instant::now() < deadline,
                "the pooler does not answer"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Self {
            child,
            _folder: folder,
            options,
        }
    }
}

/// A pooler refuses to run as root, like the server, and has to reach the server's private socket.
fn as_nobody_special(command: &mut Command, folder: &Path) {
    let id = |flag: &str| {
        let output = Command::new("id").args([flag, "postgres"]).output().unwrap();
        String::from_utf8_lossy(&output.stdout)
            .trim()
            .parse::<u32>()
            .unwrap()
    };
    let me = Command::new("id").arg("-u").output().unwrap();
    if String::from_utf8_lossy(&me.stdout).trim() == "0" {
        let (user, group) = (id("-u"), id("-g"));
        std::os::unix::fs::chown(folder, Some(user), Some(group)).unwrap();
        command.uid(user).gid(group);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transaction_pooler_is_refused_with_the_remedy_and_nothing_is_done() {
    let database = database().await;
    let pooler = Pooler::start(&database.options(), "transaction").await;
    let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
    let error = run(&pooler.options, &sets).await.unwrap_err();
    assert_eq!(error.code(), "migration/transaction-pooler", "{error:?}");
    assert!(error.diagnostics()[0].hints[0].contains("session mode"));
    let made = "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace";
    assert_eq!(ask(&database.options(), made).await, [""; 0]);
    // The server's session outlives the client's, and so would its lock.
    run(&database.options(), &sets).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_session_pooler_is_as_good_as_the_server() {
    let database = database().await;
    let pooler = Pooler::start(&database.options(), "session").await;
    let sets = [set(&[
        ("1_a.sql", "CREATE TABLE a (id int)"),
        ("2_b.sql", "CREATE INDEX CONCURRENTLY ON a (id)"),
    ])];
    assert_eq!(run(&pooler.options, &sets).await.unwrap().applied.len(), 2);
    assert_eq!(run(&database.options(), &sets).await.unwrap().already, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_decides_is_refused_through_a_transaction_pooler_too() {
    let database = database().await;
    let pooler = Pooler::start(&database.options(), "transaction").await;
    let (options, config) = (&pooler.options, Config::default());
    let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
    let marked = mark_applied(options, &sets, "1_a.sql", &config, &mut |_| {}).await;
    let abandoned = abandon(options, &sets, "1_a.sql", &config, &mut |_| {}).await;
    let resumed = resume(options, &sets, Running::Unknown, &config, &mut |_| {}).await;
    let back = rollback(options, &sets, &Target::To("1".into()), &config, &mut |_| {}).await;
    for error in [
        marked.unwrap_err(),
        abandoned.unwrap_err(),
        resumed.unwrap_err(),
        back.unwrap_err(),
    ] {
        assert_eq!(error.code(), "migration/transaction-pooler", "{error:?}");
    }
    run(&database.options(), &sets).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_that_a_file_took_as_well_is_given_back_where_the_session_goes_on() {
    let database = database().await;
    // Such a pooler keeps what a client leaves in the session.
    let pooler = Pooler::start(&database.options(), "session\nserver_reset_query =").await;
    let take = "SELECT pg_advisory_lock(l.classid::bigint << 32 | l.objid::bigint) FROM pg_locks l, generate_series(1, 3)
                WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory'";
    let sets = [set(&[("1_a.sql", take)])];
    run(&pooler.options, &sets).await.unwrap();
    let held = "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory'
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    assert_eq!(ask(&database.options(), held).await, ["0"]);
}

/// A pooler that resets nothing gives the next run the session as the last file of the one before left it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_run_left_in_a_pooled_session_the_next_one_does_not_find() {
    for sessions in [Sessions::Isolated, Sessions::Kept] {
        let database = database().await;
        let pooler = Pooler::start(&database.options(), "session\nserver_reset_query =").await;
        let config = Config {
            sessions,
            ..Config::default()
        };
        let leaves = "CREATE SCHEMA app; CREATE TEMP TABLE helper (x text); SET search_path = app; SET ROLE pg_monitor;
                      SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; PREPARE p AS SELECT 1";
        let files = [
            ("1_a.up.sql", leaves),
            (
                "2_b.up.sql",
                "CREATE TABLE helper (y text); PREPARE p AS SELECT 2",
            ),
            (
                "2_b.down.sql",
                "DROP TABLE public.helper; SET search_path = app; CREATE TEMP TABLE helper (x text)",
            ),
        ];
        for count in [1, 3] {
            apply(&pooler.options, &[set(&files[..count])], &config, &mut |_| {})
                .await
                .unwrap();
        }
        let sets = [set(&files)];
        rollback(&pooler.options, &sets, &Target::Last(1), &config, &mut |_| {})
            .await
            .unwrap();
        apply(&pooler.options, &sets, &config, &mut |_| {}).await.unwrap();
        let schema = "SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'helper' AND relpersistence = 'p'";
        assert_eq!(ask(&database.options(), schema).await, ["public"], "{sessions:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_session_goes_on_through_a_session_pooler_and_is_refused_through_another() {
    let database = database().await;
    let config = Config {
        sessions: Sessions::Kept,
        ..Config::default()
    };
    let sets = [set(&[
        ("1_a.up.sql", "CREATE SCHEMA app; SET search_path = app"),
        ("2_b.up.sql", "CREATE TABLE b (id int)"),
        ("2_b.down.sql", "DROP TABLE app.b"),
    ])];
    let transaction = Pooler::start(&database.options(), "transaction").await;
    let refused = apply(&transaction.options, &sets, &config, &mut |_| {})
        .await
        .unwrap_err();
    assert_eq!(refused.code(), "migration/transaction-pooler", "{refused:?}");
    let session = Pooler::start(&database.options(), "session").await;
    apply(&session.options, &sets, &config, &mut |_| {})
        .await
        .unwrap();
    let refused = rollback(
        &transaction.options,
        &sets,
        &Target::Last(1),
        &config,
        &mut |_| {},
    )
    .await
    .unwrap_err();
    assert_eq!(refused.code(), "migration/transaction-pooler", "{refused:?}");
    let undone = rollback(&session.options, &sets, &Target::Last(1), &config, &mut |_| {}).await;
    assert_eq!(undone.unwrap().undone.len(), 1);
}
