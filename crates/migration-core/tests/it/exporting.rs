//! Giving a database back to the tool that it was taken over from, or that never saw it.

use diagnostic::Explain;
use migration_core::{Config, LedgerTable, Tool, adopt, adopt_plan, apply, export, export_plan};

use crate::{
    adopting::{codes, config},
    foreign::{FIXTURES, Fixture, SCHEMA, folder},
    support::{ask, database, execute},
};

#[tokio::test]
async fn what_was_taken_over_and_migrated_on_is_given_back_as_the_tool_would_have_written_it() {
    for fixture in FIXTURES {
        let tool = fixture.tool;
        if matches!(tool, Tool::Encore | Tool::Array) {
            continue;
        }
        let database = database().await;
        let options = database.options();
        execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        let (set, source, config) = (fixture.set(), fixture.source(), config());
        let plan = adopt_plan(&options, &set, &source, &config).await.unwrap();
        adopt(&options, &set, &source, &plan, &config, &mut |_| {})
            .await
            .unwrap();
        apply(&options, std::slice::from_ref(&set), &config, &mut |_| {})
            .await
            .unwrap();
        let plan = export_plan(&options, &set, &source, &config).await.unwrap();
        assert_eq!(
            (plan.add.len(), plan.remove.len(), plan.change.len()),
            (1, 0, 0),
            "{tool}"
        );
        export(&options, &set, &source, &config, &mut |_| {})
            .await
            .unwrap();
        let again = export_plan(&options, &set, &source, &config).await.unwrap();
        assert!(again.is_empty(), "{tool}: {again:?}");
        let other = Config {
            ledger: LedgerTable {
                schema: "second".into(),
                ..LedgerTable::default()
            },
            ..config
        };
        let back = adopt_plan(&options, &set, &source, &other).await.unwrap();
        assert_eq!(back.problems, [], "{tool}");
        assert_eq!(back.applied().count(), 3, "{tool}");
    }
}

#[tokio::test]
async fn a_ledger_is_made_for_a_tool_that_never_ran() {
    for fixture in FIXTURES {
        let tool = fixture.tool;
        let database = database().await;
        let options = database.options();
        let (set, source, config) = (fixture.set(), fixture.source(), config());
        apply(&options, std::slice::from_ref(&set), &config, &mut |_| {})
            .await
            .unwrap();
        let ended = export(&options, &set, &source, &config, &mut |_| {}).await;
        if matches!(tool, Tool::Encore | Tool::Array) {
            assert_eq!(codes(&ended.unwrap_err()), ["export/not-expressible"], "{tool}");
            continue;
        }
        assert!(ended.unwrap().creates, "{tool}");
        let again = export_plan(&options, &set, &source, &config).await.unwrap();
        assert!(again.is_empty(), "{tool}: {again:?}");
    }
}

#[tokio::test]
async fn flyway_gets_the_path_of_a_file_in_its_folder() {
    let database = database().await;
    let options = database.options();
    let set = folder(
        Tool::Flyway,
        &[("V1__one.sql", "SELECT 1;"), ("later/V2__two.sql", "SELECT 2;")],
    );
    apply(&options, std::slice::from_ref(&set), &config(), &mut |_| {})
        .await
        .unwrap();
    let target = Fixture::of(Tool::Flyway).source();
    export(&options, &set, &target, &config(), &mut |_| {})
        .await
        .unwrap();
    let scripts = "SELECT script FROM flyway_schema_history ORDER BY installed_rank";
    assert_eq!(ask(&options, scripts).await, ["V1__one.sql", "later/V2__two.sql"]);
}

#[tokio::test]
async fn a_ledger_that_says_only_how_far_it_came_cannot_be_written_with_a_gap() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Tern);
    let set = fixture.set();
    apply(&options, std::slice::from_ref(&set), &config(), &mut |_| {})
        .await
        .unwrap();
    execute(
        &options,
        "DELETE FROM db_fresh.schema_migrations WHERE filename = '002_two.sql'",
    )
    .await;
    let plan = export_plan(&options, &set, &fixture.source(), &config())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "export/not-expressible");
    assert!(
        plan.problems[0].to_string().contains("002_two.sql"),
        "{}",
        plan.problems[0]
    );
}
