//! Several migrations in one message, each in a transaction of its own together with its row.

use super::{
    between_files::BetweenFiles,
    message::{Message, Part},
};
use crate::{
    LedgerTable, Mode, Script, Sessions,
    engine::{
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
    /// The session is looked at, as the last migration left it.
    Look,
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
    mut between: BetweenFiles<'_>,
    make_ledger: &[String],
    batch: &'m [Pending<'m>],
    after: After,
) -> Batch<'m> {
    let mut message = Message::default();
    let config = between.config;
    let last = batch.len().saturating_sub(1);
    between.begin(&mut message, batch.iter().map(|pending| &pending.migration.up));
    // A setting of the session would be a file's to keep, where the session is kept.
    let for_all = config.sessions == Sessions::Isolated && last > 0;
    if for_all {
        message.ours(LATER);
    }
    if !make_ledger.is_empty() {
        between.check_before(&mut message, None);
        message.ours("BEGIN");
        message.all_ours(make_ledger);
        message.ours("COMMIT");
        between.start_clock(&mut message, write::START_CLOCK);
    }
    let preamble = message.parts.len();
    for (place, pending) in batch.iter().enumerate() {
        let script = &pending.migration.up;
        if place > 0 && between.next(&mut message) && place < last && for_all {
            message.ours(LATER);
        }
        if place == last && for_all {
            message.ours("RESET synchronous_commit");
        }
        let can_change_ledger = script.may_leave_session_state() || mentions(script, &config.ledger);
        let depth = if place == 0 || can_change_ledger {
            Depth::Table
        } else {
            Depth::Rows
        };
        between.file(&mut message, script, &write::applied(pending, config, depth));
        if place < last && !for_all {
            message.ours("SET LOCAL synchronous_commit = off");
        }
        message.push("COMMIT", Part::Commit);
    }
    match after {
        After::GoOn => between.end(&mut message),
        After::Look => {}
        After::Release => {
            message.all_ours(&between.leave());
            message.ours(lock::RELEASE);
        }
    }
    Batch { message, preamble }
}

/// Whether a script of plain DDL may change what the ledger's table is: it has its name somewhere, or names that are written in another
/// way. That its row is there is checked of every migration.
fn mentions(script: &Script, ledger: &LedgerTable) -> bool {
    let sql = script.sql.to_lowercase();
    let is_unusual = ledger.table.contains('"') || sql.contains("u&\"");
    is_unusual || sql.contains(&ledger.table.to_lowercase())
}

/// What is committed from here on is on disk with the commit of a later migration in the same message.
const LATER: &str = "SET synchronous_commit = off";

/// Makes sure that what was committed is on disk, where a message ended before the commit that would have seen to it: any commit
/// that writes something does.
pub(crate) fn flush(between: &BetweenFiles<'_>) -> Message<'static> {
    let mut message = Message::default();
    let rows = between.config.ledger.rows();
    let write =
        format!("UPDATE {rows} SET tool = tool WHERE id {EQ} (SELECT pg_catalog.max(id) FROM {rows})");
    between.own(
        &mut message,
        &["SET LOCAL synchronous_commit TO DEFAULT".into(), write],
    );
    message
}
