//! What orders migrations: a version, compared as the folder's format compares it, never as a path.
//!
//! Left out on purpose: parsing it out of a file name, which is the business of each format.

use std::{cmp::Ordering, fmt};

/// The version of a migration.
///
/// Numbers of any length compare as numbers: `10` comes after `9`, `00010` equals `10`. Within one folder all
/// versions are of one kind.
#[derive(Debug, Clone)]
pub enum Version {
    /// Dot-separated numbers (`1.2`, `20251112001`); most formats have one part. Missing parts count as zero.
    Number {
        /// As it stands in the file name, for people.
        text: String,
        /// The parts; u128 because time stamps with fractions exceed u64.
        parts: Vec<u128>,
    },
    /// Compared as text, where the format says so (dbmate, Diesel, Prisma, Supabase).
    Text(String),
    /// No version: runs after all versioned ones, in the order of its name, whenever its text changes.
    Repeatable(String),
}

impl Version {
    /// A version of dot-separated numbers, or `None` where the text is not one or a part exceeds u128.
    ///
    /// Underscores count as dots, as in Flyway's `V1_2`.
    pub(crate) fn number(text: &str) -> Option<Self> {
        let parts = text
            .split(['.', '_'])
            .map(|part| {
                let digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
                digits.then(|| part.parse().ok()).flatten()
            })
            .collect::<Option<Vec<u128>>>()?;
        Some(Self::Number {
            text: text.replace('_', "."),
            parts,
        })
    }

    /// Where the three kinds stand to each other: versioned ones first, repeatable ones last.
    fn rank(&self) -> u8 {
        match self {
            Self::Number { .. } => 0,
            Self::Text(_) => 1,
            Self::Repeatable(_) => 2,
        }
    }
}

/// The parts without zeros at the end, since `1` and `1.0` are the same version.
fn significant(parts: &[u128]) -> &[u128] {
    let end = parts
        .iter()
        .rposition(|&part| part != 0)
        .map_or(0, |last| last + 1);
    &parts[..end]
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Number { parts: a, .. }, Self::Number { parts: b, .. }) => {
                significant(a).cmp(significant(b))
            }
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            // By description, in which an underscore is a blank.
            (Self::Repeatable(a), Self::Repeatable(b)) => {
                let described = |name: &str| name.replace('_', " ");
                described(a).cmp(&described(b))
            }
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number { text, .. } | Self::Text(text) => f.write_str(text),
            Self::Repeatable(name) => write!(f, "repeatable {name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Version {
        Version::number(text).unwrap()
    }

    #[test]
    fn numbers_compare_as_numbers_whatever_their_length() {
        assert!(number("9") < number("10"));
        assert_eq!(number("00010"), number("10"));
        assert!(
            number("20251112001") < number("20251112000001"),
            "11 digits come before 14"
        );
        assert!(number("2") < number("20251112001000000000000000000"));
    }

    #[test]
    fn parts_compare_one_by_one_and_missing_ones_are_zero() {
        assert!(number("1.9") < number("1.10"));
        assert!(number("1.2") < number("2"));
        assert_eq!(number("1"), number("1.0.0"));
        assert_eq!(number("1_2"), number("1.2"));
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in ["", "1.", "a", "1a", "-1", "+1", &"9".repeat(40)] {
            assert!(Version::number(text).is_none(), "{text}");
        }
    }

    #[test]
    fn repeatable_ones_come_last() {
        let mut all = [
            Version::Repeatable("a".into()),
            Version::Text("b".into()),
            number("3"),
        ];
        all.sort();
        assert_eq!(all.map(|version| version.to_string()), ["3", "b", "repeatable a"]);
    }

    #[test]
    fn text_compares_as_text() {
        assert!(Version::Text("10".into()) < Version::Text("9".into()));
    }
}
