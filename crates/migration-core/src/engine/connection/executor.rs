//! Sending a message and keeping account of how far the server came.

use std::time::{Duration, SystemTime};

use super::{
    retry::is_passing,
    server::{maybe, text},
    watcher::{Sight, Watcher},
};
use crate::{
    Holder, Progress,
    engine::{
        apply::{
            message::{Message, Part},
            sql_failure::Refused,
        },
        ledger::write::{APPLIED_AT, SECONDS},
        progress::Listener,
    },
};
use diagnostic::Fact;
use futures_util::TryStreamExt;
use sqlx::{
    AssertSqlSafe, Either, Executor, PgConnection,
    postgres::{PgQueryResult, PgRow},
    raw_sql,
};
use tokio::time::Instant;

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
}

/// The ledger's word on one migration.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) applied_at: String,
    pub(crate) duration: Duration,
}

/// What a run of messages has at hand.
pub(crate) struct Desk<'d, 'l> {
    pub(crate) connection: &'d mut PgConnection,
    pub(crate) watcher: Option<Watcher>,
    /// How long a message may take before the watcher looks, and how often after that.
    pub(crate) look_every: Duration,
    pub(crate) progress: &'d mut Listener<'l>,
    /// Who was last seen in the way.
    pub(crate) blockers: Vec<Holder>,
}

impl Desk<'_, '_> {
    /// Sends the message and reads what comes back. The file is for the progress.
    pub(crate) async fn run(&mut self, message: &Message<'_>, file: &str) -> Outcome {
        let mut outcome = Outcome::default();
        self.blockers.clear();
        let mut stream = self
            .connection
            .fetch_many(raw_sql(AssertSqlSafe(message.text.clone())));
        let mut looks = tokio::time::interval_at(Instant::now() + self.look_every, self.look_every);
        let mut seen = Sight::default();
        loop {
            let next = tokio::select! {
                biased;
                next = stream.try_next() => next,
                _ = looks.tick(), if self.watcher.is_some() => {
                    if let Some(watcher) = &mut self.watcher {
                        let sight = watcher.look().await;
                        tell(&sight, &seen, file, self.progress);
                        seen = sight;
                        if !seen.blockers.is_empty() {
                            self.blockers.clone_from(&seen.blockers);
                        }
                    }
                    continue;
                }
            };
            match next {
                Ok(Some(part)) => outcome.take(part, message),
                Ok(None) => return outcome,
                Err(error) => {
                    outcome.error = Some(error);
                    return outcome;
                }
            }
        }
    }
}

impl Desk<'_, '_> {
    /// What is known of a refusal: the server's words, and who was in the way.
    pub(crate) fn details(&self, refused: &Refused<'_>) -> Vec<Fact> {
        let mut facts = refused.details();
        if is_passing(refused.error.code()) {
            facts.extend(
                self.blockers
                    .iter()
                    .map(|holder| Fact::new("blocked by", holder.to_string())),
            );
        }
        facts
    }
}

fn tell(sight: &Sight, before: &Sight, file: &str, progress: &mut Listener<'_>) {
    if !sight.blockers.is_empty() && sight.blockers != before.blockers {
        progress(Progress::Blocked {
            file: file.to_owned(),
            by: sight.blockers.clone(),
        });
    }
    if let Some(index) = &sight.index
        && sight.index != before.index
    {
        progress(Progress::Building {
            file: file.to_owned(),
            index: index.clone(),
        });
    }
}

impl Outcome {
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

/// Seconds as the server writes them: `12.000345`. What is none, or less than nothing, counts as none.
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
