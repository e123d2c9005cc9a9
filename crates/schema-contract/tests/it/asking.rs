//! Queries for the tests of consumers, and a database that answers them.

use schema_contract::consumers::{ConsumerConfig, Execution, Finding, Layer, Query, check};
use sqlx::{AssertSqlSafe, PgConnection};

use crate::server;

/// A database with this schema.
pub(crate) struct Asked {
    pub(crate) conn: PgConnection,
    _database: server::Database,
}

impl Asked {
    pub(crate) async fn new(schema: &str) -> Self {
        let database = server::database().await;
        let mut conn = database.connect().await;
        sqlx::raw_sql("SET client_min_messages = warning")
            .execute(&mut conn)
            .await
            .unwrap();
        let mut asked = Self {
            conn,
            _database: database,
        };
        asked.run(schema).await;
        asked
    }

    pub(crate) async fn run(&mut self, sql: &str) {
        let ran = sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.conn).await;
        ran.unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    pub(crate) async fn value(&mut self, sql: &str) -> String {
        let value = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut self.conn)
            .await;
        value.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub(crate) async fn check(&mut self, config: &ConsumerConfig, queries: &[Query]) -> Vec<Finding> {
        check(&mut self.conn, config, queries).await.unwrap()
    }

    /// What is found in one query.
    pub(crate) async fn found(&mut self, config: &ConsumerConfig, sql: &str) -> Vec<(Layer, String, String)> {
        let findings = self.check(config, &[query(sql)]).await;
        findings
            .into_iter()
            .map(|finding| {
                (
                    finding.layer,
                    finding.sqlstate.unwrap_or_default(),
                    finding.message,
                )
            })
            .collect()
    }
}

/// A query that is alone in its file.
pub(crate) fn query(sql: &str) -> Query {
    Query {
        file: "reports/a.sql".into(),
        offset: Some(0),
        text: sql.into(),
        sql: sql.into(),
        described: None,
    }
}

/// A consumer that is checked without running anything.
pub(crate) fn consumer(role: Option<&str>) -> ConsumerConfig {
    ConsumerConfig {
        consumer: "reports".into(),
        role: role.map(str::to_owned),
        ..ConsumerConfig::default()
    }
}

/// A consumer whose queries are run.
pub(crate) fn runner(role: Option<&str>) -> ConsumerConfig {
    ConsumerConfig {
        execution: Execution::RolledBack,
        ..consumer(role)
    }
}
