//! The environment variables, with those of an `--env FILE` laid under them.
//!
//! This is the only place of the workspace that reads the environment.

use std::{
    collections::{BTreeMap, HashMap},
    env,
    ffi::OsString,
    path::Path,
    process::Command,
    sync::Arc,
};

use diagnostic::read_file;
use secrecy::SecretString;

use super::{email_hash_key::EMAIL_HASH_KEY_VARIABLES, problem::ConfigProblem, size::SETTINGS};
use crate::error::Error;

/// Variables by name. What the process was started with wins over the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    file: Arc<HashMap<String, String>>,
    /// Named by flag, for migrations alone.
    values: Arc<Vec<(String, String)>>,
}

/// Keeps from a program what `cargo run` tells the runner about its own package.
///
/// Build scripts take note of some of it, and a cargo in which it is set compiles anew what one without it has compiled, and the other
/// way round.
pub fn hide_the_runner(command: &mut Command) {
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
}

impl Variables {
    /// Reads the file, where one is named.
    pub(crate) fn load(file: Option<&Path>, values: &[(String, String)]) -> Result<Self, Error> {
        let values = Arc::new(values.to_vec());
        let Some(path) = file else {
            return Ok(Self {
                values,
                ..Self::default()
            });
        };
        let failed = |error: dotenvy::Error| ConfigProblem::EnvFile {
            file: path.display().to_string(),
            // The parser's own message quotes the line, which may hold a secret; only its kind is said.
            reason: match error {
                dotenvy::Error::Io(error) => error.to_string(),
                dotenvy::Error::LineParse(..) => "invalid line, expected `NAME=value`".to_owned(),
                _ => "invalid contents".to_owned(),
            },
        };
        let text = read_file(path, SETTINGS).map_err(|error| failed(dotenvy::Error::Io(error.into())))?;
        let pairs = dotenvy::from_read_iter(text.as_slice())
            .collect::<Result<_, _>>()
            .map_err(failed)?;
        Ok(Self {
            file: Arc::new(pairs),
            values,
        })
    }

    /// The value as the operating system has it.
    pub(crate) fn os(&self, name: &str) -> Option<OsString> {
        env::var_os(name).or_else(|| self.file.get(name).map(OsString::from))
    }

    /// The value as text; not set, empty and not UTF-8 are the same.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.os(name)
            .and_then(|value| value.into_string().ok())
            .filter(|value| !value.is_empty())
    }

    /// Whether a switch is on: `true`, `1`, `yes` or `on`, whatever the case.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        let on = |value: String| matches!(value.to_ascii_lowercase().as_str(), "true" | "1" | "yes" | "on");
        self.text(name).is_some_and(on)
    }

    /// The key of pseudonyms, where one is set.
    pub(crate) fn email_hash_key(&self) -> Option<SecretString> {
        let given = EMAIL_HASH_KEY_VARIABLES.iter().find_map(|name| self.text(name));
        given.map(SecretString::from)
    }

    /// The values of the variables whose names say that they are secret.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
        let all = names.chain(self.file.keys().cloned());
        let mut secrets: Vec<_> = all
            .filter(|name| is_secret(name))
            .filter_map(|name| self.text(&name))
            .collect();
        secrets.sort();
        secrets.dedup();
        secrets
    }

    /// A number, or a usage error that names the variable.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Error> {
        let Some(value) = self.text(name) else {
            return Ok(None);
        };
        let name = name.to_owned();
        let number = value.parse().map(Some);
        number.map_err(|_| ConfigProblem::NotANumber { name, value }.into())
    }

    /// Everything that is set and is text, for folders whose files substitute variables; what is named by flag wins.
    pub(crate) fn all(&self) -> BTreeMap<String, String> {
        let of_process = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        self.file
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()))
            .chain(of_process)
            .chain(self.values.iter().cloned())
            .collect()
    }

    /// The look-up that libraries are handed, since they never read the environment themselves.
    pub(crate) fn look_up(&self) -> impl Fn(&str) -> Option<OsString> + Send + Sync + Clone + 'static {
        let variables = self.clone();
        move |name| variables.os(name)
    }
}

/// Whether a variable's name says that its value is a secret.
fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_uppercase();
    let words: Vec<_> = name.split('_').collect();
    words.iter().any(|word| {
        matches!(
            *word,
            "KEY" | "SECRET" | "TOKEN" | "PASSWORD" | "PASSWD" | "PASSPHRASE"
        ) || word.ends_with("PASSWORD")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_by_the_name_of_its_variable() {
        for name in [
            "EMAIL_HASH_KEY",
            "PGPASSWORD",
            "api_token",
            "APP_SECRET",
            "DB_PASSWORD",
        ] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["PATH", "DATABASE_HOST", "KEYBOARD", "MONKEY", "TOKENIZER"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
