//! Taking over what other tools migrated.

use diagnostic::Explain;
use migration_core::{
    AdoptState, AdoptedLedger, Check, Config, Error, FolderConfig, ForeignLedger, LedgerTable, Migrations,
    State, Tool, adopt, adopt_plan, adopted_from, apply, overview,
};
use sqlx::{Connection, Executor, PgConnection};

use crate::{
    foreign::{FIXTURES, Fixture, SCHEMA, folder},
    support::{ask, database, execute},
};

/// Ours in a schema of its own, since some tools have the name that ours has by default.
pub(crate) fn config() -> Config {
    Config {
        ledger: LedgerTable {
            schema: "db_fresh".into(),
            ..LedgerTable::default()
        },
        ..Config::default()
    }
}

pub(crate) fn codes(error: &Error) -> Vec<&'static str> {
    error
        .diagnostics()
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[tokio::test]
async fn a_database_of_every_tool_is_taken_over_and_goes_on_with_the_third_migration() {
    for fixture in FIXTURES {
        let tool = fixture.tool;
        let database = database().await;
        let options = database.options();
        execute(&options, &format!("{SCHEMA}; {}", fixture.ledger)).await;
        let (set, source, config) = (fixture.set(), fixture.source(), config());
        let before = ask(&options, "SELECT count(*)::text FROM pg_class").await;

        let plan = adopt_plan(&options, &set, &source, &config).await.unwrap();
        assert_eq!(plan.problems, [], "{tool}");
        let applied = |item: &migration_core::AdoptItem| matches!(item.state, AdoptState::Applied { .. });
        let states: Vec<_> = plan.items.iter().map(applied).collect();
        assert_eq!(states, [true, true, false], "{tool}: {:?}", plan.items);
        assert_eq!(
            ask(&options, "SELECT count(*)::text FROM pg_class").await,
            before,
            "{tool}: a plan writes nothing"
        );

        let foreign = plan.table.clone().unwrap();
        let theirs = format!(
            "SELECT t::text FROM {}.{} AS t ORDER BY 1",
            foreign.schema, foreign.table
        );
        let rows = ask(&options, &theirs).await;
        adopt(&options, &set, &source, &plan, &config, &mut |_| {})
            .await
            .unwrap();
        assert_eq!(ask(&options, &theirs).await, rows, "{tool}: theirs is left alone");
        let audit = "SELECT action || ' ' || filename FROM db_fresh.schema_migrations_audit ORDER BY id";
        assert_eq!(ask(&options, audit).await.len(), 2, "{tool}");
        assert_eq!(
            adopted_from(&options, &config).await.unwrap(),
            [AdoptedLedger {
                table: foreign,
                fills_schema: tool == Tool::Supabase
            }],
            "{tool}"
        );

        let now = overview(&options, std::slice::from_ref(&set), &config)
            .await
            .unwrap();
        assert_eq!(now.problems, [], "{tool}");
        assert_eq!(
            now.items
                .iter()
                .filter(|item| item.state == State::Pending)
                .count(),
            1,
            "{tool}"
        );
        let report = apply(&options, &[set], &config, &mut |_| {}).await.unwrap();
        assert_eq!((report.applied.len(), report.already), (1, 2), "{tool}");
    }
}

#[tokio::test]
async fn checksums_are_verified_by_each_tools_own_algorithm() {
    for (tool, expected) in [
        (Tool::Sqlx, [Check::Exact, Check::Exact]),
        (Tool::Flyway, [Check::Exact, Check::Exact]),
        (Tool::Refinery, [Check::Exact, Check::Exact]),
        (Tool::Prisma, [Check::Exact, Check::LineEnds]),
        (Tool::Supabase, [Check::Exact, Check::None]),
        (Tool::Encore, [Check::Exact, Check::Unknown]),
        (Tool::GolangMigrate, [Check::Assumed, Check::Assumed]),
        (Tool::Dbmate, [Check::None, Check::None]),
    ] {
        let fixture = Fixture::of(tool);
        let database = database().await;
        execute(&database.options(), fixture.ledger).await;
        let plan = adopt_plan(&database.options(), &fixture.set(), &fixture.source(), &config())
            .await
            .unwrap();
        let checks: Vec<_> = plan
            .items
            .iter()
            .filter_map(|item| match item.state {
                AdoptState::Applied { check, .. } => Some(check),
                _ => None,
            })
            .collect();
        assert_eq!(checks, expected, "{tool}");
    }
}

