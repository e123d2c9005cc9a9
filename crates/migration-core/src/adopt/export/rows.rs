//! The statements that write another tool's ledger from ours: its table where it is missing, and its rows with our times.

use std::path::Path;

use super::{
    entry::{Entry, entry},
    plan::ExportPlan,
    table::create,
};
use crate::{
    Config, Migration, Migrations, Tool,
    adopt::{checksums::Width, tools::Keeps},
    engine::config::literal,
};

/// Everything that there is to write, for a transaction that is open.
pub(crate) fn statements(set: &Migrations, plan: &ExportPlan, config: &Config) -> Vec<String> {
    let mut statements = Vec::new();
    if plan.creates {
        statements.extend(create(plan));
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
        statements.push(remove(plan, &entry));
    }
    for (_, entry) in entries(&plan.change) {
        statements.push(change(plan, &entry));
    }
    for (file, entry) in entries(&plan.add) {
        // An entry that failed or was taken back makes way for the one that says how things are.
        if plan.tool != Tool::Goose {
            statements.push(remove(plan, &entry));
        }
        statements.push(add(set, plan, config, &file, &entry));
    }
    statements
}

fn mark_statements(plan: &ExportPlan, mark: Option<&Migration>) -> Vec<String> {
    let table = plan.table.rows();
    let version = mark
        .and_then(|migration| entry(migration, plan.tool, Width::Eight))
        .map(|entry| entry.version);
    let mut statements = vec![format!("DELETE FROM {table}")];
    match (plan.tool, version) {
        (Tool::Tern, version) => {
            let version = version.unwrap_or_else(|| "0".into());
            statements.push(format!("INSERT INTO {table} (version) VALUES ({version})"));
        }
        (_, Some(version)) => {
            statements.push(format!(
                "INSERT INTO {table} (version, dirty) VALUES ({version}, false)"
            ));
        }
        (_, None) => {}
    }
    statements
}

/// The condition that finds a migration's rows.
fn is_it(tool: Tool, entry: &Entry) -> String {
    match tool {
        Tool::Goose => format!("version_id = {}", entry.version),
        Tool::Prisma => format!(
            "migration_name = {} AND rolled_back_at IS NULL",
            literal(&entry.name)
        ),
        Tool::Flyway if entry.version.is_empty() => {
            format!("version IS NULL AND description = {}", literal(&entry.name))
        }
        Tool::Sqlx | Tool::Refinery => format!("version = {}", entry.version),
        _ => format!("version = {}", literal(&entry.version)),
    }
}

fn remove(plan: &ExportPlan, entry: &Entry) -> String {
    format!(
        "DELETE FROM {} WHERE {}",
        plan.table.rows(),
        is_it(plan.tool, entry)
    )
}

fn change(plan: &ExportPlan, entry: &Entry) -> String {
    let set = match plan.tool {
        Tool::Sqlx => format!("checksum = decode('{}', 'hex')", entry.checksum),
        Tool::Flyway => format!("checksum = {}", entry.checksum),
        Tool::Supabase => format!("statements = {}", array(&entry.statements)),
        _ => format!("checksum = {}", literal(&entry.checksum)),
    };
    format!(
        "UPDATE {} SET {set} WHERE {}",
        plan.table.rows(),
        is_it(plan.tool, entry)
    )
}

fn array(texts: &[String]) -> String {
    let texts: Vec<_> = texts.iter().map(|text| literal(text)).collect();
    format!("ARRAY[{}]::text[]", texts.join(", "))
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
fn add(set: &Migrations, plan: &ExportPlan, config: &Config, file: &str, entry: &Entry) -> String {
    let table = plan.table.rows();
    let (version, name) = (literal(&entry.version), literal(&entry.name));
    let (columns, values) = match plan.tool {
        Tool::Sqlx => (
            "version, description, installed_on, success, checksum, execution_time",
            format!(
                "{}, {name}, applied_at, true, decode('{}', 'hex'), (extract(epoch FROM duration) * 1000000000)::bigint",
                entry.version, entry.checksum
            ),
        ),
        Tool::Goose => (
            "version_id, is_applied, tstamp",
            format!("{}, true, applied_at::timestamp", entry.version),
        ),
        Tool::Flyway => (
            "installed_rank, version, description, type, script, checksum, installed_by, installed_on, execution_time, success",
            format!(
                "(SELECT coalesce(max(installed_rank), 0) + 1 FROM {table}), nullif({version}, ''), {name}, 'SQL', {}, {}, \
                 current_user, applied_at::timestamp, (extract(epoch FROM duration) * 1000)::integer, true",
                literal(&script(set, file)),
                entry.checksum
            ),
        ),
        Tool::Refinery => (
            "version, name, applied_on, checksum",
            format!(
                "{}, {name}, to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), {}",
                entry.version,
                literal(&entry.checksum)
            ),
        ),
        Tool::Diesel => ("version, run_on", format!("{version}, applied_at::timestamp")),
        Tool::Prisma => (
            "id, checksum, finished_at, migration_name, started_at, applied_steps_count",
            format!(
                "gen_random_uuid()::text, {}, applied_at, {name}, applied_at - duration, 1",
                literal(&entry.checksum)
            ),
        ),
        Tool::Supabase => (
            "version, statements, name",
            format!("{version}, {}, {name}", array(&entry.statements)),
        ),
        _ => ("version", version),
    };
    format!(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM {} WHERE component = {} AND filename = {}",
        config.ledger.rows(),
        literal(&set.component),
        literal(file)
    )
}
