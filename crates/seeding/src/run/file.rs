//! One file within the transaction that its caller has opened.

use std::{collections::BTreeMap, time::Duration};

use sqlx::{AssertSqlSafe, PgConnection};

use super::{
    lock,
    place::{failed, in_rows, in_text},
};
use crate::{
    Config, Error, SeedFile, email_hash,
    folder::{Body, Rows, TableName, TableSeed},
    load::{Merge, Travel, columns},
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
pub(crate) async fn set_up(conn: &mut PgConnection, file: &SeedFile, config: &Config) -> Result<(), Error> {
    let mut names = vec!["seeding.running".to_owned()];
    let mut values = vec![file.name.clone()];
    if let Some(key) = config.key() {
        for hash in &file.header.email_hashes {
            names.push(format!("seed.email_hash.{}", hash.name));
            values.push(email_hash(key, &hash.local, &hash.domain));
        }
    }
    let (is_ours, is_counted, _): (bool, bool, i64) = sqlx::query_as(
        "SELECT pg_catalog.pg_try_advisory_xact_lock($3), pg_catalog.current_setting('track_counts')::bool,
                (SELECT pg_catalog.count(pg_catalog.set_config(name, value, true))
                 FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[]))
                   AS setting (name, value))",
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
    let mark: Option<String> =
        sqlx::query_scalar("SELECT pg_catalog.current_setting('seeding.running', true)")
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
    let columns = columns(conn, &table.name).await.map_err(Error::Connection)?;
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
