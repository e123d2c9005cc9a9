//! Names of the ledger, of components and of files: they work as they are, or are refused before anything is sent.

use diagnostic::Explain;
use migration_core::{
    Config, Error, LedgerTable, Runner, Running, Target, abandon, apply, interrupted, mark_applied, overview,
    resume, rollback,
};

use crate::support::{ask, database, named_set, set};

fn config(schema: &str, table: &str) -> Config {
    Config {
        ledger: LedgerTable {
            schema: schema.into(),
            table: table.into(),
        },
        ..Config::default()
    }
}

const FILES: [(&str, &str); 4] = [
    ("1_a.up.sql", "CREATE TABLE a (id int)"),
    ("1_a.down.sql", "DROP TABLE a"),
    ("2_b.up.sql", "CREATE INDEX CONCURRENTLY a_id ON a (id)"),
    ("2_b.down.sql", "DROP INDEX CONCURRENTLY a_id"),
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_name_that_the_server_keeps_works() {
    let (long_schema, long_table) = ("s".repeat(63), "t".repeat(54));
    let umlauts = "ü".repeat(27);
    for (schema, table) in [
        (long_schema.as_str(), long_table.as_str()),
        ("Üb.er \"x\"", "sel\"ect"),
        ("select", "table"),
        ("public", "Schema_Migrations"),
        ("a.b", "c.d"),
        ("it's", "a\\b' OR 'x"),
        ("public", &umlauts),
        ("$$", "; DROP TABLE a --"),
        ("new\nline", "tab\there"),
    ] {
        let database = database().await;
        let (options, config) = (database.options(), config(schema, table));
        let tell = &mut |_| {};
        let context = format!("{schema:?}.{table:?}");
        let (sets, mut commented) = ([set(&FILES)], FILES);
        commented[0].1 = "CREATE TABLE a (id int) -- x";
        let commented = [set(&commented)];
        let first = apply(&options, &sets, &config, tell).await.unwrap();
        assert_eq!(first.applied.len(), 2, "{context}");
        let again = apply(&options, &sets, &config, tell).await.unwrap();
        assert_eq!(again.already, 2, "{context}");
        let changed = apply(&options, &commented, &config, tell).await.unwrap();
        assert_eq!(changed.restamped.len(), 1, "{context}");
        rollback(&options, &commented, &Target::Last(2), &config, tell)
            .await
            .unwrap();
        mark_applied(&options, &sets, "1_a.up.sql", &config, tell)
            .await
            .unwrap();
        apply(&options, &sets, &config, tell).await.unwrap_err();
        let left = interrupted(&options, &sets, &config).await.unwrap();
        assert_eq!(left.len(), 1, "{context}");
        resume(&options, &sets, Running::Again, &config, tell)
            .await
            .unwrap_err();
        abandon(&options, &sets, "2_b.up.sql", &config, tell)
            .await
            .unwrap();
        let tables = "SELECT relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
                      WHERE relkind = 'r' AND nspname !~ '^pg_' AND nspname <> 'information_schema' ORDER BY length(relname)";
        let [rows, progress, audit] = config.ledger.tables();
        assert_eq!(ask(&options, tables).await, [rows, audit, progress], "{context}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_other_name_is_refused_by_everything_and_nothing_is_made() {
    let database = database().await;
    let options = database.options();
    let (long_schema, long_table) = ("s".repeat(64), "t".repeat(55));
    for (schema, table) in [
        ("public", ""),
        ("", "t"),
        (long_schema.as_str(), "t"),
        ("public", &long_table),
        ("pg_temp", "t"),
        ("pg_catalog", "t"),
        ("information_schema", "t"),
        ("public", "a\0b"),
    ] {
        let config = config(schema, table);
        let sets = [set(&FILES)];
        let tell = &mut |_| {};
        let refused = |ended: Result<(), Error>| {
            let error = ended.unwrap_err();
            assert_eq!(
                error.code(),
                "migration/ledger-name",
                "{schema:?}.{table:?}: {error:?}"
            );
        };
        refused(apply(&options, &sets, &config, tell).await.map(drop));
        refused(overview(&options, &sets, &config).await.map(drop));
        refused(
            rollback(&options, &sets, &Target::Last(1), &config, tell)
                .await
                .map(drop),
        );
        refused(
            mark_applied(&options, &sets, "1_a.up.sql", &config, tell)
                .await
                .map(drop),
        );
        refused(Runner::connect(&options, &config).await.map(drop));
    }
    let tables =
        "SELECT relname::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
    assert_eq!(ask(&options, tables).await, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_components_and_files_are_values_and_nothing_else() {
    let long = format!("1_{}.sql", "x".repeat(230));
    for (component, file) in [
        ("it's", "1_a'b.sql"),
        ("back\\slash", "1_a\\'b.sql"),
        ("'); DROP TABLE schema_migrations; --", "1_a.sql"),
        ("Ünïcode 漢字", "1_漢字.sql"),
        ("$$ $x$", long.as_str()),
    ] {
        let database = database().await;
        let (options, config) = (database.options(), Config::default());
        let text = "-- db-fresh: no-transaction\nCREATE TABLE a (id int);\nVACUUM a";
        let sets = [named_set(component, &[(file, text)])];
        apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
        let again = apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
        assert_eq!(again.already, 1, "{component} {file}");
        let row = "SELECT component || '|' || filename FROM schema_migrations";
        assert_eq!(ask(&options, row).await, [format!("{component}|{file}")]);
    }
}

/// An index row has a limit of about 2,700 bytes: what is longer is refused by the server, with the migration rolled back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_component_too_long_for_the_ledger_leaves_nothing_applied() {
    let database = database().await;
    let options = database.options();
    // Text that does not compress.
    let noise = "SELECT string_agg(md5(n::text), '-') FROM generate_series(1, 200) n";
    let component = ask(&options, noise).await[0].clone();
    let sets = [named_set(&component, &[("1_a.sql", "CREATE TABLE a (id int)")])];
    apply(&options, &sets, &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    let is_missing = "SELECT (to_regclass('a') IS NULL)::text";
    assert_eq!(ask(&options, is_missing).await, ["true"]);
}
