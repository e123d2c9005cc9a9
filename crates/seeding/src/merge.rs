//! Rows into a table by way of a staging table: insert what is missing, update what differs, leave the rest alone.
//!
//! `COPY` and one guarded merge are the fastest way to load and by far the fastest to find that nothing is to be
//! done; an unconditional upsert would write every row anew each time, and run every trigger.

use std::borrow::Cow;

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, PgConnection};

use crate::{
    catalog::Column,
    copy_text::{identifier, push_field},
    table::{Group, Row, Rows, TableName},
};

const STAGING: &str = "pg_temp.seeding_staging";

/// From this many rows on the planner is told how many there are; below, asking costs more than it saves.
const WORTH_ANALYZING: u64 = 1_000;

/// From this many bytes on it is worth a round trip to learn that the table is empty.
const WORTH_A_LOOK: usize = 1 << 16;

/// `COPY` data goes out in pieces of this many bytes.
const PIECE: usize = 1 << 16;

/// Stages and merges one group; gives the number of rows staged.
pub(crate) async fn merge(
    conn: &mut PgConnection,
    table: &TableName,
    group: &Group,
    columns: &[Column],
    key: &[String],
    secret: Option<&SecretString>,
) -> Result<u64, sqlx::Error> {
    let used: Vec<&Column> = group
        .columns
        .iter()
        .filter_map(|name| columns.iter().find(|column| &column.name == name))
        .collect();
    let list = names(&used);
    let (options, text) = match &group.rows {
        Rows::Csv(text) => (" WITH (FORMAT csv, HEADER true)", Cow::Borrowed(text)),
        Rows::Cells(rows) => ("", Cow::Owned(lines(rows, &used, secret))),
    };
    if text.len() >= WORTH_A_LOOK && may_copy_directly(conn, table).await? {
        return copy_in(
            conn,
            &format!("COPY {} ({list}) FROM STDIN{options}", table.quoted()),
            &text,
        )
        .await;
    }
    let create = format!(
        "CREATE TEMP TABLE seeding_staging ON COMMIT DROP AS SELECT {list} FROM {} WITH NO DATA",
        table.quoted()
    );
    execute(conn, create).await?;
    let staged = copy_in(
        conn,
        &format!("COPY {STAGING} ({list}) FROM STDIN{options}"),
        &text,
    )
    .await?;
    if staged >= WORTH_ANALYZING {
        execute(conn, format!("ANALYZE {STAGING}")).await?;
    }
    let merge = statement(table, &used, key);
    execute(conn, format!("{merge};\nDROP TABLE {STAGING}")).await?;
    Ok(staged)
}

fn lines(rows: &[Row], columns: &[&Column], secret: Option<&SecretString>) -> String {
    let mut text = String::new();
    for row in rows {
        for (position, (cell, column)) in row.cells.iter().zip(columns).enumerate() {
            if position > 0 {
                text.push('\t');
            }
            push_field(&mut text, cell.text(column.kind, secret).as_deref());
        }
        text.push('\n');
    }
    text
}

/// Whether the table is empty, so that there is nothing to merge with, and `COPY` may write to it: it refuses
/// tables whose row security holds for this user.
async fn may_copy_directly(conn: &mut PgConnection, table: &TableName) -> Result<bool, sqlx::Error> {
    let name = table.quoted();
    let query = format!("SELECT NOT row_security_active($1) AND NOT EXISTS (SELECT FROM {name})");
    sqlx::query_scalar(AssertSqlSafe(query))
        .bind(name)
        .fetch_one(conn)
        .await
}

async fn execute(conn: &mut PgConnection, sql: String) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(conn).await?;
    Ok(())
}

async fn copy_in(conn: &mut PgConnection, statement: &str, text: &str) -> Result<u64, sqlx::Error> {
    let mut copy = conn.copy_in_raw(statement).await?;
    for piece in text.as_bytes().chunks(PIECE) {
        if let Err(error) = copy.send(piece).await {
            // The connection is useless while a COPY is open; what went wrong first is what matters.
            let _ = copy.abort("the seed could not be sent").await;
            return Err(error);
        }
    }
    copy.finish().await
}

/// The merge as one statement: both halves see the table as it was before.
fn statement(table: &TableName, columns: &[&Column], key: &[String]) -> String {
    let target = table.quoted();
    let list = names(columns);
    let same_key = key
        .iter()
        .map(|name| format!("target.{0} = staging.{0}", identifier(name)))
        .collect::<Vec<_>>()
        .join(" AND ");
    let insert = format!(
        "INSERT INTO {target} ({list}) OVERRIDING SYSTEM VALUE\nSELECT {list} FROM {STAGING} AS staging\n\
         WHERE NOT EXISTS (SELECT FROM {target} AS target WHERE {same_key})"
    );
    let others: Vec<_> = columns
        .iter()
        .filter(|column| !key.contains(&column.name))
        .collect();
    if others.is_empty() {
        return insert;
    }
    let assignments = others
        .iter()
        .map(|column| format!("{0} = staging.{0}", identifier(&column.name)))
        .collect::<Vec<_>>()
        .join(", ");
    let side = |side: &str| {
        let values = others.iter().map(|column| {
            let cast = if column.has_equality { "" } else { "::text" };
            format!("{side}.{}{cast}", identifier(&column.name))
        });
        values.collect::<Vec<_>>().join(", ")
    };
    format!(
        "WITH updated AS (\nUPDATE {target} AS target SET {assignments} FROM {STAGING} AS staging\n\
         WHERE {same_key} AND ROW({}) IS DISTINCT FROM ROW({})\n)\n{insert}",
        side("target"),
        side("staging")
    )
}

fn names(columns: &[&Column]) -> String {
    let names = columns.iter().map(|column| identifier(&column.name));
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Kind;

    fn column(name: &str, kind: Kind, has_equality: bool) -> Column {
        Column {
            name: name.to_owned(),
            kind,
            has_equality,
            in_primary_key: false,
        }
    }

    #[test]
    fn only_rows_that_differ_are_written() {
        let id = column("id", Kind::Other, true);
        let name = column("na\"me", Kind::Other, true);
        let extra = column("extra", Kind::Json, false);
        let table = TableName::parse("people");
        insta::assert_snapshot!(statement(&table, &[&id, &name, &extra], &["id".to_owned()]));
    }

    #[test]
    fn a_table_of_keys_alone_is_only_inserted_into() {
        let (a, b) = (column("a", Kind::Other, true), column("b", Kind::Other, true));
        let table = TableName::parse("analytics.pairs");
        let sql = statement(&table, &[&a, &b], &["a".to_owned(), "b".to_owned()]);
        assert!(sql.starts_with("INSERT INTO \"analytics\".\"pairs\""), "{sql}");
    }
}
