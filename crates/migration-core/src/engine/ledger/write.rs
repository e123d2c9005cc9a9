//! The statements that write the rows of the ledger.

use std::time::Duration;

use super::{
    audit::{Entry, actor, entry, object},
    check::{Checked, Depth, only_rows, rows},
    protection,
};
use crate::{
    Config, Migration, Mode, ProtectedRollback, Protection, Version,
    engine::{
        config::literal,
        plan::pending::{Lateness, Pending},
        sql::{CONCAT, EQ, MINUS},
    },
    hex::hex,
};

/// The marks by which the ledger's answer is told from the rows of a migration's own queries: seconds since 1970, and seconds.
pub(crate) const APPLIED_AT: &str = "db_fresh_applied_at";
pub(crate) const SECONDS: &str = "db_fresh_seconds";

/// Stands between the values of columns that are compared as one text, which takes the server a fraction of the time. It is in none of them.
const SEPARATOR: &str = "\u{1f}";

/// The columns that are compared, beside the key; of a migration that can be repeated, the first two.
const COMPARED: [&str; 4] = ["checksum", "neutral_checksum", "version", "environment"];

/// Sets the clock from which the next migration of the same message is counted. Within one message the server's `now()` stands still,
/// so that a setting of the session remembers when the migration before ended.
pub(crate) const START_CLOCK: &str = "SELECT pg_catalog.set_config('db_fresh.clock', \
    CAST(extract(epoch FROM pg_catalog.clock_timestamp()) AS pg_catalog.text), false)";

/// Sets the clock to some time ago.
pub(crate) fn start_clock_before(elapsed: Duration) -> String {
    format!(
        "SELECT pg_catalog.set_config('db_fresh.clock', \
         CAST(extract(epoch FROM pg_catalog.clock_timestamp() {MINUS} interval '{} microseconds') AS pg_catalog.text), false)",
        elapsed.as_micros()
    )
}

/// Writes the row of an applied migration and gives time and duration back, by the server's clock; then checks that it is there.
pub(crate) fn applied(pending: &Pending<'_>, config: &Config, depth: Depth) -> Checked {
    let Pending {
        component,
        migration,
        lateness,
        ..
    } = pending;
    let table = config.ledger.rows();
    let (component, filename) = (literal(component), literal(&migration.filename));
    let [checksum, neutral_checksum] =
        [migration.up.checksum, migration.up.neutral_checksum].map(|sum| hex(&sum));
    let written = [
        checksum,
        neutral_checksum,
        migration.version.to_string(),
        environment(config),
    ];
    let [checksum, neutral_checksum, version, environment] = &written;
    let values = [
        component.clone(),
        literal(version),
        filename.clone(),
        literal(checksum),
        literal(neutral_checksum),
        is_transactional(migration).to_string(),
        (*lateness == Lateness::Late).to_string(),
        literal(environment),
        actor(config),
        literal(&config.tool),
    ];
    // A row that is there already is that of an earlier run only where migrations can be repeated.
    let (again, columns) = match migration.version {
        Version::Repeatable(_) => (
            "ON CONFLICT (component, filename) DO UPDATE SET checksum = excluded.checksum, \
             neutral_checksum = excluded.neutral_checksum, applied_at = excluded.applied_at, duration = excluded.duration, \
             applied_by = excluded.applied_by, tool = excluded.tool ",
            &COMPARED[..2],
        ),
        _ => ("", &COMPARED[..]),
    };
    let now = "pg_catalog.clock_timestamp()";
    // The clock of a session that never set it is the start of the message.
    let began = format!(
        "CASE WHEN coalesce(pg_catalog.current_setting('db_fresh.clock', true), '') {EQ} '' THEN pg_catalog.statement_timestamp() \
         ELSE pg_catalog.to_timestamp(CAST(pg_catalog.current_setting('db_fresh.clock', true) AS double precision)) END"
    );
    let statement = format!(
        "INSERT INTO {table} AS l (component, version, filename, checksum, neutral_checksum, transactional, late, environment, \
         applied_by, tool, applied_at, duration) VALUES ({}, {now}, {now} {MINUS} {began}) {again}\
         RETURNING extract(epoch FROM l.applied_at) AS {APPLIED_AT}, extract(epoch FROM l.duration) AS {SECONDS}, \
         pg_catalog.set_config('db_fresh.clock', CAST(extract(epoch FROM {now}) AS pg_catalog.text), false)",
        values.join(", ")
    );
    let written = format!(
        "component {EQ} {component} AND filename {EQ} {filename} AND pg_catalog.concat_ws({}, {}) {EQ} {}",
        literal(SEPARATOR),
        columns.join(", "),
        literal(&written[..columns.len()].join(SEPARATOR)),
    );
    let check = match depth {
        Depth::Table => rows(&table, 1, &written),
        Depth::Rows => only_rows(&table, 1, &written),
    };
    [statement, check]
}

fn is_transactional(migration: &Migration) -> bool {
    migration.up.mode == Mode::Transactional
}

/// What a row says of the environment.
pub(crate) fn environment(config: &Config) -> String {
    protection::marked(&config.environment)
}

/// Removes the row of a migration that was undone, and keeps what it said in the audit, with the reason where one is needed.
pub(crate) fn undone(component: &str, filename: &str, config: &Config) -> Vec<String> {
    let table = config.ledger.rows();
    let is_it = is_it(component, filename);
    let with =
        format!("gone AS (DELETE FROM {table} AS l WHERE {is_it} RETURNING pg_catalog.to_jsonb(l) AS was), ");
    let detail = match &config.protected_rollback {
        ProtectedRollback::Allow(reason) if config.environment.protection == Protection::Protected => {
            format!(
                "gone.was {CONCAT} {}",
                object(&[("reason", literal(reason.text()))])
            )
        }
        _ => "gone.was".to_owned(),
    };
    let undone = Entry {
        action: "rolled back",
        component,
        filename,
        detail: &detail,
        from: "FROM gone",
        with: &with,
    };
    let [statement, noted] = entry(&undone, config);
    vec![statement, rows(&table, 0, &is_it), noted]
}

/// Replaces the checksum where only comments or line ends changed.
pub(crate) fn restamped(component: &str, migration: &Migration, config: &Config) -> Vec<String> {
    let table = config.ledger.rows();
    let is_it = is_it(component, &migration.filename);
    let checksum = literal(&hex(&migration.up.checksum));
    let with = format!(
        "old AS (SELECT id, checksum FROM {table} WHERE {is_it}), \
         new AS (UPDATE {table} AS l SET checksum = {checksum} FROM old WHERE l.id {EQ} old.id), "
    );
    let restamped = Entry {
        action: "re-stamped",
        component,
        filename: &migration.filename,
        detail: &object(&[("from", "old.checksum".to_owned()), ("to", checksum.clone())]),
        from: "FROM old",
        with: &with,
    };
    let [statement, noted] = entry(&restamped, config);
    let written = format!("{is_it} AND checksum {EQ} {checksum}");
    vec![statement, rows(&table, 1, &written), noted]
}

fn is_it(component: &str, filename: &str) -> String {
    format!(
        "component {EQ} {} AND filename {EQ} {}",
        literal(component),
        literal(filename)
    )
}
