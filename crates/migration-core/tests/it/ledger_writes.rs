//! A write of the ledger that did not have its effect fails its transaction, and the error names what is behind it.

use diagnostic::Explain;
use ephemeral_postgres::TestDatabase;
use migration_core::{
    Config, Error, LedgerFault, LedgerProblem, Migrations, Problem, Running, Target, abandon, mark_applied,
    resume, rollback,
};

use crate::support::{ask, database, execute, run, set};

const ROWS: &str = "schema_migrations";
const PROGRESS: &str = "schema_migrations_progress";
const AUDIT: &str = "schema_migrations_audit";

const UP: (&str, &str) = ("1_a.up.sql", "CREATE TABLE a (id int)");
const DOWN: (&str, &str) = ("1_a.down.sql", "DROP TABLE a");
const NEXT: (&str, &str) = ("2_b.up.sql", "CREATE TABLE b (id int)");
const STEPS: (&str, &str) = (
    "2_b.up.sql",
    "-- db-fresh: no-transaction\nCREATE TABLE b (id int);\nVACUUM a;\nCREATE TABLE c (id int)",
);
const STEPS_DOWN: (&str, &str) = (
    "2_b.down.sql",
    "-- db-fresh: no-transaction\nDROP TABLE c;\nDROP TABLE b",
);

fn steps() -> Migrations {
    set(&[UP, DOWN, STEPS, STEPS_DOWN])
}

/// A trigger with this body.
fn trigger(table: &str, when: &str, body: &str) -> String {
    format!(
        "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;
         CREATE TRIGGER meddler {when} ON {table} FOR EACH ROW EXECUTE FUNCTION meddle()"
    )
}

/// Removes the trigger.
const REPAIR: &str = "DROP FUNCTION meddle() CASCADE";

/// The error is of a write to this table, and names the trigger.
fn unwritten<T: std::fmt::Debug>(ended: Result<T, Error>, table: &str, context: &str) {
    let Err(Error::Unwritten(unwritten)) = ended else {
        panic!("{context}: {ended:?}")
    };
    assert_eq!(unwritten.table, format!("\"public\".\"{table}\""), "{context}");
    let triggers = LedgerFault::Triggers {
        names: vec!["meddler".into()],
    };
    assert_eq!(unwritten.faults, [triggers], "{context}");
    assert_eq!(Error::Unwritten(unwritten).code(), "migration/ledger-unwritten");
}

