//! Another tool's ledger in a database: where it is, what it says, and the locks that keep it still.
//!
//! Left out on purpose: what its rows mean for a folder.

use std::iter;

use sqlx::PgConnection;

use super::{
    foreign_row::{Row, Standing},
    question,
};
use crate::{
    AdoptProblem, Config, Error, LedgerTable, Problem, Tool,
    engine::{
        config::literal,
        connection::{
            server::{maybe, number, send, text},
            session,
        },
        holder::{HOLDER_COLUMNS, Holder, holder_of},
        ledger::read::{self, Ledger},
        lock::{self, Wait},
        progress::Listener,
    },
};

/// Another tool's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForeignLedger {
    /// The tool.
    pub tool: Tool,
    /// Its table; without it, the table of the tool's own name is looked for in all schemas.
    pub table: Option<LedgerTable>,
}

/// What was found in a database.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) database: String,
    /// Where the tool's ledger is, or why that cannot be said.
    pub(crate) place: Result<LedgerTable, AdoptProblem>,
    pub(crate) rows: Vec<Row>,
    /// Our own ledger; empty where there is none.
    pub(crate) ours: Ledger,
    /// Whether a table of somebody else's is where ours would be.
    pub(crate) is_taken: bool,
}

/// Looks for the tool's ledger and reads it, and ours beside it.
pub(crate) async fn look(
    connection: &mut PgConnection,
    source: &ForeignLedger,
    config: &Config,
) -> Result<Found, Error> {
    let (ours, is_taken) = ours(connection, config).await?;
    let results = send(connection, &question(source))
        .await
        .map_err(Error::server("look for the ledger of another tool"))?;
    let first = |index: usize| results.get(index).map(Vec::as_slice).unwrap_or_default();
    let database = first(0)
        .first()
        .map(|row| text(row, "database"))
        .unwrap_or_default();
    let tables: Vec<_> = first(1)
        .iter()
        .map(|row| Table {
            place: LedgerTable {
                schema: text(row, "schema"),
                table: text(row, "name"),
            },
            columns: text(row, "columns"),
        })
        .collect();
    let place = choose(source, &tables);
    let rows = match &place {
        Ok(place) => rows(connection, source.tool, place).await?,
        Err(_) => Vec::new(),
    };
    Ok(Found {
        database,
        place,
        rows,
        ours,
        is_taken,
    })
}

/// Our ledger. That another tool has one too is no refusal here.
async fn ours(connection: &mut PgConnection, config: &Config) -> Result<(Ledger, bool), Error> {
    let here = format!("{}.{}", config.ledger.schema, config.ledger.table);
    match read::read(connection, config).await {
        Ok(ledger) => Ok((ledger, false)),
        Err(Error::Unfit { problems }) => match problems.first() {
            Some(Problem::ForeignLedger { table, .. }) => Ok((Ledger::default(), *table == here)),
            _ => Err(Error::Unfit { problems }),
        },
        Err(error) => Err(error),
    }
}

/// A table with the name of some tool's ledger.
struct Table {
    place: LedgerTable,
    columns: String,
}

impl Table {
    fn is_of(&self, tool: Tool) -> bool {
        let columns: Vec<_> = self.columns.split(',').collect();
        tool.owns(&columns)
    }
}

fn question(source: &ForeignLedger) -> String {
    let own = source.table.as_ref().map(|place| place.table.as_str());
    let names: Vec<_> = Tool::ALL
        .iter()
        .map(|tool| tool.table())
        .chain(own)
        .map(literal)
        .collect();
    format!(
        "SELECT current_database() AS database;
         SELECT n.nspname AS schema, c.relname AS name, string_agg(a.attname::text, ',' ORDER BY a.attnum) AS columns
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
              JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
         WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND c.relname IN ({})
         GROUP BY 1, 2 ORDER BY 1, 2",
        names.join(", ")
    )
}

