//! Schema versions and the verdict on two of them.

use std::{fmt, str::FromStr};

use serde::Serialize;

/// A schema version: major, minor and patch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// Older applications do not fit a newer major version.
    pub major: u64,
    /// Added to, compatibly.
    pub minor: u64,
    /// Repaired.
    pub patch: u64,
}

/// A text that is no version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no schema version")]
pub struct NotAVersion(pub String);

impl FromStr for Version {
    type Err = NotAVersion;

    /// Reads `1.4.0`, `v1.4.0`, `1.4` or `1`. A pre-release or build suffix is refused rather than ignored: what
    /// it would mean for the guard is nowhere agreed.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bad = || NotAVersion(text.to_owned());
        let trimmed = text.trim();
        let mut numbers = [0; 3];
        let parts: Vec<&str> = trimmed.strip_prefix('v').unwrap_or(trimmed).split('.').collect();
        if parts.len() > numbers.len() {
            return Err(bad());
        }
        for (number, part) in numbers.iter_mut().zip(&parts) {
            if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
                return Err(bad());
            }
            *number = part.parse().map_err(|_| bad())?;
        }
        let [major, minor, patch] = numbers;
        Ok(Self { major, minor, patch })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Whether an application fits a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The same version: it fits.
    Equal,
    /// The database is newer within the same major version: it fits.
    DatabaseNewer,
    /// The application is newer: refused until the migrations have run.
    ApplicationNewer,
    /// The major versions differ: refused.
    MajorDiffers,
}

impl Verdict {
    /// Whether the application may start.
    pub fn allows(self) -> bool {
        matches!(self, Self::Equal | Self::DatabaseNewer)
    }
}

/// Whether an application built for one schema version fits a database of another.
///
/// An application of a newer major version is [`Verdict::ApplicationNewer`] no longer but a conflict, as is one of
/// an older: neither running the migrations nor ignoring the difference is known to be safe.
pub fn verdict(application: &Version, database: &Version) -> Verdict {
    if application.major != database.major {
        Verdict::MajorDiffers
    } else if application > database {
        Verdict::ApplicationNewer
    } else if application < database {
        Verdict::DatabaseNewer
    } else {
        Verdict::Equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(application: &str, database: &str) -> Verdict {
        verdict(&application.parse().unwrap(), &database.parse().unwrap())
    }

    #[test]
    fn the_table_of_verdicts() {
        assert_eq!(of("1.4.0", "1.4.0"), Verdict::Equal);
        assert_eq!(of("1.4", "v1.4.0"), Verdict::Equal);
        assert_eq!(of("1.4.9", "1.10.0"), Verdict::DatabaseNewer);
        assert_eq!(of("1.10.0", "1.4.9"), Verdict::ApplicationNewer);
        assert_eq!(of("1.4.1", "1.4.0"), Verdict::ApplicationNewer);
        assert_eq!(of("2.0.0", "1.9.0"), Verdict::MajorDiffers);
        assert_eq!(of("1.9.0", "2.0.0"), Verdict::MajorDiffers);
    }

    #[test]
    fn only_a_fit_allows_the_start() {
        assert!(Verdict::Equal.allows() && Verdict::DatabaseNewer.allows());
        assert!(!Verdict::ApplicationNewer.allows() && !Verdict::MajorDiffers.allows());
    }

    #[test]
    fn what_is_no_version_is_refused() {
        for text in [
            "",
            "one",
            "1.",
            "1..2",
            "1.2.3.4",
            "1.2.3-rc1",
            "-1.0.0",
            "1.+2.0",
            "99999999999999999999.0.0",
        ] {
            assert!(text.parse::<Version>().is_err(), "{text}");
        }
    }
}
