//! Hints for errors of seeds.

use ::seeding::Error;
use diagnostic::{Diagnostic, Explain};

use super::folder::SIZE_LIMIT;
use crate::config::EMAIL_HASH_KEY_VARIABLES;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn seeding(error: &Error) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    let hints = match error {
        Error::MissingKey { .. } => {
            let [first, second] = EMAIL_HASH_KEY_VARIABLES;
            vec![
                format!("set `{first}` (or `{second}`) to the key that your team shares"),
                format!(
                    "for a database of your own any key will do: `export {first}=$(openssl rand -hex 32)`"
                ),
            ]
        }
        Error::NoTable { .. } => vec!["migrate first: `db-fresh migrate`".to_owned()],
        Error::Folder { problems } => {
            for (diagnostic, problem) in diagnostics.iter_mut().zip(problems) {
                let hint = problem.is_over_size_limit().then(|| SIZE_LIMIT.to_owned());
                diagnostic.hints.extend(hint);
            }
            return diagnostics;
        }
        _ => return diagnostics,
    };
    for diagnostic in &mut diagnostics {
        diagnostic.hints.clone_from(&hints);
    }
    diagnostics
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_key_names_the_variables_and_a_missing_table_the_command() {
        let files = vec!["10_people.toml".to_owned()];
        let hints = seeding(&Error::MissingKey { files }).remove(0).hints;
        assert!(
            hints[0].starts_with("set `MIGRATION_EMAIL_HASH_KEY` (or `EMAIL_HASH_KEY`)"),
            "{hints:?}"
        );
        let error = Error::NoTable {
            file: "10_people.toml".to_owned(),
            table: "people".to_owned(),
        };
        assert_eq!(
            seeding(&error).remove(0).hints,
            ["migrate first: `db-fresh migrate`"]
        );
    }
}
