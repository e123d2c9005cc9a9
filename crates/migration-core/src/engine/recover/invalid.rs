//! Indexes that an interrupted build left behind, and what else a step outside a transaction leaves.

use sqlx::PgConnection;

use super::{
    concurrent::{Concurrent, concurrent},
    noted::{names_in, note_of, statement_in},
};
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

/// Indexes that carry the names which `REINDEX … CONCURRENTLY` gives to its copies, those of TOAST tables included.
fn copies() -> String {
    format!("CAST(c.relname AS pg_catalog.text) {MATCHES} '_cc(new|old)[0-9]*$'")
}

/// Names that mean the same in every session.
fn qualified() -> String {
    format!(
        "pg_catalog.format('%I.%I', (SELECT n.nspname FROM pg_catalog.pg_namespace AS n WHERE n.oid {EQ} c.relnamespace), c.relname)"
    )
}

/// The name of an index of `pg_index AS x`, with its schema where the search path does not lead to it.
const INDEX: &str = "CAST(CAST(x.indexrelid AS pg_catalog.regclass) AS pg_catalog.text)";

/// What has to be known of the database before a step runs outside a transaction, to tell what a failed one left behind: the indexes
/// of the table, for an index without a name, and the INVALID copies of others, for a rebuilding. Empty where nothing has to be known.
pub(crate) async fn note_before(connection: &mut PgConnection, sql: &str) -> Result<String, Error> {
    Ok(match concurrent(sql) {
        Some(Concurrent::Create { name: None, table }) => {
            let of_table = format!("x.indrelid {EQ} pg_catalog.to_regclass({})", literal(&table));
            let known = indexes(connection, INDEX, &of_table).await?;
            note_of(known, &format!("CREATE INDEX CONCURRENTLY ON {table}"))
        }
        Some(Concurrent::Create {
            name: Some(name),
            table,
        }) => note_of(
            Vec::new(),
            &format!("CREATE INDEX CONCURRENTLY {name} ON {table}"),
        ),
        Some(Concurrent::Reindex) => {
            let copies = format!("NOT x.indisvalid AND {}", copies());
            note_of(indexes(connection, &qualified(), &copies).await?, "REINDEX")
        }
        _ => String::new(),
    })
}

