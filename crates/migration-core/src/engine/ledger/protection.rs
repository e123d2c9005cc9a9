//! How the ledger keeps that an environment is protected: with a mark before its name, so that no later run can call it something else.

use crate::{Environment, Protection};

const MARK: char = '!';

/// The condition that finds rows of a protected environment.
pub(crate) const IS_PROTECTED: &str = "environment LIKE '!%'";

/// What a row says of the environment.
pub(crate) fn marked(environment: &Environment) -> String {
    match environment.protection {
        Protection::Protected => format!("{MARK}{}", environment.name),
        Protection::Open => environment.name.clone(),
    }
}

/// The name of a protected environment that a row says; nothing for one that is not protected.
pub(crate) fn protected(recorded: &str) -> Option<&str> {
    recorded.strip_prefix(MARK)
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
        assert!(IS_PROTECTED.contains(MARK));
    }
}
