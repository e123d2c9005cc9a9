//! Sending a message and keeping account of how far the server came.

use std::time::Duration;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Either, Executor, PgConnection, raw_sql};

use super::{
    message::{Message, Part},
    record::{APPLIED_AT, MICROSECONDS},
    server::{maybe, number, text},
};

/// How far the server came with a message.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Statements that ended well.
    pub(super) completed: usize,
    /// Transactions that committed.
    pub(super) committed: usize,
    /// What the ledger said of each migration, committed or not.
    pub(super) records: Vec<Record>,
    /// What ended it before its end.
    pub(super) error: Option<sqlx::Error>,
}

/// The ledger's word on one migration.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) applied_at: String,
    pub(super) duration: Duration,
}

/// Sends the message and reads what comes back.
pub(super) async fn run(connection: &mut PgConnection, message: &Message<'_>) -> Outcome {
    let mut outcome = Outcome::default();
    let mut stream = connection.fetch_many(raw_sql(AssertSqlSafe(message.text.clone())));
    loop {
        match stream.try_next().await {
            Ok(Some(Either::Left(_))) => {
                if matches!(message.parts.get(outcome.completed), Some(Part::Commit)) {
                    outcome.committed += 1;
                }
                outcome.completed += 1;
            }
            Ok(Some(Either::Right(row))) => {
                // A migration's own queries give rows too; only the ledger's answer has these columns.
                let is_record = matches!(message.parts.get(outcome.completed), Some(Part::Record));
                if is_record && maybe(&row, APPLIED_AT).is_some() {
                    let micros = number(&row, MICROSECONDS).and_then(|number| u64::try_from(number).ok());
                    let duration = Duration::from_micros(micros.unwrap_or(0));
                    outcome.records.push(Record {
                        applied_at: text(&row, APPLIED_AT),
                        duration,
                    });
                }
            }
            Ok(None) => return outcome,
            Err(error) => {
                outcome.error = Some(error);
                return outcome;
            }
        }
    }
}
