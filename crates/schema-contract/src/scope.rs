//! Which part of a database a snapshot covers.

/// Which part of a database a snapshot covers. The default is everything a user made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// The schemas to cover; `None` covers every schema that is not the server's own.
    pub include: Option<Vec<String>>,
    /// Schemas to leave out, also where `include` names them.
    pub exclude: Vec<String>,
    /// Tables to leave out with all that belongs to them, as (schema, name): the migration ledger, for one.
    pub exclude_tables: Vec<(String, String)>,
    /// Whether objects that belong to no schema (extensions, casts, publications, settings) are covered.
    pub database_wide: DatabaseWide,
}

/// Whether objects that belong to no schema are covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DatabaseWide {
    /// They are.
    #[default]
    Include,
    /// They are not.
    Leave,
}

impl Scope {
    /// Whether a schema is covered.
    pub fn covers_schema(&self, schema: &str) -> bool {
        let included = match &self.include {
            None => true,
            Some(names) => names.iter().any(|name| name == schema),
        };
        included && !self.exclude.iter().any(|name| name == schema)
    }

    /// Whether a table, view or sequence of that name is covered.
    pub fn covers_table(&self, schema: &str, table: &str) -> bool {
        self.covers_schema(schema) && !self.exclude_tables.iter().any(|(s, t)| s == schema && t == table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exclusion_wins_over_inclusion() {
        let scope = Scope {
            include: Some(vec!["app".into(), "audit".into()]),
            exclude: vec!["audit".into()],
            exclude_tables: vec![("app".into(), "ledger".into())],
            ..Scope::default()
        };
        assert!(scope.covers_schema("app"));
        assert!(!scope.covers_schema("audit"));
        assert!(!scope.covers_schema("public"));
        assert!(scope.covers_table("app", "users"));
        assert!(!scope.covers_table("app", "ledger"));
    }
}
