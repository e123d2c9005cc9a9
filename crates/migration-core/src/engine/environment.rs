//! The environment that a database serves, and which migrations may not run in it.

use crate::canonical_environment;

/// The environment that a database serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Environment {
    /// Its name, such as `production`; empty where nobody named it.
    pub name: String,
    /// Whether migrations for development may run there.
    pub protection: Protection,
}

/// Whether an environment is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protection {
    /// Migrations that name this environment run.
    Open,
    /// No migration that is limited to development or testing ever runs.
    Protected,
}

impl Default for Environment {
    fn default() -> Self {
        Self {
            name: "development".into(),
            protection: Protection::Open,
        }
    }
}

impl Environment {
    /// The environment of a database of which nobody said what it serves. It counts as protected, and the ledger keeps no mark of
    /// it.
    pub fn unnamed() -> Self {
        Self {
            name: String::new(),
            protection: Protection::Protected,
        }
    }

    /// Why a migration that is limited to these environments does not run in this one; nothing where it does.
    pub fn excludes(&self, only: Option<&[String]>) -> Option<String> {
        let only = only?;
        let here = canonical_environment(&self.name);
        let named = only.iter().any(|name| canonical_environment(name) == here);
        let for_development = only
            .iter()
            .all(|name| matches!(canonical_environment(name).as_str(), "dev" | "test"));
        let only = only.join(" and ");
        let name = &self.name;
        if name.is_empty() {
            return Some(format!(
                "it is for {only} only, and an environment that is not named is protected"
            ));
        }
        if self.protection == Protection::Protected && for_development {
            return Some(format!("it is for {only} only, and `{name}` is protected"));
        }
        (!named).then(|| format!("it is for {only} only, and this is `{name}`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_protected_environment_gets_no_development_migration_by_any_name() {
        for name in ["production", "dev", "test"] {
            let environment = Environment {
                name: name.into(),
                protection: Protection::Protected,
            };
            assert!(
                environment.excludes(Some(&only(&["dev", "test"]))).is_some(),
                "{name}"
            );
            assert!(environment.excludes(None).is_none());
        }
        let production = Environment {
            name: "production".into(),
            protection: Protection::Protected,
        };
        assert!(production.excludes(Some(&only(&["production"]))).is_none());
    }

    #[test]
    fn an_environment_that_nobody_named_gets_what_is_for_all_alone() {
        let unnamed = Environment::unnamed();
        assert!(unnamed.excludes(None).is_none());
        for names in [&["dev", "test"][..], &["production"], &[]] {
            assert!(unnamed.excludes(Some(&only(names))).is_some(), "{names:?}");
        }
    }

    #[test]
    fn spellings_of_an_environment_are_one() {
        let environment = |name: &str| Environment {
            name: name.into(),
            ..Environment::default()
        };
        for (name, runs) in [
            ("local", true),
            ("Development", true),
            ("ci", true),
            ("staging", false),
        ] {
            assert_eq!(
                environment(name)
                    .excludes(Some(&only(&["dev", "test"])))
                    .is_none(),
                runs,
                "{name}"
            );
        }
    }
}
