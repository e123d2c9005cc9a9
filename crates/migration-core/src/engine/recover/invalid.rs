//! Indexes that an interrupted build left behind, and what else a step outside a transaction leaves.

use sqlx::PgConnection;

use super::concurrent::{Concurrent, concurrent};
use crate::{
    Error,
    engine::{
        config::literal,
        connection::server::{send, text},
        sql::{EQ, MATCHES},
    },
};

/// What is known of a step that was begun and whose end is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It had its effect.
    Done,
    /// It has to run.
    Run,
    /// Nothing shows it.
    Unknown,
}

/// What has to be known of the database before a step runs outside a transaction, to tell what a failed one left behind: the indexes
/// of the table, for an index without a name. Empty where nothing has to be known.
pub(crate) async fn note_before(connection: &mut PgConnection, sql: &str) -> Result<String, Error> {
    Ok(match concurrent(sql) {
        Some(Concurrent::Create { name: None, table }) => {
            let mut names = vec![NOTED.to_owned()];
            names.extend(indexes(connection, &table).await?);
            names.join(",")
        }
        Some(Concurrent::Reindex) => NOTED.to_owned(),
        _ => String::new(),
    })
}

/// The name of an index of `pg_index AS x`, with its schema where the search path does not lead to it.
const INDEX: &str = "CAST(CAST(x.indexrelid AS pg_catalog.regclass) AS pg_catalog.text)";

/// Begins a note, so that one of a table without indexes is told from no note. No index is called that.
const NOTED: &str = "-";

async fn indexes(connection: &mut PgConnection, table: &str) -> Result<Vec<String>, Error> {
    let question = format!(
        "SELECT {INDEX} AS name FROM pg_catalog.pg_index AS x WHERE x.indrelid {EQ} pg_catalog.to_regclass({})",
        literal(table)
    );
    names(connection, &question).await
}

async fn names(connection: &mut PgConnection, question: &str) -> Result<Vec<String>, Error> {
    let results = send(connection, question)
        .await
        .map_err(Error::server("look at the catalog"))?;
    Ok(results.iter().flatten().map(|row| text(row, "name")).collect())
}

/// The indexes that an interrupted or failed build of this statement left INVALID, as they are written. Some are told only by what
/// was noted before it.
///
/// With `IF NOT EXISTS` such an index would count as there, and no query would use it. One that is being built at this moment is no
/// leftover: it is left alone.
pub(crate) async fn leftovers(
    connection: &mut PgConnection,
    sql: &str,
    noted: Option<&str>,
) -> Result<Vec<String>, Error> {
    let condition = match concurrent(sql) {
        Some(Concurrent::Create {
            name: Some(name),
            table,
        }) => {
            // The index lies in the schema of its table, which the statement's name of it does not say.
            let plain = name.rsplit('.').next().unwrap_or(&name).to_owned();
            let plain = if plain.starts_with('"') {
                plain.trim_matches('"').replace("\"\"", "\"")
            } else {
                plain.to_lowercase()
            };
            format!(
                "x.indrelid {EQ} pg_catalog.to_regclass({}) AND c.relname {EQ} {}",
                literal(&table),
                literal(&plain)
            )
        }
        Some(Concurrent::Create { name: None, table }) => {
            let Some(noted) = noted else {
                return Ok(Vec::new());
            };
            format!(
                "x.indrelid {EQ} pg_catalog.to_regclass({}) AND NOT {INDEX} {EQ} ANY (pg_catalog.string_to_array({}, ','))",
                literal(&table),
                literal(noted)
            )
        }
        Some(Concurrent::Reindex) if noted.is_some() => {
            format!("CAST(c.relname AS pg_catalog.text) {MATCHES} '_cc(new|old)[0-9]*$'")
        }
        _ => return Ok(Vec::new()),
    };
    let question = format!(
        "SELECT {INDEX} AS name
         FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS c ON c.oid {EQ} x.indexrelid
         WHERE NOT x.indisvalid AND {condition} AND NOT EXISTS (
             SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid {EQ} x.indexrelid)"
    );
    names(connection, &question).await
}

/// The statement that drops such an index.
pub(crate) fn drop_index(name: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")
}

/// Whether a step that was begun outside a transaction had its effect.
pub(crate) async fn effect(connection: &mut PgConnection, sql: &str, noted: &str) -> Result<Effect, Error> {
    match concurrent(sql) {
        Some(Concurrent::Create {
            name: Some(name),
            table,
        }) => {
            let plain = name
                .rsplit('.')
                .next()
                .unwrap_or(&name)
                .trim_matches('"')
                .to_owned();
            let valid = valid(connection, &table).await?;
            let is_it = |found: &String| {
                let found = found.rsplit('.').next().unwrap_or(found).trim_matches('"');
                found == plain || found == plain.to_lowercase()
            };
            Ok(if valid.iter().any(is_it) {
                Effect::Done
            } else {
                Effect::Run
            })
        }
        Some(Concurrent::Create { name: None, table }) => {
            let known: Vec<_> = noted.split(',').collect();
            let valid = valid(connection, &table).await?;
            Ok(if valid.iter().any(|name| !known.contains(&name.as_str())) {
                Effect::Done
            } else {
                Effect::Run
            })
        }
        Some(Concurrent::Drop { names: dropped }) => {
            let list: Vec<_> = dropped
                .iter()
                .map(|name| {
                    format!(
                        "CAST(pg_catalog.to_regclass({}) AS pg_catalog.text)",
                        literal(name)
                    )
                })
                .collect();
            let question = format!(
                "SELECT name FROM pg_catalog.unnest(ARRAY[{}]) AS name WHERE name IS NOT NULL",
                list.join(", ")
            );
            Ok(if names(connection, &question).await?.is_empty() {
                Effect::Done
            } else {
                Effect::Run
            })
        }
        Some(Concurrent::Reindex) => Ok(Effect::Run),
        None => Ok(other_effect(sql)),
    }
}

async fn valid(connection: &mut PgConnection, table: &str) -> Result<Vec<String>, Error> {
    let question = format!(
        "SELECT {INDEX} AS name FROM pg_catalog.pg_index AS x WHERE x.indisvalid AND x.indrelid {EQ} pg_catalog.to_regclass({})",
        literal(table)
    );
    names(connection, &question).await
}

/// What comes to the same when it runs twice may run again; of the rest a person has to say.
fn other_effect(sql: &str) -> Effect {
    let first = sql
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let again = matches!(
        first.as_str(),
        "vacuum" | "cluster" | "reindex" | "discard" | "analyze"
    ) || sql.to_ascii_lowercase().starts_with("alter system");
    if again { Effect::Run } else { Effect::Unknown }
}
