//! Writing another tool's ledger, and ours from it: what did not happen fails the whole transaction.

use migration_core::{
    Config, Error, LedgerFault, LedgerTable, Tool, adopt, adopt_plan, apply, export, export_plan, rollback,
};

use crate::{
    adopting::config,
    foreign::{FIXTURES, SCHEMA},
    support::{ask, database, execute, named_set},
};

/// A trigger that lets nothing happen.
fn trigger(table: &str, when: &str) -> String {
    format!(
        "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER meddler BEFORE {when} ON {table} FOR EACH ROW EXECUTE FUNCTION meddle()"
    )
}

fn unwritten<T: std::fmt::Debug>(ended: Result<T, Error>, table: &LedgerTable, context: &str) {
    let Err(Error::Unwritten(unwritten)) = ended else {
        panic!("{context}: {ended:?}")
    };
    let LedgerTable { schema, table } = table;
    assert_eq!(unwritten.table, format!("\"{schema}\".\"{table}\""), "{context}");
    let triggers = LedgerFault::Triggers {
        names: vec!["meddler".into()],
    };
    assert_eq!(unwritten.faults, [triggers], "{context}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_of_another_tool_that_is_not_written_or_not_removed_fails_the_export() {
    for fixture in FIXTURES {
        let tool = fixture.tool;
        if matches!(tool, Tool::Encore | Tool::Array) {
            continue;
        }
        for when in ["INSERT", "DELETE"] {
            let database = database().await;
            let options = database.options();
            execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
            let (sets, source, config) = ([fixture.set()], fixture.source(), config());
            let plan = adopt_plan(&options, &sets[0], &source, &config).await.unwrap();
            adopt(&options, &sets[0], &source, &plan, &config, &mut |_| {})
                .await
                .unwrap();
            if when == "INSERT" {
                apply(&options, &sets, &config, &mut |_| {}).await.unwrap();
            } else {
                let LedgerTable { schema, table } = &config.ledger;
                let place = format!("\"{schema}\".\"{table}\"");
                let forget = format!("DELETE FROM {place} WHERE id = (SELECT max(id) FROM {place})");
                execute(&options, &forget).await;
            }
            let context = format!("{tool} {when}");
            let table = plan.table.unwrap();
            let rows = format!("SELECT t::text FROM {table} AS t ORDER BY 1");
            let before = ask(&options, &rows).await;
            let planned = export_plan(&options, &sets[0], &source, &config).await.unwrap();
            assert!(!planned.is_empty(), "{context}");
            execute(&options, &trigger(&table.to_string(), when)).await;
            let ended = export(&options, &sets[0], &source, &config, &mut |_| {}).await;
            unwritten(ended, &table, &context);
            assert_eq!(ask(&options, &rows).await, before, "{context}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_row_or_an_entry_that_is_not_written_fails_the_adoption() {
    for suffix in ["", "_audit"] {
        let fixture = &FIXTURES[0];
        let database = database().await;
        let options = database.options();
        let (set, source, config) = (fixture.set(), fixture.source(), config());
        let other = [named_set(
            "other",
            &[("1_o.up.sql", "SELECT 1"), ("1_o.down.sql", "SELECT 1")],
        )];
        let tell = &mut |_| {};
        apply(&options, &other, &config, tell).await.unwrap();
        let last = migration_core::Target::Last(1);
        rollback(&options, &other, &last, &config, tell).await.unwrap();
        execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        let table = LedgerTable {
            table: format!("{}{suffix}", config.ledger.table),
            ..config.ledger.clone()
        };
        execute(&options, &trigger(&table.to_string(), "INSERT")).await;
        let plan = adopt_plan(&options, &set, &source, &config).await.unwrap();
        assert_eq!(plan.problems, []);
        let ended = adopt(&options, &set, &source, &plan, &config, tell).await;
        unwritten(ended, &table, suffix);
        let rows = format!("SELECT count(*)::text FROM {}", config.ledger);
        assert_eq!(ask(&options, &rows).await, ["0"], "{suffix}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn our_own_ledger_is_as_fit_for_adopting_and_exporting_as_for_applying() {
    let fixture = &FIXTURES[0];
    let (set, source, config): (_, _, Config) = (fixture.set(), fixture.source(), config());
    for (change, code) in [
        (
            "RENAME CONSTRAINT ledger_layout_1 TO ledger_layout_2",
            "migration/ledger-newer",
        ),
        ("SET UNLOGGED", "migration/ledger-unfit"),
    ] {
        let database = database().await;
        let options = database.options();
        let other = [named_set("other", &[("1_o.sql", "SELECT 1")])];
        apply(&options, &other, &config, &mut |_| {}).await.unwrap();
        execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        execute(&options, &format!("ALTER TABLE {} {change}", config.ledger)).await;
        let refused = [
            adopt_plan(&options, &set, &source, &config).await.map(drop),
            export_plan(&options, &set, &source, &config).await.map(drop),
        ];
        for ended in refused {
            let error = ended.unwrap_err();
            assert_eq!(diagnostic::Explain::code(&error), code, "{error:?}");
        }
    }
}
