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

use diagnostic::{Diagnostic, Place};

use crate::{exit::Exit, failure::Failure};

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
    pub(crate) fn load(file: Option<&Path>, values: &[(String, String)]) -> Result<Self, Failure> {
        let values = Arc::new(values.to_vec());
        let Some(path) = file else {
            return Ok(Self {
                values,
                ..Self::default()
            });
        };
        let failed = |error: dotenvy::Error| {
            let name = path.display();
            let mut diagnostic = Diagnostic::new(
                "config/env-file",
                format!("cannot read the variables of `{name}`"),
            );
            diagnostic.place = Some(Place::file(name.to_string()));
            // The parser's own message quotes the line, which may hold a secret; only its kind is said.
            diagnostic.why = Some(match error {
                dotenvy::Error::Io(error) => error.to_string(),
                dotenvy::Error::LineParse(..) => "a line in it has not the form `NAME=value`".to_owned(),
                _ => "its contents do not make sense".to_owned(),
            });
            Failure::new(Exit::Usage, diagnostic)
        };
        let pairs = dotenvy::from_path_iter(path)
            .map_err(failed)?
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

    /// A number, or a usage error that names the variable.
    pub(crate) fn number(&self, name: &str) -> Result<Option<u64>, Failure> {
        let Some(value) = self.text(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| {
            let what = format!("`{name}` must be a whole number, and is `{value}`");
            Failure::new(Exit::Usage, Diagnostic::new("config/not-a-number", what))
        })
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
