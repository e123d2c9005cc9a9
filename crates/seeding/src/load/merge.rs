//! Rows into a table: insert what is missing, update what differs, leave the rest alone.
//!
//! One guarded merge finds out fastest that nothing is to be done; an unconditional upsert would write every row
//! anew each time, and run every trigger. What it merges comes
//!
//! - as parameters of the same statement, when there are few rows: one message, no temporary table;
//! - by `COPY` into a staging table, when there are many;
//! - by `COPY` into the table itself, when that is empty: then there is nothing to merge with.

use std::borrow::Cow;

use secrecy::SecretString;
use sqlx::{AssertSqlSafe, PgConnection};

use super::catalog::Column;
use crate::{
    folder::{Row, Rows, TableName},
    values::{identifier, push_field},
};

const STAGING: &str = "pg_temp.seeding_staging";

/// Up to this many rows go as parameters.
const FEW: usize = 200;

/// From this many rows on the planner is told how many there are; below, asking costs more than it saves.
const WORTH_ANALYZING: u64 = 1_000;

/// From this many bytes on it is worth a round trip to learn that the table is empty.
const WORTH_A_LOOK: usize = 1 << 16;

/// `COPY` data goes out in pieces of this many bytes.
const PIECE: usize = 1 << 16;

/// How rows get to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Travel {
    /// Whatever is fastest.
    Fastest,
    /// By `COPY`, whose errors name the line.
    ByLine,
}

/// Rows that give the same columns, and the table that they are for.
#[derive(Debug)]
pub(crate) struct Merge<'a> {
    pub(crate) table: &'a TableName,
    /// In the order of the cells of each row.
    pub(crate) columns: Vec<&'a Column>,
    pub(crate) key: &'a [String],
    pub(crate) rows: &'a Rows,
    pub(crate) secret: Option<&'a SecretString>,
}

impl Merge<'_> {
    /// Merges; gives the number of rows that the seed has.
    pub(crate) async fn run(&self, conn: &mut PgConnection, travel: Travel) -> Result<u64, sqlx::Error> {
        let casts: Option<Vec<&str>> = self.columns.iter().map(|column| column.cast.as_deref()).collect();
        if let (Rows::Cells(rows), Some(casts), Travel::Fastest) = (self.rows, casts, travel)
            && rows.len() <= FEW
        {
            return self.as_parameters(conn, rows, &casts).await;
        }
        let list = names(&self.columns);
        let (options, text) = match self.rows {
            Rows::Csv { text, .. } => (" WITH (FORMAT csv, HEADER true)", Cow::Borrowed(text)),
            Rows::Cells(rows) => ("", Cow::Owned(self.lines(rows))),
        };
        let copy = |target: &str| format!("COPY {target} ({list}) FROM STDIN{options}");
        let target = self.table.quoted();
        if text.len() >= WORTH_A_LOOK && may_copy_directly(conn, &target).await? {
            return copy_in(conn, &copy(&target), &text).await;
        }
        let create = format!(
            "CREATE TEMP TABLE seeding_staging ON COMMIT DROP AS SELECT {list} FROM {target} WITH NO DATA"
        );
        execute(conn, create).await?;
        let staged = copy_in(conn, &copy(STAGING), &text).await?;
        if staged >= WORTH_ANALYZING {
            execute(conn, format!("ANALYZE {STAGING}")).await?;
        }
        let merge = self.statement(&format!("SELECT {list} FROM {STAGING}"));
        execute(conn, format!("{merge};\nDROP TABLE {STAGING}")).await?;
        Ok(staged)
    }

    async fn as_parameters(
        &self,
        conn: &mut PgConnection,
        rows: &[Row],
        casts: &[&str],
    ) -> Result<u64, sqlx::Error> {
        let each = |text: &dyn Fn(usize, String) -> String| {
            let columns = self.columns.iter().enumerate();
            let parts = columns.map(|(at, column)| text(at, identifier(&column.name)));
            parts.collect::<Vec<_>>().join(", ")
        };
        let source = format!(
            "SELECT {} FROM unnest({}) AS given ({})",
            each(&|at, name| format!("given.{name}::{} AS {name}", casts[at])),
            each(&|at, _| format!("${}::text[]", at + 1)),
            each(&|_, name| name),
        );
        // The text differs with every table, so keeping it prepared would only fill the server's memory.
        let mut query = sqlx::query(AssertSqlSafe(self.statement(&source))).persistent(false);
        for (at, column) in self.columns.iter().enumerate() {
            let cells = rows
                .iter()
                .map(|row| row.cells[at].text(column.kind, self.secret));
            query = query.bind(cells.collect::<Vec<Option<String>>>());
        }
        query.execute(conn).await?;
        Ok(rows.len() as u64)
    }

    fn lines(&self, rows: &[Row]) -> String {
        let mut text = String::new();
        for row in rows {
            for (position, (cell, column)) in row.cells.iter().zip(&self.columns).enumerate() {
                if position > 0 {
                    text.push('\t');
                }
                push_field(&mut text, cell.text(column.kind, self.secret).as_deref());
            }
            text.push('\n');
        }
        text
    }

    /// The merge as one statement: both halves see the table as it was before.
    fn statement(&self, source: &str) -> String {
        let target = self.table.quoted();
        let list = names(&self.columns);
        let same_key = self
            .key
            .iter()
            .map(|name| format!("target.{0} = staging.{0}", identifier(name)))
            .collect::<Vec<_>>()
            .join(" AND ");
        let others: Vec<_> = (self.columns.iter().copied())
            .filter(|column| !self.key.contains(&column.name))
            .collect();
        let update = if others.is_empty() {
            String::new()
        } else {
            format!(
                ", updated AS (\nUPDATE {target} AS target SET {} FROM staging\n\
                 WHERE {same_key} AND ROW({}) IS DISTINCT FROM ROW({})\n)",
                assignments(&others),
                comparable("target", &others),
                comparable("staging", &others),
            )
        };
        format!(
            "WITH staging AS (\n{source}\n){update}\n\
             INSERT INTO {target} ({list}) OVERRIDING SYSTEM VALUE\nSELECT {list} FROM staging\n\
             WHERE NOT EXISTS (SELECT FROM {target} AS target WHERE {same_key})"
        )
    }
}

