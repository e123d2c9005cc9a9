//! Finds and reads `db-fresh.toml`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

use diagnostic::{Diagnostic, Place};
use toml::de::DeTable;

use super::{Component, Config, FILE, Ignore, keys};
use crate::{exit::Exit, failure::Failure};

/// Reads the configuration that holds for the current folder.
pub(crate) fn load() -> Result<Config, Failure> {
    let here = env::current_dir().map_err(|error| unreadable(".", &error))?;
    let (root, file) = find(&here);
    let Some(file) = file else {
        return Ok(Config::default().with_defaults(root));
    };
    let name = file.strip_prefix(&here).unwrap_or(&file).display().to_string();
    let text = fs::read_to_string(&file).map_err(|error| unreadable(&name, &error))?;
    parse(&name, &text).map(|config| config.with_defaults(root))
}

/// Reads the configuration that lies in this folder.
pub(crate) fn load_at(root: &Path) -> Result<Config, Failure> {
    let file = root.join(FILE);
    let name = file.display().to_string();
    let text = fs::read_to_string(&file).map_err(|error| unreadable(&name, &error))?;
    let root = root
        .canonicalize()
        .map_err(|error| unreadable(&root.display().to_string(), &error))?;
    parse(&name, &text).map(|config| config.with_defaults(root))
}

/// The folder that paths start from, and the file if there is one: the nearest folder upwards that holds it, else the
/// nearest that is the root of a workspace or a repository, else this one.
fn find(here: &Path) -> (PathBuf, Option<PathBuf>) {
    let holding = |name: &str| here.ancestors().find(|folder| folder.join(name).exists());
    if let Some(root) = holding(FILE) {
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
pub(crate) fn parse(name: &str, text: &str) -> Result<Config, Failure> {
    let document = DeTable::parse(text).map_err(|error| syntax(name, text, &error))?;
    let unknown = keys::unknown(name, text, document.get_ref());
    if !unknown.is_empty() {
        return Err(Failure {
            exit: Exit::Usage,
            diagnostics: unknown,
        });
    }
    let config: Config = toml::from_str(text).map_err(|error| syntax(name, text, &error))?;
    let mut wrong = inconsistent(name, text, &config.components);
    wrong.extend(unexplained(name, text, &config));
    if wrong.is_empty() {
        Ok(config)
    } else {
        Err(Failure {
            exit: Exit::Usage,
            diagnostics: wrong,
        })
    }
}

/// Components that are named twice, or come after one that does not exist.
fn inconsistent(name: &str, text: &str, components: &[Component]) -> Vec<Diagnostic> {
    let mut wrong = Vec::new();
    let mut report = |code, what: String, word: &str| {
        let mut diagnostic = Diagnostic::new(code, what);
        diagnostic.place = Some(Place::at_byte(name, text, text.rfind(word).unwrap_or(0)));
        wrong.push(diagnostic);
    };
    for (index, component) in components.iter().enumerate() {
        if components[..index]
            .iter()
            .any(|earlier| earlier.name == component.name)
        {
            let what = format!("there are two components with the name `{}`", component.name);
            report("config/duplicate-component", what, &component.name);
        }
        for before in &component.after {
            if !components.iter().any(|other| other.name == *before) {
                let what = format!(
                    "`{}` comes after `{before}`, and there is no such component",
                    component.name
                );
                report("config/unknown-component", what, before);
            }
        }
    }
    wrong
}

/// Patterns that somebody chose to ignore without saying why.
fn unexplained(name: &str, text: &str, config: &Config) -> Vec<Diagnostic> {
    let unexplained = config
        .ignores
        .iter()
        .filter(|ignore| ignore.reason.trim().is_empty());
    let describe = |ignore: &Ignore| {
        let what = format!("the pattern `{}` is ignored without a reason", ignore.pattern);
        let mut diagnostic = Diagnostic::new("config/no-reason", what);
        diagnostic.place = Some(Place::at_byte(
            name,
            text,
            text.find(&ignore.pattern).unwrap_or(0),
        ));
        diagnostic.why = Some("nobody will know when it can go".into());
        diagnostic
    };
    unexplained.map(describe).collect()
}

fn syntax(name: &str, text: &str, error: &toml::de::Error) -> Failure {
    let mut diagnostic = Diagnostic::new("config/syntax", error.message().to_owned());
    diagnostic.place = Some(Place::at_byte(
        name,
        text,
        error.span().map_or(0, |span| span.start),
    ));
    Failure::new(Exit::Usage, diagnostic)
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    let mut diagnostic = Diagnostic::new("config/unreadable", format!("cannot read `{name}`"));
    diagnostic.causes.push(error.to_string());
    Failure::new(Exit::Other, diagnostic)
}

#[cfg(test)]
mod tests {
    use diagnostic::{Paint, render_all};

    use super::*;

    fn problems(text: &str) -> String {
        let failure = parse(FILE, text).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        render_all(&failure.diagnostics, Paint::Plain)
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
            ledger = { schema = "ops", table = "ledger" }
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
    fn without_a_file_this_repository_is_described() {
        let config = Config::default().with_defaults(PathBuf::new());
        assert_eq!(
            config.components[1].contract(),
            Path::new("migrations/analytics.contract.snap")
        );
        assert_eq!(config.components[1].after, ["operational"]);
    }
}
