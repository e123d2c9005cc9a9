//! Rows of the ledger that a role may not see stop a run before anything happens; where all are seen nothing does.

use diagnostic::Explain;
use ephemeral_postgres::TestDatabase;
use migration_core::{
    Config, Error, LedgerFault, LedgerProblem, Problem, Runner, Running, Target, abandon, adopt_plan,
    adopted_from, export_plan, interrupted, mark_applied, overview, resume, rollback,
};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{
    adopting::config,
    foreign::{FIXTURES, SCHEMA},
    support::{ask, database, execute, run, set},
};

const FILES: [(&str, &str); 3] = [
    ("1_a.up.sql", "CREATE TABLE a (id int)"),
    ("1_a.down.sql", "DROP TABLE a"),
    (
        "2_count.up.sql",
        "-- db-fresh: no-transaction\nINSERT INTO a VALUES (1);\nVACUUM a",
    ),
];
const TABLES: [&str; 3] = [
    "schema_migrations",
    "schema_migrations_progress",
    "schema_migrations_audit",
];

/// A role that may do everything with the tables that are there, and owns nothing.
struct Worker {
    role: String,
    admin: PgConnectOptions,
}

impl Worker {
    async fn of(database: &TestDatabase) -> Self {
        let admin = database.options();
        let name = ask(
            &admin,
            "SELECT 'worker_' || replace(gen_random_uuid()::text, '-', '')",
        )
        .await;
        let role = name[0].clone();
        execute(
            &admin,
            &format!(
                "CREATE ROLE {role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}; GRANT ALL ON SCHEMA public TO {role}"
            ),
        )
        .await;
        Self { role, admin }
    }

    fn options(&self) -> PgConnectOptions {
        self.admin.clone().username(&self.role)
    }

    async fn end(self) {
        execute(
            &self.admin,
            &format!("DROP OWNED BY {0} CASCADE; DROP ROLE {0}", self.role),
        )
        .await;
    }
}

/// A ledger with all its tables.
async fn migrated() -> TestDatabase {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&FILES)]).await.unwrap();
    assert_eq!(ask(&options, "SELECT id::text FROM a").await, ["1"]);
    database
}

