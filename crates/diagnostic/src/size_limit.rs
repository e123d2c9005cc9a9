//! The most bytes that are read of one file, and how people write it: `256 MiB`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, de};

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// The most bytes that are read of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SizeLimit(u64);

impl SizeLimit {
    /// 256 MiB.
    pub const DEFAULT: Self = Self(256 << 20);

    /// A limit of so many bytes.
    pub const fn from_bytes(bytes: u64) -> Self {
        Self(bytes)
    }

    /// The limit in bytes.
    pub const fn bytes(self) -> u64 {
        self.0
    }
}

impl Default for SizeLimit {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for SizeLimit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some((unit, size)) = UNITS.into_iter().find(|(_, size)| self.0 >= *size) else {
            return write!(f, "{} bytes", self.0);
        };
        let (whole, tenths) = (self.0 / size, self.0 % size * 10 / size);
        if tenths == 0 {
            write!(f, "{whole} {unit}")
        } else {
            write!(f, "{whole}.{tenths} {unit}")
        }
    }
}

/// A text is not a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotASize(String);

impl fmt::Display for NotASize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a size; sizes are written as `256 MiB`, `1 GiB` or a number of bytes",
            self.0
        )
    }
}

impl std::error::Error for NotASize {}

impl FromStr for SizeLimit {
    type Err = NotASize;

    /// A number with one of the units KiB, MiB and GiB in any case (`KB` and `K` mean the same), or of bytes.
    fn from_str(text: &str) -> Result<Self, NotASize> {
        let not_a_size = || NotASize(text.to_owned());
        let digits = text.trim_end_matches(|next: char| !next.is_ascii_digit());
        let unit = text[digits.len()..].trim();
        let number: u64 = digits.trim().parse().map_err(|_| not_a_size())?;
        let size = match unit.to_ascii_lowercase().as_str() {
            "" | "b" | "bytes" => 1,
            "k" | "kb" | "kib" => 1 << 10,
            "m" | "mb" | "mib" => 1 << 20,
            "g" | "gb" | "gib" => 1 << 30,
            _ => return Err(not_a_size()),
        };
        number
            .checked_mul(size)
            .filter(|bytes| *bytes > 0)
            .map(Self)
            .ok_or_else(not_a_size)
    }
}

/// From a text such as `256 MiB`, or a number of bytes.
impl<'de> Deserialize<'de> for SizeLimit {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a size such as \"256 MiB\"")]
        enum Given {
            Bytes(u64),
            Text(String),
        }
        match Given::deserialize(deserializer)? {
            Given::Bytes(bytes) => bytes.to_string().parse(),
            Given::Text(text) => text.parse(),
        }
        .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("256 MiB", 256 << 20),
            ("1gib", 1 << 30),
            ("16 kb", 16 << 10),
            ("100", 100),
        ] {
            assert_eq!(text.parse(), Ok(SizeLimit::from_bytes(bytes)), "{text}");
        }
        for text in ["", "MiB", "0", "-1", "1.5 GiB", "1 TB", "99999999999999999999"] {
            assert!(text.parse::<SizeLimit>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_size_is_shown_in_its_largest_unit() {
        assert_eq!(SizeLimit::DEFAULT.to_string(), "256 MiB");
        assert_eq!(SizeLimit::from_bytes(10_000_000_000).to_string(), "9.3 GiB");
        assert_eq!(SizeLimit::from_bytes(12).to_string(), "12 bytes");
    }
}