/// The indexes for which the condition holds, as `name` says.
async fn indexes(connection: &mut PgConnection, name: &str, condition: &str) -> Result<Vec<String>, Error> {
    let question = format!(
        "SELECT {name} AS name FROM pg_catalog.pg_index AS x JOIN pg_catalog.pg_class AS c ON c.oid {EQ} x.indexrelid WHERE {condition}"
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
    let condition = match (concurrent(sql), noted) {
        // The index lies in the schema of its table, which the statement's name of it does not say.
        (
            Some(Concurrent::Create {
                name: Some(name),
                table,
            }),
            _,
        ) => format!(
            "x.indrelid {EQ} pg_catalog.to_regclass({}) AND c.relname {EQ} {}",
            literal(&table),
            last_part(&name)
        ),
        (Some(Concurrent::Create { name: None, table }), Some(noted)) => format!(
            "x.indrelid {EQ} pg_catalog.to_regclass({}) AND {}",
            literal(&table),
            none_of(INDEX, noted)
        ),
        (Some(Concurrent::Reindex), Some(noted)) => {
            format!("{} AND {}", copies(), none_of(&qualified(), noted))
        }
        _ => return Ok(Vec::new()),
    };
    let condition = format!("NOT x.indisvalid AND {condition}");
    // There is nearly never one, which the server says much faster without the view.
    if indexes(connection, INDEX, &condition).await?.is_empty() {
        return Ok(Vec::new());
    }
    let is_built = format!(
        "EXISTS (SELECT FROM pg_catalog.pg_stat_progress_create_index AS p WHERE p.index_relid {EQ} x.indexrelid)"
    );
    indexes(connection, INDEX, &format!("{condition} AND NOT {is_built}")).await
}

/// The same for a statement of which only the note is left.
pub(crate) async fn leftovers_of(connection: &mut PgConnection, note: &str) -> Result<Vec<String>, Error> {
    match statement_in(note) {
        Some(statement) => leftovers(connection, &statement, Some(note)).await,
        None => Ok(Vec::new()),
    }
}

/// The index that a build has not made, since one of that name is there and INVALID: that of another table, or one that another
/// session builds.
pub(crate) async fn in_its_place(connection: &mut PgConnection, sql: &str) -> Result<Option<String>, Error> {
    let Some(Concurrent::Create {
        name: Some(name),
        table,
    }) = concurrent(sql)
    else {
        return Ok(None);
    };
    let condition = format!(
        "NOT x.indisvalid AND c.relname {EQ} {} AND c.relnamespace {EQ}
             (SELECT t.relnamespace FROM pg_catalog.pg_class AS t WHERE t.oid {EQ} pg_catalog.to_regclass({}))",
        last_part(&name),
        literal(&table)
    );
    let found = indexes(connection, INDEX, &condition).await?;
    Ok(found.into_iter().next())
}

/// The name without its schema, as the server reads it: folded, without quotes, and cut at 63 bytes.
fn last_part(name: &str) -> String {
    format!(
        "(SELECT CAST(part[pg_catalog.cardinality(part)] AS pg_catalog.name) FROM pg_catalog.parse_ident({}) AS part)",
        literal(name)
    )
}

/// Whether a name is none of those that were noted.
fn none_of(name: &str, noted: &str) -> String {
    let noted: Vec<_> = names_in(noted).iter().map(|name| literal(name)).collect();
    format!(
        "NOT {name} {EQ} ANY (CAST(ARRAY[{}] AS pg_catalog.text[]))",
        noted.join(", ")
    )
}

/// The statement that drops such an index.
pub(crate) fn drop_index(name: &str) -> String {
    format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")
}

/// The statement that ends what an interrupted `DETACH PARTITION … CONCURRENTLY` began. The same statement would be refused.
pub(crate) async fn finalize(connection: &mut PgConnection, sql: &str) -> Result<Option<String>, Error> {
    let Some(Concurrent::Detach { table, partition }) = concurrent(sql) else {
        return Ok(None);
    };
    let pending = names(
        connection,
        &inheriting(&table, &partition, "AND i.inhdetachpending"),
    )
    .await?;
    let finalize = format!("ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE");
    Ok((!pending.is_empty()).then_some(finalize))
}

fn inheriting(table: &str, partition: &str, condition: &str) -> String {
    format!(
        "SELECT CAST(CAST(i.inhrelid AS pg_catalog.regclass) AS pg_catalog.text) AS name FROM pg_catalog.pg_inherits AS i
         WHERE i.inhrelid {EQ} pg_catalog.to_regclass({}) AND i.inhparent {EQ} pg_catalog.to_regclass({}) {condition}",
        literal(partition),
        literal(table)
    )
}

/// Whether a step that was begun outside a transaction had its effect.
pub(crate) async fn effect(connection: &mut PgConnection, sql: &str, noted: &str) -> Result<Effect, Error> {
    let done = match concurrent(sql) {
        Some(Concurrent::Create {
            name: Some(name),
            table,
        }) => {
            let condition = format!(
                "x.indisvalid AND x.indrelid {EQ} pg_catalog.to_regclass({}) AND c.relname {EQ} {}",
                literal(&table),
                last_part(&name)
            );
            !indexes(connection, "c.relname", &condition).await?.is_empty()
        }
        Some(Concurrent::Create { name: None, table }) => {
            let name = INDEX;
            let condition = format!(
                "x.indisvalid AND x.indrelid {EQ} pg_catalog.to_regclass({}) AND {}",
                literal(&table),
                none_of(name, noted)
            );
            !indexes(connection, name, &condition).await?.is_empty()
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
            names(connection, &question).await?.is_empty()
        }
        Some(Concurrent::Detach { table, partition }) => {
            names(connection, &inheriting(&table, &partition, ""))
                .await?
                .is_empty()
        }
        Some(Concurrent::Reindex) => false,
        None => return Ok(other_effect(sql)),
    };
    Ok(if done { Effect::Done } else { Effect::Run })
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
