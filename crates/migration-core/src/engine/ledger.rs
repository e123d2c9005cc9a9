//! The ledger: what it looks like, what it says, and whether it is ours at all.

use sqlx::{PgConnection, postgres::PgRow};

use super::{
    Config, LedgerTable, Problem,
    config::{identifier, literal},
    server::{maybe, number, send, text},
    session,
};
use crate::Error;

/// What the ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Ledger {
    /// Whether its tables are there.
    pub(super) exists: bool,
    pub(super) rows: Vec<Row>,
    pub(super) unfinished: Vec<Unfinished>,
}

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) component: String,
    pub(super) filename: String,
    pub(super) version: String,
    /// SHA-256 in hexadecimal digits.
    pub(super) checksum: String,
    pub(super) neutral_checksum: String,
    pub(super) applied_at: String,
    pub(super) applied_by: String,
    pub(super) environment: String,
}

/// A migration without a transaction that began and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfinished {
    pub(super) component: String,
    pub(super) filename: String,
    pub(super) direction: String,
    pub(super) checksum: String,
    pub(super) steps_done: usize,
    /// The step that was begun outside a transaction: whether it ended is not on record.
    pub(super) running: Option<usize>,
    pub(super) note: String,
}

/// Tables of other tools, and the tools.
const FOREIGN: [(&str, &str); 8] = [
    ("_sqlx_migrations", "sqlx"),
    ("goose_db_version", "goose"),
    ("flyway_schema_history", "flyway"),
    ("refinery_schema_history", "refinery"),
    ("__diesel_schema_migrations", "diesel"),
    ("_prisma_migrations", "prisma"),
    ("schema_migrations", "golang-migrate or dbmate"),
    ("applied_migrations", "an array runner"),
];

/// Reads everything: one message to see what is there, a second where there is a ledger.
pub(super) async fn read(connection: &mut PgConnection, config: &Config) -> Result<Ledger, Error> {
    let ledger = &config.ledger;
    let results = send(connection, &probe(config))
        .await
        .map_err(Error::server("look for the ledger"))?;
    let Some(facts) = results.last().and_then(|rows| rows.first()) else {
        return Ok(Ledger::default());
    };
    let columns = maybe(facts, "columns");
    if let Some(columns) = &columns
        && !is_ours(columns)
    {
        return Err(Error::unfit(Problem::ForeignLedger {
            table: format!("{}.{}", ledger.schema, ledger.table),
            tool: tool_of(columns).to_owned(),
        }));
    }
    if columns.is_none() {
        let foreign = text(facts, "foreign_tables");
        let other = FOREIGN.iter().find(|(table, _)| {
            foreign
                .split(',')
                .any(|name| name.ends_with(&format!(".{table}")))
        });
        if let Some((table, tool)) = other {
            let table = foreign
                .split(',')
                .find(|name| name.ends_with(table))
                .unwrap_or(table)
                .to_owned();
            return Err(Error::unfit(Problem::ForeignLedger {
                table,
                tool: (*tool).to_owned(),
            }));
        }
        return Ok(Ledger::default());
    }
    rows(connection, ledger).await
}

/// The ledger's rows. It has to be there.
async fn rows(connection: &mut PgConnection, ledger: &LedgerTable) -> Result<Ledger, Error> {
    let results = send(connection, &rows_question(ledger))
        .await
        .map_err(Error::server("read the ledger"))?;
    Ok(from_results(&results))
}

/// The ledger from the last two results of a message that ends in [`rows_question`].
pub(super) fn from_results(results: &[Vec<PgRow>]) -> Ledger {
    let [.., rows, unfinished] = results else {
        return Ledger::default();
    };
    Ledger {
        exists: true,
        rows: rows.iter().map(row).collect(),
        unfinished: unfinished.iter().map(unfinished_row).collect(),
    }
}

pub(super) fn rows_question(ledger: &LedgerTable) -> String {
    format!(
        "SELECT component, filename, version, checksum, neutral_checksum, applied_by, environment,
                to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"') AS applied_at
         FROM {} ORDER BY id;
         SELECT component, filename, direction, checksum, steps_done, running, note FROM {}",
        ledger.rows(),
        ledger.progress()
    )
}

fn row(row: &PgRow) -> Row {
    Row {
        component: text(row, "component"),
        filename: text(row, "filename"),
        version: text(row, "version"),
        checksum: text(row, "checksum"),
        neutral_checksum: text(row, "neutral_checksum"),
        applied_at: text(row, "applied_at"),
        applied_by: text(row, "applied_by"),
        environment: text(row, "environment"),
    }
}

