//! What the configuration of a Flyway project says about placeholders: `flyway.toml` or `flyway.conf` in the folder of the
//! migrations or above it, or in a folder `conf` there, and the variables of Flyway.
//!
//! Out of scope: everything else that it may say.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use diagnostic::read_file;

use crate::{
    FolderProblem,
    folder::{
        reader::Reader,
        source::{Source, lines},
    },
};

const NAMES: [&str; 4] = [
    "flyway.toml",
    "flyway.conf",
    "conf/flyway.toml",
    "conf/flyway.conf",
];

/// Migrations of a Java project lie five folders below its root.
const LEVELS: usize = 7;

/// What the project says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Project {
    /// Values of placeholders.
    pub(super) values: BTreeMap<String, String>,
    pub(super) replaces_placeholders: bool,
    pub(super) prefix: String,
    pub(super) suffix: String,
}

impl Default for Project {
    fn default() -> Self {
        Self {
            values: BTreeMap::new(),
            replaces_placeholders: true,
            prefix: "${".to_owned(),
            suffix: "}".to_owned(),
        }
    }
}

/// Reads the configuration of the project that a folder belongs to. Variables win over files.
pub(super) fn project(reader: &mut Reader<'_>) -> Project {
    let mut project = Project::default();
    if let Some(source) = source(reader) {
        let is_toml = source.path.extension().is_some_and(|ending| ending == "toml");
        let said = if is_toml {
            of_toml(reader, &source)
        } else {
            of_conf(&source.text)
        };
        for (key, value) in said {
            project.take(&key, value);
        }
    }
    for (variable, key) in [
        ("FLYWAY_PLACEHOLDER_REPLACEMENT", "placeholderReplacement"),
        ("FLYWAY_PLACEHOLDER_PREFIX", "placeholderPrefix"),
        ("FLYWAY_PLACEHOLDER_SUFFIX", "placeholderSuffix"),
    ] {
        if let Some(value) = reader.config.environment.get(variable) {
            project.take(key, value.clone());
        }
    }
    project
}

impl Project {
    fn take(&mut self, key: &str, value: String) {
        let is_true = value.eq_ignore_ascii_case("true");
        match key {
            "placeholderReplacement" => self.replaces_placeholders = is_true,
            "placeholderPrefix" if !value.is_empty() => self.prefix = value,
            "placeholderSuffix" if !value.is_empty() => self.suffix = value,
            // A value that has to be looked up elsewhere does not count.
            _ => match key.strip_prefix("placeholders.") {
                Some(name) if !value.contains("${") => {
                    self.values.insert(name.to_owned(), value);
                }
                _ => {}
            },
        }
    }
}

/// The nearest configuration.
fn source(reader: &mut Reader<'_>) -> Option<Source> {
    let given = NAMES.iter().find_map(|name| {
        let mut files = reader.files.iter();
        files.find(|file| file.relative == Path::new(name))
    });
    if let Some(file) = given {
        return reader.source(file);
    }
    let path = above(reader.dir)?;
    match read_file(&path, reader.config.size_limit) {
        Ok(bytes) => match Source::decode(path, &bytes) {
            Ok(source) => Some(source),
            Err(problem) => {
                reader.problems.push(*problem);
                None
            }
        },
        Err(error) => {
            let source = error.into();
            reader.problems.push(FolderProblem::Unreadable { path, source });
            None
        }
    }
}

/// The nearest configuration in the folders above, up to that of a repository.
fn above(dir: &Path) -> Option<PathBuf> {
    if dir.as_os_str().is_empty() {
        return None;
    }
    let full = dir.canonicalize().ok()?;
    for folder in full.ancestors().take(LEVELS) {
        let found = NAMES
            .iter()
            .map(|name| folder.join(name))
            .find(|path| path.exists());
        if found.is_some() || folder.join(".git").exists() {
            return found;
        }
    }
    None
}

/// The settings of `[flyway]`.
fn of_toml(reader: &mut Reader<'_>, source: &Source) -> Vec<(String, String)> {
    let parsed = match toml::from_str::<toml::Table>(&source.text) {
        Ok(parsed) => parsed,
        Err(error) => {
            reader.problems.push(FolderProblem::BadSettings {
                place: source.place(error.span().map_or(0, |span| span.start)),
                why: error.message().to_owned(),
            });
            return Vec::new();
        }
    };
    let mut said = Vec::new();
    let settings = parsed.get("flyway").and_then(toml::Value::as_table);
    for (key, value) in settings.into_iter().flatten() {
        match value {
            toml::Value::Table(values) => {
                said.extend(
                    values
                        .iter()
                        .map(|(name, value)| (format!("{key}.{name}"), plain(value))),
                );
            }
            value => said.push((key.clone(), plain(value))),
        }
    }
    said
}

fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Boolean(is) => is.to_string(),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        // Nothing that takes the place of a name.
        _ => String::new(),
    }
}

/// The lines `flyway.key=value`.
fn of_conf(text: &str) -> Vec<(String, String)> {
    let settings = lines(text).filter_map(|line| {
        let (key, value) = line.text.trim().strip_prefix("flyway.")?.split_once('=')?;
        Some((key.trim().to_owned(), value.trim().to_owned()))
    });
    settings.collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::{
        FolderConfig, Format, Migrations,
        folder::tests::{codes, read_with, statements},
    };

    const TOML: &str =
        "[flyway]\nplaceholderPrefix = \"#{\"\n[flyway.placeholders]\nOwner = \"billing\"\nport = 5432\n";
    const CONF: &str = "# why\nflyway.url=jdbc:x\nflyway.placeholderPrefix=#{\nflyway.placeholders.owner=billing\nflyway.placeholders.port=5432\n";

    #[test]
    fn a_configuration_beside_the_migrations_is_followed() {
        let sql = "SELECT '#{owner} #{PORT} ${HOME}';\nVACUUM;\n";
        for (name, text) in [("flyway.toml", TOML), ("conf/flyway.conf", CONF)] {
            let files = [("V1__a.sql", sql), (name, text)];
            let read = read_with(Format::Flyway, &files, &FolderConfig::default()).unwrap();
            assert_eq!(
                statements(&read.items[0].up),
                ["SELECT 'billing 5432 ${HOME}'", "VACUUM"],
                "{name}"
            );
        }
    }

    #[test]
    fn a_configuration_above_is_followed_up_to_that_of_the_repository() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("app/src/main/resources/db/migration");
        fs::create_dir_all(&dir).unwrap();
        fs::write(dir.join("V1__a.sql"), "SELECT '${owner}';").unwrap();
        fs::write(
            root.path().join("flyway.conf"),
            "flyway.placeholders.owner=billing\n",
        )
        .unwrap();
        let read = || Migrations::from_dir("app", &dir, Some(Format::Flyway), &FolderConfig::default());
        assert_eq!(statements(&read().unwrap().items[0].up), ["SELECT 'billing'"]);
        fs::create_dir(root.path().join("app/.git")).unwrap();
        assert_eq!(codes(&read().unwrap_err()), ["migration/missing-variable"]);
    }

    #[test]
    fn flags_and_variables_win_over_the_configuration() {
        let files = [("V1__a.sql", "SELECT '#{owner}', '${x}';"), ("flyway.toml", TOML)];
        let mut config = FolderConfig::default();
        config.variables.insert("owner".into(), "ops".into());
        let read = read_with(Format::Flyway, &files, &config).unwrap();
        assert_eq!(statements(&read.items[0].up), ["SELECT 'ops', '${x}'"]);
        let off = ("FLYWAY_PLACEHOLDER_REPLACEMENT".to_owned(), "false".to_owned());
        config.environment.extend([off]);
        let read = read_with(Format::Flyway, &files, &config).unwrap();
        assert_eq!(statements(&read.items[0].up), ["SELECT '#{owner}', '${x}'"]);
    }

    #[test]
    fn a_configuration_that_cannot_be_understood_is_a_problem() {
        let files = [("V1__a.sql", "SELECT 1;"), ("flyway.toml", "[flyway")];
        let problems = read_with(Format::Flyway, &files, &FolderConfig::default()).unwrap_err();
        assert_eq!(codes(&problems), ["migration/bad-settings"]);
        // A value that Flyway looks up elsewhere is not known here.
        let looked_up = [
            ("V1__a.sql", "SELECT '${key}';"),
            ("flyway.toml", "[flyway.placeholders]\nkey = \"${env.KEY}\"\n"),
        ];
        let problems = read_with(Format::Flyway, &looked_up, &FolderConfig::default()).unwrap_err();
        assert_eq!(codes(&problems), ["migration/missing-variable"]);
    }
}
