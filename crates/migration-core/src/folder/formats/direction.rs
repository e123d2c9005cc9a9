//! The direction that the name of a file says, `.up.sql` or `.down.sql`, and names that nearly say one.

use crate::Direction;

/// What a name says about a direction.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named<'a> {
    /// A direction, in front of which this stands.
    Direction(Direction, &'a str),
    /// Nearly one, such as `.DOWN` or `.rollback`.
    Nearly,
    Nothing,
}

/// What the part of a name in front of `.sql` says.
pub(super) fn of_stem(stem: &str) -> Named<'_> {
    let Some((before, word)) = stem.rsplit_once('.') else {
        return Named::Nothing;
    };
    match word {
        "up" => return Named::Direction(Direction::Up, before),
        "down" => return Named::Direction(Direction::Down, before),
        _ => {}
    }
    let word = word.to_ascii_lowercase();
    if matches!(
        word.as_str(),
        "up" | "do" | "down" | "undo" | "rollback" | "revert" | "downgrade"
    ) {
        Named::Nearly
    } else {
        Named::Nothing
    }
}

/// Whether a name says that the file undoes something, to a reader.
pub(super) fn undoes(name: &str) -> bool {
    let stem = name.get(..name.len().saturating_sub(4)).unwrap_or_default();
    let lower = stem.to_ascii_lowercase();
    match of_stem(&lower) {
        Named::Direction(direction, _) => direction == Direction::Down,
        Named::Nearly => !lower.ends_with(".do"),
        Named::Nothing => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_is_the_last_word_of_the_stem() {
        assert_eq!(of_stem("1_a.up"), Named::Direction(Direction::Up, "1_a"));
        assert_eq!(of_stem("1_a.b.down"), Named::Direction(Direction::Down, "1_a.b"));
        for nearly in ["1_a.DOWN", "1_a.Up", "1_a.undo", "001.do", "1_a.rollback"] {
            assert_eq!(of_stem(nearly), Named::Nearly, "{nearly}");
        }
        for nothing in ["1_a", "1_scale_down", "1_a.b", "1_v1.2"] {
            assert_eq!(of_stem(nothing), Named::Nothing, "{nothing}");
        }
    }

    #[test]
    fn a_name_that_undoes_something_is_seen_in_any_case() {
        for name in ["1_a.down.sql", "1_a.DOWN.SQL", "1_a.undo.sql", "1_a.rollback.sql"] {
            assert!(undoes(name), "{name}");
        }
        for name in ["1_a.up.sql", "1_a.sql", "1_scale_down.sql", "1_a.do.sql", "a"] {
            assert!(!undoes(name), "{name}");
        }
    }
}
