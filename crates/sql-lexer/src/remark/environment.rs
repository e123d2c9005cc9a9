//! The names of environments, and lists of them.

/// The name that stands for all names of an environment: `dev`, `test`, `staging` or `production` for those that people give these
/// four, any other in lower case. White space round it does not count.
pub fn canonical_environment(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        "development" | "devel" | "develop" | "local" => "dev".to_owned(),
        "testing" | "tests" | "ci" => "test".to_owned(),
        "stage" | "stg" => "staging".to_owned(),
        "prod" | "prd" | "live" => "production".to_owned(),
        _ => name,
    }
}

/// Words of a sentence, which are no names of environments.
const NO_NAMES: [&str; 8] = ["and", "or", "in", "on", "for", "the", "not", "only"];

/// The environments of a list such as `dev,test`, by their canonical names; nothing where it is no such list.
pub(super) fn list(text: &str) -> Option<Vec<String>> {
    let names = text.split([',', ' ', '\t']).filter(|name| !name.is_empty());
    let mut found = Vec::new();
    for name in names {
        let is_name = name
            .chars()
            .all(|next| next.is_alphanumeric() || "-_.".contains(next));
        if !is_name || NO_NAMES.contains(&name.to_lowercase().as_str()) {
            return None;
        }
        let name = canonical_environment(name);
        if !found.contains(&name) {
            found.push(name);
        }
    }
    (!found.is_empty()).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_has_only_names() {
        assert_eq!(list("dev, Testing"), Some(vec!["dev".into(), "test".into()]));
        assert_eq!(
            list("prod staging-2"),
            Some(vec!["production".into(), "staging-2".into()])
        );
        for text in ["", " , ", "dev and test", "dev: it clears data", "=dev", "(dev)"] {
            assert_eq!(list(text), None, "{text}");
        }
    }
}
