//! Differences that are known and meant.

use serde::{Deserialize, Serialize};

/// Differences that are known and meant, each with a reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignore {
    /// What to leave out: the key of a fact as a contract writes it, `*` for anything:
    /// `table app.users / index users_tmp_* / *`.
    pub pattern: String,
    /// Why; it is shown with what was left out.
    pub reason: String,
}

impl Ignore {
    /// Whether the pattern matches the key of a fact.
    pub(super) fn matches(&self, key: &str) -> bool {
        matches(&self.pattern, key)
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts = parts.peekable();
    if parts.peek().is_none() {
        return rest.is_empty();
    }
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        for (pattern, text, expected) in [
            ("table a.b / comment", "table a.b / comment", true),
            ("table a.b / comment", "table a.b / comments", false),
            ("table a.*", "table a.b / comment", true),
            ("* / comment", "table a.b / comment", true),
            (
                "table * / index tmp_* / *",
                "table a.b / index tmp_x / columns",
                true,
            ),
            (
                "table * / index tmp_* / *",
                "table a.b / index x / columns",
                false,
            ),
            ("*", "", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
