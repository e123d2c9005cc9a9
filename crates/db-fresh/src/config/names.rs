//! What the names of components, consumers and environments may be.
//!
//! A component's name is that of its folders and the beginning of its contract's, so it has to be one name and not a path.

use diagnostic::Place;

use super::{model::Config, problem::ConfigProblem};

/// A file's name has at most 255 bytes, `.contract.snap` included.
const LONGEST: usize = 200;

/// Names that cannot be used, each with its place.
pub(super) fn unfit(file: &str, text: &str, config: &Config) -> Vec<ConfigProblem> {
    let components = config
        .components
        .iter()
        .map(|one| ("a component", "[[component]]", &one.name, of_folder(&one.name)));
    let consumers = config
        .consumers
        .iter()
        .map(|one| ("a consumer", "[[consumer]]", &one.name, of_anything(&one.name)));
    let environments = config.environments.iter().map(|one| {
        (
            "an environment",
            "[[environment]]",
            &one.name,
            of_anything(&one.name),
        )
    });
    let all = components.chain(consumers).chain(environments);
    all.filter_map(|(of, table, name, why)| {
        Some(ConfigProblem::BadName {
            name: name.clone(),
            of,
            why: why?,
            place: Box::new(place(file, text, table, name)),
        })
    })
    .collect()
}

/// Why it cannot be a name at all.
fn of_anything(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("it is empty")
    } else if name.chars().any(char::is_control) {
        Some("it has a control character")
    } else if name.len() > LONGEST {
        Some("it is longer than 200 bytes")
    } else {
        None
    }
}

/// Why it cannot be the name of a folder.
fn of_folder(name: &str) -> Option<&'static str> {
    if name.contains(['/', '\\']) || matches!(name, "." | "..") {
        return Some("it is a path: folders and contracts are named after it");
    }
    if name.trim() != name {
        return Some("it begins or ends with a blank");
    }
    of_anything(name)
}

/// The name as it is written; where that is escaped, the first table of its kind.
fn place(file: &str, text: &str, table: &str, name: &str) -> Place {
    let written = [format!("\"{name}\""), format!("'{name}'")];
    let offset = written.iter().find_map(|written| text.find(written));
    Place::at_byte(file, text, offset.or_else(|| text.find(table)).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_named_like_a_folder() {
        for name in [
            "../x", "a/b", "/etc", ".", "..", "a\\b", "", " ", "a\0b", "a\nb", " a", "a\u{7f}",
        ] {
            assert!(of_folder(name).is_some(), "{name:?}");
        }
        assert!(of_folder(&"x".repeat(201)).is_some());
        for name in ["app", "a.b", "..a", "my app", "Rechnungen-ä", ".hidden", "-x"] {
            assert_eq!(of_folder(name), None, "{name:?}");
        }
        assert_eq!(of_anything("eu/production"), None);
    }
}
