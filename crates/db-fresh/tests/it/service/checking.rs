//! Reading the catalog while something is in the way of it.
//!
//! A catalog that nothing else reads is locked, so that reading a schema blocks.

use db_fresh::schema_contract::Scope;
use db_fresh::service::{Service, ServiceConfig};
use sqlx::PgConnection;

use super::support::{USERS, config, connect, database, recorded, run, sql, start};

const LOCK: &str = "BEGIN; LOCK TABLE pg_catalog.pg_ts_parser IN ACCESS EXCLUSIVE MODE";

/// Ends every connection that waits for the lock, again and again.
async fn end_readers(holder: &mut PgConnection) -> ! {
    const END: &str = "SELECT pg_terminate_backend(pid)::text FROM pg_locks \
         WHERE relation = 'pg_catalog.pg_ts_parser'::regclass AND NOT granted";
    loop {
        sql(holder, END).await;
    }
}

async fn with_contract(options: sqlx::postgres::PgConnectOptions) -> ServiceConfig {
    let mut config = config(options.clone(), &[USERS]);
    start(config.clone()).await.unwrap();
    config.components[0].contract = Some(recorded(&options, &Scope::default()).await);
    config
}

#[test]
fn a_connection_that_is_lost_while_the_schema_is_read_is_no_schema_that_does_not_fit() {
    run(async {
        let database = database().await;
        let service = Service::new(with_contract(database.options()).await).unwrap();
        service.start(&mut |_| ()).await.unwrap();
        let mut holder = connect(&database.options()).await;
        sql(&mut holder, LOCK).await;
        let class = loop {
            let looked = tokio::select! {
                looked = service.readiness() => looked,
                never = end_readers(&mut holder) => never,
            };
            let class = looked.reason.unwrap().class;
            // A machine that was too busy to end it in time.
            if class != "readiness/query-silent" {
                break class;
            }
        };
        assert_eq!(class, "readiness/terminated");
    });
}

#[test]
fn without_contracts_the_schema_is_not_read() {
    run(async {
        let database = database().await;
        let mut holder = connect(&database.options()).await;
        sql(&mut holder, LOCK).await;
        let service = Service::new(config(database.options(), &[USERS])).unwrap();
        let patience = std::time::Duration::from_secs(30);
        let mut silent = |_| ();
        let started = tokio::time::timeout(patience, service.start(&mut silent)).await;
        started
            .expect("it reads a schema that no contract records")
            .unwrap();
        assert!(service.readiness().await.ready);
    });
}
