//! Several migrations in one message, each in a transaction of its own together with its row.

use super::message::{Message, Part};
use crate::{
    Config, LedgerTable, Mode, Script,
    engine::{
        connection::session,
        ledger::{check::Depth, write},
        lock,
        plan::pending::Pending,
        sql::EQ,
    },
};

/// How many bytes of migrations go into one message at most, unless one alone has more.
const BATCH_BYTES: usize = 256 * 1024;

/// What follows a batch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum After {
    GoOn,
    Release,
}

/// How many of the next migrations go into one message.
pub(crate) fn length(rest: &[Pending<'_>], most: usize) -> usize {
    let mut bytes = 0;
    let fits = |pending: &&Pending<'_>| {
        bytes += pending.migration.up.sql.len();
        pending.migration.up.mode == Mode::Transactional && bytes <= BATCH_BYTES
    };
    rest.iter().take(most).take_while(fits).count().max(1)
}

/// When a migration is on disk for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Durable {
    /// With its own commit.
    AtOnce,
    /// With the commit of a later one in the same message.
    WithALaterOne,
}

/// A message of several migrations.
#[derive(Debug)]
pub(crate) struct Batch<'m> {
    pub(crate) message: Message<'m>,
    /// How many statements come before its first migration.
    pub(crate) preamble: usize,
}

/// The message. What makes the ledger, where it is not there, comes first, in a transaction of its own.
///
/// Only the last migration waits until the disk has it. That is as good as all of them waiting: what a crash of the server leaves
/// is a beginning of what was committed, each migration with its row, and nothing is reported before the message has ended.
pub(crate) fn message<'m>(
    config: &Config,
    make_ledger: &[String],
    batch: &'m [Pending<'m>],
    after: After,
) -> Batch<'m> {
    let mut message = Message::default();
    let last = batch.len().saturating_sub(1);
    let durable = |place| {
        if place < last {
            Durable::WithALaterOne
        } else {
            Durable::AtOnce
        }
    };
    begin_session(&mut message, config, durable(0));
    if !make_ledger.is_empty() {
        message.check_lock(config);
        message.ours("BEGIN");
        message.all_ours(make_ledger);
        message.ours("COMMIT");
        message.ours(write::START_CLOCK);
    }
    let preamble = message.parts.len();
    for (place, pending) in batch.iter().enumerate() {
        let script = &pending.migration.up;
        if place == last && last > 0 {
            message.ours("RESET synchronous_commit");
        }
        message.check_lock(config);
        message.ours("BEGIN");
        message.script(script);
        let can_change_ledger = !is_tidy(script) || mentions(script, &config.ledger);
        let depth = if place == 0 || can_change_ledger {
            Depth::Table
        } else {
            Depth::Rows
        };
        message.record(script, &write::applied(pending, config, depth));
        message.push("COMMIT", Part::Commit);
        if place < last && script.may_leave_session_state() {
            begin_session(&mut message, config, durable(place + 1));
            message.ours(write::START_CLOCK);
        }
    }
    if let After::Release = after {
        message.ours(lock::RELEASE);
    }
    Batch { message, preamble }
}

/// Whether a script of plain DDL may be about the ledger: it has the name of the table somewhere, or names that are written in another way.
fn mentions(script: &Script, ledger: &LedgerTable) -> bool {
    let sql = script.sql.to_lowercase();
    sql.contains(&ledger.table.to_lowercase()) || ledger.table.contains('"') || sql.contains("u&\"")
}

/// The state in which every migration begins.
fn begin_session(message: &mut Message<'_>, config: &Config, durable: Durable) {
    message.all_ours(&session::reset(config));
    if durable == Durable::WithALaterOne {
        message.ours("SET synchronous_commit = off");
    }
}

/// Makes sure that what was committed is on disk, where a message ended before the commit that would have seen to it: any commit
/// that writes something does.
pub(crate) fn flush(config: &Config) -> String {
    let rows = config.ledger.rows();
    format!(
        "RESET synchronous_commit; UPDATE {rows} SET tool = tool WHERE id {EQ} (SELECT pg_catalog.max(id) FROM {rows})"
    )
}