fn faults<T: std::fmt::Debug>(ended: Result<T, Error>, context: &str) -> Vec<(String, LedgerFault)> {
    let Err(Error::Unfit { problems }) = ended else {
        panic!("{context}: {ended:?}")
    };
    let faults = problems.into_iter().map(|problem| match problem {
        Problem::Ledger(LedgerProblem::Unfit { table, fault }) => (table, fault),
        other => panic!("{context}: {other:?}"),
    });
    faults.collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn row_level_security_is_an_error_of_every_command_before_anything_runs() {
    for table in TABLES {
        for policy in [
            "",
            "CREATE POLICY all_of_it ON {table} USING (true) WITH CHECK (true)",
            "CREATE POLICY all_of_it ON {table} USING (true) WITH CHECK (true);
             CREATE POLICY few ON {table} AS RESTRICTIVE USING (filename <> '2_count.up.sql')",
        ] {
            let database = migrated().await;
            let worker = Worker::of(&database).await;
            let (options, sets, config) = (worker.options(), [set(&FILES)], Config::default());
            let enable = format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; {policy}");
            execute(&database.options(), &enable.replace("{table}", table)).await;
            let expected = [(format!("public.{table}"), LedgerFault::RowSecurity)];
            let tell = &mut |_| {};
            let context = format!("{table} {policy}");
            let seen = |ended| assert_eq!(faults::<()>(ended, &context), expected, "{context}");
            seen(run(&options, &sets).await.map(drop));
            seen(overview(&options, &sets, &config).await.map(drop));
            seen(
                rollback(&options, &sets, &Target::Last(1), &config, tell)
                    .await
                    .map(drop),
            );
            seen(
                mark_applied(&options, &sets, "1_a.up.sql", &config, tell)
                    .await
                    .map(drop),
            );
            seen(
                abandon(&options, &sets, "1_a.up.sql", &config, tell)
                    .await
                    .map(drop),
            );
            seen(
                resume(&options, &sets, Running::Unknown, &config, tell)
                    .await
                    .map(drop),
            );
            seen(interrupted(&options, &sets, &config).await.map(drop));
            seen(adopted_from(&options, &config).await.map(drop));
            let mut runner = Runner::connect(&options, &config).await.unwrap();
            seen(runner.up_to_date(&sets, &config).await.map(drop));
            assert_eq!(
                ask(&database.options(), "SELECT id::text FROM a").await,
                ["1"],
                "{context}"
            );
            // It does not apply to its owner, nor to a superuser, nor to a role that passes it by.
            run(&database.options(), &sets).await.unwrap();
            execute(
                &database.options(),
                &format!("ALTER ROLE {} BYPASSRLS", worker.role),
            )
            .await;
            run(&options, &sets).await.unwrap();
            worker.end().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_is_stopped_only_where_it_is_forced() {
    let database = migrated().await;
    let worker = Worker::of(&database).await;
    let (options, sets) = (worker.options(), [set(&FILES)]);
    let enable = format!(
        "ALTER TABLE schema_migrations OWNER TO {}; ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY",
        worker.role
    );
    execute(&database.options(), &enable).await;
    run(&options, &sets).await.unwrap();
    execute(&options, "ALTER TABLE schema_migrations FORCE ROW LEVEL SECURITY").await;
    let error = run(&options, &sets).await.unwrap_err();
    assert_eq!(error.code(), "migration/ledger-hidden");
    let hints = &error.diagnostics()[0].hints;
    assert_eq!(
        *hints,
        [
            "run as the owner of the table after `ALTER TABLE public.schema_migrations NO FORCE ROW LEVEL SECURITY`, or as a role with BYPASSRLS"
        ]
    );
    execute(
        &database.options(),
        "ALTER TABLE schema_migrations OWNER TO CURRENT_USER",
    )
    .await;
    worker.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_plain_table_of_its_own_rows_is_no_ledger() {
    let kept = "ALTER TABLE schema_migrations RENAME TO kept;";
    for (change, fault) in [
        ("CREATE VIEW schema_migrations AS SELECT * FROM kept WHERE id < 2", "is a view"),
        ("CREATE MATERIALIZED VIEW schema_migrations AS SELECT * FROM kept", "is a materialized view"),
        (
            "CREATE TABLE schema_migrations (LIKE kept) PARTITION BY LIST (component);
             ALTER TABLE kept ALTER id DROP IDENTITY; ALTER TABLE schema_migrations ATTACH PARTITION kept DEFAULT",
            "is a partitioned table",
        ),
        (
            "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
             CREATE FOREIGN TABLE schema_migrations (id bigint, component text, filename text, checksum text, applied_at timestamptz,
             version text, neutral_checksum text, duration interval, transactional boolean, late boolean, environment text,
             applied_by text, tool text) SERVER files OPTIONS (filename '/dev/null')",
            "is a foreign table",
        ),
        (
            "CREATE TABLE whole (LIKE kept) PARTITION BY LIST (component);
             ALTER TABLE kept ALTER id DROP IDENTITY; ALTER TABLE whole ATTACH PARTITION kept DEFAULT;
             ALTER TABLE kept RENAME TO schema_migrations",
            "is a partition of another table",
        ),
        (
            "ALTER TABLE kept RENAME TO schema_migrations; ALTER TABLE schema_migrations SET UNLOGGED",
            "is unlogged: a crash of the server empties it",
        ),
        (
            "ALTER TABLE kept RENAME TO schema_migrations; CREATE TABLE child () INHERITS (schema_migrations)",
            "has tables that inherit from it: `child`",
        ),
    ] {
        let database = migrated().await;
        let options = database.options();
        execute(&options, &format!("{kept} {change}")).await;
        let found = faults(run(&options, &[set(&FILES)]).await, change);
        let told: Vec<_> = found.iter().map(|(_, fault)| fault.to_string()).collect();
        assert_eq!(told, [fault], "{change}");
        assert_eq!(found[0].0, "public.schema_migrations");
        assert_eq!(ask(&options, "SELECT id::text FROM a").await, ["1"], "{change}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn columns_that_a_role_may_not_read_stop_it_too() {
    let database = migrated().await;
    let worker = Worker::of(&database).await;
    for (change, sets) in [
        (
            "REVOKE ALL ON schema_migrations FROM {role}; GRANT SELECT (id, component, filename, checksum) ON schema_migrations TO {role}",
            [set(&FILES)],
        ),
        (
            "GRANT SELECT ON schema_migrations TO {role}; REVOKE ALL ON schema_migrations_progress FROM {role}",
            [set(&[
                FILES[0],
                FILES[1],
                FILES[2],
                ("3_x.sql", "INSERT INTO a VALUES (3)"),
            ])],
        ),
    ] {
        execute(&database.options(), &change.replace("{role}", &worker.role)).await;
        let error = run(&worker.options(), &sets).await.unwrap_err();
        let Error::Server { source, .. } = &error else {
            panic!("{error:?}")
        };
        assert!(
            source
                .to_string()
                .contains("permission denied for table schema_migrations"),
            "{source}"
        );
    }
    assert_eq!(ask(&database.options(), "SELECT id::text FROM a").await, ["1"]);
    worker.end().await;
}

/// Under such a default a message sees what there was before it got the lock, also where another runner wrote a row since.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_snapshot_hides_nothing() {
    for isolation in ["repeatable read", "serializable"] {
        let database = migrated().await;
        let admin = database.options();
        let set_default = format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET default_transaction_isolation = ''{isolation}''', current_database()); END $$"
        );
        execute(&admin, &set_default).await;
        let more = [set(&[
            FILES[0],
            FILES[1],
            FILES[2],
            (
                "3_steps.up.sql",
                "-- db-fresh: no-transaction\nINSERT INTO a VALUES (3);\nVACUUM a",
            ),
            (
                "4_seen.up.sql",
                "CREATE TABLE seen AS SELECT current_setting('transaction_isolation') AS isolation",
            ),
        ])];
        let config = Config::default();
        let mut runner = Runner::connect(&admin, &config).await.unwrap();
        runner.overview(&more, &config).await.unwrap();
        let mut other = PgConnection::connect_with(&admin).await.unwrap();
        other
            .execute("BEGIN; LOCK TABLE schema_migrations IN ACCESS EXCLUSIVE MODE")
            .await
            .unwrap();
        let run = tokio::spawn({
            let more = more.clone();
            async move { runner.apply(&more, &Config::default(), &mut |_| {}).await }
        });
        let waits = "SELECT count(*)::text FROM pg_locks WHERE NOT granted AND relation = 'schema_migrations'::regclass";
        while ask(&admin, waits).await != ["1"] {
            tokio::task::yield_now().await;
        }
        let checksums = &more[0].items[2].up;
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let row = format!(
            "INSERT INTO schema_migrations (component, filename, checksum, version, neutral_checksum, duration, transactional, late,
                 environment, applied_by, tool)
             VALUES ('app', '3_steps.up.sql', '{}', '3', '{}', '0', false, false, 'development', 'other', 'other'); COMMIT",
            hex(&checksums.checksum),
            hex(&checksums.neutral_checksum)
        );
        other.execute(AssertSqlSafe(row)).await.unwrap();
        let applied: Vec<_> = run
            .await
            .unwrap()
            .unwrap()
            .applied
            .into_iter()
            .map(|one| one.file)
            .collect();
        assert_eq!(applied, ["4_seen.up.sql"], "{isolation}");
        assert_eq!(ask(&admin, "SELECT id::text FROM a").await, ["1"], "{isolation}");
        // The migrations themselves run as the database says.
        assert_eq!(ask(&admin, "SELECT isolation FROM seen").await, [isolation]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_only_read_is_told_before_anything_runs() {
    let database = migrated().await;
    let worker = Worker::of(&database).await;
    execute(
        &database.options(),
        &format!(
            "ALTER ROLE {} SET default_transaction_read_only = on",
            worker.role
        ),
    )
    .await;
    run(&worker.options(), &[set(&FILES)]).await.unwrap();
    let more = [
        FILES[0],
        FILES[1],
        FILES[2],
        (
            "3_v.sql",
            "-- db-fresh: no-transaction\nVACUUM a;\nINSERT INTO a VALUES (3)",
        ),
    ];
    let error = run(&worker.options(), &[set(&more)]).await.unwrap_err();
    assert!(
        error.facts().iter().any(|fact| fact.value == "25006"),
        "{error:?}"
    );
    assert_eq!(ask(&database.options(), "SELECT id::text FROM a").await, ["1"]);
    worker.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_of_another_tools_ledger_that_may_be_hidden_stop_adopting_and_exporting() {
    for fixture in FIXTURES.iter().take(3) {
        let database = database().await;
        let admin = database.options();
        execute(&admin, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        let worker = Worker::of(&database).await;
        let (set, source, config) = (fixture.set(), fixture.source(), config());
        let plan = adopt_plan(&worker.options(), &set, &source, &config)
            .await
            .unwrap();
        assert_eq!(plan.problems, [], "{}", fixture.tool);
        let table = plan.table.unwrap();
        execute(&admin, &format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")).await;
        let hidden = |problems: &[migration_core::AdoptProblem]| {
            assert_eq!(problems.len(), 1, "{problems:?}");
            assert_eq!(problems[0].code(), "adopt/hidden");
        };
        hidden(
            &adopt_plan(&worker.options(), &set, &source, &config)
                .await
                .unwrap()
                .problems,
        );
        hidden(
            &export_plan(&worker.options(), &set, &source, &config)
                .await
                .unwrap()
                .problems,
        );
        let plan = adopt_plan(&admin, &set, &source, &config).await.unwrap();
        assert_eq!(plan.problems, [], "{}", fixture.tool);
        worker.end().await;
    }
}
