//! Why a write of the ledger did not have its effect: looked up in the catalog after it failed.

use sqlx::PgConnection;

use super::{
    check::failed,
    fault::LedgerFault,
    tables::{facts, names, question_of, triggers_of},
    unwritten::Unwritten,
};
use crate::{
    Error, LedgerTable,
    engine::{
        apply::aftermath::Aftermath,
        connection::server::{send, sqlstate, text},
    },
};

/// The error of a write whose check failed, or which the server refused for what the table is. Nothing where the error is another one.
/// The transaction has to be over.
pub(crate) async fn unwritten(
    connection: &mut PgConnection,
    error: &sqlx::Error,
    ledger: &LedgerTable,
    file: Option<&str>,
    aftermath: Option<Aftermath>,
) -> Option<Error> {
    let (table, faults) = match failed(error) {
        Some(table) => {
            let faults = faults(connection, &table).await;
            (table, faults)
        }
        // Rules rewrite no statement that gives rows back (0A000); views, foreign tables (55000, 42809) and policies (42501) refuse.
        None if matches!(sqlstate(error), Some("0A000" | "55000" | "42809" | "42501")) => {
            let mut found = None;
            for table in [ledger.rows(), ledger.progress(), ledger.audit()] {
                let faults = faults(connection, &table).await;
                let explains = |fault: &LedgerFault| !matches!(fault, LedgerFault::Triggers { .. });
                if found.is_none() && faults.iter().any(explains) {
                    found = Some((table, faults));
                }
            }
            found?
        }
        None => return None,
    };
    Some(Error::Unwritten(Box::new(Unwritten {
        table,
        file: file.map(ToOwned::to_owned),
        faults,
        aftermath,
    })))
}

/// What about a table explains that it does not have what was written. A server that does not answer any more explains nothing.
async fn faults(connection: &mut PgConnection, table: &str) -> Vec<LedgerFault> {
    let question = format!(
        "SELECT {} AS found, {} AS triggers",
        question_of(&[table.to_owned()]),
        triggers_of(table)
    );
    let results = send(connection, &question).await.unwrap_or_default();
    let answer = |column| {
        let row = results.iter().flatten().next();
        row.map(|row| text(row, column)).unwrap_or_default()
    };
    let found = facts(&answer("found")).into_iter();
    let mut faults: Vec<_> = found.flat_map(|facts| facts.faults).collect();
    let triggers = names(&answer("triggers"));
    if !triggers.is_empty() {
        faults.push(LedgerFault::Triggers { names: triggers });
    }
    faults
}
