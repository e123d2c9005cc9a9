//! A schema that is not as the contracts of a service record it.

use db_fresh::{
    migration_core::{Config, LedgerTable},
    schema_contract::{DatabaseWide, Scope},
    service::{Component, Migrate, Service, ServiceConfig},
};

use super::support::{POSTS, USERS, codes, component, config, database, execute, few, recorded, run, start};

/// Two components with the schema of a database as their contracts.
async fn two(options: sqlx::postgres::PgConnectOptions, scopes: [Scope; 2]) -> ServiceConfig {
    let [app, reports] = scopes;
    let files = [(
        "0001_reports.sql",
        "CREATE SCHEMA reports; CREATE TABLE reports.daily (day date);",
    )];
    let components = || vec![component("app", &[USERS, POSTS]), component("reports", &files)];
    start(ServiceConfig::new(options.clone(), components()))
        .await
        .unwrap();
    let contracts = [recorded(&options, &app).await, recorded(&options, &reports).await];
    let with = components().into_iter().zip(contracts);
    let with = with.map(|(component, contract)| Component {
        contract: Some(contract),
        ..component
    });
    ServiceConfig {
        backoff: few(),
        ..ServiceConfig::new(options, with.collect())
    }
}

fn of_schema(name: &str, database_wide: DatabaseWide) -> Scope {
    let ledger = LedgerTable::default();
    let tables = ledger.tables().map(|table| (ledger.schema.clone(), table));
    Scope {
        include: Some(vec![name.into()]),
        exclude_tables: tables.to_vec(),
        database_wide,
        ..Scope::default()
    }
}

#[test]
fn every_broken_contract_is_named_and_is_the_same_failure_where_a_job_migrates() {
    run(async {
        let database = database().await;
        let options = database.options();
        let scopes = ["public", "reports"].map(|name| of_schema(name, DatabaseWide::Leave));
        let config = two(options.clone(), scopes).await;
        let service = Service::new(config.clone()).unwrap();
        service.start(&mut |_| ()).await.unwrap();
        assert!(service.readiness().await.ready);
        // What is there beside it does no harm.
        execute(
            &options,
            "CREATE TABLE by_hand (id int); ALTER TABLE users ADD name text",
        )
        .await;
        assert!(service.readiness().await.ready);

        execute(
            &options,
            "DROP TABLE posts; ALTER TABLE reports.daily ALTER day TYPE timestamp",
        )
        .await;
        let reason = service.readiness().await.reason.unwrap();
        assert_eq!(reason.class, "readiness/schema-unfit");
        for table in ["public.posts", "reports.daily"] {
            assert!(reason.last_seen.contains(table), "{reason:?}");
        }
        assert!(reason.problems.iter().all(|one| one.code == "contract/broken"));
        assert_eq!(reason.problems.len(), 2);
        for migrate in [Migrate::AtStart, Migrate::Elsewhere] {
            let config = ServiceConfig {
                migrate,
                ..config.clone()
            };
            let error = start(config).await.unwrap_err();
            assert_eq!(codes(&error), (5, vec!["contract/broken"; 2]), "{migrate:?}");
        }
    });
}

#[test]
fn what_belongs_to_no_schema_may_be_in_any_contract() {
    run(async {
        let database = database().await;
        let options = database.options();
        execute(&options, "CREATE PUBLICATION changes").await;
        let scopes = [
            of_schema("public", DatabaseWide::Leave),
            of_schema("reports", DatabaseWide::Include),
        ];
        let config = two(options.clone(), scopes).await;
        start(config.clone()).await.unwrap();
        execute(&options, "DROP PUBLICATION changes").await;
        let error = start(config).await.unwrap_err();
        assert_eq!(codes(&error), (5, vec!["contract/broken"]));
    });
}

/// The schema of a service's own migration, recorded from a database in which its ledger lies elsewhere or here.
#[test]
fn a_contract_may_have_a_ledger_or_a_table_that_is_called_like_one() {
    run(async {
        for (schema, table) in [("ops", "applied"), ("public", "schema_migrations")] {
            let database = database().await;
            let options = database.options();
            let ledger = LedgerTable {
                schema: schema.into(),
                table: table.into(),
            };
            let of_another_tool = "CREATE TABLE IF NOT EXISTS schema_migrations (version text)";
            let mut config = ServiceConfig {
                runner: Config {
                    ledger,
                    ..Config::default()
                },
                ..config(options.clone(), &[USERS, ("0002_other.sql", of_another_tool)])
            };
            start(config.clone()).await.unwrap();
            config.components[0].contract = Some(recorded(&options, &Scope::default()).await);
            start(config.clone()).await.unwrap();
            execute(&options, "DROP TABLE users").await;
            let error = start(config).await.unwrap_err();
            assert_eq!(codes(&error), (5, vec!["contract/broken"]), "{schema}.{table}");
        }
    });
}
