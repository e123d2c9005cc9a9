//! Comparing another tool's ledger with the folder: what is applied, what is not, and everything that does not fit.

use super::{
    AdoptProblem, Check,
    checksums::{self, Width},
    foreign_row::{Row, RowState},
    tools::{Checksum, Keeps, Tool},
};
use crate::{Migration, Migrations, Version};

/// One migration of the folder, as the other tool's ledger has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AdoptItem {
    /// Its version.
    pub version: String,
    /// What our ledger will call it.
    pub file: String,
    /// How it stands there.
    pub state: AdoptState,
    /// Where it stands in the order of application; those that are not applied come last.
    pub(crate) rank: usize,
    pub(crate) micros: Option<i64>,
}

/// How a migration stands in the other ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AdoptState {
    /// It is applied, and will be in our ledger.
    Applied {
        /// When, where the tool says so.
        at: Option<String>,
        /// How far its text could be checked.
        check: Check,
    },
    /// It is not, and the next run applies it.
    Pending,
    /// It is not and a higher one is: the next run refuses it unless it is allowed.
    Late,
    /// It is, and may not run in this environment: our ledger will not call it applied.
    LeftOut {
        /// Why it may not run here.
        why: String,
    },
}

/// Compares. The items come in the folder's order.
pub(crate) fn compare(set: &Migrations, tool: Tool, rows: &[Row]) -> (Vec<AdoptItem>, Vec<AdoptProblem>) {
    let mut problems = missing(set, tool, rows);
    let mut items: Vec<_> = set
        .items
        .iter()
        .map(|migration| item(migration, tool, rows, &mut problems))
        .collect();
    let is_applied = |item: &AdoptItem| matches!(item.state, AdoptState::Applied { .. });
    let highest = set.items.iter().zip(&items).rposition(|(migration, item)| {
        is_applied(item) && !matches!(migration.version, Version::Repeatable(_))
    });
    for (place, (item, migration)) in items.iter_mut().zip(&set.items).enumerate() {
        let is_versioned = !matches!(migration.version, Version::Repeatable(_));
        if item.state == AdoptState::Pending && is_versioned && highest.is_some_and(|highest| highest > place)
        {
            item.state = AdoptState::Late;
        }
    }
    (items, problems)
}

/// Whether a row is about a migration.
pub(crate) fn key_matches(migration: &Migration, tool: Tool, row: &Row) -> bool {
    let same_number = |text: &str| Version::number(text).is_some_and(|version| version == migration.version);
    match tool {
        Tool::Prisma | Tool::Encore => {
            row.name == migration.filename || row.name.rsplit('/').next() == Some(&migration.filename)
        }
        Tool::SqlMigrate => row.name == migration.filename,
        Tool::NodePgMigrate => Some(row.name.as_str()) == migration.filename.strip_suffix(".sql"),
        Tool::Array => {
            let stem = migration
                .filename
                .strip_suffix(".sql")
                .unwrap_or(&migration.filename);
            let stem = stem.strip_suffix(".up").unwrap_or(stem);
            [migration.filename.as_str(), stem, &migration.description].contains(&row.name.as_str())
                || migration.version.to_string() == row.name
                || same_number(&row.name)
        }
        Tool::Flyway if row.version.is_empty() => {
            matches!(&migration.version, Version::Repeatable(name) if name.replace('_', " ") == row.name)
        }
        Tool::Dbmate | Tool::Diesel | Tool::Supabase => migration.version.to_string() == row.version,
        _ => same_number(&row.version),
    }
}

fn item(migration: &Migration, tool: Tool, rows: &[Row], problems: &mut Vec<AdoptProblem>) -> AdoptItem {
    let own = rows
        .iter()
        .position(|row| !is_mark(row) && key_matches(migration, tool, row));
    let pending = AdoptItem {
        version: migration.version.to_string(),
        file: migration.filename.clone(),
        state: AdoptState::Pending,
        rank: usize::MAX,
        micros: None,
    };
    let Some(rank) = own else {
        let covering = rows.iter().position(|row| is_mark(row) && covers(row, migration));
        return AdoptItem {
            state: covering.map_or(AdoptState::Pending, |_| AdoptState::Applied {
                at: None,
                check: Check::Assumed,
            }),
            rank: covering.unwrap_or(usize::MAX),
            ..pending
        };
    };
    let row = &rows[rank];
    if row.state != RowState::Applied {
        return pending;
    }
    let Some(check) = check(migration, tool, row) else {
        // A repeatable migration whose text changed is one that runs again.
        if !matches!(migration.version, Version::Repeatable(_)) {
            problems.push(AdoptProblem::Edited {
                tool,
                file: migration.filename.clone(),
                path: migration.up.file.display().to_string(),
                recorded: row.checksum.clone().unwrap_or_default(),
                at: row.at.clone(),
            });
        }
        return pending;
    };
    AdoptItem {
        state: AdoptState::Applied {
            at: row.at.clone(),
            check,
        },
        rank,
        micros: row.micros,
        ..pending
    }
}

fn is_mark(row: &Row) -> bool {
    matches!(row.state, RowState::UpTo | RowState::FailedUpTo)
}

fn covers(row: &Row, migration: &Migration) -> bool {
    Version::number(&row.version)
        .is_some_and(|mark| matches!(migration.version, Version::Number { .. }) && migration.version <= mark)
}

/// Whether the file is what was applied; nothing where it is not.
fn check(migration: &Migration, tool: Tool, row: &Row) -> Option<Check> {
    let Some(recorded) = &row.checksum else {
        return Some(Check::None);
    };
    let script = &migration.up;
    match tool.profile().checksum {
        Checksum::None => Some(Check::None),
        Checksum::Sha384 => checksums::sqlx(script, recorded),
        Checksum::Crc32OfLines => checksums::flyway(migration, recorded),
        Checksum::Sha256 => checksums::prisma(script, recorded),
        Checksum::SipHash => {
            let width = if row.kind == "bigint" {
                Width::Eight
            } else {
                Width::Four
            };
            checksums::refinery(migration, recorded, width)
        }
        Checksum::Statements => checksums::supabase(script, recorded),
        Checksum::ByLength => checksums::by_length(script, recorded).unwrap_or(Some(Check::Unknown)),
    }
}

/// What the other ledger has and the folder has not, and what it says failed.
fn missing(set: &Migrations, tool: Tool, rows: &[Row]) -> Vec<AdoptProblem> {
    let mut problems = Vec::new();
    for row in rows {
        let name = if row.name.is_empty()
            || (tool != Tool::Prisma && !row.version.is_empty() && tool != Tool::Flyway)
        {
            row.version.clone()
        } else {
            row.name.clone()
        };
        if matches!(row.state, RowState::Failed | RowState::FailedUpTo) {
            problems.push(AdoptProblem::Failed { tool, name });
            continue;
        }
        // A baseline need not have a file, but a mark is the version of one.
        let needs_file = row.state == RowState::Applied
            || (row.state == RowState::UpTo && tool.profile().keeps == Keeps::Mark);
        if needs_file
            && !set
                .items
                .iter()
                .any(|migration| key_matches(migration, tool, row))
        {
            problems.push(AdoptProblem::Missing {
                tool,
                name,
                folder: set.dir.display().to_string(),
                at: row.at.clone(),
            });
        }
    }
    problems
}
