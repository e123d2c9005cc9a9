//! A right that a role lacks, and the statement that gives it.

use std::fmt;

/// What a right is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ObjectKind {
    Database,
    Schema,
    Table,
}

/// A right on an object of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    privilege: String,
    kind: ObjectKind,
    object: String,
    pub(crate) purpose: String,
}

impl Right {
    pub(crate) fn new(privilege: &str, kind: ObjectKind, object: &str, purpose: &str) -> Self {
        Self {
            privilege: privilege.to_owned(),
            kind,
            object: object.to_owned(),
            purpose: purpose.to_owned(),
        }
    }

    /// The statement that gives it to a role.
    pub fn grant_to(&self, role: &str) -> String {
        let object = match self.kind {
            // A table comes with its schema.
            ObjectKind::Table => self.object.split('.').map(quoted).collect::<Vec<_>>().join("."),
            ObjectKind::Database | ObjectKind::Schema => quoted(&self.object),
        };
        format!(
            "GRANT {} ON {} {object} TO {}",
            self.privilege,
            self.kind_word(),
            quoted(role)
        )
    }

    fn kind_word(&self) -> &'static str {
        match self.kind {
            ObjectKind::Database => "DATABASE",
            ObjectKind::Schema => "SCHEMA",
            ObjectKind::Table => "TABLE",
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} on {} `{}`",
            self.privilege,
            self.kind_word().to_lowercase(),
            self.object
        )
    }
}

/// A name as SQL takes it; plain ones stay as they are, for the eye.
fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_lowercase() || c == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !["user", "all", "select", "table", "order", "group"].contains(&name);
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_grant_quotes_names_that_need_it() {
        let right = Right::new("CREATE", ObjectKind::Schema, "public", "x");
        assert_eq!(right.grant_to("app"), "GRANT CREATE ON SCHEMA public TO app");
        assert_eq!(
            right.grant_to("App \"1\""),
            "GRANT CREATE ON SCHEMA public TO \"App \"\"1\"\"\""
        );
        let right = Right::new("CREATE", ObjectKind::Database, "My-db", "x");
        assert_eq!(
            right.grant_to("user"),
            "GRANT CREATE ON DATABASE \"My-db\" TO \"user\""
        );
        assert_eq!(right.to_string(), "CREATE on database `My-db`");
    }
}
