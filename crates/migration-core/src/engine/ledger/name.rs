//! Which names the ledger can have: those that the server keeps as they are, with what its other tables have at their end.

use crate::{Error, LedgerProblem, LedgerTable};

/// How many bytes of a name the server keeps; it cuts longer ones.
const NAME_BYTES: usize = 63;

impl LedgerTable {
    /// Whether the server can keep tables of these names, all three of them.
    ///
    /// # Errors
    /// [`Error::Unfit`] with [`LedgerProblem::Name`].
    pub fn check_names(&self) -> Result<(), Error> {
        let longest = self.tables().iter().map(String::len).max().unwrap_or_default();
        let suffix = longest - self.table.len();
        let parts = [
            ("schema", &self.schema, NAME_BYTES),
            ("table", &self.table, NAME_BYTES - suffix),
        ];
        let problems: Vec<_> = parts
            .into_iter()
            .filter_map(|(part, name, most)| {
                let (name, why) = (name.clone(), unfit_name(part, name, most)?);
                Some(LedgerProblem::Name { part, name, why }.into())
            })
            .collect();
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Error::Unfit { problems })
        }
    }
}

/// Why a part of the ledger's place cannot have this name, as a clause.
fn unfit_name(part: &str, name: &str, most: usize) -> Option<String> {
    let is_of_server = part == "schema" && (name.starts_with("pg_") || name == "information_schema");
    if name.is_empty() {
        Some("it is empty".into())
    } else if name.contains('\0') {
        Some("it has a NUL character".into())
    } else if is_of_server {
        Some("it is one of the server's own schemas".into())
    } else if name.len() > most && part == "table" {
        Some(format!(
            "it has {} bytes, and {most} are the most, since two more tables have its name with `_progress` and `_audit` at the end",
            name.len()
        ))
    } else {
        (name.len() > most).then(|| format!("it has {} bytes, and {most} are the most", name.len()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_cannot_keep_is_refused_and_everything_else_is_not() {
        let refused = |schema: &str, table: &str| {
            let place = LedgerTable {
                schema: schema.into(),
                table: table.into(),
            };
            place.check_names().map_err(|error| error.to_string()).err()
        };
        let (longest, schema) = ("t".repeat(54), "s".repeat(63));
        for (schema, table) in [
            ("public", "schema_migrations"),
            ("Üb.er\"", "select"),
            (&schema, &longest),
            ("a b", "x'y\\"),
        ] {
            assert_eq!(refused(schema, table), None, "{schema}.{table}");
        }
        for (schema, table, why) in [
            ("", "t", "the schema ``: it is empty"),
            ("public", "", "the table ``: it is empty"),
            ("pg_temp", "t", "one of the server's own"),
            ("pg_catalog", "t", "one of the server's own"),
            ("information_schema", "t", "one of the server's own"),
            ("a\0b", "t", "a\\0b`: it has a NUL"),
            (&"s".repeat(64), "t", "it has 64 bytes, and 63 are the most"),
            ("public", &"t".repeat(55), "it has 55 bytes, and 54 are the most"),
            ("public", &"ü".repeat(28), "it has 56 bytes"),
        ] {
            let message = refused(schema, table).unwrap_or_default();
            assert!(message.contains(why), "{schema:?}.{table:?}: {message}");
        }
    }
}
