//! The table in which a database says which version its schema has.

use std::fmt;

use crate::name;

/// The table in which a database says which version its schema has, a row for each key, or for each key and environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionTable {
    /// Its schema; `None` leaves it to the connection's search path.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The column with the row's key.
    pub key_column: String,
    /// The column with a JSON object: `version`, and where known `migration` and `timestamp`.
    pub value_column: String,
    /// The column with the environment that the row is for, where there is one.
    pub environment_column: Option<String>,
}

/// A row that counts wherever an environment has none of its own.
const EVERY_ENVIRONMENT: &str = "all";

impl fmt::Display for VersionTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{}.", name::quoted(schema))?;
        }
        f.write_str(&name::quoted(&self.name))
    }
}

impl VersionTable {
    /// The query for version, migration and timestamp. `$1` is the key, `$2` the environment; with an environment its own row
    /// comes before that of all environments.
    pub(super) fn query(&self) -> String {
        let schema = self
            .schema
            .as_deref()
            .map(|schema| format!("{}.", identifier(schema)));
        let (table, value) = (identifier(&self.name), identifier(&self.value_column));
        let environment = match &self.environment_column {
            Some(column) => format!("{}::text", identifier(column)),
            None => format!("'{EVERY_ENVIRONMENT}'"),
        };
        format!(
            "SELECT {value} ->> 'version', {value} ->> 'migration', {value} ->> 'timestamp' FROM {}{table} \
             WHERE {} = $1 AND ($2::text IS NULL OR {environment} IN ($2, '{EVERY_ENVIRONMENT}')) \
             ORDER BY $2::text IS NOT NULL AND {environment} = '{EVERY_ENVIRONMENT}'",
            schema.unwrap_or_default(),
            identifier(&self.key_column),
        )
    }
}

fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
