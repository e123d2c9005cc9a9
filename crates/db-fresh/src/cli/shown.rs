//! Words of the command line as errors repeat them: nothing that may be an address or a secret.

use diagnostic::{REDACTED, visible};

/// How long a word that is repeated may be.
const LONGEST: usize = 80;

/// A word as an error repeats it. One that is more than a name, a path or a number may be an address with a password in it.
pub(crate) fn shown(word: &str) -> String {
    let is_plain =
        |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/' | ',' | '+' | '~' | ' ');
    if word.chars().all(is_plain) && word.chars().count() <= LONGEST {
        visible(word).into_owned()
    } else {
        REDACTED.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_paths_are_repeated_and_what_may_be_an_address_is_not() {
        for word in ["migrat", "0003_a.sql", "../db/migrations", "größe", "1,2", ""] {
            assert_eq!(shown(word), word);
        }
        for word in [
            "postgres://u:p@h/db",
            "postgres:/u:p@h",
            "u:p@h",
            "host=a password=b",
            "p@ss",
            "NAME=value",
            "a\x1b[31m",
            "a\nb",
        ] {
            assert_eq!(shown(word), REDACTED, "{word}");
        }
        assert_eq!(shown(&"x".repeat(500)), REDACTED);
    }
}