async fn has(database: &TestDatabase, table: &str) -> bool {
    let question = format!("SELECT (to_regclass('{table}') IS NOT NULL)::text");
    ask(&database.options(), &question).await == ["true"]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_left_out_or_changed_fails_the_migration() {
    for (when, body) in [
        ("BEFORE INSERT", "RETURN NULL;"),
        ("BEFORE INSERT", "NEW.checksum := 'other'; RETURN NEW;"),
        (
            "BEFORE INSERT",
            "NEW.filename := NEW.filename || ' '; RETURN NEW;",
        ),
        ("BEFORE INSERT", "NEW.component := 'other'; RETURN NEW;"),
        ("BEFORE INSERT", "NEW.environment := 'other'; RETURN NEW;"),
        (
            "AFTER INSERT",
            "DELETE FROM schema_migrations WHERE id = NEW.id; RETURN NULL;",
        ),
        (
            "AFTER INSERT",
            "UPDATE schema_migrations SET checksum = 'other' WHERE id = NEW.id; RETURN NULL;",
        ),
    ] {
        let database = database().await;
        let options = database.options();
        run(&options, &[set(&[UP, DOWN])]).await.unwrap();
        execute(&options, &trigger(ROWS, when, body)).await;
        let ended = run(&options, &[set(&[UP, DOWN, NEXT])]).await;
        unwritten(ended, ROWS, body);
        assert!(!has(&database, "b").await, "{body}");
        execute(&options, REPAIR).await;
        let applied = run(&options, &[set(&[UP, DOWN, NEXT])]).await.unwrap().applied;
        assert_eq!(applied.len(), 1, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_that_is_not_updated_or_not_deleted_fails_the_run() {
    for when in ["BEFORE UPDATE", "BEFORE DELETE"] {
        let database = database().await;
        let options = database.options();
        run(&options, &[set(&[UP, DOWN])]).await.unwrap();
        execute(&options, &trigger(ROWS, when, "RETURN NULL;")).await;
        if when == "BEFORE UPDATE" {
            let commented = ("1_a.up.sql", "CREATE TABLE a (id int) -- x");
            unwritten(run(&options, &[set(&[commented, DOWN])]).await, ROWS, when);
        } else {
            unwritten(undo(&database, &set(&[UP, DOWN])).await, ROWS, when);
        }
        assert!(has(&database, "a").await, "{when}");
        let rows = "SELECT filename FROM schema_migrations";
        assert_eq!(ask(&options, rows).await, ["1_a.up.sql"], "{when}");
    }
}

async fn undo(database: &TestDatabase, set: &Migrations) -> Result<migration_core::RollbackReport, Error> {
    let (sets, config) = (std::slice::from_ref(set), Config::default());
    rollback(&database.options(), sets, &Target::Last(1), &config, &mut |_| {}).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_repeatable_migration_whose_row_is_not_updated_is_rolled_back() {
    let database = database().await;
    let options = database.options();
    let flyway = |text: &str| {
        let files = [("R__v.sql".into(), text.into())];
        let format = Some(migration_core::Format::Flyway);
        Migrations::from_files("app", files, format, &migration_core::FolderConfig::default()).unwrap()
    };
    run(&options, &[flyway("CREATE OR REPLACE VIEW v AS SELECT 1 AS a")])
        .await
        .unwrap();
    execute(&options, &trigger(ROWS, "BEFORE UPDATE", "RETURN NULL;")).await;
    let ended = run(&options, &[flyway("CREATE OR REPLACE VIEW v AS SELECT 2 AS a")]).await;
    unwritten(ended, ROWS, "repeatable");
    assert_eq!(ask(&options, "SELECT a::text FROM v").await, ["1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn steps_that_do_not_come_on_record_stop_the_migration_before_the_next_one() {
    // What is there when the run ends, by what is not written: the beginning, a step in a transaction, the intent of another.
    for (when, body, left, then) in [
        ("BEFORE INSERT", "RETURN NULL;", [false, false], 1),
        (
            "BEFORE INSERT",
            "NEW.checksum := 'other'; RETURN NEW;",
            [false, false],
            1,
        ),
        ("BEFORE UPDATE", "RETURN NULL;", [false, false], 1),
        (
            "BEFORE UPDATE",
            "IF NEW.running IS NOT NULL THEN RETURN NULL; END IF; RETURN NEW;",
            [true, false],
            1,
        ),
        (
            "BEFORE UPDATE",
            "IF NEW.steps_done = 3 THEN NEW.steps_done := 2; END IF; RETURN NEW;",
            [true, false],
            1,
        ),
        ("BEFORE DELETE", "RETURN NULL;", [true, true], 1),
    ] {
        let database = database().await;
        let options = database.options();
        run(&options, &[set(&[UP, DOWN])]).await.unwrap();
        // The table of steps is made for the first migration that needs it.
        run(&options, &[set(&[UP, DOWN, ("9_v.sql", "VACUUM a")])])
            .await
            .unwrap();
        execute(&options, &trigger(PROGRESS, when, body)).await;
        let sets = [set(&[
            UP,
            DOWN,
            ("9_v.sql", "VACUUM a"),
            ("10_b.up.sql", STEPS.1),
        ])];
        unwritten(run(&options, &sets).await, PROGRESS, body);
        let there = [has(&database, "b").await, has(&database, "c").await];
        assert_eq!(there, left, "{body}");
        execute(&options, REPAIR).await;
        assert_eq!(run(&options, &sets).await.unwrap().applied.len(), then, "{body}");
        assert!(has(&database, "c").await, "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_down_script_in_steps_whose_row_stays_is_not_called_undone() {
    let database = database().await;
    let options = database.options();
    run(&options, &[steps()]).await.unwrap();
    execute(&options, &trigger(ROWS, "BEFORE DELETE", "RETURN NULL;")).await;
    unwritten(undo(&database, &steps()).await, ROWS, "down");
    execute(&options, REPAIR).await;
    undo(&database, &steps()).await.unwrap();
    let rows = "SELECT filename FROM schema_migrations";
    assert_eq!(ask(&options, rows).await, ["1_a.up.sql"]);
    assert!(!has(&database, "b").await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_of_the_audit_that_is_left_out_or_changed_fails_what_it_is_about() {
    for body in [
        "RETURN NULL;",
        "NEW.action := 'nothing'; RETURN NEW;",
        "NEW.filename := 'other'; RETURN NEW;",
    ] {
        let database = database().await;
        let options = database.options();
        let config = Config::default();
        let half = (
            "2_b.up.sql",
            "-- db-fresh: no-transaction\nVACUUM a;\nCALL nothing()",
        );
        let sets = [set(&[UP, DOWN, half, ("3_c.sql", "SELECT 1")])];
        run(&options, &sets).await.unwrap_err();
        execute(&options, &trigger(AUDIT, "BEFORE INSERT", body)).await;
        let tell = &mut |_| {};
        unwritten(
            mark_applied(&options, &sets, "3_c.sql", &config, tell).await,
            AUDIT,
            body,
        );
        unwritten(
            mark_applied(&options, &sets, "2_b.up.sql", &config, tell).await,
            AUDIT,
            body,
        );
        unwritten(
            abandon(&options, &sets, "2_b.up.sql", &config, tell).await,
            AUDIT,
            body,
        );
        unwritten(
            resume(&options, &sets, Running::Unknown, &config, tell).await,
            AUDIT,
            body,
        );
        unwritten(undo(&database, &set(&[UP, DOWN])).await, AUDIT, body);
        let commented = ("1_a.up.sql", "CREATE TABLE a (id int) -- x");
        unwritten(run(&options, &[set(&[commented, DOWN])]).await, AUDIT, body);
        let left = "SELECT filename || ' ' || steps_done FROM schema_migrations_progress
                    UNION ALL SELECT filename || ' ' || left(checksum, 0) FROM schema_migrations ORDER BY 1";
        assert_eq!(
            ask(&options, left).await,
            ["1_a.up.sql ", "2_b.up.sql 1"],
            "{body}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_person_says_of_a_step_is_known_to_be_on_record() {
    let database = database().await;
    let options = database.options();
    let half = (
        "2_b.up.sql",
        "-- db-fresh: no-transaction\nVACUUM a;\nCALL nothing()",
    );
    let sets = [set(&[UP, DOWN, half])];
    run(&options, &sets).await.unwrap_err();
    execute(&options, "UPDATE schema_migrations_progress SET running = 1").await;
    execute(
        &options,
        &trigger(PROGRESS, "BEFORE UPDATE OR DELETE", "RETURN NULL;"),
    )
    .await;
    let (config, tell) = (Config::default(), &mut |_| {});
    for running in [Running::Done, Running::Again] {
        let ended = resume(&options, &sets, running, &config, tell).await;
        unwritten(ended, PROGRESS, &format!("{running:?}"));
    }
    unwritten(
        mark_applied(&options, &sets, "2_b.up.sql", &config, tell).await,
        PROGRESS,
        "mark",
    );
    unwritten(
        abandon(&options, &sets, "2_b.up.sql", &config, tell).await,
        PROGRESS,
        "abandon",
    );
    assert_eq!(
        ask(&options, "SELECT count(*)::text FROM schema_migrations").await,
        ["1"]
    );
    let entries = "SELECT count(*)::text FROM schema_migrations_audit";
    assert_eq!(ask(&options, entries).await, ["0"]);
}

/// It would take the row away behind the last check.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trigger_that_waits_for_the_commit_fails_the_migration() {
    let database = database().await;
    let options = database.options();
    run(&options, &[set(&[UP, DOWN])]).await.unwrap();
    let deferred = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN DELETE FROM schema_migrations WHERE id = NEW.id; RETURN NULL; END $$;
         CREATE CONSTRAINT TRIGGER meddler AFTER INSERT ON schema_migrations DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION meddle()";
    execute(&options, deferred).await;
    unwritten(run(&options, &[set(&[UP, DOWN, NEXT])]).await, ROWS, "deferred");
    assert!(!has(&database, "b").await);
    execute(&options, REPAIR).await;
    // One that only looks on is no obstacle.
    let harmless = trigger(ROWS, "AFTER INSERT OR UPDATE OR DELETE", "RETURN NULL;");
    execute(&options, &harmless).await;
    assert_eq!(
        run(&options, &[set(&[UP, DOWN, NEXT])])
            .await
            .unwrap()
            .applied
            .len(),
        1
    );
}

/// What a migration itself does to the ledger, in the transaction that its row is written in.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_migration_that_meddles_with_the_ledger_itself_is_rolled_back() {
    for meddling in [
        &trigger(ROWS, "BEFORE INSERT", "RETURN NULL;"),
        "CREATE RULE away AS ON INSERT TO schema_migrations DO INSTEAD NOTHING",
        "CREATE TABLE elsewhere (LIKE schema_migrations INCLUDING ALL);
         CREATE RULE away AS ON INSERT TO schema_migrations DO INSTEAD INSERT INTO elsewhere SELECT NEW.*",
        "ALTER TABLE schema_migrations RENAME TO kept;
         CREATE VIEW schema_migrations AS SELECT * FROM kept",
        "ALTER TABLE schema_migrations RENAME TO kept;
         CREATE TABLE schema_migrations (LIKE kept INCLUDING ALL) PARTITION BY HASH (id)",
        "ALTER TABLE schema_migrations RENAME TO kept;
         CREATE UNLOGGED TABLE schema_migrations (LIKE kept INCLUDING ALL)",
        "CREATE EXTENSION file_fdw; CREATE SERVER files FOREIGN DATA WRAPPER file_fdw;
         ALTER TABLE schema_migrations RENAME TO kept;
         CREATE FOREIGN TABLE schema_migrations (id bigint, component text, filename text, checksum text, applied_at timestamptz,
             version text, neutral_checksum text, duration interval, transactional boolean, late boolean, environment text,
             applied_by text, tool text) SERVER files OPTIONS (filename '/dev/null')",
        "DROP TABLE schema_migrations",
        "ALTER TABLE schema_migrations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    ] {
        let database = database().await;
        let role = Owner::of(&database).await;
        let options = role.options(&database);
        run(&options, &[set(&[UP, DOWN])]).await.unwrap();
        let text = format!("CREATE TABLE b (id int);\n{meddling}");
        let ended = run(&options, &[set(&[UP, DOWN, ("2_b.up.sql", &text)])]).await;
        assert!(ended.is_err(), "{meddling}: {ended:?}");
        assert!(!has(&database, "b").await, "{meddling}");
        let applied = run(&options, &[set(&[UP, DOWN, NEXT])]).await.unwrap().applied;
        assert_eq!(applied.len(), 1, "{meddling}");
    }
}

/// Between others of the same message, where plain DDL is not expected to change what the ledger is.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_ddl_about_the_ledger_is_noticed_in_the_middle_of_a_message() {
    let deferred = "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
         CREATE CONSTRAINT TRIGGER meddler AFTER INSERT ON Schema_Migrations DEFERRABLE FOR EACH ROW EXECUTE FUNCTION meddle()";
    for meddling in [
        "ALTER TABLE public.\"schema_migrations\" SET UNLOGGED",
        "ALTER TABLE U&\"schema\\005fmigrations\" SET UNLOGGED",
        deferred,
    ] {
        let database = database().await;
        let files = [
            UP,
            NEXT,
            ("3_c.up.sql", meddling),
            ("4_d.up.sql", "CREATE TABLE d (id int)"),
        ];
        let ended = run(&database.options(), &[set(&files)]).await;
        assert!(matches!(ended, Err(Error::Unwritten(_))), "{meddling}: {ended:?}");
        assert!(
            has(&database, "b").await && !has(&database, "d").await,
            "{meddling}"
        );
        let kind = "SELECT relpersistence::text || relhastriggers::text FROM pg_class WHERE relname = 'schema_migrations'";
        assert_eq!(ask(&database.options(), kind).await, ["pfalse"], "{meddling}");
    }
}

/// A role that is no superuser and owns what it makes.
struct Owner(String);

impl Owner {
    async fn of(database: &TestDatabase) -> Self {
        let role = format!("owner_{}", rand_name());
        execute(
            &database.options(),
            &format!(
                "CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role};
                 GRANT pg_read_server_files TO {role};
                 DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO {role}', current_database()); END $$"
            ),
        )
        .await;
        Self(role)
    }

    fn options(&self, database: &TestDatabase) -> sqlx::postgres::PgConnectOptions {
        database.options().username(&self.0)
    }
}

fn rand_name() -> String {
    use std::time::{SystemTime, UNIX_EPOCH};
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    format!("{}_{}", std::process::id(), now.as_nanos())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rules_are_told_before_anything_runs() {
    for table in [ROWS, PROGRESS, AUDIT] {
        let database = database().await;
        let options = database.options();
        run(&options, &[steps()]).await.unwrap();
        undo(&database, &steps()).await.unwrap();
        let rule = format!("CREATE RULE away AS ON UPDATE TO {table} DO INSTEAD NOTHING");
        execute(&options, &rule).await;
        let Err(Error::Unfit { problems }) = run(&options, &[steps()]).await else {
            panic!("it ran");
        };
        let fault = LedgerFault::Rules {
            names: vec!["away".into()],
        };
        let table = format!("public.{table}");
        assert_eq!(problems, [Problem::Ledger(LedgerProblem::Unfit { table, fault })]);
        assert!(!has(&database, "b").await);
    }
}
