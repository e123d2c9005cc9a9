//! How the ledger keeps that an environment is protected: with a mark before its name, so that no later run can call it something else.
//!
//! The mark is in the rows of applied migrations and in the audit, where it stays when every row is undone or given up.

use crate::{Config, Environment, LedgerTable, Protection, engine::sql::FIELD_TEXT};

const MARK: char = '!';

/// The field of an entry's detail that says the environment, in the audit.
pub(crate) const ENVIRONMENT: &str = "environment";

/// The condition that finds rows of a protected environment.
pub(crate) const IS_PROTECTED: &str = "pg_catalog.starts_with(environment, '!')";

/// The same for an expression of another name.
pub(crate) fn is_mark(expression: &str) -> String {
    format!("pg_catalog.starts_with({expression}, '{MARK}')")
}

/// What a row says of the environment. One that nobody named leaves no mark, so that it can still be named later.
pub(crate) fn marked(environment: &Environment) -> String {
    match environment.protection {
        Protection::Protected if !environment.name.is_empty() => format!("{MARK}{}", environment.name),
        _ => environment.name.clone(),
    }
}

/// The name of a protected environment that a row says; nothing for one that is not protected.
pub(crate) fn protected(recorded: &str) -> Option<&str> {
    recorded.strip_prefix(MARK)
}

/// Whether the audit has to be asked for the mark: an open run may contradict it, and one that names a protected environment leaves it
/// where it is missing.
pub(crate) fn is_asked_of_audit(config: &Config) -> bool {
    config.environment.protection == Protection::Open || !config.environment.name.is_empty()
}

/// Asks the audit for the latest mark: one row with the column `environment`, or none.
pub(crate) fn audit_question(ledger: &LedgerTable) -> String {
    format!(
        "SELECT found.environment FROM (SELECT id, detail {FIELD_TEXT} '{ENVIRONMENT}' AS environment FROM {}) AS found \
         WHERE {IS_PROTECTED} ORDER BY found.id DESC LIMIT 1",
        ledger.audit()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_protected_environment_is_told_by_its_mark() {
        let recorded = |protection| {
            let name = "production".into();
            marked(&Environment { name, protection })
        };
        assert_eq!(protected(&recorded(Protection::Protected)), Some("production"));
        assert_eq!(protected(&recorded(Protection::Open)), None);
        assert_eq!(protected(&marked(&Environment::unnamed())), None);
        assert!(IS_PROTECTED.contains(MARK));
    }
}
