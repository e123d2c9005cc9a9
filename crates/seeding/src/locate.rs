//! Where in a file a failure is, as exactly as it can be found out.

use std::ops::Range;

use diagnostic::Place;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{
    Config, Error, SeedFile, SplitStatements, SqlFailure,
    merge::Travel,
    run::{run, set_up},
    seeds::Body,
    table::{Group, Rows},
};

/// Finds the statement or row of a failure that the server gave no position for, by running the file again in
/// smaller steps; all of it is taken back. Gives the failure as it was where nothing better is found.
pub(crate) async fn locate(conn: &mut PgConnection, file: &SeedFile, config: &Config, error: Error) -> Error {
    let Error::Sql { place, .. } = &error else {
        return error;
    };
    if place.line.is_some() {
        return error;
    }
    let Ok(mut transaction) = conn.begin().await else {
        return error;
    };
    let located = match (&file.body, config.split_statements) {
        (Body::Sql, Some(split)) => statement_by_statement(&mut transaction, file, config, split).await,
        (Body::Sql, None) => None,
        (Body::Tables(_), _) => run(&mut transaction, file, config, Travel::ByLine).await.err(),
    };
    // Taking back cannot fail in a way that matters: the error is what the caller gets either way.
    let _ = transaction.rollback().await;
    located
        .filter(|located| matches!(located, Error::Sql { .. }))
        .unwrap_or(error)
}

async fn statement_by_statement(
    conn: &mut PgConnection,
    file: &SeedFile,
    config: &Config,
    split: SplitStatements,
) -> Option<Error> {
    set_up(conn, file, config).await.ok()?;
    for statement in split(&file.text) {
        let text = AssertSqlSafe(file.text.get(statement.clone())?.to_owned());
        if let Err(again) = sqlx::raw_sql(text).execute(&mut *conn).await {
            return Some(failed(file, config, again, |failure| {
                match in_text(file, failure, statement.clone()) {
                    place if place.line.is_some() => place,
                    _ => at_byte(file, statement.start),
                }
            }));
        }
    }
    None
}

/// A refusal of the server, put at its place; anything else is the connection's.
pub(crate) fn failed(
    file: &SeedFile,
    config: &Config,
    error: sqlx::Error,
    place: impl FnOnce(&SqlFailure) -> Place,
) -> Error {
    match SqlFailure::take(error, config.key()) {
        Ok(failure) => Error::Sql {
            file: file.path.clone(),
            place: Box::new(place(&failure)),
            failure: Box::new(failure),
        },
        Err(other) => Error::Connection(other),
    }
}

/// What the server found only when the transaction was to be kept.
pub(crate) fn at_commit(file: &SeedFile, config: &Config, error: sqlx::Error) -> Error {
    failed(file, config, error, |_| Place::file(file.path.clone()))
}

/// The place of a failure of SQL that was sent as this part of the file.
pub(crate) fn in_text(file: &SeedFile, failure: &SqlFailure, sent: Range<usize>) -> Place {
    let Some(character) = failure.character else {
        return Place::file(file.path.clone());
    };
    let text = file.text.get(sent.clone()).unwrap_or_default();
    let within = text.char_indices().nth(character.saturating_sub(1));
    at_byte(file, sent.start + within.map_or(text.len(), |(byte, _)| byte))
}

/// The place of a failure of rows that were sent by `COPY`.
pub(crate) fn in_rows(file: &SeedFile, group: &Group, failure: &SqlFailure) -> Place {
    let Some(line) = failure.copy_line else {
        return Place::file(file.path.clone());
    };
    match &group.rows {
        Rows::Csv(_) => Place {
            line: Some(line),
            ..Place::file(file.path.clone())
        },
        Rows::Cells(rows) => match rows.get(line.saturating_sub(1)) {
            Some(row) => at_byte(file, row.offset),
            None => Place::file(file.path.clone()),
        },
    }
}

/// A place in the file, its source line scrubbed: a seed may hold what no output may.
fn at_byte(file: &SeedFile, offset: usize) -> Place {
    let mut place = Place::at_byte(file.path.clone(), &file.text, offset);
    if let Some(source) = &mut place.source {
        source.text = diagnostic::Redactor::default().scrub(&source.text);
    }
    place
}
