//! The tools whose ledgers are understood: their names, their tables and how those are told apart.
//!
//! Left out on purpose: what their rows mean, which is in the questions that are asked of them.

use std::{error::Error, fmt, str::FromStr};

use crate::Format;

/// A tool that may have migrated a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tool {
    /// sqlx and sqlx-cli: `_sqlx_migrations`.
    Sqlx,
    /// golang-migrate: `schema_migrations(version, dirty)`.
    GolangMigrate,
    /// goose: `goose_db_version`.
    Goose,
    /// dbmate: `schema_migrations(version)`.
    Dbmate,
    /// Flyway: `flyway_schema_history`.
    Flyway,
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// Diesel: `__diesel_schema_migrations`.
    Diesel,
    /// Prisma: `_prisma_migrations`.
    Prisma,
    /// Supabase: `supabase_migrations.schema_migrations`.
    Supabase,
    /// tern, the Go tool: `schema_version`.
    Tern,
    /// A runner that keeps file names and hashes, as Encore applications have it: `schema_migrations(filename, checksum)`.
    Encore,
    /// A runner that goes through a list in code: `applied_migrations(id)`.
    Array,
}

impl Tool {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 12] = [
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
        Self::Encore,
        Self::Array,
    ];

    /// Its name, as flags spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Encore => "encore",
            Self::Array => "array",
            _ => self.format().map_or("", Format::name),
        }
    }

    /// The format of its folders; none for runners that have no format of their own.
    pub fn format(self) -> Option<Format> {
        Some(match self {
            Self::Sqlx => Format::Sqlx,
            Self::GolangMigrate => Format::GolangMigrate,
            Self::Goose => Format::Goose,
            Self::Dbmate => Format::Dbmate,
            Self::Flyway => Format::Flyway,
            Self::Refinery => Format::Refinery,
            Self::Diesel => Format::Diesel,
            Self::Prisma => Format::Prisma,
            Self::Supabase => Format::Supabase,
            Self::Tern => Format::Tern,
            Self::Encore | Self::Array => return None,
        })
    }

    /// The name of its ledger, unless it was told otherwise.
    pub fn table(self) -> &'static str {
        match self {
            Self::Sqlx => "_sqlx_migrations",
            Self::GolangMigrate | Self::Dbmate | Self::Supabase | Self::Encore => "schema_migrations",
            Self::Goose => "goose_db_version",
            Self::Flyway => "flyway_schema_history",
            Self::Refinery => "refinery_schema_history",
            Self::Diesel => "__diesel_schema_migrations",
            Self::Prisma => "_prisma_migrations",
            Self::Tern => "schema_version",
            Self::Array => "applied_migrations",
        }
    }

    /// The schema that its ledger is made in.
    pub fn schema(self) -> &'static str {
        match self {
            Self::Supabase => "supabase_migrations",
            _ => "public",
        }
    }

    /// Whether a table with these columns may be its ledger.
    pub(crate) fn owns(self, columns: &[&str]) -> bool {
        let (has, lacks): (&[&str], &[&str]) = match self {
            Self::Sqlx => (&["version", "description", "success", "checksum"], &[]),
            Self::GolangMigrate => (&["version", "dirty"], &[]),
            Self::Goose => (&["id", "version_id", "is_applied", "tstamp"], &[]),
            Self::Dbmate => (&["version"], &["dirty", "filename", "statements", "name"]),
            Self::Flyway => (
                &["installed_rank", "version", "script", "checksum", "success"],
                &[],
            ),
            Self::Refinery => (&["version", "name", "applied_on", "checksum"], &[]),
            Self::Diesel => (&["version", "run_on"], &[]),
            Self::Prisma => (
                &["migration_name", "checksum", "finished_at", "rolled_back_at"],
                &[],
            ),
            Self::Supabase => (&["version", "statements"], &["dirty"]),
            Self::Tern => (&["version"], &["dirty", "version_id"]),
            // Ours has these columns too, and a component beside them.
            Self::Encore => (&["filename", "checksum", "applied_at"], &["component"]),
            Self::Array => (&["id", "applied_at"], &["component"]),
        };
        has.iter().all(|name| columns.contains(name)) && !lacks.iter().any(|name| columns.contains(name))
    }

    /// Whether it keeps a checksum of what it applied.
    pub(crate) fn keeps_checksums(self) -> bool {
        matches!(
            self,
            Self::Sqlx | Self::Flyway | Self::Refinery | Self::Prisma | Self::Supabase | Self::Encore
        )
    }

    /// Whether its ledger is one row that says how far it came.
    pub(crate) fn keeps_a_mark(self) -> bool {
        matches!(self, Self::GolangMigrate | Self::Tern)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// No tool has this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownTool(pub String);

impl fmt::Display for UnknownTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = Tool::ALL.map(Tool::name).join(", ");
        write!(f, "there is no tool `{}`; known are {names}", self.0)
    }
}

impl Error for UnknownTool {}

impl FromStr for Tool {
    type Err = UnknownTool;

    fn from_str(name: &str) -> Result<Self, UnknownTool> {
        Self::ALL
            .into_iter()
            .find(|tool| tool.name() == name)
            .ok_or_else(|| UnknownTool(name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_both_ways() {
        for tool in Tool::ALL {
            assert_eq!(tool.to_string().parse(), Ok(tool));
        }
        let error = "liquibase".parse::<Tool>().unwrap_err().to_string();
        assert!(error.contains("sqlx, golang-migrate, goose"), "{error}");
    }

    #[test]
    fn tables_of_one_name_are_told_apart_by_their_columns() {
        let owners = |columns: &[&str]| -> Vec<_> {
            let same_name = Tool::ALL
                .into_iter()
                .filter(|tool| tool.table() == "schema_migrations");
            same_name.filter(|tool| tool.owns(columns)).collect()
        };
        assert_eq!(owners(&["version", "dirty"]), [Tool::GolangMigrate]);
        assert_eq!(owners(&["version"]), [Tool::Dbmate]);
        assert_eq!(owners(&["version", "statements", "name"]), [Tool::Supabase]);
        assert_eq!(
            owners(&["id", "filename", "applied_at", "checksum"]),
            [Tool::Encore]
        );
        let ours = ["id", "component", "filename", "checksum", "applied_at", "version"];
        assert!(owners(&ours).is_empty(), "ours is nobody else's");
    }
}
