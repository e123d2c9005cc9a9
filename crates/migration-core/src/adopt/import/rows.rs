//! The statements that write the rows of our ledger and of its audit for migrations that another tool applied.

use super::plan::AdoptPlan;
use crate::{
    AdoptItem, AdoptState, Config, Migration, Migrations, Mode,
    engine::{
        config::literal,
        ledger::{
            audit::{Entry, actor, entry, object},
            check, write,
        },
        sql::{EQ, TIMES},
    },
    hex::hex,
};

/// A migration that is adopted.
struct Adopted<'m> {
    migration: &'m Migration,
    item: &'m AdoptItem,
    is_late: bool,
}

/// What is adopted, in the order in which the other tool applied it.
fn adopted<'m>(set: &'m Migrations, plan: &'m AdoptPlan) -> Vec<Adopted<'m>> {
    let mut all: Vec<_> = set
        .items
        .iter()
        .zip(&plan.items)
        .enumerate()
        .filter(|(_, (_, item))| matches!(item.state, AdoptState::Applied { .. }))
        .collect();
    all.sort_by_key(|(place, (_, item))| (item.rank, *place));
    let mut highest = 0;
    all.into_iter()
        .map(|(place, (migration, item))| {
            let is_late = place < highest;
            highest = highest.max(place);
            Adopted {
                migration,
                item,
                is_late,
            }
        })
        .collect()
}

/// Writes the rows and checks them; nothing where there are none.
pub(super) fn rows(set: &Migrations, plan: &AdoptPlan, config: &Config) -> Vec<String> {
    let values: Vec<_> = adopted(set, plan)
        .iter()
        .map(|one| {
            let Adopted {
                migration,
                item,
                is_late,
            } = one;
            let at = match &item.state {
                AdoptState::Applied { at: Some(at), .. } => {
                    format!("CAST({} AS pg_catalog.timestamptz)", literal(at))
                }
                _ => "pg_catalog.clock_timestamp()".to_owned(),
            };
            let columns = [
                literal(&set.component),
                literal(&migration.version.to_string()),
                literal(&migration.filename),
                literal(&hex(&migration.up.checksum)),
                literal(&hex(&migration.up.neutral_checksum)),
                (migration.up.mode == Mode::Transactional).to_string(),
                is_late.to_string(),
                literal(&write::environment(config)),
                actor(config),
                literal(&format!("{} (adopted)", plan.tool)),
                at,
                format!(
                    "interval '1 microsecond' {TIMES} {}",
                    item.micros.unwrap_or(0).max(0)
                ),
            ];
            format!("({})", columns.join(", "))
        })
        .collect();
    if values.is_empty() {
        return Vec::new();
    }
    let table = config.ledger.rows();
    let written: Vec<_> = adopted(set, plan)
        .iter()
        .map(|one| {
            literal(&format!(
                "{} {}",
                one.migration.filename,
                hex(&one.migration.up.checksum)
            ))
        })
        .collect();
    let check = format!(
        "component {EQ} {} AND pg_catalog.concat(filename, ' ', checksum) {EQ} ANY (CAST(ARRAY[{}] AS pg_catalog.text[]))",
        literal(&set.component),
        written.join(", ")
    );
    let statement = format!(
        "INSERT INTO {table} (component, version, filename, checksum, neutral_checksum, transactional, late, environment, applied_by, \
         tool, applied_at, duration) VALUES {}",
        values.join(",\n")
    );
    vec![statement, check::rows(&table, values.len(), &check)]
}

/// Writes an entry of the audit for each, and checks it.
pub(super) fn audit(set: &Migrations, plan: &AdoptPlan, config: &Config) -> Vec<String> {
    let table = plan.table.as_ref().map(ToString::to_string).unwrap_or_default();
    let adopted = adopted(set, plan);
    let entries = adopted.iter().flat_map(|one| {
        let (at, check) = match &one.item.state {
            AdoptState::Applied { at, check } => (at.clone().unwrap_or_default(), check.word()),
            AdoptState::Pending | AdoptState::Late | AdoptState::LeftOut { .. } => (String::new(), ""),
        };
        let detail = object(&[
            ("from", literal(plan.tool.name())),
            ("table", literal(&table)),
            ("applied_at", literal(&at)),
            ("check", literal(check)),
        ]);
        let adopted = Entry {
            action: "adopted",
            component: &set.component,
            filename: &one.migration.filename,
            detail: &detail,
            from: "",
            with: "",
        };
        entry(&adopted, config)
    });
    entries.collect()
}