#[tokio::test]
async fn every_edited_file_is_told_by_tools_that_keep_checksums() {
    for tool in [
        Tool::Sqlx,
        Tool::Flyway,
        Tool::Refinery,
        Tool::Prisma,
        Tool::Supabase,
        Tool::Encore,
    ] {
        let fixture = Fixture::of(tool);
        let edited: Vec<_> = fixture
            .files
            .iter()
            .map(|(name, text)| (*name, text.replace("id int", "id bigint")))
            .collect();
        let edited: Vec<_> = edited.iter().map(|(name, text)| (*name, text.as_str())).collect();
        let set = folder(tool, &edited);
        let database = database().await;
        let options = database.options();
        execute(&options, fixture.ledger).await;
        let plan = adopt_plan(&options, &set, &fixture.source(), &config())
            .await
            .unwrap();
        // Of some tools' second migration there is no sum to compare.
        let expected = match tool {
            Tool::Supabase | Tool::Encore => 1,
            _ => 2,
        };
        assert_eq!(plan.problems.len(), expected, "{tool}: {:?}", plan.problems);
        let error = adopt(&options, &set, &fixture.source(), &plan, &config(), &mut |_| {})
            .await
            .unwrap_err();
        assert!(codes(&error).iter().all(|code| *code == "adopt/edited"), "{tool}");
        assert_eq!(
            ask(&options, "SELECT to_regclass('db_fresh.schema_migrations')::text").await,
            [""]
        );
    }
}

#[tokio::test]
async fn refinery_hashes_a_wide_version_otherwise_than_a_narrow_one() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Refinery);
    let wide = "ALTER TABLE refinery_schema_history ALTER COLUMN version TYPE int8";
    execute(&options, &format!("{}; {wide}", fixture.ledger)).await;
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    let found: Vec<_> = plan.problems.iter().map(Explain::code).collect();
    assert_eq!(found, ["adopt/edited", "adopt/edited"]);
}

/// What Flyway's ledger says of one migration.
fn flyway_row(rank: usize, version: &str, description: &str, kind: &str, checksum: &str) -> String {
    format!("({rank}, {version}, '{description}', '{kind}', 'x.sql', {checksum}, 'me', now(), 1, true)")
}

#[tokio::test]
async fn flyways_baselines_undone_ones_and_repeatable_ones_are_understood() {
    let database = database().await;
    let options = database.options();
    let (table, _) = Fixture::of(Tool::Flyway).ledger.split_once("INSERT").unwrap();
    let rows = [
        flyway_row(1, "'2'", "<< Flyway Baseline >>", "BASELINE", "NULL"),
        flyway_row(2, "'3'", "two", "SQL", "-238647330"),
        flyway_row(3, "'4'", "four", "SQL", "17"),
        flyway_row(4, "'4'", "four", "UNDO_SQL", "17"),
        // zlib's sum over the lines with the placeholder's value in its place.
        flyway_row(5, "NULL", "the view", "SQL", "1352035471"),
    ];
    let ledger = format!(
        "{table} INSERT INTO flyway_schema_history VALUES {}",
        rows.join(", ")
    );
    execute(&options, &ledger).await;
    let files = [
        ("V1__one.sql", "CREATE TABLE one (id int);"),
        ("V3__two.sql", "CREATE TABLE two (id int);"),
        ("V4__four.sql", "SELECT 4;"),
        (
            "R__the_view.sql",
            "CREATE VIEW v AS SELECT '${region}' AS region;\r\n-- end\n",
        ),
    ];
    let files = files.map(|(name, text)| (name.into(), text.into()));
    let variables = [("region".to_owned(), "eu".to_owned())].into();
    let folder = FolderConfig {
        variables,
        ..FolderConfig::default()
    };
    let set = Migrations::from_files("app", files, Tool::Flyway.format(), &folder).unwrap();
    let source = Fixture::of(Tool::Flyway).source();
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    assert_eq!(plan.problems, []);
    let states: Vec<_> = plan
        .items
        .iter()
        .map(|item| match item.state {
            AdoptState::Applied { check, .. } => Some(check),
            _ => None,
        })
        .collect();
    assert_eq!(
        states,
        [Some(Check::Assumed), Some(Check::Exact), None, Some(Check::Exact)]
    );
}

#[tokio::test]
async fn what_the_folder_lacks_and_what_failed_is_told_at_once() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Sqlx);
    let more = "INSERT INTO _sqlx_migrations VALUES (7, 'gone', now(), true, 'x', 1), (8, 'broken', now(), false, 'x', -1)";
    execute(&options, &format!("{}; {more}", fixture.ledger)).await;
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    let found: Vec<_> = plan.problems.iter().map(Explain::code).collect();
    assert_eq!(found, ["adopt/missing", "adopt/failed"]);
}

