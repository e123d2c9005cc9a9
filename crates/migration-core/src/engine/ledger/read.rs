//! The ledger: what it looks like, what it says, and whether it is ours at all.

use sqlx::{PgConnection, postgres::PgRow};

use super::schema::{self, Missing, Table};
use crate::{
    Config, Direction, Error, LedgerTable, Problem, Script,
    engine::{
        config::literal,
        connection::server::{maybe, number, send, text},
    },
    hex::hex,
};

/// What the ledger says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ledger {
    pub(crate) missing: Missing,
    pub(crate) rows: Vec<Row>,
    pub(crate) unfinished: Vec<Unfinished>,
}

/// A migration that was applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) component: String,
    pub(crate) filename: String,
    pub(crate) version: String,
    /// SHA-256 in hexadecimal digits.
    pub(crate) checksum: String,
    pub(crate) neutral_checksum: String,
    pub(crate) applied_at: String,
    pub(crate) applied_by: String,
    pub(crate) environment: String,
}

/// A migration without a transaction that began and has not ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    pub(crate) component: String,
    pub(crate) filename: String,
    pub(crate) direction: Direction,
    pub(crate) checksum: String,
    pub(crate) steps_done: usize,
    /// The step that was begun outside a transaction: whether it ended is not on record.
    pub(crate) running: Option<usize>,
    pub(crate) note: String,
}

impl Ledger {
    /// What is left of a migration that was interrupted in this direction.
    pub(crate) fn unfinished(
        &self,
        component: &str,
        filename: &str,
        direction: Direction,
    ) -> Option<&Unfinished> {
        self.unfinished
            .iter()
            .find(|row| row.component == component && row.filename == filename && row.direction == direction)
    }
}

impl Unfinished {
    /// The problem of a script that is not the one that was begun.
    pub(crate) fn edited(&self, filename: &str, script: &Script) -> Option<Problem> {
        (self.checksum != hex(&script.checksum)).then(|| Problem::HalfApplied {
            file: filename.to_owned(),
            path: script.file.display().to_string(),
            done: self.steps_done,
        })
    }
}

/// Tables of other tools, and the tools.
const FOREIGN: [(&str, &str); 8] = [
    ("_sqlx_migrations", "sqlx"),
    ("goose_db_version", "goose"),
    ("flyway_schema_history", "flyway"),
    ("refinery_schema_history", "refinery"),
    ("__diesel_schema_migrations", "diesel"),
    ("_prisma_migrations", "prisma"),
    ("schema_migrations", "golang-migrate or dbmate"),
    ("applied_migrations", "an array runner"),
];

/// Reads everything: one message to see what is there, a second where there is a ledger.
pub(crate) async fn read(connection: &mut PgConnection, config: &Config) -> Result<Ledger, Error> {
    let results = send(connection, &probe(&config.ledger))
        .await
        .map_err(Error::server("look for the ledger"))?;
    let missing = missing(results.last().and_then(|rows| rows.first()), &config.ledger)?;
    rows(connection, missing, &config.ledger).await
}

/// What the rows say of a ledger of which it is known what is there.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    missing: Missing,
    ledger: &LedgerTable,
) -> Result<Ledger, Error> {
    if missing.has(Table::Rows) {
        return Ok(Ledger {
            missing,
            ..Ledger::default()
        });
    }
    let results = send(connection, &rows_question(&missing, ledger))
        .await
        .map_err(Error::server("read the ledger"))?;
    Ok(from_results(&results, missing))
}

/// The ledger from what came back of [`rows_question`].
pub(crate) fn from_results(results: &[Vec<PgRow>], missing: Missing) -> Ledger {
    let rows = |index: usize| results.get(index).map(Vec::as_slice).unwrap_or_default();
    Ledger {
        rows: rows(0).iter().map(row).collect(),
        unfinished: rows(1).iter().map(unfinished_row).collect(),
        missing,
    }
}

/// Asks for the rows, and for the steps where there is a table of them.
pub(crate) fn rows_question(missing: &Missing, ledger: &LedgerTable) -> String {
    let rows = format!(
        "SELECT component, filename, version, checksum, neutral_checksum, applied_by, environment,
                to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI \"UTC\"') AS applied_at
         FROM {} ORDER BY id",
        ledger.rows()
    );
    if missing.has(Table::Progress) {
        return rows;
    }
    let columns = "component, filename, direction, checksum, steps_done, running, note";
    format!("{rows};\nSELECT {columns} FROM {}", ledger.progress())
}

