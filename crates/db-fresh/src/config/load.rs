//! Finds and reads `db-fresh.toml`.

use std::{
    env, io,
    path::{Path, PathBuf},
};

use diagnostic::{Place, read_text};
use schema_contract::drift::Ignore;
use toml::de::DeTable;

use super::{Component, Config, environments, keys, names, problem::ConfigProblem, size::SETTINGS};
use crate::error::Error;

/// The name of the file, looked for in this folder and those above it.
pub(crate) const FILE: &str = "db-fresh.toml";

/// Reads the configuration that holds for the current folder.
pub(crate) fn load() -> Result<Config, Error> {
    let here = env::current_dir().map_err(|error| unreadable(".", error))?;
    let (root, file) = find(&here);
    let Some(file) = file else {
        return Ok(Config::default().with_defaults(root));
    };
    let name = file.strip_prefix(&here).unwrap_or(&file).display().to_string();
    let text = read_text(&file, SETTINGS).map_err(|error| unreadable(&name, error.into()))?;
    parse(&name, &text).map(|config| config.with_defaults(root))
}

/// Reads the configuration that lies in this folder.
pub(crate) fn load_at(root: &Path) -> Result<Config, Error> {
    let file = root.join(FILE);
    let name = file.display().to_string();
    let text = read_text(&file, SETTINGS).map_err(|error| unreadable(&name, error.into()))?;
    let root = root
        .canonicalize()
        .map_err(|error| unreadable(&root.display().to_string(), error))?;
    parse(&name, &text).map(|config| config.with_defaults(root))
}

/// The folder that paths start from, and the file if there is one: the nearest folder upwards that holds it, else the
/// nearest that is the root of a workspace or a repository, else this one.
fn find(here: &Path) -> (PathBuf, Option<PathBuf>) {
    let holding = |name: &str| here.ancestors().find(|folder| folder.join(name).exists());
    // A link that leads nowhere is there too: reading it says so, and no file further up takes its place.
    let has_file = |folder: &&Path| folder.join(FILE).symlink_metadata().is_ok();
    if let Some(root) = here.ancestors().find(has_file) {
        return (root.to_owned(), Some(root.join(FILE)));
    }
    (
        holding("Cargo.lock")
            .or_else(|| holding(".git"))
            .unwrap_or(here)
            .to_owned(),
        None,
    )
}

/// Reads the text of a configuration; `name` is what its file is called.
pub(crate) fn parse(name: &str, text: &str) -> Result<Config, Error> {
    let document = DeTable::parse(text).map_err(|error| syntax(name, text, &error))?;
    let unknown = keys::unknown(name, text, document.get_ref());
    if !unknown.is_empty() {
        return Err(unknown.into());
    }
    let config: Config = toml::from_str(text).map_err(|error| syntax(name, text, &error))?;
    let mut wrong = names::unfit(name, text, &config);
    wrong.extend(inconsistent(name, text, &config.components));
    wrong.extend(unexplained(name, text, &config));
    let default = config.default_environment.as_deref();
    wrong.extend(environments::wrong(name, text, default, &config.environments));
    if wrong.is_empty() {
        Ok(config)
    } else {
        Err(wrong.into())
    }
}

/// Components that are named twice, or come after one that does not exist.
fn inconsistent(name: &str, text: &str, components: &[Component]) -> Vec<ConfigProblem> {
    let mut wrong = Vec::new();
    let at = |word: &str| Box::new(Place::at_byte(name, text, text.rfind(word).unwrap_or(0)));
    for (index, component) in components.iter().enumerate() {
        let name = &component.name;
        if components[..index].iter().any(|earlier| earlier.name == *name) {
            wrong.push(ConfigProblem::DuplicateComponent {
                name: name.clone(),
                place: at(name),
            });
        }
        for before in &component.after {
            if !components.iter().any(|other| other.name == *before) {
                wrong.push(ConfigProblem::UnknownComponent {
                    name: name.clone(),
                    before: before.clone(),
                    place: at(before),
                });
            }
        }
    }
    wrong
}

