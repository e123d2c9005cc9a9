//! Triggers and rules, as parts of their tables.

use super::{
    Facts,
    names::{Names, PG_CONSTRAINT, PG_REWRITE, PG_TRIGGER},
    part,
    rows::Rows,
};
use crate::name;

pub(super) const TRIGGERS: &str = "SELECT oid, tgrelid, tgname, tgenabled, tgparentid, pg_get_triggerdef(oid) AS definition \
     FROM pg_trigger WHERE NOT tgisinternal AND oid >= 16384";

/// A trigger, and when it fires.
pub(super) fn build_triggers(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("tgrelid")) else {
            continue;
        };
        let trigger = part("trigger", row.text("tgname"));
        facts.register(PG_TRIGGER, row.oid("oid"), &relation.object, Some(&trigger));
        facts.part(&relation.object, &trigger, "definition", row.text("definition"));
        if let Some(state) = enabled(row.text("tgenabled")) {
            facts.part(&relation.object, &trigger, "enabled", state);
        }
        if row.oid("tgparentid") != 0 {
            facts.part(&relation.object, &trigger, "inherited", "yes");
        }
    }
}

/// `DISABLE TRIGGER ALL` switches foreign keys off without a trace in `pg_constraint`.
pub(super) const ENFORCEMENT: &str = "SELECT DISTINCT t.tgrelid, c.oid, c.conname, t.tgenabled FROM pg_trigger t \
     JOIN pg_constraint c ON c.oid = t.tgconstraint WHERE t.tgisinternal AND t.tgenabled <> 'O' AND t.oid >= 16384 \
     ORDER BY t.tgrelid, c.conname, t.tgenabled";

/// A constraint whose own triggers do not fire as usual, on either side of a foreign key.
pub(super) fn build_enforcement(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("tgrelid")) else {
            continue;
        };
        let state = enabled(row.text("tgenabled")).unwrap_or_default();
        let constraint = facts
            .known(PG_CONSTRAINT, row.oid("oid"))
            .and_then(|known| known.1);
        let constraint = constraint.as_ref().map_or(row.text("conname"), |part| &part.name);
        let property = format!("enforcement of {}", name::quoted(constraint));
        facts.object(&relation.object, property, state);
    }
}

pub(super) const RULES: &str = "SELECT oid, ev_class, rulename, ev_enabled, pg_get_ruledef(oid) AS definition \
     FROM pg_rewrite WHERE rulename <> '_RETURN' AND oid >= 16384";

/// A rewrite rule. Those that make up views are the views' definitions.
pub(super) fn build_rules(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("ev_class")) else {
            continue;
        };
        let rule = part("rule", row.text("rulename"));
        facts.register(PG_REWRITE, row.oid("oid"), &relation.object, Some(&rule));
        facts.part(&relation.object, &rule, "definition", row.text("definition"));
        if let Some(state) = enabled(row.text("ev_enabled")) {
            facts.part(&relation.object, &rule, "enabled", state);
        }
    }
}

/// When a trigger or rule fires, unless as usual.
pub(super) fn enabled(state: &str) -> Option<&'static str> {
    match state {
        "D" => Some("no"),
        "R" => Some("on replicas only"),
        "A" => Some("always"),
        _ => None,
    }
}
