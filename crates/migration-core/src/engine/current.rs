//! Whether there is anything to do, asked in one message that the server answers with one row.
//!
//! The server digests its rows, and the same digest is made of the folders. Reading a thousand rows to find nothing new would take
//! longer than everything else in such a run.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    Config, LedgerTable, Protection,
    config::literal,
    ledger::{Ledger, Row},
    plan::hex,
    server::{send, sqlstate, text},
    tables::{self, Missing, Table},
};
use crate::{Error, Migrations};

/// How the ledger stands to the folders.
#[derive(Debug)]
pub(super) enum Standing {
    /// It has exactly what may run of the folders: as much of it as they say.
    Same(Ledger),
    /// It has something else, or something that takes a closer look.
    Other(Missing),
    /// It is not there, or no ledger of ours.
    Absent,
}

/// Asks. Takes no lock.
pub(super) async fn standing(
    connection: &mut PgConnection,
    sets: &[Migrations],
    config: &Config,
) -> Result<Standing, Error> {
    let results = match send(connection, &question(sets, &config.ledger)).await {
        Ok(results) => results,
        // 42P01: no such table; 42703: no such column; 3F000: no such schema.
        Err(error) if matches!(sqlstate(&error), Some("42P01" | "42703" | "3F000")) => {
            return Ok(Standing::Absent);
        }
        Err(error) => return Err(Error::server("read the ledger")(error)),
    };
    let Some(facts) = results.last().and_then(|rows| rows.first()) else {
        return Ok(Standing::Absent);
    };
    let missing = Missing::of(facts);
    let is_as_protected =
        text(facts, "protected") != "t" || config.environment.protection == Protection::Protected;
    // Steps that are left undone are in a table of their own, which only a closer look can name.
    let expected = as_in_folders(sets, config);
    let is_same =
        text(facts, "digest") == digest(&expected) && is_as_protected && missing.has(Table::Progress);
    Ok(if is_same {
        Standing::Same(expected)
    } else {
        Standing::Other(missing)
    })
}

/// The digest is that of `component`, `filename` and `checksum` of each row, a line each, sorted by bytes.
fn question(sets: &[Migrations], ledger: &LedgerTable) -> String {
    let components: Vec<_> = sets.iter().map(|set| literal(&set.component)).collect();
    let components = components.join(", ");
    format!(
        "SELECT encode(sha256(convert_to(coalesce(string_agg(component || E'\\t' || filename || E'\\t' || checksum || E'\\n', '' \
         ORDER BY component COLLATE \"C\", filename COLLATE \"C\") FILTER (WHERE component IN ({components})), ''), 'UTF8')), 'hex') \
         AS digest, bool_or(environment LIKE '!%') AS protected, {} FROM {}",
        tables::question(ledger),
        ledger.rows()
    )
}

/// The ledger that has exactly what may run here of the folders; the times and names of people are not in it.
fn as_in_folders(sets: &[Migrations], config: &Config) -> Ledger {
    let items = sets
        .iter()
        .flat_map(|set| set.items.iter().map(move |item| (&set.component, item)));
    let rows = items
        .filter(|(_, item)| config.environment.excludes(item.only.as_deref()).is_none())
        .map(|(component, item)| Row {
            component: component.clone(),
            filename: item.filename.clone(),
            version: item.version.to_string(),
            checksum: hex(&item.up.checksum),
            neutral_checksum: hex(&item.up.neutral_checksum),
            ..Row::default()
        });
    Ledger {
        rows: rows.collect(),
        ..Ledger::default()
    }
}

fn digest(ledger: &Ledger) -> String {
    let rows = ledger.rows.iter();
    let mut lines: Vec<_> = rows
        .map(|row| (&row.component, &row.filename, &row.checksum))
        .collect();
    lines.sort_unstable();
    let text = lines
        .iter()
        .fold(String::new(), |mut text, (component, filename, checksum)| {
            let _ = writeln!(text, "{component}\t{filename}\t{checksum}");
            text
        });
    hex(&Sha256::digest(text))
}
