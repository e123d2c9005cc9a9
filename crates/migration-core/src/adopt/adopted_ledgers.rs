//! The ledgers of other tools that stay in a database which was taken over from them, and are no part of its schema.
//!
//! Left out on purpose: what they say, which nobody asks once ours is there.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use crate::{
    Config, Error, LedgerTable, Tool,
    engine::{
        config::literal,
        connection::{
            deadline::in_time,
            server::{send, text},
            session,
        },
        ledger::{
            probe::{fit, known_layout},
            tables::{self, Table},
        },
        sql::{EQ, FIELD_TEXT, NE},
    },
};

/// The ledger of another tool that stays behind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptedLedger {
    /// Where it is.
    pub table: LedgerTable,
    /// Whether its schema is there for it alone, so that the schema is no part of the database's either.
    pub fills_schema: bool,
}

/// The ledgers of other tools from which this database was taken over, where they still are.
///
/// # Errors
/// [`Error::Connect`], [`Error::Server`], and [`Error::Unfit`] for a ledger that hides rows.
pub async fn adopted_from(options: &PgConnectOptions, config: &Config) -> Result<Vec<AdoptedLedger>, Error> {
    let mut connection = session::connect(options, config).await?;
    let found = in_time(config, "read the audit", from_audit(&mut connection, config)).await;
    session::close(connection).await;
    found
}

async fn from_audit(connection: &mut PgConnection, config: &Config) -> Result<Vec<AdoptedLedger>, Error> {
    let audit = config.ledger.audit();
    let failed = || Error::server("read the audit");
    // What is not there cannot be named in a question, so that it takes two.
    let question = format!("SELECT {} AS found", tables::question(&config.ledger));
    let answer = send(connection, &question).await.map_err(failed())?;
    let there = answer.iter().flatten().next().map(|row| text(row, "found"));
    let there = tables::found(&there.unwrap_or_default(), &config.ledger);
    known_layout(&there)?;
    fit(&there)?;
    if there.iter().all(|found| found.table != Table::Audit) {
        return Ok(Vec::new());
    }
    let question = format!(
        "{} WHERE pg_catalog.concat(n.nspname, '.', c.relname) {EQ} ANY (\
         SELECT detail {FIELD_TEXT} 'table' FROM {audit} WHERE action {EQ} 'adopted') ORDER BY 1, 2",
        ledgers()
    );
    let rows = send(connection, &question).await.map_err(failed())?;
    let found = rows.iter().flatten().map(|row| AdoptedLedger {
        table: LedgerTable {
            schema: text(row, "schema"),
            table: text(row, "name"),
        },
        fills_schema: text(row, "fills") == "true",
    });
    Ok(found.collect())
}

/// Whether a ledger's schema is there for it alone.
pub(crate) async fn fills_schema(connection: &mut PgConnection, ledger: &LedgerTable) -> Result<bool, Error> {
    let question = format!(
        "{} WHERE n.nspname {EQ} {} AND c.relname {EQ} {}",
        ledgers(),
        literal(&ledger.schema),
        literal(&ledger.table)
    );
    let rows = send(connection, &question)
        .await
        .map_err(Error::server("look what is beside the ledger of another tool"))?;
    Ok(rows.iter().flatten().any(|row| text(row, "fills") == "true"))
}

/// A question for tables, and whether there is nothing in their schema but them and what belongs to them. The schema `public` is
/// there without anybody's doing, and that of Supabase is its own whatever else it keeps there.
fn ledgers() -> String {
    let [schemas, tables] = ["pg_namespace", "pg_class"]
        .map(|catalog| format!("CAST('pg_catalog.{catalog}' AS pg_catalog.regclass)"));
    format!(
        "SELECT n.nspname AS schema, c.relname AS name,
                CASE WHEN n.nspname {EQ} {} OR n.nspname {NE} 'public' AND NOT EXISTS (
                    SELECT FROM pg_catalog.pg_depend AS one
                    WHERE one.refclassid {EQ} {schemas} AND one.refobjid {EQ} n.oid
                          AND NOT (one.classid {EQ} {tables} AND one.objid {EQ} c.oid)
                          AND NOT EXISTS (
                              SELECT FROM pg_catalog.pg_depend AS its
                              WHERE its.classid {EQ} one.classid AND its.objid {EQ} one.objid
                                    AND its.refclassid {EQ} {tables} AND its.refobjid {EQ} c.oid))
                THEN 'true' ELSE 'false' END AS fills
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid {EQ} c.relnamespace",
        literal(Tool::Supabase.schema())
    )
}