fn choose(source: &ForeignLedger, tables: &[Table]) -> Result<LedgerTable, AdoptProblem> {
    let tool = source.tool;
    let is_candidate = |table: &&Table| match &source.table {
        Some(place) => table.place == *place && table.is_of(tool),
        None => {
            let in_its_schema = tool != Tool::Supabase || table.place.schema == tool.schema();
            table.place.table == tool.table() && table.is_of(tool) && in_its_schema
        }
    };
    let found: Vec<_> = tables.iter().filter(is_candidate).collect();
    match found.as_slice() {
        [only] => Ok(only.place.clone()),
        [] => Err(AdoptProblem::NoLedger {
            tool,
            looked_for: source
                .table
                .as_ref()
                .map_or_else(|| tool.table().to_owned(), shown),
            found: tables.iter().flat_map(owners).collect(),
        }),
        several => Err(AdoptProblem::SeveralLedgers {
            tool,
            tables: several.iter().map(|table| shown(&table.place)).collect(),
        }),
    }
}

fn owners(table: &Table) -> Vec<String> {
    let named = Tool::ALL
        .into_iter()
        .filter(|tool| tool.table() == table.place.table && table.is_of(*tool));
    named
        .map(|tool| format!("`{}`, a ledger of {tool}", shown(&table.place)))
        .collect()
}

/// A table as people write it.
pub(crate) fn shown(place: &LedgerTable) -> String {
    format!("{}.{}", place.schema, place.table)
}

/// What the tool's ledger says.
pub(crate) async fn rows(
    connection: &mut PgConnection,
    tool: Tool,
    place: &LedgerTable,
) -> Result<Vec<Row>, Error> {
    let results = send(connection, &question::rows(tool, &place.rows()))
        .await
        .map_err(Error::server(format!("read `{}`", shown(place))))?;
    let rows = results.iter().flatten().map(|row| Row {
        version: text(row, "version"),
        name: text(row, "name"),
        standing: Standing::of(&text(row, "standing")),
        checksum: maybe(row, "checksum"),
        at: maybe(row, "applied_at"),
        micros: number(row, "micros"),
        kind: text(row, "kind"),
    });
    Ok(rows.collect())
}

/// Who else holds one of a tool's advisory locks, which is to say that the tool is at work.
pub(crate) async fn at_work(connection: &mut PgConnection, keys: &[i64]) -> Result<Option<Holder>, Error> {
    let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
    let question = format!(
        "SELECT {HOLDER_COLUMNS}
         FROM pg_catalog.pg_locks AS l JOIN pg_catalog.pg_stat_activity AS a USING (pid)
         WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND a.pid <> pg_backend_pid()
           AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
           AND (l.classid::bigint << 32 | l.objid::bigint) = ANY ('{{{}}}'::bigint[])",
        keys.join(", ")
    );
    let results = send(connection, &question)
        .await
        .map_err(Error::server("see whether another tool is at work"))?;
    Ok(results.iter().flatten().next().map(holder_of))
}

/// Begins a transaction in which neither our runner nor the other tool can work. Its end gives the locks back.
///
/// The locks are polled, as everywhere: whoever waits inside `pg_advisory_xact_lock` is in the way of an index that is built
/// concurrently.
pub(crate) async fn begin_alone(
    connection: &mut PgConnection,
    theirs: &[i64],
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<(), Error> {
    let ours = lock::key(&config.ledger);
    let keys: Vec<_> = iter::once(ours).chain(theirs.iter().copied()).collect();
    let tries: Vec<_> = keys
        .iter()
        .map(|key| format!("pg_try_advisory_xact_lock({key})"))
        .collect();
    let settings = session::reset(config).join(";\n");
    let message = format!(
        "{settings};\nBEGIN;\nSELECT ARRAY[{}]::text AS taken",
        tries.join(", ")
    );
    let mut wait = Wait::begin();
    loop {
        let results = send(connection, &message)
            .await
            .map_err(Error::server("take the locks"))?;
        let taken = results
            .last()
            .and_then(|rows| rows.first())
            .map(|row| text(row, "taken"));
        let missing = taken
            .unwrap_or_default()
            .trim_matches(['{', '}'])
            .split(',')
            .position(|one| one != "t");
        let Some(missing) = missing else { return Ok(()) };
        send(connection, "ROLLBACK")
            .await
            .map_err(Error::server("give the locks back"))?;
        let key = keys.get(missing).copied().unwrap_or(ours);
        wait.again(connection, key, config, progress).await?;
    }
}
