//! The end of a transaction in which a ledger is written, ours or another tool's.

use sqlx::PgConnection;

use crate::{
    Error, LedgerTable,
    engine::{connection::server::send, ledger::diagnose::unwritten},
};

/// Sends the statements, the last of which commits.
///
/// # Errors
/// [`Error::Unwritten`] where one of them did not have its effect, [`Error::Server`] for every other refusal: then nothing is written.
pub(crate) async fn commit(
    connection: &mut PgConnection,
    statements: &[String],
    what: &str,
    ledger: &LedgerTable,
) -> Result<(), Error> {
    let Err(error) = send(connection, &statements.join(";\n")).await else {
        return Ok(());
    };
    let _ = send(connection, "ROLLBACK").await;
    let unwritten = unwritten(connection, &error, ledger, None, None).await;
    Err(unwritten.unwrap_or_else(|| Error::server(what)(error)))
}
