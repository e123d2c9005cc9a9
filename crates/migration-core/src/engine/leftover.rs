//! What a migration left in the session, as the session itself says it.

use std::{collections::BTreeMap, fmt};

use sqlx::postgres::PgRow;

use super::{
    config::literal,
    connection::{
        executor::Executor,
        server::{send, text},
    },
    sql::{EQ, NE},
};
use crate::Error;

/// Something that a migration left in the session. Another one finds it only where both share the session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Leftover {
    /// A setting that has another value than in a new session.
    Setting {
        /// Its name.
        name: String,
        /// Its value now.
        value: String,
        /// Its value in a new session.
        new: String,
    },
    /// A role of `SET ROLE`.
    Role {
        /// Its name.
        name: String,
    },
    /// A user of `SET SESSION AUTHORIZATION`.
    SessionUser {
        /// Its name.
        name: String,
    },
    /// An object in the schema of temporary objects.
    Temporary {
        /// What it is: `table`, `view`, `sequence`, `function`, `type`.
        kind: String,
        /// Its name.
        name: String,
    },
    /// A statement of `PREPARE`.
    Prepared {
        /// Its name.
        name: String,
    },
    /// A cursor that outlives its transaction.
    Cursor {
        /// Its name.
        name: String,
    },
}

impl Leftover {
    /// The name of the setting, role, object, statement or cursor.
    pub fn name(&self) -> &str {
        match self {
            Self::Setting { name, .. }
            | Self::Role { name }
            | Self::SessionUser { name }
            | Self::Temporary { name, .. }
            | Self::Prepared { name }
            | Self::Cursor { name } => name,
        }
    }
}

impl fmt::Display for Leftover {
    /// Values of settings that an extension or a project defines are left out: they may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Setting { name, value, .. } if value.is_empty() => write!(f, "the empty setting `{name}`"),
            Self::Setting { name, value, .. } if !name.contains('.') => {
                write!(f, "the setting `{name}` (`{value}`)")
            }
            Self::Setting { name, .. } => write!(f, "the setting `{name}`"),
            Self::Role { name } => write!(f, "the role `{name}`"),
            Self::SessionUser { name } => write!(f, "the session user `{name}`"),
            Self::Temporary { kind, name } => write!(f, "the temporary {kind} `{name}`"),
            Self::Prepared { name } => write!(f, "the prepared statement `{name}`"),
            Self::Cursor { name } => write!(f, "the cursor `{name}`"),
        }
    }
}

/// The settings that the runner chooses for each migration, whatever a session has.
const OURS: [&str; 6] = [
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "client_connection_check_interval",
    "client_min_messages",
    "synchronous_commit",
];

/// Asks for what is left, and puts the session into the state in which every migration begins. Settings that nobody but the project
/// knows are asked for by these names, since the server does not list them.
pub(crate) async fn take(
    executor: &mut Executor<'_>,
    own_settings: &[String],
) -> Result<Vec<Leftover>, Error> {
    let question = question(own_settings);
    let renew = executor.between().renewing().join(";\n");
    let message = format!("{question};\n{renew};\n{question}");
    let results = send(executor.connection(), &message)
        .await
        .map_err(Error::server("look at the session"))?;
    let is_answer = |rows: &&Vec<PgRow>| rows.iter().any(|row| text(row, "kind") == "end");
    let mut answers = results.iter().filter(is_answer);
    let (Some(left), Some(new)) = (answers.next(), answers.next()) else {
        return Ok(Vec::new());
    };
    Ok(between(&entries(left), &entries(new)))
}

/// Kind and name, with the value and the value that a reset would give.
type Entries = BTreeMap<(String, String), (String, String)>;

fn entries(rows: &[PgRow]) -> Entries {
    let entry = |row: &PgRow| {
        (
            (text(row, "kind"), text(row, "name")),
            (text(row, "value"), text(row, "reset")),
        )
    };
    rows.iter().map(entry).collect()
}

fn between(left: &Entries, new: &Entries) -> Vec<Leftover> {
    let mut found = given_to_new_sessions(left, new);
    for ((kind, name), (value, reset)) in left {
        let key = (kind.clone(), name.clone());
        let name = name.clone();
        match (kind.as_str(), new.get(&key)) {
            ("end", _) => {}
            ("setting", new) => {
                let new = new.map_or(reset, |(value, _)| value);
                if value != new && !OURS.contains(&name.as_str()) {
                    let (value, new) = (value.clone(), new.clone());
                    found.push(Leftover::Setting { name, value, new });
                }
            }
            (_, Some(_)) => {}
            ("role", None) => found.push(Leftover::Role { name }),
            ("user", None) => found.push(Leftover::SessionUser { name }),
            ("prepared", None) => found.push(Leftover::Prepared { name }),
            ("cursor", None) => found.push(Leftover::Cursor { name }),
            (kind, None) => found.push(Leftover::Temporary {
                kind: kind.to_owned(),
                name,
            }),
        }
    }
    found
}