/// Patterns that somebody chose to ignore without saying why.
fn unexplained(name: &str, text: &str, config: &Config) -> Vec<ConfigProblem> {
    let ignores = config.ignores.iter();
    let unexplained = ignores.filter(|ignore| ignore.reason.trim().is_empty());
    let describe = |ignore: &Ignore| {
        let offset = text.find(&ignore.pattern).unwrap_or(0);
        ConfigProblem::NoReason {
            pattern: ignore.pattern.clone(),
            place: Box::new(Place::at_byte(name, text, offset)),
        }
    };
    unexplained.map(describe).collect()
}

fn syntax(name: &str, text: &str, error: &toml::de::Error) -> Error {
    let offset = error.span().map_or(0, |span| span.start);
    let (message, place) = (error.message().to_owned(), Place::at_byte(name, text, offset));
    let place = Box::new(place);
    ConfigProblem::Syntax { message, place }.into()
}

fn unreadable(file: &str, source: io::Error) -> Error {
    let file = file.to_owned();
    ConfigProblem::Unreadable { file, source }.into()
}

#[cfg(test)]
mod tests {
    use diagnostic::{Paint, render_all};

    use super::*;
    use crate::exit::Exit;

    fn problems(text: &str) -> String {
        let failure = parse(FILE, text).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        render_all(&failure.diagnostics(), Paint::Plain)
    }

    #[test]
    fn every_unknown_key_is_named_with_the_nearest_known_one() {
        let text = "[ledgr]\nschema = \"ops\"\n\n[[component]]\nname = \"a\"\nmigration = \"db\"\n";
        insta::assert_snapshot!(problems(text));
    }

    #[test]
    fn a_value_of_the_wrong_type_is_shown_where_it_stands() {
        insta::assert_snapshot!(problems("[[component]]\nname = \"a\"\nafter = \"b\"\n"));
    }

    #[test]
    fn components_must_be_unique_and_known() {
        let text = "[[component]]\nname = \"a\"\nafter = [\"b\"]\n[[component]]\nname = \"a\"\n";
        insta::assert_snapshot!(problems(text));
    }

    #[test]
    fn what_is_ignored_has_a_reason() {
        let text = "[[ignore]]\npattern = \"table app.t / *\"\nreason = \" \"\n";
        insta::assert_snapshot!(problems(text));
    }

    #[test]
    fn every_key_may_be_given() {
        let text = r#"
            default_environment = "development"
            ledger = { schema = "ops", table = "ledger" }
            guard = { schema = "s", table = "t", key = "k", key_column = "a", value_column = "b", environment_column = "c" }
            preflight = { variables = ["A|B"], programs = ["git"], folders = ["seeds"] }
            component = [{ name = "a", migrations = "m", seeds = "s", contract = "c", schemas = ["x"], after = [] }]
            environment = [{ name = "production", protected = true }]
            consumer = [{ name = "billing", queries = "q", expectations = "e" }]
            ignore = [{ pattern = "* / comment", reason = "r" }]
        "#;
        let config = parse(FILE, text).unwrap().with_defaults(PathBuf::new());
        assert_eq!(config.components[0].migrations(), Path::new("m"));
        assert_eq!(
            config
                .environments
                .iter()
                .filter(|e| e.name == "production")
                .count(),
            1
        );
    }

    #[test]
    fn without_a_file_there_is_one_component_where_projects_have_it() {
        let config = Config::default().with_defaults(PathBuf::new());
        let [only] = config.components.as_slice() else {
            panic!("{:?}", config.components);
        };
        assert_eq!(only.migrations(), Path::new("migrations"));
        assert_eq!(only.seeds(), Path::new("seeds"));
        assert_eq!(only.contract(), Path::new("migrations/main.contract.snap"));
    }
}
