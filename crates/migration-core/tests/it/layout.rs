//! The layout of the ledger: programs of an earlier version and of this one share a ledger, one of a later version is refused.

use diagnostic::Explain;
use migration_core::{
    Config, Error, LedgerProblem, Migrations, Problem, Runner, Running, Target, abandon, adopted_from,
    interrupted, mark_applied, overview, resume, rollback,
};
use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::support::{ask, database, execute, run, set};

/// What version 0.1.0 sent to the server, at the last commit before ledgers had a layout.
const SESSION: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../fixtures/recorded/ledger/session.sql"
);

/// The folder of that session, with this comment in its first file.
fn folder(comment: &str) -> Migrations {
    let first = format!("CREATE TABLE a (id int); -- {comment}");
    set(&[
        ("1_a.up.sql", &first),
        ("1_a.down.sql", "DROP TABLE a"),
        ("2_b.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)"),
        ("2_b.down.sql", "DROP INDEX CONCURRENTLY a_id"),
    ])
}

/// Sends what the earlier version sent in this run.
async fn earlier(options: &PgConnectOptions, wanted: &str) {
    let session = std::fs::read_to_string(SESSION).unwrap();
    let runs = session.split("\n-- run: ").skip(1);
    let mut found = runs.filter(|run| run.starts_with(wanted));
    let messages: Vec<_> = found.next().unwrap().split("\n-- message\n").skip(1).collect();
    assert!(found.next().is_none() && !messages.is_empty(), "{wanted}");
    let mut connection = PgConnection::connect_with(options).await.unwrap();
    for message in messages {
        let sent = connection.execute(sqlx::AssertSqlSafe(message.to_owned())).await;
        let is_no_ledger = sent.as_ref().is_err_and(|error| {
            error
                .as_database_error()
                .and_then(sqlx::error::DatabaseError::code)
                .as_deref()
                == Some("42P01")
        });
        assert!(
            sent.is_ok() || is_no_ledger && message.starts_with("SELECT bool_or"),
            "{message}: {sent:?}"
        );
    }
    connection.close().await.unwrap();
}

async fn entries(options: &PgConnectOptions) -> Vec<String> {
    let question = "SELECT action || ' ' || filename FROM schema_migrations_audit ORDER BY id";
    ask(options, question).await
}

