//! Hints for errors of contracts, consumers and the version guard.

use diagnostic::{Diagnostic, Explain};
use schema_contract::Error;

/// The error's diagnostics, with what this program can do about each.
pub(crate) fn contract(error: &Error) -> Vec<Diagnostic> {
    let mut diagnostics = error.diagnostics();
    if let Error::Unmet { breaches, .. } = error {
        for (diagnostic, breach) in diagnostics.iter_mut().zip(breaches) {
            if let Some(first) = diagnostic.hints.first_mut() {
                let name = file_name(&breach.subject);
                *first = format!("put it back in a migration of its own: `db-fresh new restore_{name}`");
            }
        }
    }
    let hints = hints(error);
    if !hints.is_empty() {
        for diagnostic in &mut diagnostics {
            diagnostic.hints = hints.iter().map(|hint| (*hint).to_owned()).collect();
        }
    }
    diagnostics
}

/// What takes the place of the error's own hints; nothing where those stay.
fn hints(error: &Error) -> &'static [&'static str] {
    match error {
        Error::Missing { .. } => {
            &["write it from a fresh database and commit it: `db-fresh contract accept`"]
        }
        Error::Unreadable { .. } => &["write it again from a fresh database: `db-fresh contract accept`"],
        Error::Broken { .. } => &[
            "if the change is meant, accept it and commit the contract: `db-fresh contract accept`",
            "if it is not, mend it in a migration that is not yet applied anywhere, or in a new one: `db-fresh new NAME`",
        ],
        Error::StaleBodies { .. } => &[
            "replace the function in the migration that changes what it uses, or in a new one: `db-fresh new NAME`",
        ],
        Error::ApplicationNewer { .. } | Error::VersionUnknown { .. } => {
            &["run the migrations: `db-fresh migrate`"]
        }
        Error::VersionConflict { .. } => {
            &["deploy the application that belongs to this schema, or migrate the database: `db-fresh plan`"]
        }
        _ => &[],
    }
}

/// A subject such as `user_profiles.trust_level` as part of a file name.
fn file_name(subject: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() {
            c.to_ascii_lowercase()
        } else {
            '_'
        }
    };
    subject.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use schema_contract::{consumers::BodyFault, expectations::Breach, guard::Version};

    use super::*;

    fn hints_of(error: &Error) -> Vec<String> {
        contract(error).remove(0).hints
    }

    #[test]
    fn each_error_names_the_command_that_helps() {
        let path = "a.contract.snap".to_owned();
        let (application, database): (Version, Version) =
            ("1.5.0".parse().unwrap(), "1.4.0".parse().unwrap());
        let broken = Error::Broken {
            component: "app".to_owned(),
            path: None,
            diff: Box::default(),
        };
        let unknown = Error::VersionUnknown {
            table: "t".to_owned(),
            key: "k".to_owned(),
            environment: None,
            source: None,
        };
        let fault = BodyFault {
            routine: "f()".to_owned(),
            line: None,
            message: String::new(),
            sqlstate: String::new(),
            migration: None,
        };
        let unreadable = schema_contract::contract::from_file_text("nonsense", "a.snap").unwrap_err();
        for (error, command) in [
            (Error::Missing { path }, "`db-fresh contract accept`"),
            (unreadable, "`db-fresh contract accept`"),
            (broken, "`db-fresh contract accept`"),
            (Error::StaleBodies { faults: vec![fault] }, "`db-fresh new NAME`"),
            (
                Error::ApplicationNewer {
                    application,
                    database,
                },
                "`db-fresh migrate`",
            ),
            (
                Error::VersionConflict {
                    application,
                    database,
                },
                "`db-fresh plan`",
            ),
            (unknown, "`db-fresh migrate`"),
        ] {
            let hints = hints_of(&error);
            assert!(hints[0].contains(command), "{error}: {hints:?}");
            assert!(
                error.diagnostics()[0]
                    .hints
                    .iter()
                    .all(|hint| !hint.contains("db-fresh"))
            );
        }
    }

    #[test]
    fn a_breach_keeps_what_to_agree_on_and_names_the_migration() {
        let error = Error::Unmet {
            consumer: "persona".to_owned(),
            path: None,
            breaches: vec![Breach {
                code: "expectation/column-missing",
                subject: "user_profiles.trust_level".to_owned(),
                expected: "numeric".to_owned(),
                found: None,
                line: None,
                migration: None,
            }],
        };
        assert_eq!(
            hints_of(&error),
            [
                "put it back in a migration of its own: `db-fresh new restore_user_profiles_trust_level`",
                "or agree with `persona` first and change its expectations in the same commit",
            ]
        );
    }
}