fn assignments(columns: &[&Column]) -> String {
    let each = columns.iter().map(|column| identifier(&column.name));
    let each = each.map(|name| format!("{name} = staging.{name}"));
    each.collect::<Vec<_>>().join(", ")
}

fn comparable(side: &str, columns: &[&Column]) -> String {
    let each = columns.iter().map(|column| {
        let cast = if column.has_equality { "" } else { "::text" };
        format!("{side}.{}{cast}", identifier(&column.name))
    });
    each.collect::<Vec<_>>().join(", ")
}

/// Whether the table is empty, so that there is nothing to merge with, and `COPY` may write to it: it refuses
/// tables whose row security holds for this user.
async fn may_copy_directly(conn: &mut PgConnection, table: &str) -> Result<bool, sqlx::Error> {
    let query = format!("SELECT NOT row_security_active($1) AND NOT EXISTS (SELECT FROM {table})");
    sqlx::query_scalar(AssertSqlSafe(query))
        .persistent(false)
        .bind(table)
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

fn names(columns: &[&Column]) -> String {
    let names = columns.iter().map(|column| identifier(&column.name));
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Kind;

    fn column(name: &str, kind: Kind, has_equality: bool) -> Column {
        Column {
            name: name.to_owned(),
            kind,
            has_equality,
            in_primary_key: false,
            cast: None,
        }
    }

    fn statement(table: &str, columns: &[&Column], key: &[&str]) -> String {
        let merge = Merge {
            table: &TableName::parse(table),
            columns: columns.to_vec(),
            key: &key.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>(),
            rows: &Rows::Cells(Vec::new()),
            secret: None,
        };
        merge.statement("SELECT …")
    }

    #[test]
    fn only_rows_that_differ_are_written() {
        let id = column("id", Kind::Other, true);
        let name = column("na\"me", Kind::Other, true);
        let extra = column("extra", Kind::Json, false);
        insta::assert_snapshot!(statement("people", &[&id, &name, &extra], &["id"]));
    }

    #[test]
    fn a_table_of_keys_alone_is_only_inserted_into() {
        let (a, b) = (column("a", Kind::Other, true), column("b", Kind::Other, true));
        let sql = statement("analytics.pairs", &[&a, &b], &["a", "b"]);
        assert!(sql.contains("INSERT INTO \"analytics\".\"pairs\""), "{sql}");
        assert!(!sql.contains("UPDATE"), "{sql}");
    }
}