fn unfinished_row(row: &PgRow) -> Unfinished {
    let step = |column| number(row, column).and_then(|number| usize::try_from(number).ok());
    Unfinished {
        component: text(row, "component"),
        filename: text(row, "filename"),
        direction: text(row, "direction"),
        checksum: text(row, "checksum"),
        steps_done: step("steps_done").unwrap_or(0),
        running: step("running"),
        note: text(row, "note"),
    }
}

/// One message: the session's settings, and one row that says what is there.
fn probe(config: &Config) -> String {
    let ledger = &config.ledger;
    let place = literal(&format!(
        "{}.{}",
        identifier(&ledger.schema),
        identifier(&ledger.table)
    ));
    let names: Vec<_> = FOREIGN.iter().map(|(table, _)| literal(table)).collect();
    let settings = session::reset(config).join(";");
    format!(
        "{settings};
         SELECT (SELECT string_agg(attname::text, ',' ORDER BY attnum) FROM pg_catalog.pg_attribute
                 WHERE attrelid = to_regclass({place}) AND attnum > 0 AND NOT attisdropped) AS columns,
                (SELECT string_agg(n.nspname || '.' || c.relname, ',' ORDER BY 1)
                 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE c.relkind IN ('r', 'p') AND c.relname IN ({})) AS foreign_tables",
        names.join(", ")
    )
}

fn is_ours(columns: &str) -> bool {
    let all: Vec<_> = columns.split(',').collect();
    [
        "id",
        "component",
        "filename",
        "checksum",
        "applied_at",
        "neutral_checksum",
    ]
    .iter()
    .all(|name| all.contains(name))
}

/// Which tool a table of the ledger's name belongs to, by its columns.
fn tool_of(columns: &str) -> &'static str {
    let all: Vec<_> = columns.split(',').collect();
    let has = |name| all.contains(&name);
    if has("version") && has("dirty") {
        "golang-migrate"
    } else if has("version") && has("statements") {
        "supabase"
    } else if all == ["version"] {
        "dbmate"
    } else if has("filename") {
        "encore"
    } else {
        "another tool"
    }
}

/// Makes the tables, where they are not there, in a transaction of their own.
pub(super) fn create(ledger: &LedgerTable) -> String {
    format!("BEGIN;\n{};\nCOMMIT", tables(ledger))
}

/// The statements that make the tables, for a transaction that is open.
pub(super) fn tables(ledger: &LedgerTable) -> String {
    let (schema, rows, progress, audit) = (
        identifier(&ledger.schema),
        ledger.rows(),
        ledger.progress(),
        ledger.audit(),
    );
    // An ordinary role may use a schema without the right to make one, and IF NOT EXISTS asks for that right all the same.
    let make_schema = format!(
        "DO $do$ BEGIN IF to_regnamespace({}) IS NULL THEN CREATE SCHEMA {schema}; END IF; END $do$",
        literal(&schema)
    );
    format!(
        "{make_schema};
CREATE TABLE IF NOT EXISTS {rows} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    component text NOT NULL,
    filename text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    version text NOT NULL,
    neutral_checksum text NOT NULL,
    duration interval NOT NULL,
    transactional boolean NOT NULL,
    late boolean NOT NULL,
    environment text NOT NULL,
    applied_by text NOT NULL,
    tool text NOT NULL,
    UNIQUE (component, filename)
);
CREATE TABLE IF NOT EXISTS {progress} (
    component text NOT NULL,
    filename text NOT NULL,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    checksum text NOT NULL,
    steps_total integer NOT NULL,
    steps_done integer NOT NULL,
    running integer,
    note text NOT NULL DEFAULT '',
    started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    started_by text NOT NULL,
    PRIMARY KEY (component, filename)
);
CREATE TABLE IF NOT EXISTS {audit} (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL,
    component text NOT NULL,
    filename text NOT NULL,
    detail jsonb NOT NULL,
    actor text NOT NULL,
    role text NOT NULL DEFAULT session_user,
    tool text NOT NULL
)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_the_same_name_is_told_by_its_columns() {
        assert!(is_ours(
            "id,component,filename,checksum,applied_at,version,neutral_checksum"
        ));
        assert!(!is_ours("id,filename,applied_at,checksum"));
        for (columns, tool) in [
            ("version,dirty", "golang-migrate"),
            ("version", "dbmate"),
            ("version,statements,name", "supabase"),
            ("id,filename,applied_at,checksum", "encore"),
            ("a,b", "another tool"),
        ] {
            assert_eq!(tool_of(columns), tool);
        }
    }
}
