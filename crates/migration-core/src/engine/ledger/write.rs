//! The statements that write the ledger.

use std::time::Duration;

use super::protection;
use crate::{
    Config, Migration, Mode, Version,
    engine::{
        config::literal,
        plan::pending::{Lateness, Pending},
    },
    hex::hex,
};

/// The marks by which the ledger's answer is told from the rows of a migration's own queries: seconds since 1970, and seconds.
pub(crate) const APPLIED_AT: &str = "db_fresh_applied_at";
pub(crate) const SECONDS: &str = "db_fresh_seconds";

/// Sets the clock from which the next migration of the same message is counted. Within one message the server's `now()` stands still,
/// so that a setting of the session remembers when the migration before ended.
pub(crate) const START_CLOCK: &str = "SELECT set_config('db_fresh.clock', clock_timestamp()::text, false)";

/// Sets the clock to some time ago.
pub(crate) fn start_clock_before(elapsed: Duration) -> String {
    format!(
        "SELECT set_config('db_fresh.clock', (clock_timestamp() - interval '{} microseconds')::text, false)",
        elapsed.as_micros()
    )
}

/// Writes the row of an applied migration and gives time and duration back, by the server's clock.
pub(crate) fn applied(pending: &Pending<'_>, config: &Config) -> String {
    let Pending {
        component,
        migration,
        lateness,
        ..
    } = pending;
    let rows = config.ledger.rows();
    let values = [
        literal(component),
        literal(&migration.version.to_string()),
        literal(&migration.filename),
        literal(&hex(&migration.up.checksum)),
        literal(&hex(&migration.up.neutral_checksum)),
        is_transactional(migration).to_string(),
        (*lateness == Lateness::Late).to_string(),
        literal(&environment(config)),
        actor(config),
        literal(&config.tool),
    ];
    // A row that is there already is that of an earlier run only where migrations can be repeated.
    let again = match migration.version {
        Version::Repeatable(_) => {
            "ON CONFLICT (component, filename) DO UPDATE SET checksum = excluded.checksum, \
             neutral_checksum = excluded.neutral_checksum, applied_at = excluded.applied_at, duration = excluded.duration, \
             applied_by = excluded.applied_by, tool = excluded.tool "
        }
        _ => "",
    };
    format!(
        "INSERT INTO {rows} AS l (component, version, filename, checksum, neutral_checksum, transactional, late, environment, \
         applied_by, tool, applied_at, duration) VALUES ({}, clock_timestamp(), clock_timestamp() - \
         coalesce(nullif(current_setting('db_fresh.clock', true), '')::timestamptz, statement_timestamp())) {again}\
         RETURNING extract(epoch FROM l.applied_at) AS {APPLIED_AT}, extract(epoch FROM l.duration) AS {SECONDS}, \
         set_config('db_fresh.clock', clock_timestamp()::text, false)",
        values.join(", ")
    )
}

fn is_transactional(migration: &Migration) -> bool {
    migration.up.mode == Mode::Transactional
}

/// What a row says of the environment.
pub(crate) fn environment(config: &Config) -> String {
    protection::marked(&config.environment)
}

/// Who asked for it; the role where no name is given.
pub(crate) fn actor(config: &Config) -> String {
    if config.actor.is_empty() {
        "session_user".into()
    } else {
        literal(&config.actor)
    }
}

/// Removes the row of a migration that was undone, and keeps what it said in the audit.
pub(crate) fn undone(component: &str, filename: &str, config: &Config) -> String {
    let (rows, audit) = (config.ledger.rows(), config.ledger.audit());
    format!(
        "WITH gone AS (DELETE FROM {rows} AS l WHERE component = {} AND filename = {} RETURNING to_jsonb(l) AS was) \
         INSERT INTO {audit} (action, component, filename, detail, actor, tool) \
         SELECT 'rolled back', {}, {}, was, {}, {} FROM gone",
        literal(component),
        literal(filename),
        literal(component),
        literal(filename),
        actor(config),
        literal(&config.tool)
    )
}

/// Replaces the checksum where only comments or line ends changed.
pub(crate) fn restamped(component: &str, migration: &Migration, config: &Config) -> String {
    let (rows, audit) = (config.ledger.rows(), config.ledger.audit());
    let (component, filename) = (literal(component), literal(&migration.filename));
    let checksum = literal(&hex(&migration.up.checksum));
    format!(
        "WITH old AS (SELECT id, checksum FROM {rows} WHERE component = {component} AND filename = {filename}), \
         new AS (UPDATE {rows} AS l SET checksum = {checksum} FROM old WHERE l.id = old.id) \
         INSERT INTO {audit} (action, component, filename, detail, actor, tool) \
         SELECT 're-stamped', {component}, {filename}, jsonb_build_object('from', checksum, 'to', {checksum}), {}, {} FROM old",
        actor(config),
        literal(&config.tool)
    )
}

/// Notes something that a run did beside its migrations.
pub(crate) fn noted(action: &str, component: &str, filename: &str, detail: &str, config: &Config) -> String {
    format!(
        "INSERT INTO {} (action, component, filename, detail, actor, tool) \
         VALUES ({}, {}, {}, jsonb_build_object('what', {}::text), {}, {})",
        config.ledger.audit(),
        literal(action),
        literal(component),
        literal(filename),
        literal(detail),
        actor(config),
        literal(&config.tool)
    )
}
