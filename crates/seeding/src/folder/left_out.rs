//! Why a file does not run in an environment.

use super::header::{Data, Header};
use crate::{Config, Protection};

/// Why the file does not run in this environment, as a sentence without a full stop; nothing where it runs.
///
/// In a protected environment a file is development data, unless its header says that it is for any environment, or names this one.
pub(crate) fn left_out(header: &Header, config: &Config) -> Option<String> {
    let only = header.only.join(", ");
    let for_development = header
        .only
        .iter()
        .all(|name| matches!(name.as_str(), "dev" | "test"));
    let is_protected = config.protection == Protection::Protected;
    if is_protected && header.data == Data::Development && for_development {
        let what = if only.is_empty() {
            "it is development data".to_owned()
        } else {
            format!("it runs only in {only}")
        };
        return Some(format!("{what}, and {} is protected", shown(&config.environment)));
    }
    let runs = header.runs_in(&config.environment);
    (!runs).then(|| format!("it runs only in {only}, and this is {}", config.environment))
}

/// The environment, and words for one that nobody named.
fn shown(environment: &str) -> String {
    if environment.is_empty() {
        "an environment that is not named".to_owned()
    } else {
        format!("environment `{environment}`")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::ending::Ending;

    fn why(header: &str, environment: &str, protection: Protection) -> Option<String> {
        let (header, bad) = Header::parse(header, Ending::Sql);
        assert!(bad.is_empty(), "{bad:?}");
        let config = Config {
            environment: environment.to_owned(),
            protection,
            ..Config::default()
        };
        left_out(&header, &config)
    }

    #[test]
    fn a_protected_environment_gets_only_what_says_so() {
        for (header, runs) in [
            ("", false),
            ("-- db-fresh: any-environment\n", true),
            ("# db-fresh: any-environment\n", true),
            ("-- DEV/TEST ONLY\n", false),
            ("-- db-fresh: only dev\n", false),
            ("-- db-fresh: only staging\n", false),
            ("-- db-fresh: only dev, production\n", true),
        ] {
            let why = why(header, "production", Protection::Protected);
            assert_eq!(why.is_none(), runs, "{header}: {why:?}");
        }
        assert_eq!(
            why("", "production", Protection::Protected).unwrap(),
            "it is development data, and environment `production` is protected"
        );
        assert_eq!(
            why("", "", Protection::Protected).unwrap(),
            "it is development data, and an environment that is not named is protected"
        );
        assert!(why("-- DEV/TEST ONLY\n", "dev", Protection::Protected).is_some());
    }

    #[test]
    fn an_open_environment_gets_what_names_it_and_what_names_none() {
        for (header, runs) in [
            ("", true),
            ("-- db-fresh: any-environment\n", true),
            ("-- DEV/TEST ONLY\n", false),
        ] {
            assert_eq!(
                why(header, "staging", Protection::Open).is_none(),
                runs,
                "{header}"
            );
        }
    }
}
