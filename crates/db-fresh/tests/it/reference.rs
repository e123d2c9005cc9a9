//! The runner on the reference database of this repository, and databases to run it on.

use std::{
    process::{Command, Output},
    sync::OnceLock,
};

use ephemeral_postgres::{TestDatabase, TestServer};
use serde_json::Value;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, Row, postgres::PgConnectOptions};
use tokio::runtime::Runtime;

/// One runtime for all tests, because the server that they share belongs to it.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| Runtime::new().unwrap())
}

/// An empty database.
pub(crate) fn database() -> TestDatabase {
    runtime().block_on(async {
        let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
        server.database().await.unwrap()
    })
}

/// Runs statements, and gives the first column of the last one's rows.
pub(crate) fn sql(options: &PgConnectOptions, text: &str) -> Vec<String> {
    runtime().block_on(async {
        let mut connection = options.connect().await.unwrap();
        let rows = sqlx::raw_sql(AssertSqlSafe(text.to_owned()))
            .fetch_all(&mut connection)
            .await
            .unwrap();
        rows.iter().map(|row| row.get::<String, _>(0)).collect()
    })
}

/// A session that a test keeps, and with it its locks.
pub(crate) struct Session(PgConnection);

impl Session {
    pub(crate) fn of(database: &TestDatabase) -> Self {
        Self(runtime().block_on(database.connect()).unwrap())
    }

    /// Runs statements, and gives the first column of the rows.
    pub(crate) fn sql(&mut self, text: &str) -> Vec<String> {
        let query = sqlx::raw_sql(AssertSqlSafe(text.to_owned()));
        let rows = runtime().block_on(query.fetch_all(&mut self.0)).unwrap();
        rows.iter()
            .map(|row| row.try_get(0).unwrap_or_default())
            .collect()
    }
}

/// The program at the root of this workspace, with nothing in its environment that would change what it does.
///
/// `DB_FRESH_RECORD_WITH` names a program of another version, whose answers are recorded: see `recorded`.
pub(crate) fn xtask(arguments: &[&str]) -> Command {
    let program = std::env::var_os("DB_FRESH_RECORD_WITH");
    let mut command = Command::new(program.unwrap_or(env!("CARGO_BIN_EXE_db-fresh").into()));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command
        .args(arguments)
        .current_dir(crate::support::workspace())
        .env_clear()
        .env("PATH", path)
        .env("EMAIL_HASH_KEY", "a key for tests alone");
    command
}

/// How a run of the program ended.
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    pub(crate) fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            code: output.status.code().unwrap(),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// The lines of a run with `--log json`.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let parse = |text: &str| {
            let line: Value = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON: {text}"));
            let level = line["level"].as_str().unwrap();
            assert!(["error", "warn", "info", "debug"].contains(&level), "{text}");
            line
        };
        self.stderr.lines().map(parse).collect()
    }
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str], url: &str) -> Ended {
    Ended::of(&xtask(arguments).env("DATABASE_URL", url).output().unwrap())
}

/// Everything in the database that a run could change, ids of transactions and places of rows included, so that even
/// writing an equal value is seen.
pub(crate) fn fingerprint(options: &PgConnectOptions) -> Vec<String> {
    let mut all = sql(
        options,
        "SELECT table_schema || '.' || table_name || ' ' ||
                (xpath('/row/f/text()', query_to_xml(format(
                    'SELECT md5(coalesce(string_agg(t.ctid::text || t.xmin::text || t::text, '','' ORDER BY t.tableoid, t.ctid), '''')) AS f
                     FROM %I.%I AS t', table_schema, table_name), true, true, '')))[1]::text
         FROM information_schema.tables
         WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1",
    );
    all.extend(sql(
        options,
        "SELECT oid::text || ' ' || xmin::text || ' ' || relname FROM pg_class WHERE relnamespace <> 'pg_toast'::regnamespace ORDER BY oid",
    ));
    all.extend(sql(
        options,
        "SELECT schemaname || '.' || sequencename || ' ' || coalesce(last_value::text, '-') FROM pg_sequences ORDER BY 1",
    ));
    all
}
