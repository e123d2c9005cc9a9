//! The statements that write another tool's ledger from ours: its table where it is missing, and its rows with our times.

use std::path::Path;

use super::{
    entry::{Entry, entry},
    plan::ExportPlan,
};
use crate::{
    Config, Migration, Migrations, Tool,
    adopt::{
        checksums::Width,
        tools::{Keeps, create},
    },
    engine::{
        config::literal,
        ledger::check::{Checked, foreign_rows},
        sql::{EQ, MINUS, PLUS, TIMES},
    },
};

/// Everything that there is to write, for a transaction that is open.
pub(crate) fn statements(set: &Migrations, plan: &ExportPlan, config: &Config) -> Vec<String> {
    let mut statements = Vec::new();
    if plan.creates {
        statements.extend(create(plan.tool, &plan.table));
    }
    let find = |file: &str| set.items.iter().find(|migration| migration.filename == file);
    if plan.tool.profile().keeps == Keeps::Mark {
        let mark = plan.mark.as_deref().and_then(find);
        statements.extend(mark_statements(plan, mark));
        return statements;
    }
    let entries = |files: &'_ [String]| -> Vec<(String, Entry)> {
        let found = files.iter().filter_map(|file| find(file));
        found
            .filter_map(|migration| {
                Some((
                    migration.filename.clone(),
                    entry(migration, plan.tool, plan.width)?,
                ))
            })
            .collect()
    };
    for (_, entry) in entries(&plan.remove) {
        statements.extend(remove(plan, &entry));
    }
    for (_, entry) in entries(&plan.change) {
        statements.extend(change(plan, &entry));
    }
    for (file, entry) in entries(&plan.add) {
        // An entry that failed or was taken back makes way for the one that says how things are.
        if plan.tool != Tool::Goose {
            statements.extend(remove(plan, &entry));
        }
        statements.extend(add(set, plan, config, &file, &entry));
    }
    statements
}

fn mark_statements(plan: &ExportPlan, mark: Option<&Migration>) -> Vec<String> {
    let table = plan.table.rows();
    let version = mark
        .and_then(|migration| entry(migration, plan.tool, Width::Eight))
        .map(|entry| entry.version);
    let mut statements = vec![format!("DELETE FROM {table}"), foreign_rows(&table, 0, "true")];
    match (plan.tool, version) {
        (Tool::Tern, version) => {
            let version = version.unwrap_or_else(|| "0".into());
            statements.push(format!("INSERT INTO {table} (version) VALUES ({version})"));
            statements.push(foreign_rows(&table, 1, &format!("version {EQ} {version}")));
        }
        (_, Some(version)) => {
            statements.push(format!(
                "INSERT INTO {table} (version, dirty) VALUES ({version}, false)"
            ));
            statements.push(foreign_rows(
                &table,
                1,
                &format!("version {EQ} {version} AND NOT dirty"),
            ));
        }
        (_, None) => {}
    }
    statements
}

/// The condition that finds a migration's rows.
fn is_it(tool: Tool, entry: &Entry) -> String {
    match tool {
        Tool::Goose => format!("version_id {EQ} {}", entry.version),
        Tool::Prisma => format!(
            "migration_name {EQ} {} AND rolled_back_at IS NULL",
            literal(&entry.name)
        ),
        Tool::Flyway if entry.version.is_empty() => {
            format!("version IS NULL AND description {EQ} {}", literal(&entry.name))
        }
        Tool::Sqlx | Tool::Refinery => format!("version {EQ} {}", entry.version),
        Tool::SqlMigrate => format!("id {EQ} {}", literal(&entry.name)),
        Tool::NodePgMigrate => format!("name {EQ} {}", literal(&entry.name)),
        _ => format!("version {EQ} {}", literal(&entry.version)),
    }
}

fn remove(plan: &ExportPlan, entry: &Entry) -> Checked {
    let (table, is_it) = (plan.table.rows(), is_it(plan.tool, entry));
    [
        format!("DELETE FROM {table} WHERE {is_it}"),
        foreign_rows(&table, 0, &is_it),
    ]
}

