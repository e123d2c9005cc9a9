//! A right that a role lacks, and the statement that gives it.

use std::fmt;

/// What a right is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Object {
    Database(String),
    Schema(String),
    Table { schema: String, name: String },
}

/// A right on an object of the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    privilege: String,
    object: Object,
    pub(crate) purpose: String,
}

impl Right {
    pub(crate) fn new(privilege: &str, object: Object, purpose: &str) -> Self {
        Self {
            privilege: privilege.to_owned(),
            object,
            purpose: purpose.to_owned(),
        }
    }

    /// The statement that gives it to a role.
    pub fn grant_to(&self, role: &str) -> String {
        let object = match &self.object {
            Object::Database(name) => format!("DATABASE {}", quoted(name)),
            Object::Schema(name) => format!("SCHEMA {}", quoted(name)),
            Object::Table { schema, name } => format!("TABLE {}.{}", quoted(schema), quoted(name)),
        };
        format!("GRANT {} ON {object} TO {}", self.privilege, quoted(role))
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on ", self.privilege)?;
        match &self.object {
            Object::Database(name) => write!(f, "database `{name}`"),
            Object::Schema(name) => write!(f, "schema `{name}`"),
            Object::Table { schema, name } => write!(f, "table `{schema}.{name}`"),
        }
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
        let right = Right::new("CREATE", Object::Schema("public".to_owned()), "x");
        assert_eq!(right.grant_to("app"), "GRANT CREATE ON SCHEMA public TO app");
        assert_eq!(
            right.grant_to("App \"1\""),
            "GRANT CREATE ON SCHEMA public TO \"App \"\"1\"\"\""
        );
        let right = Right::new("CREATE", Object::Database("My-db".to_owned()), "x");
        assert_eq!(
            right.grant_to("user"),
            "GRANT CREATE ON DATABASE \"My-db\" TO \"user\""
        );
        assert_eq!(right.to_string(), "CREATE on database `My-db`");
    }
}
