//! The settings with which a new session of this role in this database begins.
//!
//! The driver asks for a time zone and a date style of its own when it connects. That is stronger than everything that the server,
//! the database, the role and the connection options say, and a `RESET` brings it back. So they are set again to what would be in
//! force without it. What a migration says with `ALTER DATABASE` or `ALTER ROLE` is for new sessions as well: it is set before the
//! next one.

use std::collections::BTreeMap;

use sqlx::postgres::{PgConnectOptions, PgRow};

use super::{
    server::{number, text},
    settings_question::{OF_THE_DRIVER, OF_THE_SERVER, hash, is_one_of, of_roles},
    start_up_options,
};
use crate::engine::{config::literal, sql::EQ};

/// What a session of the runner has in its own way, whatever database and role say.
const OF_THE_RUNNER: [&str; 7] = [
    "application_name",
    "client_encoding",
    "client_min_messages",
    "client_connection_check_interval",
    "idle_in_transaction_session_timeout",
    "lock_timeout",
    "statement_timeout",
];

/// The settings of a new session, as far as a session of the driver does not have them by itself.
#[derive(Debug, Clone, Default)]
pub(crate) struct SessionDefaults {
    /// What the connection options set: nothing but a `SET` is stronger.
    options: Vec<(String, String)>,
    /// What the server's files and command line say, by name; a later one wins. Nothing where this role may not read them.
    of_server: Option<BTreeMap<String, String>>,
    /// What database and role said when the run began.
    of_roles: Vec<RoleSetting>,
    /// The number of the server's version.
    version: i64,
    /// Whether a backslash escapes what follows it in a string without `E`.
    backslashes_escape: bool,
    /// Whether a file ran that may have said something else of database or role.
    pub(crate) may_differ: bool,
}

/// One setting of `pg_db_role_setting` that holds for this session.
#[derive(Debug, Clone)]
struct RoleSetting {
    /// How strong it is, from 1 to 4.
    layer: i64,
    name: String,
    /// Of its value, which may be a secret.
    hash: i64,
    /// The value, of a setting of the driver's only.
    value: String,
}

impl SessionDefaults {
    /// From the answer to [`question`].
    pub(crate) fn of(rows: &[PgRow], options: &PgConnectOptions) -> Self {
        let mut defaults = Self {
            options: start_up_options::settings(options),
            ..Self::default()
        };
        let mut of_server = Vec::new();
        for row in rows {
            let entry = text(row, "entry");
            let (name, value) = entry.split_once('=').unwrap_or((&entry, ""));
            match number(row, "layer") {
                Some(OF_THE_SERVER) => of_server.push(entry),
                Some(layer) if layer > OF_THE_SERVER => defaults.of_roles.push(RoleSetting {
                    layer,
                    name: name.to_owned(),
                    hash: number(row, "hash").unwrap_or_default(),
                    value: value.to_owned(),
                }),
                _ => {
                    let (strings, version) = entry.split_once(' ').unwrap_or_default();
                    defaults.backslashes_escape = strings == "off";
                    defaults.version = version.parse().unwrap_or_default();
                }
            }
        }
        defaults.of_roles.sort_by_key(|setting| setting.layer);
        of_server.sort();
        if of_server.iter().any(|entry| entry == "readable") {
            let entries = of_server.iter().filter_map(|entry| entry.split_once(' '));
            let settings = entries.filter_map(|(_, entry)| entry.split_once('='));
            let settings = settings.map(|(name, value)| {
                let name = name.to_ascii_lowercase().replace('-', "_");
                (name, value.to_owned())
            });
            defaults.of_server = Some(settings.collect());
        }
        defaults
    }

    /// Whether a backslash escapes what follows it in a string without `E`, in a new session.
    pub(crate) fn backslashes_escape(&self) -> bool {
        self.backslashes_escape
    }

