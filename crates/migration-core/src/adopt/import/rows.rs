//! The statements that write the rows of our ledger and of its audit for migrations that another tool applied.

use super::plan::AdoptPlan;
use crate::{
    AdoptItem, AdoptState, Config, Migration, Migrations, Mode,
    engine::{config::literal, ledger::write},
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

pub(super) fn rows(set: &Migrations, plan: &AdoptPlan, config: &Config) -> String {
    let values: Vec<_> = adopted(set, plan)
        .iter()
        .map(|one| {
            let Adopted {
                migration,
                item,
                is_late,
            } = one;
            let at = match &item.state {
                AdoptState::Applied { at: Some(at), .. } => format!("{}::timestamptz", literal(at)),
                _ => "clock_timestamp()".to_owned(),
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
                write::actor(config),
                literal(&format!("{} (adopted)", plan.tool)),
                at,
                format!("interval '1 microsecond' * {}", item.micros.unwrap_or(0).max(0)),
            ];
            format!("({})", columns.join(", "))
        })
        .collect();
    if values.is_empty() {
        return String::new();
    }
    format!(
        "INSERT INTO {} (component, version, filename, checksum, neutral_checksum, transactional, late, environment, applied_by, \
         tool, applied_at, duration) VALUES {}",
        config.ledger.rows(),
        values.join(",\n")
    )
}

pub(super) fn audit(set: &Migrations, plan: &AdoptPlan, config: &Config) -> String {
    let table = plan.table.as_ref().map(ToString::to_string).unwrap_or_default();
    let values: Vec<_> = adopted(set, plan)
        .iter()
        .map(|one| {
            let (at, check) = match &one.item.state {
                AdoptState::Applied { at, check } => (at.clone().unwrap_or_default(), check.word()),
                AdoptState::Pending | AdoptState::Late => (String::new(), ""),
            };
            format!(
                "('adopted', {}, {}, jsonb_build_object('from', {}, 'table', {}, 'applied_at', {}, 'check', {}), {}, {})",
                literal(&set.component),
                literal(&one.migration.filename),
                literal(plan.tool.name()),
                literal(&table),
                literal(&at),
                literal(check),
                write::actor(config),
                literal(&config.tool)
            )
        })
        .collect();
    if values.is_empty() {
        return String::new();
    }
    format!(
        "INSERT INTO {} (action, component, filename, detail, actor, tool) VALUES {}",
        config.ledger.audit(),
        values.join(",\n")
    )
}
