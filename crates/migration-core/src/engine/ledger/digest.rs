//! Whether there is anything to do, asked in one message that the server answers with one row.
//!
//! The server digests its rows, and the same digest is made of the folders. Reading a thousand rows to find nothing new would take
//! longer than everything else in such a run.

use sha2::{Digest, Sha256};
use sqlx::PgConnection;

use super::{
    elsewhere,
    probe::{fit, known_layout},
    protection::IS_PROTECTED,
    read::{Ledger, Row},
    schema::Missing,
    tables,
};
use crate::{
    Config, Error, Migrations, Protection,
    engine::{
        config::literal,
        connection::server::{send, sqlstate, text},
        sql::{EQ, GT},
    },
    hex::hex,
};

/// What the ledger has beside the folders.
#[derive(Debug)]
pub(crate) enum DigestMatch {
    /// It has exactly what may run of the folders: as much of it as they say.
    Same(Ledger),
    /// It has something else, or something that takes a closer look.
    Other {
        missing: Missing,
        /// The protected environment that another ledger of this database names.
        protected_elsewhere: Option<String>,
    },
    /// It is not there, or no ledger of ours.
    Absent,
}

/// Asks. Takes no lock.
pub(crate) async fn compare_digests(
    connection: &mut PgConnection,
    sets: &[Migrations],
    config: &Config,
) -> Result<DigestMatch, Error> {
    let results = match send(connection, &question(sets, config)).await {
        Ok(results) => results,
        // 42P01: no such table; 42703: no such column; 3F000: no such schema.
        Err(error) if matches!(sqlstate(&error), Some("42P01" | "42703" | "3F000")) => {
            return Ok(DigestMatch::Absent);
        }
        Err(error) => return Err(Error::server("read the ledger")(error)),
    };
    let Some(facts) = results.last().and_then(|rows| rows.first()) else {
        return Ok(DigestMatch::Absent);
    };
    let there = tables::found(&text(facts, "ledger_tables"), &config.ledger);
    known_layout(&there)?;
    fit(&there)?;
    let missing = Missing::of(facts, &config.ledger);
    let may_have_steps = text(facts, "may_have_steps") == "t";
    let expected = as_in_folders(sets, config);
    let is_same = sets
        .iter()
        .enumerate()
        .all(|(place, set)| text(facts, &column(place)) == digest(&expected, &set.component));
    // An open run may contradict the mark, and a run that names a protected environment leaves it where it is missing.
    let is_marked = text(facts, "protected") == "t";
    let is_as_protected = match config.environment.protection {
        Protection::Open => !is_marked,
        Protection::Protected => is_marked || config.environment.name.is_empty(),
    };
    // Steps that are left undone are in a table of their own, which need not be there: only a closer look can name it.
    let protected_elsewhere = elsewhere::found(Some(facts));
    let is_as_protected = is_as_protected && protected_elsewhere.is_none();
    Ok(if is_same && is_as_protected && !may_have_steps {
        DigestMatch::Same(expected)
    } else {
        DigestMatch::Other {
            missing,
            protected_elsewhere,
        }
    })
}

/// A digest for each folder: of the name and the checksum of each of its rows, in their order. Where they were applied in another order
/// than the folder's, it takes the closer look; sorting them would cost every run as much.
fn question(sets: &[Migrations], config: &Config) -> String {
    let ledger = &config.ledger;
    let digests = sets.iter().enumerate().map(|(place, set)| {
        format!(
            ", pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.string_agg(pg_catalog.concat(filename, ' ', checksum), ' ' ORDER BY id) \
             FILTER (WHERE component {EQ} {}), 'UTF8')) AS {}",
            literal(&set.component),
            column(place)
        )
    });
    // A table that never had a row takes no space.
    let has_space = format!(
        "coalesce(pg_catalog.pg_relation_size(pg_catalog.to_regclass({}), 'main'), 0) {GT} 0",
        literal(&ledger.progress())
    );
    format!(
        "SELECT pg_catalog.bool_or({IS_PROTECTED}) AS protected, {has_space} AS may_have_steps, {} AS {}, {} AS ledger_tables{} FROM {}",
        elsewhere::question(config),
        elsewhere::COLUMN,
        tables::question(ledger),
        digests.collect::<String>(),
        ledger.rows()
    )
}

fn column(place: usize) -> String {
    format!("digest_{place}")
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

/// As the server writes it; nothing for a component without rows.
fn digest(ledger: &Ledger, component: &str) -> String {
    let rows = ledger.rows.iter().filter(|row| row.component == component);
    let all: Vec<_> = rows
        .map(|row| format!("{} {}", row.filename, row.checksum))
        .collect();
    if all.is_empty() {
        return String::new();
    }
    format!("\\x{}", hex(&Sha256::digest(all.join(" "))))
}
