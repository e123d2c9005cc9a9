//! One message and its answer: sending it, and keeping account of how far the server came.

use std::time::{Duration, Instant, SystemTime};

use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection,
    postgres::{PgQueryResult, PgRow},
    raw_sql,
};

use super::{
    activity::Activity,
    deadline::too_late,
    looks::Looks,
    server::{maybe, text},
    silence::{Patience, Silence},
    watcher::Watcher,
};
use crate::{
    Config, Holder,
    engine::{
        apply::message::{Message, Part},
        ledger::write::{APPLIED_AT, SECONDS},
        lock,
        progress::Listener,
    },
};

/// How far the server came with a message.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Statements that ended well.
    pub(crate) completed: usize,
    /// Transactions that committed.
    pub(crate) committed: usize,
    /// What the ledger said of each migration, committed or not.
    pub(crate) records: Vec<Record>,
    /// What ended it before its end.
    pub(crate) error: Option<sqlx::Error>,
    /// Why its answer is not waited for any more. The error is there as well then.
    pub(crate) given_up: Option<Silence>,
    /// The sessions that were last seen to block one of its statements.
    pub(crate) blockers: Vec<Holder>,
}

/// What the ledger has on one migration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) applied_at: String,
    pub(crate) duration: Duration,
}

/// Sends the message and reads what comes back. Where that takes longer than [`Config::look_every`], the watcher looks what it waits
/// for, and again after each such time; the answer is waited for as long as the server runs the message. The file is for the progress.
pub(crate) async fn exchange(
    connection: &mut PgConnection,
    message: &Message<'_>,
    file: &str,
    watcher: &mut Option<Watcher>,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Outcome {
    let mut outcome = Outcome::default();
    let mut stream = connection.fetch_many(raw_sql(AssertSqlSafe(message.text.clone())));
    let mut looks = Looks::new(watcher.take(), config);
    let mut patience = Patience::new(config.answer_timeout, message.text.len());
    let mut seen = Activity::default();
    loop {
        tokio::select! {
            biased;
            next = stream.try_next() => match next {
                Ok(Some(part)) => {
                    outcome.take(part, message);
                    patience.answered();
                }
                Ok(None) => break,
                Err(error) => {
                    outcome.error = Some(error);
                    break;
                }
            },
            (began, look) = looks.next() => {
                look.activity.tell(&seen, file, progress);
                seen = look.activity;
                if !seen.blockers.is_empty() {
                    outcome.blockers.clone_from(&seen.blockers);
                }
                if let Some(silence) = patience.saw(look.backend, &look.position, began, Instant::now()) {
                    outcome.error = Some(too_late("answer", config.answer_timeout));
                    outcome.given_up = Some(silence);
                    break;
                }
            }
        }
    }
    *watcher = looks.end();
    outcome
}

impl Outcome {
    /// Whether the message ended at a check of the lock: the session does not hold it.
    pub(crate) fn lost_lock(&self, message: &Message<'_>) -> bool {
        let is_check = matches!(message.parts.get(self.completed), Some(Part::LockCheck));
        is_check && self.error.as_ref().is_some_and(lock::is_lost)
    }

    /// Takes in the next part of the server's answer.
    fn take(&mut self, part: Either<PgQueryResult, PgRow>, message: &Message<'_>) {
        let at = message.parts.get(self.completed);
        match part {
            Either::Left(_) => {
                if matches!(at, Some(Part::Commit)) {
                    self.committed += 1;
                }
                self.completed += 1;
            }
            // A migration's own queries give rows too; only the ledger's answer has these columns.
            Either::Right(row) if matches!(at, Some(Part::Record)) && maybe(&row, APPLIED_AT).is_some() => {
                let applied_at = SystemTime::UNIX_EPOCH + seconds(&text(&row, APPLIED_AT));
                self.records.push(Record {
                    applied_at: humantime::format_rfc3339_millis(applied_at).to_string(),
                    duration: seconds(&text(&row, SECONDS)),
                });
            }
            Either::Right(_) => {}
        }
    }
}

/// Seconds as the server writes them: `12.000345`. What is no number, or negative, counts as zero.
fn seconds(text: &str) -> Duration {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let micros = format!("{fraction:0<6.6}");
    match (whole.parse(), micros.parse()) {
        (Ok(whole), Ok(micros)) => Duration::from_secs(whole) + Duration::from_micros(micros),
        _ => Duration::ZERO,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_keep_their_microseconds() {
        for (text, micros) in [
            ("12.000345", 12_000_345),
            ("0.5", 500_000),
            ("7", 7_000_000),
            ("-0.1", 0),
            ("", 0),
        ] {
            assert_eq!(seconds(text), Duration::from_micros(micros), "{text}");
        }
    }
}