async fn applied(options: &PgConnectOptions) -> Vec<String> {
    ask(options, "SELECT filename FROM schema_migrations ORDER BY id").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_of_an_earlier_version_is_worked_with_as_it_is() {
    let database = database().await;
    let (options, config) = (database.options(), Config::default());
    let tell = &mut |_| {};
    earlier(&options, "apply: 1_a.up.sql and 2_b.up.sql").await;
    let columns =
        "SELECT attrelid::regclass::text || ' ' || attname || ' ' || atttypid::regtype FROM pg_attribute
                   WHERE attrelid::regclass::text LIKE 'schema_migrations%' AND attnum > 0 ORDER BY 1";
    let before = ask(&options, columns).await;
    assert_eq!(run(&options, &[folder("x")]).await.unwrap().already, 2);
    assert_eq!(
        run(&options, &[folder("z")]).await.unwrap().restamped,
        ["1_a.up.sql"]
    );
    let undone = rollback(&options, &[folder("z")], &Target::Last(2), &config, tell).await;
    assert_eq!(undone.unwrap().undone.len(), 2);
    assert_eq!(run(&options, &[folder("x")]).await.unwrap().applied.len(), 2);
    assert_eq!(ask(&options, columns).await, before);
    // The earlier version goes on with what this one wrote.
    earlier(&options, "apply again").await;
    earlier(&options, "apply: a comment").await;
    assert_eq!(run(&options, &[folder("y")]).await.unwrap().already, 2);
    earlier(&options, "roll back 2_b.up.sql").await;
    assert_eq!(applied(&options).await, ["1_a.up.sql"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_earlier_version_works_with_a_ledger_of_this_one() {
    let database = database().await;
    let options = database.options();
    assert_eq!(run(&options, &[folder("x")]).await.unwrap().applied.len(), 2);
    earlier(&options, "apply again").await;
    earlier(&options, "apply: a comment").await;
    assert_eq!(run(&options, &[folder("y")]).await.unwrap().already, 2);
    earlier(&options, "roll back 2_b.up.sql").await;
    assert_eq!(applied(&options).await, ["1_a.up.sql"]);
    assert_eq!(run(&options, &[folder("y")]).await.unwrap().applied.len(), 1);
    let (sets, config) = ([folder("y")], Config::default());
    rollback(&options, &sets, &Target::Last(1), &config, &mut |_| {})
        .await
        .unwrap();
    earlier(&options, "mark 2_b.up.sql as applied").await;
    assert_eq!(run(&options, &sets).await.unwrap().already, 2);
    let expected = [
        "re-stamped 1_a.up.sql",
        "rolled back 2_b.up.sql",
        "rolled back 2_b.up.sql",
        "marked applied 2_b.up.sql",
    ];
    assert_eq!(entries(&options).await, expected);
    let progress = "SELECT count(*)::text FROM schema_migrations_progress";
    assert_eq!(ask(&options, progress).await, ["0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_table_is_made_with_its_layout() {
    let database = database().await;
    let options = database.options();
    run(&options, &[folder("x")]).await.unwrap();
    let marks =
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
                 WHERE conname LIKE 'ledger%' ORDER BY 1";
    let expected = [
        "schema_migrations",
        "schema_migrations_audit",
        "schema_migrations_progress",
    ]
    .map(|table| format!("{table} ledger_layout_1 CHECK (true)"));
    assert_eq!(ask(&options, marks).await, expected);
}

/// What a later version did to the ledger, the end of the table's name, and the layout that is told.
const LATER: [(&str, &str, &str); 5] = [
    (
        "ALTER TABLE schema_migrations RENAME CONSTRAINT ledger_layout_1 TO ledger_layout_2",
        "",
        "2",
    ),
    (
        "ALTER TABLE schema_migrations ADD CONSTRAINT ledger_layout_10 CHECK (true), ADD CONSTRAINT ledger_layout_9 CHECK (true)",
        "",
        "10",
    ),
    // One that this version would not take for a ledger.
    (
        "ALTER TABLE schema_migrations ADD CONSTRAINT ledger_layout_3 CHECK (true), DROP COLUMN neutral_checksum, DROP COLUMN environment",
        "",
        "3",
    ),
    (
        "ALTER TABLE schema_migrations_progress RENAME CONSTRAINT ledger_layout_1 TO ledger_layout_2",
        "_progress",
        "2",
    ),
    (
        "ALTER TABLE schema_migrations_audit RENAME CONSTRAINT ledger_layout_1 TO ledger_layout_2",
        "_audit",
        "2",
    ),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_of_a_later_version_is_refused_by_everything_and_nothing_is_written() {
    for (change, table, layout) in LATER {
        let database = database().await;
        let (options, config) = (database.options(), Config::default());
        run(&options, &[folder("x")]).await.unwrap();
        execute(&options, change).await;
        let state = "SELECT xmin || ' ' || ctid || ' ' || filename FROM schema_migrations ORDER BY id";
        let before = ask(&options, state).await;
        let other = [("1_x.sql", "CREATE TABLE x ()")];
        let more = [folder("y"), crate::support::named_set("other", &other)];
        let tell = &mut |_| {};
        let refused = |ended: Result<(), Error>| {
            let Err(error) = ended else { panic!("{change}") };
            let Error::Unfit { problems } = &error else {
                panic!("{change}: {error:?}")
            };
            let newer = LedgerProblem::Newer {
                table: format!("public.schema_migrations{table}"),
                layout: layout.into(),
                known: 1,
            };
            assert_eq!(*problems, [Problem::Ledger(newer)], "{change}");
            assert_eq!(error.code(), "migration/ledger-newer");
        };
        let running = Running::Again;
        refused(run(&options, &more).await.map(drop));
        refused(run(&options, &more[..1]).await.map(drop));
        refused(overview(&options, &more, &config).await.map(drop));
        refused(
            rollback(&options, &more, &Target::Last(1), &config, tell)
                .await
                .map(drop),
        );
        refused(
            mark_applied(&options, &more, "1_x.sql", &config, tell)
                .await
                .map(drop),
        );
        refused(
            abandon(&options, &more, "2_b.up.sql", &config, tell)
                .await
                .map(drop),
        );
        refused(resume(&options, &more, running, &config, tell).await.map(drop));
        refused(interrupted(&options, &more, &config).await.map(drop));
        refused(adopted_from(&options, &config).await.map(drop));
        let mut runner = Runner::connect(&options, &config).await.unwrap();
        if !change.contains("DROP COLUMN") {
            refused(runner.up_to_date(&[folder("x")], &config).await.map(drop));
        }
        refused(runner.overview(&[folder("x")], &config).await.map(drop));
        assert_eq!(ask(&options, state).await, before, "{change}");
        let is_missing = "SELECT (to_regclass('x') IS NULL)::text";
        assert_eq!(ask(&options, is_missing).await, ["true"], "{change}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn further_columns_and_constraints_of_the_same_layout_are_no_obstacle() {
    let database = database().await;
    let (options, config) = (database.options(), Config::default());
    run(&options, &[folder("x")]).await.unwrap();
    for table in ["", "_progress", "_audit"] {
        let change = format!(
            "ALTER TABLE schema_migrations{table} ADD approved_by text, ADD weight int NOT NULL DEFAULT 1, ADD CHECK (weight > 0);
             CREATE INDEX ON schema_migrations{table} (filename);
             COMMENT ON TABLE schema_migrations{table} IS 'ours'"
        );
        execute(&options, &change).await;
    }
    assert_eq!(run(&options, &[folder("y")]).await.unwrap().restamped.len(), 1);
    rollback(&options, &[folder("y")], &Target::Last(2), &config, &mut |_| {})
        .await
        .unwrap();
    assert_eq!(run(&options, &[folder("y")]).await.unwrap().applied.len(), 2);
}
