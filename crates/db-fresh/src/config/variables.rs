//! The environment variables, with those of an `--env FILE` laid under them.
//!
//! This is the only place of the workspace that reads the environment.

use std::{collections::BTreeMap, env, ffi::OsString, path::Path, process::Command, sync::Arc};

use diagnostic::read_file;
use secrecy::SecretString;

use super::{
    email_hash_key::EMAIL_HASH_KEY_VARIABLES,
    env_file, flyway,
    problem::ConfigProblem,
    said::{Said, Source},
    size::SETTINGS,
};
use crate::error::Error;

/// Variables by name. What the process was started with wins over the file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Variables {
    file: Arc<EnvFile>,
    /// What Flyway's files may ask of the database.
    of_database: Arc<Vec<(String, String)>>,
    /// Named by flag, for migrations alone.
    values: Arc<Vec<(String, String)>>,
}

/// A file of variables, as it was read: a name may stand there twice.
#[derive(Debug, Default)]
struct EnvFile {
    shown: String,
    pairs: Vec<(String, String)>,
}

impl EnvFile {
    /// All values of a variable, in the order of the file.
    fn all<'f>(&'f self, name: &'f str) -> impl DoubleEndedIterator<Item = &'f String> {
        let found = self.pairs.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| value)
    }
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
        let failed = |reason| ConfigProblem::EnvFile {
            file: path.display().to_string(),
            reason,
        };
        let bytes =
            read_file(path, SETTINGS).map_err(|error| failed(std::io::Error::from(error).to_string()))?;
        let pairs = env_file::parse(&bytes).map_err(failed)?;
        let shown = path.display().to_string();
        Ok(Self {
            file: Arc::new(EnvFile { shown, pairs }),
            values,
            ..Self::default()
        })
    }

    /// What a file of this name says.
    #[cfg(test)]
    pub(crate) fn of_file(shown: &str, pairs: Vec<(String, String)>) -> Self {
        let shown = shown.to_owned();
        Self {
            file: Arc::new(EnvFile { shown, pairs }),
            ..Self::default()
        }
    }

    /// The value as the operating system has it.
    pub(crate) fn os(&self, name: &str) -> Option<OsString> {
        env::var_os(name).or_else(|| self.file.all(name).next_back().map(OsString::from))
    }

    /// The value as text; not set, empty and not UTF-8 are the same.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        self.os(name)
            .and_then(|value| value.into_string().ok())
            .filter(|value| !value.is_empty())
    }

    /// What the process and the file say, in this order and with nothing blank: for what must not be settled by which of them wins.
    pub(crate) fn said(&self, name: &str) -> Result<Vec<Said>, Error> {
        let of_process = env::var_os(name).map(|value| utf8(name, value)).transpose()?;
        let of_process = of_process.map(|value| (Source::Process(name.to_owned()), value));
        let of_file = self
            .file
            .all(name)
            .map(|value| (self.in_file(name), value.clone()));
        let all = of_process.into_iter().chain(of_file);
        Ok(all
            .filter(|(_, value)| !value.trim().is_empty())
            .map(|(source, value)| Said { source, value })
            .collect())
    }

    /// The value of a flag, or of the variable that stands in for it.
    pub(crate) fn or_flag(&self, flag: Option<&str>, name: &str) -> Result<Option<String>, Error> {
        if let Some(given) = flag {
            return Ok(Some(given.to_owned()));
        }
        let value = self.os(name).map(|value| utf8(name, value)).transpose()?;
        Ok(value.filter(|value| !value.is_empty()))
    }

    /// The component that a flag or `MIGRATION_COMPONENT` selects.
    pub(crate) fn component(&self, flag: Option<&str>) -> Result<Option<String>, Error> {
        self.or_flag(flag, "MIGRATION_COMPONENT")
    }

    /// Where the value of a variable comes from.
    pub(crate) fn source(&self, name: &str) -> Source {
        match env::var_os(name) {
            None if self.file.all(name).next().is_some() => self.in_file(name),
            _ => Source::Process(name.to_owned()),
        }
    }

    fn in_file(&self, name: &str) -> Source {
        Source::EnvFile {
            name: name.to_owned(),
            file: self.file.shown.clone(),
        }
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
        let all = names.chain(self.file.pairs.iter().map(|(name, _)| name.clone()));
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

    /// The values for folders whose files substitute variables: those named by flag, and those that Flyway gives itself.
    pub(crate) fn given(&self) -> BTreeMap<String, String> {
        let own = flyway::everywhere()
            .into_iter()
            .chain(self.of_database.iter().cloned());
        own.chain(self.values.iter().cloned()).collect()
    }

    /// The same, for migrations of the database with this URL.
    pub(crate) fn for_database(&self, url: &str) -> Self {
        self.with(flyway::of_database(url))
    }

    /// The same, for migrations of a scratch database on a server that this program starts, or on that of a URL. Its name is not known
    /// before it is made.
    pub(crate) fn for_scratch(&self, url: Option<&str>) -> Self {
        self.with(flyway::of_scratch(url))
    }

    fn with(&self, of_database: Vec<(String, String)>) -> Self {
        Self {
            of_database: Arc::new(of_database),
            ..self.clone()
        }
    }

    /// Everything else that is set and is text.
    pub(crate) fn environment(&self) -> BTreeMap<String, String> {
        let of_process = env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        self.file.pairs.iter().cloned().chain(of_process).collect()
    }

    /// The look-up that libraries are handed, since they never read the environment themselves.
    pub(crate) fn look_up(&self) -> impl Fn(&str) -> Option<OsString> + Send + Sync + Clone + 'static {
        let variables = self.clone();
        move |name| variables.os(name)
    }
}

/// What is not text says something, and must not pass for nothing.
fn utf8(name: &str, value: OsString) -> Result<String, Error> {
    let name = name.to_owned();
    let text = value.into_string();
    text.map_err(|_| ConfigProblem::NotText { name }.into())
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
