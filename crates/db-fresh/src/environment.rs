//! The environment that a database serves: who says which, and what of it contradicts.

use migration_core::{Environment, Protection, canonical_environment};

use crate::{
    cli::UsageProblem,
    config::{Config, Said, Source, Variables, protection},
    error::Error,
};

/// The variable that names the environment.
const VARIABLE: &str = "APP_ENV";

/// The environment by flag, by `APP_ENV` of the process or of the file of `--env`, or by `default_environment`, the first that says
/// one. A database of which nobody says anything is protected.
///
/// # Errors
/// [`UsageProblem::EnvironmentsContradict`] where they differ and one of them is protected. A default that is open holds only where
/// nothing else is said, and contradicts nothing.
pub(crate) fn resolve(
    flag: Option<&str>,
    variables: &Variables,
    config: &Config,
) -> Result<Environment, Error> {
    if flag.is_some_and(|name| name.trim().is_empty()) {
        return Err(UsageProblem::BlankEnvironment.into());
    }
    let by_flag = flag.map(|name| Said {
        source: Source::Flag("--environment"),
        value: name.to_owned(),
    });
    let default = config.default_environment.as_ref().map(|name| Said {
        source: Source::Configuration("default_environment"),
        value: name.clone(),
    });
    let said: Vec<_> = by_flag.into_iter().chain(variables.said(VARIABLE)?).collect();
    let protection_of = |one: &Said| protection(&one.value, &config.environments);
    let is_protected = |one: &Said| protection_of(one) == Protection::Protected;
    let differ = said
        .windows(2)
        .any(|two| canonical_environment(&two[0].value) != canonical_environment(&two[1].value));
    let contradicts = differ && said.iter().any(is_protected)
        || default.as_ref().is_some_and(is_protected) && !said.iter().all(is_protected);
    let said: Vec<_> = said.into_iter().chain(default).collect();
    if contradicts {
        let protected = said.iter().find(|one| is_protected(one));
        return Err(UsageProblem::EnvironmentsContradict {
            protected: protected.map(name).unwrap_or_default(),
            said: said
                .iter()
                .map(|one| (one.source.to_string(), name(one)))
                .collect(),
        }
        .into());
    }
    Ok(said.first().map_or_else(Environment::unnamed, |one| Environment {
        name: name(one),
        protection: protection_of(one),
    }))
}

fn name(said: &Said) -> String {
    said.value.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse;

    fn config(text: &str) -> Config {
        parse("db-fresh.toml", text).unwrap()
    }

    fn resolved(flag: Option<&str>, file: &[&str], toml: &str) -> Result<Environment, Error> {
        let pairs = file.iter().map(|name| (VARIABLE.to_owned(), (*name).to_owned()));
        let variables = Variables::of_file("migrate.env", pairs.collect());
        resolve(flag, &variables, &config(toml))
    }

    fn is(environment: Result<Environment, Error>, name: &str, protection: Protection) {
        let environment = environment.unwrap();
        assert_eq!(
            (environment.name.as_str(), environment.protection),
            (name, protection)
        );
    }

    #[test]
    fn the_first_that_says_one_wins_where_none_is_protected() {
        is(resolved(None, &[], ""), "", Protection::Protected);
        is(resolved(Some(" dev "), &["test"], ""), "dev", Protection::Open);
        is(resolved(None, &["test"], ""), "test", Protection::Open);
        let default = "default_environment = \"development\"";
        is(
            resolved(None, &["", " "], default),
            "development",
            Protection::Open,
        );
        is(resolved(None, &["prd"], default), "prd", Protection::Protected);
        is(
            resolved(Some("prod"), &[" LIVE"], default),
            "prod",
            Protection::Protected,
        );
    }

    #[test]
    fn what_differs_from_a_protected_environment_is_refused() {
        let default = "default_environment = \"production\"";
        for (flag, file, toml) in [
            (Some("development"), &["production"][..], ""),
            (Some("production"), &["development"], ""),
            (Some("eu-west"), &["production"], ""),
            (None, &["production", "development"], ""),
            (Some("development"), &[], default),
            (None, &["staging"], default),
        ] {
            let error = resolved(flag, file, toml).unwrap_err();
            assert!(
                matches!(error, Error::Usage(UsageProblem::EnvironmentsContradict { .. })),
                "{flag:?} {file:?} {toml}: {error}"
            );
        }
        assert!(resolved(Some(" "), &[], "").is_err());
    }
}