/// Settings that a new session has and this one does not: the migration gave them to the database or to a role.
fn given_to_new_sessions(left: &Entries, new: &Entries) -> Vec<Leftover> {
    let given = new.iter().filter(|(key, (value, reset))| {
        let (kind, name) = key;
        kind == "setting" && !left.contains_key(key) && value != reset && !OURS.contains(&name.as_str())
    });
    let setting = |((_, name), (value, reset)): (&(String, String), &(String, String))| Leftover::Setting {
        name: name.clone(),
        value: reset.clone(),
        new: value.clone(),
    };
    given.map(setting).collect()
}

/// One row for each thing that a session may hold, and one at the end.
fn question(own_settings: &[String]) -> String {
    let own = own_settings.iter().map(|name| {
        let name = literal(name);
        let value = format!("coalesce(pg_catalog.current_setting({name}, true), '')");
        format!("UNION ALL SELECT 'setting', {name}, {value}, '' ")
    });
    let own: String = own.collect();
    let temporary = format!("{EQ} pg_catalog.pg_my_temp_schema()");
    format!(
        "SELECT 'setting' AS kind, name, setting AS value, reset_val AS reset FROM pg_catalog.pg_settings \
           WHERE source {EQ} 'session' \
         UNION ALL SELECT 'role', pg_catalog.current_setting('role'), '', '' \
         UNION ALL SELECT 'user', session_user::pg_catalog.text, '', '' \
         UNION ALL SELECT CASE WHEN relkind {EQ} 'v' THEN 'view' WHEN relkind {EQ} 'S' THEN 'sequence' ELSE 'table' END, \
           relname::pg_catalog.text, '', '' FROM pg_catalog.pg_class AS c WHERE relnamespace {temporary} \
           AND (relkind {EQ} 'r' OR relkind {EQ} 'p' OR relkind {EQ} 'v' OR (relkind {EQ} 'S' AND NOT EXISTS \
             (SELECT FROM pg_catalog.pg_depend AS d WHERE d.objid {EQ} c.oid AND d.refobjsubid {NE} 0))) \
         UNION ALL SELECT 'function', proname::pg_catalog.text, '', '' FROM pg_catalog.pg_proc WHERE pronamespace {temporary} \
         UNION ALL SELECT 'type', typname::pg_catalog.text, '', '' FROM pg_catalog.pg_type WHERE typnamespace {temporary} \
           AND (typtype {EQ} 'e' OR typtype {EQ} 'd') \
         UNION ALL SELECT 'prepared', name, '', '' FROM pg_catalog.pg_prepared_statements WHERE from_sql \
         UNION ALL SELECT 'cursor', name, '', '' FROM pg_catalog.pg_cursors WHERE is_holdable \
         {own}UNION ALL SELECT 'end', '', '', ''"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: &str, name: &str, value: &str) -> ((String, String), (String, String)) {
        ((kind.into(), name.into()), (value.into(), "reset".into()))
    }

    #[test]
    fn what_a_new_session_has_as_well_is_not_left() {
        let left = Entries::from([
            entry("setting", "TimeZone", "UTC"),
            entry("setting", "lock_timeout", "0"),
            entry("setting", "search_path", "app"),
            entry("table", "helper", ""),
            entry("end", "", ""),
        ]);
        let new = Entries::from([entry("setting", "TimeZone", "UTC"), entry("end", "", "")]);
        let found: Vec<_> = between(&left, &new).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "the setting `search_path` (`app`)",
                "the temporary table `helper`"
            ]
        );
    }

    #[test]
    fn what_new_sessions_alone_are_given_is_left_as_it_was() {
        let new = Entries::from([entry("setting", "search_path", "app"), entry("end", "", "")]);
        let found = between(&Entries::from([entry("end", "", "")]), &new);
        assert_eq!(
            found,
            [Leftover::Setting {
                name: "search_path".into(),
                value: "reset".into(),
                new: "app".into(),
            }]
        );
    }

    #[test]
    fn the_value_of_a_projects_own_setting_is_not_shown() {
        let setting = Leftover::Setting {
            name: "app.key".into(),
            value: "hunter2".into(),
            new: String::new(),
        };
        assert_eq!(setting.to_string(), "the setting `app.key`");
    }
}
