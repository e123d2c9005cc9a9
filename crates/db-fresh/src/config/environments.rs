//! Which environments are protected: by what `db-fresh.toml` says, and by their names where it says nothing.

use diagnostic::Place;
use migration_core::{Protection, canonical_environment};
use serde::Deserialize;

use super::problem::ConfigProblem;

/// Environments that are not protected unless the configuration says so, by the names that stand for all of theirs.
const OPEN: [&str; 3] = ["dev", "test", "staging"];

/// A place where databases live.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Environment {
    pub(crate) name: String,
    /// Whether what is for development and test can never run there. Left out, the name decides.
    protected: Option<bool>,
}

/// Whether an environment of this name is protected. A name that nobody knows is that of a database to be careful with.
pub(crate) fn protection(name: &str, environments: &[Environment]) -> Protection {
    let name = canonical_environment(name);
    let known = environments
        .iter()
        .find(|known| canonical_environment(&known.name) == name);
    let protected = known.and_then(|known| known.protected);
    if protected.unwrap_or(!OPEN.contains(&name.as_str())) {
        Protection::Protected
    } else {
        Protection::Open
    }
}

/// What is wrong with the environments of a file: blank names, two names of one environment, production without protection.
pub(super) fn wrong(
    file: &str,
    text: &str,
    default: Option<&str>,
    all: &[Environment],
) -> Vec<ConfigProblem> {
    let mut wrong = Vec::new();
    let at = |word: &str| Box::new(Place::at_byte(file, text, text.rfind(word).unwrap_or(0)));
    for (index, environment) in all.iter().enumerate() {
        let name = &environment.name;
        let canonical = canonical_environment(name);
        let earlier = all[..index]
            .iter()
            .find(|earlier| canonical_environment(&earlier.name) == canonical);
        if canonical.is_empty() {
            let place = at("[[environment]]");
            wrong.push(ConfigProblem::UnnamedEnvironment { place });
        } else if let Some(earlier) = earlier {
            wrong.push(ConfigProblem::DuplicateEnvironment {
                name: name.clone(),
                earlier: earlier.name.clone(),
                place: at(name),
            });
        }
        if environment.protected == Some(false) && is_like_production(&canonical) {
            wrong.push(ConfigProblem::OpenProduction {
                name: name.clone(),
                place: at(name),
            });
        }
    }
    if default.is_some_and(|name| name.trim().is_empty()) {
        let place = at("default_environment");
        wrong.push(ConfigProblem::UnnamedEnvironment { place });
    }
    wrong
}

/// Whether a word of the name says production: `production`, `prod-eu`, `eu_live`.
fn is_like_production(canonical: &str) -> bool {
    let mut words = canonical.split(|c: char| !c.is_alphanumeric());
    words.any(|word| {
        let word = word.trim_end_matches(|c: char| c.is_numeric());
        word.starts_with("prod") || matches!(word, "prd" | "live")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(name: &str, protected: Option<bool>) -> Environment {
        Environment {
            name: name.to_owned(),
            protected,
        }
    }

    #[test]
    fn only_development_test_and_staging_are_open_by_their_names() {
        for name in ["development", " Dev ", "LOCAL", "ci", "test", "staging", "stg"] {
            assert_eq!(protection(name, &[]), Protection::Open, "{name}");
        }
        for name in [
            "production",
            " production",
            "\u{a0}Production\u{2003}",
            "PRD",
            "live",
            "prod",
            "qa",
            "d\u{200b}ev",
            "dev2",
            "developement",
            "",
        ] {
            assert_eq!(protection(name, &[]), Protection::Protected, "{name:?}");
        }
    }

    #[test]
    fn the_configuration_decides_for_all_names_of_an_environment() {
        let all = [
            environment("Development", Some(true)),
            environment("qa", Some(false)),
            environment("production", None),
            environment("staging", None),
        ];
        for (name, expected) in [
            ("dev", Protection::Protected),
            ("QA", Protection::Open),
            ("prd", Protection::Protected),
            ("stg", Protection::Open),
        ] {
            assert_eq!(protection(name, &all), expected, "{name}");
        }
    }

    #[test]
    fn names_of_production_are_known() {
        for name in ["production", "prod-eu", "eu_live", "prod2", "prd.1", "non-prod"] {
            assert!(is_like_production(name), "{name}");
        }
        for name in ["preprod", "qa", "delivery", "olive", "reproduction"] {
            assert!(!is_like_production(name), "{name}");
        }
    }
}
