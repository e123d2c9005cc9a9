//! What is behind a refusal of the server, by its SQLSTATE and by what the files say.

use sqlx::postgres::PgDatabaseError;

use super::{session_made, sql_failure::SqlCause, subject::Subject};
use crate::{
    Direction, Format, Mode, Script, Sessions,
    lex::{WordReader, may_need_own_transaction, needs_own_transaction, split},
};

/// What is behind a refusal, where that can be told.
///
/// The statement is the one that was refused, where it is known.
pub(crate) fn cause(
    error: &PgDatabaseError,
    subject: &Subject<'_>,
    statement: Option<&str>,
    sessions: Sessions,
) -> Option<SqlCause> {
    let in_session = || match sessions {
        Sessions::Isolated => session_made::cause(error.message(), subject),
        Sessions::Kept => None,
    };
    match error.code() {
        // What a setting needs is no object that files could create.
        "42704" if error.message().contains("configuration parameter") => None,
        "25001" | "2D000" => in_transaction(error.code(), subject, statement?),
        "26000" | "34000" => in_session(),
        "42P01" | "42704" | "42883" | "3F000" => in_session().or_else(|| missing(error.message(), subject)),
        "42501" => Some(SqlCause::MissingPrivilege),
        "0A000" if error.message().contains("extension") => Some(SqlCause::ExtensionNotInstalled),
        "42P07" | "42710" | "42701" | "42P06" => Some(SqlCause::AlreadyExists),
        "55P03" | "40P01" => Some(SqlCause::Blocked),
        _ => None,
    }
}

/// A statement that works outside of a transaction only. What sets the properties of one meets 25001 too, and a function that tries to
/// end one meets 2D000 everywhere.
fn in_transaction(sqlstate: &str, subject: &Subject<'_>, statement: &str) -> Option<SqlCause> {
    let parts = split(statement);
    let mut texts = parts.iter().map(|part| &statement[part.start..part.end]);
    let needs_own = |sql: &str| needs_own_transaction(sql).or_else(|| may_need_own_transaction(sql));
    let is_known = texts.any(|sql| needs_own(sql).is_some());
    let first = WordReader::new(statement).word().unwrap_or_default();
    let sets = ["set", "begin", "start"]
        .iter()
        .any(|word| first.eq_ignore_ascii_case(word));
    if !is_known && (sets || sqlstate == "2D000") {
        return None;
    }
    let set = subject
        .sets
        .iter()
        .find(|set| set.component == subject.component)?;
    let format = set.format;
    let is_bare = matches!(format, Format::GolangMigrate | Format::Prisma);
    Some(match subject.script.mode {
        Mode::Transactional if !is_bare => SqlCause::InTransaction {
            format,
            direction: subject.aftermath.direction,
        },
        Mode::NonTransactional { .. } if !subject.script.in_one_message => SqlCause::InOwnTransaction,
        _ => SqlCause::InOneMessage { format },
    })
}

/// Something that does not exist: a later file may create it. A down script meets what others removed, of which the files say nothing.
fn missing(message: &str, subject: &Subject<'_>) -> Option<SqlCause> {
    if subject.aftermath.direction == Direction::Down {
        return None;
    }
    let name = message.split('"').nth(1)?;
    let plain = name.rsplit('.').next().unwrap_or(name);
    let later = subject.later.iter().find_map(|later| {
        let at = creates(&later.migration.up, plain)?;
        Some(SqlCause::CreatedLater {
            component: later.component.to_owned(),
            place: later.migration.up.place(at),
        })
    });
    let is_created = || {
        let mut all = subject.sets.iter().flat_map(|set| &set.items);
        all.any(|migration| creates(&migration.up, plain).is_some())
    };
    let nowhere = || {
        (!is_created()).then(|| SqlCause::CreatedNowhere {
            name: name.to_owned(),
        })
    };
    later.or_else(nowhere)
}

/// Where, in [`Script::sql`], a statement creates an object of this name, schema or not.
fn creates(script: &Script, name: &str) -> Option<usize> {
    let statements = script.statements.iter();
    statements
        .map(|statement| (statement.start, &script.sql[statement.start..statement.end]))
        .find_map(|(start, sql)| {
            // Long bodies of routines need not be read to their end: the name stands near the beginning.
            let mut reader = WordReader::new(&sql[..sql.floor_char_boundary(200)]);
            if !reader.take_create() {
                return None;
            }
            let made = reader.name()?;
            let plain = made.rsplit('.').next().unwrap_or(&made).trim_matches('"');
            plain.eq_ignore_ascii_case(name).then_some(start)
        })
}