    /// Those of the driver's settings of which only the server's files may say something, and they cannot be read.
    pub(crate) fn unread(&self) -> Vec<&'static str> {
        if self.of_server.is_some() {
            return Vec::new();
        }
        let names = OF_THE_DRIVER.iter().map(|(name, _)| *name);
        names
            .filter(|name| {
                let by_options = self.options.iter().any(|(option, _)| option == name);
                !by_options && self.of_roles.iter().all(|setting| setting.name != *name)
            })
            .collect()
    }

    /// The statements that set what the driver asked for to what would be in force without it. The session has the driver's values
    /// before, so that they are to come behind a `RESET`.
    pub(crate) fn statements(&self) -> Vec<String> {
        self.set("SET")
    }

    /// The same for one of the driver's settings, behind a statement of a file that takes its default.
    pub(crate) fn after_reset(&self, name: &str, set: &str) -> Vec<String> {
        self.values(name)
            .into_iter()
            .map(|value| format!("{set} {name} = {}", literal(value)))
            .collect()
    }

    fn set(&self, set: &str) -> Vec<String> {
        let mut statements: Vec<_> = OF_THE_DRIVER
            .iter()
            .flat_map(|(name, of_driver)| {
                let set = self.after_reset(name, set);
                // What the driver asked for is there already.
                let is_there =
                    matches!(self.values(name).as_slice(), [only] if only.eq_ignore_ascii_case(of_driver));
                if is_there { Vec::new() } else { set }
            })
            .collect();
        if self.may_differ {
            statements.push(self.changed());
        }
        statements
    }

    /// What is in force of one of the driver's settings, from the weakest that says something to the strongest. A date style may leave
    /// half of itself to the one below.
    fn values(&self, name: &str) -> Vec<&str> {
        let of_server = self.of_server.iter().filter_map(|settings| settings.get(name));
        let of_roles = self.of_roles.iter().filter(|setting| setting.name == name);
        let options = self.options.iter().filter(|(option, _)| option == name);
        let all = of_server
            .map(String::as_str)
            .chain(of_roles.map(|setting| setting.value.as_str()))
            .chain(options.map(|(_, value)| value.as_str()));
        let all: Vec<_> = all.collect();
        if name == "datestyle" {
            return all;
        }
        all.last().copied().into_iter().collect()
    }

    /// Sets what database and role say by now, as far as it is not what they said when the session began, and the role may set it in a
    /// session.
    fn changed(&self) -> String {
        let began: Vec<_> = self
            .of_roles
            .iter()
            .map(|setting| {
                let RoleSetting {
                    layer, name, hash, ..
                } = setting;
                format!("({layer}, {}, CAST({hash} AS pg_catalog.int8))", literal(name))
            })
            .chain(["(0, '', CAST(0 AS pg_catalog.int8))".to_owned()])
            .collect();
        let began = format!("(VALUES {}) AS b (layer, name, hash)", began.join(", "));
        let now = of_roles();
        let hashed = format!("SELECT n.layer, n.name, {} FROM ({now}) AS n", hash("n.value"));
        let names = format!(
            "SELECT d.name FROM ({hashed} EXCEPT SELECT * FROM {began}) AS d (layer, name, hash) \
             UNION SELECT d.name FROM (SELECT * FROM {began} EXCEPT {hashed}) AS d (layer, name, hash)"
        );
        let below = self.below();
        let stronger = self.options.iter().map(|(name, _)| name.as_str());
        let stronger = is_one_of("c.name", stronger.chain(OF_THE_RUNNER));
        let may_set = if self.version >= 150_000 {
            "pg_catalog.has_parameter_privilege(p.name, 'SET')".to_owned()
        } else {
            format!("pg_catalog.current_setting('is_superuser') {EQ} 'on'")
        };
        format!(
            "SELECT pg_catalog.set_config(v.name, v.value, false) FROM (\
             SELECT w.name, w.value FROM ({names}) AS c (name) \
             JOIN ({below} UNION ALL {now}) AS w (layer, name, value) ON w.name {EQ} c.name \
             WHERE NOT {stronger} AND (NOT EXISTS (SELECT FROM pg_catalog.pg_settings AS p WHERE pg_catalog.lower(p.name) {EQ} c.name) \
             OR EXISTS (SELECT FROM pg_catalog.pg_settings AS p WHERE pg_catalog.lower(p.name) {EQ} c.name \
             AND (p.context {EQ} 'user' OR p.context {EQ} 'superuser' AND {may_set}))) \
             ORDER BY w.layer) AS v"
        )
    }

    /// What is in force where database and role say nothing any more: what the server's files say, or else its own default.
    fn below(&self) -> String {
        let names = self.of_roles.iter().map(|setting| setting.name.as_str());
        let names = names.chain(OF_THE_DRIVER.iter().map(|(name, _)| *name));
        let rows: Vec<_> = names
            .map(|name| {
                let of_server = self.of_server.as_ref().and_then(|settings| settings.get(name));
                let of_driver = OF_THE_DRIVER.iter().find(|(of_driver, _)| *of_driver == name);
                let known = of_server.map(String::as_str).or(of_driver.map(|(_, value)| *value));
                let value = known.map_or_else(
                    || {
                        let default = format!(
                            "(SELECT p.boot_val FROM pg_catalog.pg_settings AS p WHERE pg_catalog.lower(p.name) {EQ} {})",
                            literal(name)
                        );
                        format!("coalesce({default}, '')")
                    },
                    literal,
                );
                format!("({OF_THE_SERVER}, {}, {value})", literal(name))
            })
            .collect();
        format!("VALUES {}", rows.join(", "))
    }
}
