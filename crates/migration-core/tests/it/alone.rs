//! A statement that is a message of its own, and a runner that ended while it ran: what nothing shows is not run again and not called done.

use migration_core::{Config, Error, FolderConfig, Format, Migrations, Problem, Running, apply, resume};

use crate::support::{ask, database, execute};

const BEFORE: &str = "
    CREATE TABLE t (id int); CREATE INDEX i ON t (id);
    CREATE TABLE p (id int) PARTITION BY RANGE (id); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE INDEX pi ON p (id);
    CREATE PROCEDURE add() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;";

fn folder(statement: &str) -> [Migrations; 1] {
    let files = [("1_a.up.sql", BEFORE), ("2_b.up.sql", statement)];
    let files = files.map(|(name, text)| (name.into(), text.into()));
    let config = FolderConfig::default();
    [Migrations::from_files("app", files, Some(Format::GolangMigrate), &config).unwrap()]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_runner_that_ended_in_between_it_runs_again_only_where_that_changes_nothing() {
    for (statement, runs_again) in [
        ("VACUUM t;", true),
        ("REINDEX TABLE p;", true),
        ("REINDEX INDEX pi;", true),
        ("CLUSTER t USING i;", true),
        ("CALL add();", false),
        ("-- adds\nCALL add();", false),
        ("DO $$ BEGIN CALL add(); END $$;", false),
        ("DO $$ BEGIN INSERT INTO t VALUES (1); COMMIT; END $$;", false),
    ] {
        let database = database().await;
        let options = database.options();
        let (sets, config) = (folder(statement), Config::default());
        let tell = &mut |_| {};
        let mut first = sets.clone();
        first[0].items.truncate(1);
        apply(&options, &first, &config, tell).await.unwrap();
        let checksum = sets[0].items[1]
            .up
            .checksum
            .map(|byte| format!("{byte:02x}"))
            .concat();
        execute(
            &options,
            &format!(
                "INSERT INTO schema_migrations_progress (component, filename, direction, checksum, steps_total, steps_done, running, started_by)
                 VALUES ('app', '2_b.up.sql', 'up', '{checksum}', 1, 0, 0, 'x')"
            ),
        )
        .await;
        let ended = apply(&options, &sets, &config, tell).await;
        if runs_again {
            assert_eq!(ended.unwrap().applied.len(), 1, "{statement}");
            continue;
        }
        let Err(Error::Unfit { problems }) = ended else {
            panic!("{statement}: {ended:?}")
        };
        assert!(
            matches!(problems[..], [Problem::Unsure { step: 1, .. }]),
            "{statement}: {problems:?}"
        );
        let rows = "SELECT count(*)::text FROM t";
        assert_eq!(ask(&options, rows).await, ["0"], "{statement}");
        resume(&options, &sets, Running::Again, &config, tell)
            .await
            .unwrap();
        assert_eq!(ask(&options, rows).await, ["1"], "{statement}");
    }
}