/// What is not there, by the answer to [`probe`]; a ledger of somebody else's is an error.
pub(crate) fn missing(facts: Option<&PgRow>, ledger: &LedgerTable) -> Result<Missing, Error> {
    let Some(facts) = facts else {
        return Ok(Missing::default());
    };
    let foreign = match maybe(facts, "columns") {
        Some(columns) if is_ours(&columns) => None,
        Some(columns) => Some((
            format!("{}.{}", ledger.schema, ledger.table),
            tool_of(&columns).to_owned(),
        )),
        None => foreign(&text(facts, "foreign_tables")),
    };
    match foreign {
        Some((table, tool)) => Err(Error::unfit(Problem::ForeignLedger { table, tool })),
        None => Ok(Missing::of(facts)),
    }
}

/// The first of these tables that is some tool's ledger, and the tool.
fn foreign(tables: &str) -> Option<(String, String)> {
    let tables: Vec<_> = tables.split(',').collect();
    FOREIGN.iter().find_map(|(name, tool)| {
        let end = format!(".{name}");
        let table = tables.iter().find(|table| table.ends_with(&end))?;
        Some(((*table).to_owned(), (*tool).to_owned()))
    })
}

fn row(row: &PgRow) -> Row {
    Row {
        component: text(row, "component"),
        filename: text(row, "filename"),
        version: text(row, "version"),
        checksum: text(row, "checksum"),
        neutral_checksum: text(row, "neutral_checksum"),
        applied_at: text(row, "applied_at"),
        applied_by: text(row, "applied_by"),
        environment: text(row, "environment"),
    }
}

fn unfinished_row(row: &PgRow) -> Unfinished {
    let step = |column| number(row, column).and_then(|number| usize::try_from(number).ok());
    Unfinished {
        component: text(row, "component"),
        filename: text(row, "filename"),
        direction: Direction::of(&text(row, "direction")),
        checksum: text(row, "checksum"),
        steps_done: step("steps_done").unwrap_or(0),
        running: step("running"),
        note: text(row, "note"),
    }
}

/// One row that says what is there: our tables, and those of other tools.
pub(crate) fn probe(ledger: &LedgerTable) -> String {
    let names: Vec<_> = FOREIGN.iter().map(|(table, _)| literal(table)).collect();
    format!(
        "SELECT {}, (SELECT string_agg(attname::text, ',' ORDER BY attnum) FROM pg_catalog.pg_attribute
                 WHERE attrelid = to_regclass({}) AND attnum > 0 AND NOT attisdropped) AS columns,
                (SELECT string_agg(n.nspname || '.' || c.relname, ',' ORDER BY 1)
                 FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
                 WHERE c.relkind IN ('r', 'p') AND c.relname IN ({})) AS foreign_tables",
        schema::question(ledger),
        literal(&ledger.rows()),
        names.join(", ")
    )
}

fn is_ours(columns: &str) -> bool {
    let all: Vec<_> = columns.split(',').collect();
    [
        "id",
        "component",
        "filename",
        "checksum",
        "applied_at",
        "neutral_checksum",
    ]
    .iter()
    .all(|name| all.contains(name))
}

/// Which tool a table of the ledger's name belongs to, by its columns.
fn tool_of(columns: &str) -> &'static str {
    let all: Vec<_> = columns.split(',').collect();
    let has = |name| all.contains(&name);
    if has("version") && has("dirty") {
        "golang-migrate"
    } else if has("version") && has("statements") {
        "supabase"
    } else if all == ["version"] {
        "dbmate"
    } else if has("filename") {
        "encore"
    } else {
        "another tool"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_the_same_name_is_told_by_its_columns() {
        assert!(is_ours(
            "id,component,filename,checksum,applied_at,version,neutral_checksum"
        ));
        assert!(!is_ours("id,filename,applied_at,checksum"));
        for (columns, tool) in [
            ("version,dirty", "golang-migrate"),
            ("version", "dbmate"),
            ("version,statements,name", "supabase"),
            ("id,filename,applied_at,checksum", "encore"),
            ("a,b", "another tool"),
        ] {
            assert_eq!(tool_of(columns), tool);
        }
    }
}
