//! Recognising the ledger of another tool: every tool's is refused, and no table of an application is.

use diagnostic::Explain;
use migration_core::{
    Config, Error, ForeignLedger, LedgerTable, Problem, Tool, adopt_plan, apply, export_plan,
};
use sqlx::postgres::PgConnectOptions;

use crate::{
    adopting::config,
    foreign::{FIXTURES, Fixture},
    support::{ask, database, execute, set},
};

/// A ledger that is recognised: its table, and the tools whose it may be.
type Recognised = (String, Vec<Tool>);

/// Applies a migration, which has to be refused; what was recognised.
async fn refused(options: &PgConnectOptions, config: &Config) -> Vec<Recognised> {
    let before = everything(options).await;
    let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
    let error = apply(options, &sets, config, &mut |_| {}).await.unwrap_err();
    assert_eq!(everything(options).await, before, "nothing is written");
    let Error::Unfit { problems } = error else {
        panic!("{error}");
    };
    let recognised = problems.into_iter().map(|problem| match problem {
        Problem::ForeignLedger { table, tools, .. } => (table.to_string(), tools),
        other => panic!("{other}"),
    });
    recognised.collect()
}

/// Every table that is not the server's own, with its rows.
async fn everything(options: &PgConnectOptions) -> Vec<String> {
    let tables = "SELECT format('%I.%I', relnamespace::regnamespace, relname) FROM pg_class
                  WHERE relkind IN ('r', 'p') AND relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema') ORDER BY 1";
    let mut all = Vec::new();
    for table in ask(options, tables).await {
        let rows = format!("SELECT '{table} ' || t::text FROM {table} AS t ORDER BY 1");
        all.extend(ask(options, &rows).await);
        all.push(table);
    }
    all
}

#[tokio::test]
async fn the_ledger_of_every_tool_is_recognised_and_never_written_and_can_be_adopted() {
    for tool in Tool::ALL {
        let fixture = Fixture::of(tool);
        let database = database().await;
        let options = database.options();
        execute(&options, fixture.ledger).await;
        let expected = (format!("{}.{}", tool.schema(), tool.table()), vec![tool]);
        for config in [Config::default(), config()] {
            let found = refused(&options, &config).await;
            assert_eq!(found, std::slice::from_ref(&expected), "{tool}");
        }
        let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
            .await
            .unwrap();
        assert_eq!(plan.problems, [], "{tool}");
        assert_eq!(plan.table.unwrap().to_string(), expected.0, "{tool}");
        // The others take no advisory lock.
        let locks = [
            Tool::Sqlx,
            Tool::GolangMigrate,
            Tool::Goose,
            Tool::Flyway,
            Tool::Prisma,
            Tool::Tern,
            Tool::NodePgMigrate,
        ];
        assert_eq!(plan.locks.is_empty(), !locks.contains(&tool), "{tool}");
    }
    assert_eq!(FIXTURES.len(), Tool::ALL.len());
}

#[tokio::test]
async fn older_layouts_and_other_schemas_are_recognised() {
    let flyway = Fixture::of(Tool::Flyway)
        .ledger
        .replace("flyway_schema_history", "schema_version");
    let goose = Fixture::of(Tool::Goose)
        .ledger
        .replace("goose_db_version", "app.goose_db_version");
    let wide = "ALTER TABLE refinery_schema_history ALTER COLUMN version TYPE int8";
    for (sql, table, tool) in [
        (flyway, "public.schema_version", Tool::Flyway),
        (
            format!("CREATE SCHEMA app; {goose}"),
            "app.goose_db_version",
            Tool::Goose,
        ),
        (
            format!("{}; {wide}", Fixture::of(Tool::Refinery).ledger),
            "public.refinery_schema_history",
            Tool::Refinery,
        ),
        (
            "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY);
             INSERT INTO supabase_migrations.schema_migrations VALUES ('20260101000000'), ('20260102000000')"
                .to_owned(),
            "supabase_migrations.schema_migrations",
            Tool::Supabase,
        ),
        (
            "CREATE TABLE schema_migrations (version varchar PRIMARY KEY) PARTITION BY HASH (version)".to_owned(),
            "public.schema_migrations",
            Tool::Dbmate,
        ),
    ] {
        let database = database().await;
        let options = database.options();
        execute(&options, &sql).await;
        assert_eq!(refused(&options, &config()).await, [(table.to_owned(), vec![tool])], "{table}");
        let fixture = Fixture::of(tool);
        let plan = adopt_plan(&options, &fixture.set(), &fixture.source(), &config())
            .await
            .unwrap();
        assert_eq!(plan.table.unwrap().to_string(), table, "{:?}", plan.problems);
    }
}

