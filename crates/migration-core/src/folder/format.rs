//! The folder formats and their names.
//!
//! Left out on purpose: what each of them means, which is told by the module of the format.

use std::{error::Error, fmt, str::FromStr};

/// Whose rules a folder of migrations follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// Ours: `NNNN_description.sql`, or `.up.sql` and `.down.sql`.
    Native,
    /// sqlx: `<version>_<description>.sql`, or `.up.sql` and `.down.sql`.
    Sqlx,
    /// golang-migrate: `<version>_<title>.up.sql` and `.down.sql`.
    GolangMigrate,
    /// goose: `<version>_<name>.sql` with `-- +goose` annotations.
    Goose,
    /// dbmate: `<version>_<name>.sql` with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// Flyway: `V<version>__<description>.sql`, `U…` and `R__…`.
    Flyway,
    /// refinery: `V<version>__<name>.sql` and `U…`.
    Refinery,
    /// Diesel: a folder for each migration, with `up.sql` and `down.sql`.
    Diesel,
    /// Prisma: a folder for each migration, with `migration.sql`.
    Prisma,
    /// Supabase: `<timestamp>_<name>.sql` in `supabase/migrations`.
    Supabase,
    /// tern (the Go tool): `<number>_<name>.sql`, numbered without gaps.
    Tern,
    /// sql-migrate: any name, with `-- +migrate Up` and `-- +migrate Down`.
    SqlMigrate,
    /// node-pg-migrate: `<number>_<name>.sql` with `-- Up Migration` and `-- Down Migration`.
    NodePgMigrate,
}

impl Format {
    /// All formats, in the order in which they are told to people.
    pub const ALL: [Self; 13] = [
        Self::Native,
        Self::Sqlx,
        Self::GolangMigrate,
        Self::Goose,
        Self::Dbmate,
        Self::Flyway,
        Self::Refinery,
        Self::Diesel,
        Self::Prisma,
        Self::Supabase,
        Self::Tern,
        Self::SqlMigrate,
        Self::NodePgMigrate,
    ];

    /// Its name, as flags and settings spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Sqlx => "sqlx",
            Self::GolangMigrate => "golang-migrate",
            Self::Goose => "goose",
            Self::Dbmate => "dbmate",
            Self::Flyway => "flyway",
            Self::Refinery => "refinery",
            Self::Diesel => "diesel",
            Self::Prisma => "prisma",
            Self::Supabase => "supabase",
            Self::Tern => "tern",
            Self::SqlMigrate => "sql-migrate",
            Self::NodePgMigrate => "node-pg-migrate",
        }
    }

    /// The names that its files have.
    pub(crate) fn pattern(self) -> &'static str {
        match self {
            Self::Native => "`NNNN_description.sql`, or `NNNN_description.up.sql` and `.down.sql`",
            Self::Sqlx => {
                "`VERSION_description.sql`, or `VERSION_description.up.sql` and `.down.sql`, VERSION a 64-bit number"
            }
            Self::GolangMigrate => "`VERSION_title.up.sql` and `VERSION_title.down.sql`",
            Self::Goose => "`VERSION_name.sql`, VERSION a number above 0",
            Self::Dbmate => "`VERSION_name.sql`, beginning with digits",
            Self::Flyway => "`V1_2__description.sql`, `U1_2__description.sql` or `R__description.sql`",
            Self::Refinery => "`V1__name.sql` or `U1__name.sql`, the name of letters, digits and `_`",
            Self::Diesel => "a folder `VERSION_name` with `up.sql`, and `down.sql` where it can be undone",
            Self::Prisma => "a folder `TIMESTAMP_name` with `migration.sql`",
            Self::Supabase => "`TIMESTAMP_name.sql`",
            Self::Tern => "`NNN_name.sql`, numbered from 1",
            Self::SqlMigrate => "`NAME.sql`; a number at its start is at most 64 bits long",
            Self::NodePgMigrate => "`NUMBER_name.sql`",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No format has this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownFormat(pub String);

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Format::ALL.map(Format::name).join(", ");
        write!(f, "there is no format `{}`; the formats are {names}", self.0)
    }
}

impl Error for UnknownFormat {}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == name)
            .ok_or_else(|| UnknownFormat(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
    }

    #[test]
    fn an_unknown_name_is_told_the_known_ones() {
        let error = "liquibase".parse::<Format>().unwrap_err().to_string();
        assert!(
            error.starts_with("there is no format `liquibase`; the formats are native, sqlx,"),
            "{error}"
        );
    }
}
