//! Entries of the audit: what was done beside applying migrations.

use super::{
    check::{Checked, rows},
    protection::{ENVIRONMENT, marked},
};
use crate::{
    Config,
    engine::{
        config::literal,
        sql::{CONCAT, EQ},
    },
};

/// Keeps the number of the entry for the check behind it, until the transaction ends.
const SETTING: &str = "db_fresh.audit";

/// An entry.
pub(crate) struct Entry<'e> {
    pub(crate) action: &'e str,
    pub(crate) component: &'e str,
    pub(crate) filename: &'e str,
    /// An expression of type `jsonb`: an object.
    pub(crate) detail: &'e str,
    /// What the entry is taken from, with its `FROM`: one row, or else the check fails. Empty where it stands for itself.
    pub(crate) from: &'e str,
    /// Statements before it, for a `WITH`, each with a comma behind it.
    pub(crate) with: &'e str,
}

/// Writes an entry. Every entry of the audit that a run makes is written by this.
///
/// Its detail says the environment too, so that the mark of a protected one stays whatever becomes of the rows; that of a row
/// that the detail is taken from comes first.
pub(crate) fn entry(entry: &Entry<'_>, config: &Config) -> Checked {
    let audit = config.ledger.audit();
    let [action, component, filename] = [entry.action, entry.component, entry.filename].map(literal);
    let statement = format!(
        "WITH {}entry AS (INSERT INTO {audit} AS a (action, component, filename, detail, actor, tool) \
         SELECT {action}, {component}, {filename}, {} {CONCAT} {}, {}, {} {} RETURNING a.id) \
         SELECT pg_catalog.set_config('{SETTING}', CAST(CASE WHEN pg_catalog.count(*) {EQ} 1 THEN pg_catalog.max(entry.id) ELSE 0 END \
         AS pg_catalog.text), true) FROM entry",
        entry.with,
        environment(config),
        entry.detail,
        actor(config),
        literal(&config.tool),
        entry.from
    );
    let id = format!("CAST(pg_catalog.current_setting('{SETTING}') AS bigint)");
    let check = rows(
        &audit,
        1,
        &format!(
            "id {EQ} {id} AND action {EQ} {action} AND component {EQ} {component} AND filename {EQ} {filename}"
        ),
    );
    [statement, check]
}

/// Notes something that a run did beside its migrations.
pub(crate) fn noted(action: &str, component: &str, filename: &str, detail: &str, config: &Config) -> Checked {
    let detail = object(&[("what", literal(detail))]);
    let noted = Entry {
        action,
        component,
        filename,
        detail: &detail,
        from: "",
        with: "",
    };
    entry(&noted, config)
}

/// An object of these fields; the values are expressions of texts.
pub(crate) fn object(fields: &[(&str, String)]) -> String {
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{}, CAST({value} AS pg_catalog.text)", literal(name)))
        .collect();
    format!("pg_catalog.jsonb_build_object({})", fields.join(", "))
}

/// The field that says the environment.
pub(crate) fn environment(config: &Config) -> String {
    object(&[(ENVIRONMENT, literal(&marked(&config.environment)))])
}

/// Who asked for it; the role where no name is given.
pub(crate) fn actor(config: &Config) -> String {
    if config.actor.is_empty() {
        "session_user".into()
    } else {
        literal(&config.actor)
    }
}