#[tokio::test]
async fn a_table_of_the_application_is_no_obstacle() {
    for sql in [
        // What other frameworks and people's own code keep under such names.
        "CREATE SCHEMA app; CREATE TABLE app.schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp)",
        "CREATE TABLE schema_version (version text PRIMARY KEY)",
        "CREATE TABLE schema_version (version int NOT NULL, migrated_at timestamptz NOT NULL)",
        "CREATE TABLE schema_version (id int PRIMARY KEY, version text, migration text)",
        "CREATE TABLE schema_version (version bigint NOT NULL)",
        "CREATE TABLE applied_migrations (id bigint PRIMARY KEY, person text, applied_at timestamptz)",
        "CREATE TABLE goose_db_version (id int)",
        "CREATE TABLE _prisma_migrations (id text, checksum text)",
        "CREATE TABLE bot_config (config_key text, config_value jsonb)",
        "CREATE TABLE \"public.schema_version\" (version int4)",
        "CREATE SCHEMA app; CREATE TABLE app.schema_migrations (version text, statements text[], name text)",
        // Something else than a table.
        "CREATE VIEW schema_version AS SELECT 1::int4 AS version",
        "CREATE MATERIALIZED VIEW goose_db_version AS SELECT 1 AS id, 1::bigint AS version_id, true AS is_applied, now() AS tstamp",
        "CREATE TYPE schema_version AS (version int4)",
    ] {
        let database = database().await;
        let options = database.options();
        execute(&options, sql).await;
        let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
        let ended = apply(&options, &sets, &config(), &mut |_| {}).await;
        assert!(ended.is_ok(), "{sql}: {ended:?}");
    }
}

#[tokio::test]
async fn the_ledgers_of_supabases_own_services_are_no_obstacle() {
    let database = database().await;
    let options = database.options();
    let role = format!("supabase_auth_admin_{}", std::process::id());
    let sql = format!(
        "CREATE ROLE {role}; CREATE SCHEMA auth; CREATE TABLE auth.schema_migrations (version varchar(255) PRIMARY KEY)"
    );
    execute(&options, &sql).await;
    let found = refused(&options, &config()).await;
    assert_eq!(found, [("auth.schema_migrations".to_owned(), vec![Tool::Dbmate])]);
    execute(
        &options,
        &format!("ALTER TABLE auth.schema_migrations OWNER TO {role}"),
    )
    .await;
    let sets = [set(&[("1_a.sql", "CREATE TABLE a (id int)")])];
    let ended = apply(&options, &sets, &config(), &mut |_| {}).await;
    execute(&options, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    assert_eq!(ended.unwrap().applied.len(), 1);
}

#[tokio::test]
async fn a_table_in_the_place_of_ours_is_told_by_its_columns() {
    let here = Config {
        ledger: LedgerTable {
            schema: "ops".into(),
            table: "migrations".into(),
        },
        ..Config::default()
    };
    for (columns, tools) in [
        ("version int4 NOT NULL", &[Tool::Tern][..]),
        ("version bigint, dirty boolean", &[Tool::GolangMigrate]),
        (
            "id text, filename text, checksum text, applied_at timestamp",
            &[Tool::Encore, Tool::Array],
        ),
        ("at date, what text", &[]),
    ] {
        let database = database().await;
        let options = database.options();
        execute(
            &options,
            &format!("CREATE SCHEMA ops; CREATE TABLE ops.migrations ({columns})"),
        )
        .await;
        let expected = [("ops.migrations".to_owned(), tools.to_vec())];
        assert_eq!(refused(&options, &here).await, expected, "{columns}");
    }
}

#[test]
fn candidates_are_all_named_and_an_unknown_tool_by_its_columns() {
    let problem = |tools: &[Tool]| Problem::ForeignLedger {
        table: LedgerTable::default(),
        tools: tools.to_vec(),
        columns: vec!["at".into(), "what".into()],
    };
    let both = problem(&[Tool::Encore, Tool::Array]);
    let text = "this database was migrated by encore or array: `public.schema_migrations` is its ledger";
    assert_eq!((both.to_string().as_str(), both.facts().len()), (text, 0));
    let unknown = problem(&[]);
    let text = "this database was migrated by another tool: `public.schema_migrations` is its ledger";
    assert_eq!(unknown.to_string(), text);
    assert_eq!(unknown.facts()[0].value, "at, what");
}

#[tokio::test]
async fn each_of_several_ledgers_is_named() {
    let database = database().await;
    let options = database.options();
    for tool in [Tool::Goose, Tool::Tern] {
        execute(&options, Fixture::of(tool).ledger).await;
    }
    let expected = [
        ("public.goose_db_version".to_owned(), vec![Tool::Goose]),
        ("public.schema_version".to_owned(), vec![Tool::Tern]),
    ];
    assert_eq!(refused(&options, &config()).await, expected);
}

#[tokio::test]
async fn a_tools_ledger_is_not_written_into_a_table_of_something_else() {
    let database = database().await;
    let options = database.options();
    execute(
        &options,
        "CREATE TABLE schema_version (version int NOT NULL, migrated_at timestamptz)",
    )
    .await;
    let fixture = Fixture::of(Tool::Tern);
    let set = fixture.set();
    apply(&options, std::slice::from_ref(&set), &config(), &mut |_| {})
        .await
        .unwrap();
    let plan = export_plan(&options, &set, &fixture.source(), &config())
        .await
        .unwrap();
    let said = plan.problems[0].to_string();
    assert!(
        said.contains("`public.schema_version` is a table of something else"),
        "{said}"
    );
    // Somebody who says that it is tern's is taken at their word.
    let named = ForeignLedger {
        tool: Tool::Tern,
        table: Some(LedgerTable {
            schema: "public".into(),
            table: "schema_version".into(),
        }),
    };
    let plan = export_plan(&options, &set, &named, &config()).await.unwrap();
    assert_eq!(plan.problems, []);
}
