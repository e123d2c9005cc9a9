//! The other ledger held against the folder: what is applied, what is not, and everything that does not fit.

use super::{
    AdoptProblem, Tool,
    checksum::{self, Width},
    foreign_row::{Row, Standing},
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
}

/// How far the text of an applied migration could be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The tool's checksum is that of the file.
    Exact,
    /// It is that of the file with other line ends, or without its byte order mark.
    LineEnds,
    /// The tool's ledger only says how far it came.
    Assumed,
    /// The tool keeps no checksum, or none for this one.
    None,
    /// The tool keeps a checksum whose kind is not known here.
    Unknown,
}

impl Check {
    /// For people and for the audit.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "checksum agrees",
            Self::LineEnds => "checksum agrees but for line ends",
            Self::Assumed => "taken for applied by the ledger's mark",
            Self::None => "no checksum to compare",
            Self::Unknown => "a checksum of unknown kind",
        }
    }
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
    if row.standing != Standing::Applied {
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
    matches!(row.standing, Standing::UpTo | Standing::FailedUpTo)
}

fn covers(row: &Row, migration: &Migration) -> bool {
    Version::number(&row.version)
        .is_some_and(|mark| matches!(migration.version, Version::Number { .. }) && migration.version <= mark)
}

/// Whether the file is what was applied; nothing where it is not.
fn check(migration: &Migration, tool: Tool, row: &Row) -> Option<Check> {
    let Some(recorded) = row.checksum.as_deref().filter(|_| tool.keeps_checksums()) else {
        return Some(Check::None);
    };
    let script = &migration.up;
    match tool {
        Tool::Sqlx => checksum::sqlx(script, recorded),
        Tool::Flyway => checksum::flyway(migration, recorded),
        Tool::Prisma => checksum::prisma(script, recorded),
        Tool::Refinery => {
            let width = if row.kind == "bigint" {
                Width::Eight
            } else {
                Width::Four
            };
            checksum::refinery(migration, recorded, width)
        }
        Tool::Supabase => checksum::supabase(script, recorded),
        _ => checksum::by_length(script, recorded).unwrap_or(Some(Check::Unknown)),
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
        if matches!(row.standing, Standing::Failed | Standing::FailedUpTo) {
            problems.push(AdoptProblem::Failed { tool, name });
            continue;
        }
        // A baseline need not have a file, but a mark is the version of one.
        let needs_file =
            row.standing == Standing::Applied || (row.standing == Standing::UpTo && tool.keeps_a_mark());
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