fn change(plan: &ExportPlan, entry: &Entry) -> Checked {
    let (column, value) = match plan.tool {
        Tool::Sqlx => (
            "checksum",
            format!("pg_catalog.decode('{}', 'hex')", entry.checksum),
        ),
        Tool::Flyway => ("checksum", entry.checksum.clone()),
        Tool::Supabase => ("statements", array(&entry.statements)),
        _ => ("checksum", literal(&entry.checksum)),
    };
    let (table, is_it) = (plan.table.rows(), is_it(plan.tool, entry));
    [
        format!("UPDATE {table} SET {column} = {value} WHERE {is_it}"),
        foreign_rows(&table, 1, &format!("{is_it} AND {column} {EQ} {value}")),
    ]
}

fn array(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| literal(text)).collect();
    format!("CAST(ARRAY[{}] AS pg_catalog.text[])", texts.join(", "))
}

/// The path of a migration's file in its folder, which is what Flyway keeps.
fn script(set: &Migrations, file: &str) -> String {
    let found = set.items.iter().find(|migration| migration.filename == file);
    let path = found.map_or(Path::new(file), |migration| &migration.up.file);
    let parts = path.strip_prefix(&set.dir).unwrap_or(path).components();
    let parts: Vec<_> = parts
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.join("/")
}

/// The row of a migration, with the time and the duration that our ledger has.
fn add(set: &Migrations, plan: &ExportPlan, config: &Config, file: &str, entry: &Entry) -> Checked {
    let table = plan.table.rows();
    let (version, name) = (literal(&entry.version), literal(&entry.name));
    let (columns, values) = match plan.tool {
        Tool::Sqlx => (
            "version, description, installed_on, success, checksum, execution_time",
            format!(
                "{}, {name}, applied_at, true, pg_catalog.decode('{}', 'hex'), CAST(extract(epoch FROM duration) {TIMES} 1000000000 AS bigint)",
                entry.version, entry.checksum
            ),
        ),
        Tool::Goose => (
            "version_id, is_applied, tstamp",
            format!("{}, true, CAST(applied_at AS timestamp)", entry.version),
        ),
        Tool::Flyway => (
            "installed_rank, version, description, type, script, checksum, installed_by, installed_on, execution_time, success",
            format!(
                "(SELECT coalesce(pg_catalog.max(installed_rank), 0) {PLUS} 1 FROM {table}), {}, {name}, 'SQL', {}, {}, \
                 current_user, CAST(applied_at AS timestamp), CAST(extract(epoch FROM duration) {TIMES} 1000 AS integer), true",
                if entry.version.is_empty() {
                    "NULL"
                } else {
                    &version
                },
                literal(&script(set, file)),
                entry.checksum
            ),
        ),
        Tool::Refinery => (
            "version, name, applied_on, checksum",
            format!(
                "{}, {name}, pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), {}",
                entry.version,
                literal(&entry.checksum)
            ),
        ),
        Tool::Diesel => (
            "version, run_on",
            format!("{version}, CAST(applied_at AS timestamp)"),
        ),
        Tool::Prisma => (
            "id, checksum, finished_at, migration_name, started_at, applied_steps_count",
            format!(
                "CAST(pg_catalog.gen_random_uuid() AS pg_catalog.text), {}, applied_at, {name}, applied_at {MINUS} duration, 1",
                literal(&entry.checksum)
            ),
        ),
        Tool::Supabase => (
            "version, statements, name",
            format!("{version}, {}, {name}", array(&entry.statements)),
        ),
        Tool::SqlMigrate => ("id, applied_at", format!("{name}, applied_at")),
        Tool::NodePgMigrate => ("name, run_on", format!("{name}, applied_at::timestamp")),
        _ => ("version", version),
    };
    let statement = format!(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM {} WHERE component {EQ} {} AND filename {EQ} {}",
        config.ledger.rows(),
        literal(&set.component),
        literal(file)
    );
    let is_it = is_it(plan.tool, entry);
    // Goose keeps the rows of earlier attempts: the latest one counts.
    let added = match plan.tool {
        Tool::Goose => format!(
            "{is_it} AND is_applied AND id {EQ} (SELECT pg_catalog.max(id) FROM {table} WHERE {is_it})"
        ),
        _ => is_it,
    };
    [statement, foreign_rows(&table, 1, &added)]
}
