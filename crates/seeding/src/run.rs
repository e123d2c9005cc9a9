//! One file within the transaction that its caller has opened.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use diagnostic::Place;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{
    Config, Error, SeedFile, SplitStatements, SqlFailure, catalog, lock,
    merge::{Merge, Travel},
    pseudonym::email_hash,
    seeds::Body,
    table::{Group, Rows, TableName, TableSeed},
};

/// The rows that a declarative file gave for a table.
#[derive(Debug, Default)]
pub(crate) struct Given {
    pub(crate) rows: u64,
    pub(crate) ids: Vec<String>,
}

/// Runs the file's body; gives what it had rows for.
pub(crate) async fn run(
    conn: &mut PgConnection,
    file: &SeedFile,
    config: &Config,
    travel: Travel,
) -> Result<BTreeMap<TableName, Given>, Error> {
    let mut given = BTreeMap::<TableName, Given>::new();
    set_up(conn, file, config).await?;
    match &file.body {
        Body::Sql => {
            let text = AssertSqlSafe(file.text.clone());
            let ran = sqlx::raw_sql(text).execute(&mut *conn).await;
            ran.map_err(|error| {
                failed(file, config, error, |failure| {
                    in_text(file, failure, 0..file.text.len())
                })
            })?;
        }
        Body::Tables(tables) => {
            for table in tables {
                let entry = given.entry(table.name.clone()).or_default();
                merge_table(conn, file, table, (config, travel), entry).await?;
            }
        }
    }
    still_in_transaction(conn, file).await?;
    Ok(given)
}

/// Takes the lock, makes the hashes readable as settings, and leaves a mark that ends with the transaction.
async fn set_up(conn: &mut PgConnection, file: &SeedFile, config: &Config) -> Result<(), Error> {
    let mut names = vec!["seeding.running".to_owned()];
    let mut values = vec![file.name.clone()];
    if let Some(key) = config.key() {
        for hash in &file.header.email_hashes {
            names.push(format!("seed.email_hash.{}", hash.name));
            values.push(email_hash(key, &hash.local, &hash.domain));
        }
    }
    let (is_ours, is_counted, _): (bool, bool, i64) = sqlx::query_as(
        "SELECT pg_try_advisory_xact_lock($3), current_setting('track_counts')::bool,
                (SELECT count(set_config(name, value, true))
                 FROM unnest($1::text[], $2::text[]) AS setting (name, value))",
    )
    .bind(names)
    .bind(values)
    .bind(lock::KEY)
    .fetch_one(conn)
    .await
    .map_err(Error::Connection)?;
    match (is_ours, is_counted) {
        (true, true) => Ok(()),
        (false, _) => Err(Error::Busy {
            holder: None,
            waited: Duration::ZERO,
        }),
        (true, false) => Err(Error::NotCounted),
    }
}

/// The mark is gone when the file committed or rolled back by itself: what it did then cannot be taken back.
async fn still_in_transaction(conn: &mut PgConnection, file: &SeedFile) -> Result<(), Error> {
    let mark: Option<String> = sqlx::query_scalar("SELECT current_setting('seeding.running', true)")
        .fetch_one(conn)
        .await
        .map_err(Error::Connection)?;
    if mark.as_deref() == Some(file.name.as_str()) {
        Ok(())
    } else {
        Err(Error::TransactionControl {
            file: file.path.clone(),
        })
    }
}

async fn merge_table(
    conn: &mut PgConnection,
    file: &SeedFile,
    table: &TableSeed,
    (config, travel): (&Config, Travel),
    given: &mut Given,
) -> Result<(), Error> {
    let (path, name) = (file.path.clone(), table.name.shown());
    let columns = catalog::columns(conn, &table.name)
        .await
        .map_err(Error::Connection)?;
    if columns.is_empty() {
        return Err(Error::NoTable {
            file: path,
            table: name,
        });
    }
    let known: Vec<String> = columns.iter().map(|column| column.name.clone()).collect();
    let primary_key = columns.iter().filter(|column| column.in_primary_key);
    let key = match &table.key {
        Some(key) => key.clone(),
        None => primary_key.map(|column| column.name.clone()).collect(),
    };
    for group in &table.groups {
        let mut unknown: Vec<String> = group.columns.iter().chain(&table.report).cloned().collect();
        unknown.retain(|column| !known.contains(column));
        if !unknown.is_empty() {
            return Err(Error::NoColumn {
                file: path,
                table: name,
                columns: unknown,
                known,
            });
        }
        if key.is_empty() || !key.iter().all(|column| group.columns.contains(column)) {
            return Err(Error::NoKey {
                file: path,
                table: name,
            });
        }
        let named = |name: &String| columns.iter().find(|column| &column.name == name);
        let merge = Merge {
            table: &table.name,
            columns: group.columns.iter().filter_map(named).collect(),
            key: &key,
            rows: &group.rows,
            secret: config.key(),
        };
        let merged = merge.run(conn, travel).await;
        given.rows +=
            merged.map_err(|error| failed(file, config, error, |failure| in_rows(file, group, failure)))?;
        if let Rows::Cells(rows) = &group.rows {
            let kinds: Vec<_> = group
                .columns
                .iter()
                .enumerate()
                .filter(|(_, column)| table.report.contains(column))
                .filter_map(|(at, name)| Some((at, columns.iter().find(|column| &column.name == name)?)))
                .collect();
            for row in rows.iter().filter(|_| !kinds.is_empty()) {
                let id = kinds.iter().map(|(at, column)| {
                    let value = row.cells[*at].text(column.kind, config.key());
                    format!("{}={}", column.name, value.as_deref().unwrap_or("NULL"))
                });
                given.ids.push(id.collect::<Vec<_>>().join(" "));
            }
        }
    }
    Ok(())
}

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

fn failed(
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

fn in_text(file: &SeedFile, failure: &SqlFailure, sent: Range<usize>) -> Place {
    let Some(character) = failure.character else {
        return Place::file(file.path.clone());
    };
    let text = file.text.get(sent.clone()).unwrap_or_default();
    let within = text.char_indices().nth(character.saturating_sub(1));
    at_byte(file, sent.start + within.map_or(text.len(), |(byte, _)| byte))
}

fn in_rows(file: &SeedFile, group: &Group, failure: &SqlFailure) -> Place {
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