#[tokio::test]
async fn a_dirty_mark_and_a_mark_without_its_file_are_refused_and_one_at_work_is_told() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::GolangMigrate);
    execute(
        &options,
        &format!("{}; UPDATE schema_migrations SET dirty = true", fixture.ledger),
    )
    .await;
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "adopt/failed");
    let mut migrate = PgConnection::connect_with(&options).await.unwrap();
    let lock = format!("SELECT pg_advisory_lock({})", plan.locks[0]);
    migrate.execute(sqlx::AssertSqlSafe(lock)).await.unwrap();
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "adopt/at-work");
    assert!(plan.problems[0].facts()[0].value.contains("pg_advisory_lock"));
    migrate.close().await.unwrap();
    execute(
        &options,
        "UPDATE schema_migrations SET dirty = false, version = 5",
    )
    .await;
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "adopt/missing");
}

#[tokio::test]
async fn a_ledger_that_is_not_there_is_told_with_those_that_are() {
    let database = database().await;
    let options = database.options();
    execute(&options, Fixture::of(Tool::Dbmate).ledger).await;
    let fixture = Fixture::of(Tool::GolangMigrate);
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "adopt/no-ledger");
    assert!(plan.problems[0].facts()[1].value.contains("a ledger of dbmate"));
}

#[tokio::test]
async fn a_ledger_of_another_name_is_found_when_it_is_named_and_two_are_told() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Tern);
    let other = "CREATE SCHEMA ops; CREATE TABLE ops.versions (version int4 NOT NULL); INSERT INTO ops.versions VALUES (1);
                 CREATE TABLE ops.schema_version (version int4 NOT NULL)";
    execute(&options, &format!("{}; {other}", fixture.ledger)).await;
    let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "adopt/several-ledgers");
    let named = ForeignLedger {
        tool: Tool::Tern,
        table: Some(LedgerTable {
            schema: "ops".into(),
            table: "versions".into(),
        }),
    };
    let plan = adopt_plan(&options, &fixture.set(), &named, &config())
        .await
        .unwrap();
    assert_eq!(plan.applied().collect::<Vec<_>>(), ["001_one.sql"]);
}

#[tokio::test]
async fn a_schema_that_is_there_for_the_ledger_alone_is_told() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Goose);
    // Its key comes from a sequence, and an index lies beside it: both are its own.
    let ledger = fixture.ledger.replace("goose_db_version", "ops.versions");
    let more = "CREATE INDEX versions_by_time ON ops.versions (tstamp)";
    execute(&options, &format!("CREATE SCHEMA ops; {ledger}; {more}")).await;
    let source = ForeignLedger {
        tool: Tool::Goose,
        table: Some(LedgerTable {
            schema: "ops".into(),
            table: "versions".into(),
        }),
    };
    let set = fixture.set();
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    assert!(plan.fills_schema);
    adopt(&options, &set, &source, &plan, &config(), &mut |_| {})
        .await
        .unwrap();
    assert!(adopted_from(&options, &config()).await.unwrap()[0].fills_schema);
    execute(
        &options,
        "CREATE FUNCTION ops.now() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )
    .await;
    assert!(!adopted_from(&options, &config()).await.unwrap()[0].fills_schema);
}

#[tokio::test]
async fn our_ledger_is_not_made_where_theirs_is_and_not_twice() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Encore);
    execute(&options, fixture.ledger).await;
    let (set, source) = (fixture.set(), fixture.source());
    let plan = adopt_plan(&options, &set, &source, &Config::default())
        .await
        .unwrap();
    assert_eq!(plan.problems[0].code(), "adopt/place-taken");
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    adopt(&options, &set, &source, &plan, &config(), &mut |_| {})
        .await
        .unwrap();
    let again = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    assert_eq!(again.problems[0].code(), "adopt/already");
}

#[tokio::test]
async fn the_order_of_application_is_kept_and_late_ones_are_called_so() {
    let database = database().await;
    let options = database.options();
    let fixture = Fixture::of(Tool::Goose);
    let late =
        "INSERT INTO goose_db_version (version_id, is_applied) VALUES (3, true), (2, false), (2, true)";
    execute(&options, &format!("{SCHEMA}; {}; {late}", fixture.ledger)).await;
    let (set, source) = (fixture.set(), fixture.source());
    let plan = adopt_plan(&options, &set, &source, &config()).await.unwrap();
    adopt(&options, &set, &source, &plan, &config(), &mut |_| {})
        .await
        .unwrap();
    let order = "SELECT filename || ' ' || late FROM db_fresh.schema_migrations ORDER BY id";
    assert_eq!(
        ask(&options, order).await,
        [
            "00001_one.sql false",
            "00003_three.sql false",
            "00002_two.sql true"
        ]
    );
}
