//! The list of tools, one entry each. Recognising a ledger, adopting, exporting and locking all read it.

use super::{
    Tool,
    profile::{Checksum, Further, Keeps, Lock, Profile, Schema, Type},
};
use crate::{Format, LedgerTable};

/// In the order of [`Tool`]'s variants.
pub(crate) static TOOLS: [Profile; Tool::ALL.len()] = [
    Profile {
        tool: Tool::Sqlx,
        name: "sqlx",
        format: Some(Format::Sqlx),
        schema: Schema::SearchPath,
        tables: &["_sqlx_migrations"],
        columns: &[
            ("version", Type::Integer),
            ("description", Type::Text),
            ("success", Type::Bool),
            ("checksum", Type::Bytes),
        ],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::Sha384,
        lock: Lock::OfDatabase,
    },
    Profile {
        tool: Tool::GolangMigrate,
        name: "golang-migrate",
        format: Some(Format::GolangMigrate),
        schema: Schema::SearchPath,
        tables: &["schema_migrations"],
        columns: &[("version", Type::Integer), ("dirty", Type::Bool)],
        further: Further::Never,
        lacks: &[],
        keeps: Keeps::Mark,
        checksum: Checksum::None,
        lock: Lock::OfTableAndDatabase,
    },
    Profile {
        tool: Tool::Goose,
        name: "goose",
        format: Some(Format::Goose),
        schema: Schema::SearchPath,
        tables: &["goose_db_version"],
        columns: &[
            ("id", Type::Integer),
            ("version_id", Type::Integer),
            ("is_applied", Type::Bool),
            ("tstamp", Type::Time),
        ],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::None,
        lock: Lock::Key(4_097_083_626),
    },
    Profile {
        tool: Tool::Dbmate,
        name: "dbmate",
        format: Some(Format::Dbmate),
        schema: Schema::SearchPath,
        tables: &["schema_migrations"],
        columns: &[("version", Type::Text)],
        further: Further::Never,
        lacks: &["dirty", "filename", "statements", "name"],
        keeps: Keeps::Rows,
        checksum: Checksum::None,
        lock: Lock::None,
    },
    Profile {
        tool: Tool::Flyway,
        name: "flyway",
        format: Some(Format::Flyway),
        schema: Schema::SearchPath,
        tables: &["flyway_schema_history", "schema_version"],
        columns: &[
            ("installed_rank", Type::Integer),
            ("version", Type::Text),
            ("script", Type::Text),
            ("checksum", Type::Integer),
            ("success", Type::Bool),
        ],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::Crc32OfLines,
        lock: Lock::OfTable,
    },
    Profile {
        tool: Tool::Refinery,
        name: "refinery",
        format: Some(Format::Refinery),
        schema: Schema::SearchPath,
        tables: &["refinery_schema_history"],
        columns: &[
            ("version", Type::Integer),
            ("name", Type::Text),
            ("applied_on", Type::Text),
            ("checksum", Type::Text),
        ],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::SipHash,
        lock: Lock::None,
    },
    Profile {
        tool: Tool::Diesel,
        name: "diesel",
        format: Some(Format::Diesel),
        schema: Schema::SearchPath,
        tables: &["__diesel_schema_migrations"],
        columns: &[("version", Type::Text), ("run_on", Type::Time)],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::None,
        lock: Lock::None,
    },
    Profile {
        tool: Tool::Prisma,
        name: "prisma",
        format: Some(Format::Prisma),
        schema: Schema::SearchPath,
        tables: &["_prisma_migrations"],
        columns: &[
            ("migration_name", Type::Text),
            ("checksum", Type::Text),
            ("finished_at", Type::Time),
            ("rolled_back_at", Type::Time),
        ],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::Sha256,
        lock: Lock::Key(72_707_369),
    },
    Profile {
        tool: Tool::Supabase,
        name: "supabase",
        format: Some(Format::Supabase),
        schema: Schema::Only("supabase_migrations"),
        tables: &["schema_migrations"],
        // `statements` and `name` came later.
        columns: &[("version", Type::Text)],
        further: Further::Allowed,
        lacks: &["dirty"],
        keeps: Keeps::Rows,
        checksum: Checksum::Statements,
        lock: Lock::None,
    },
    Profile {
        tool: Tool::Tern,
        name: "tern",
        format: Some(Format::Tern),
        schema: Schema::SearchPath,
        tables: &["schema_version"],
        columns: &[("version", Type::Int4)],
        further: Further::Never,
        lacks: &["dirty", "version_id"],
        keeps: Keeps::Mark,
        checksum: Checksum::None,
        lock: Lock::Key(9_628_173_550_095_224),
    },
    Profile {
        tool: Tool::SqlMigrate,
        name: "sql-migrate",
        format: Some(Format::SqlMigrate),
        schema: Schema::SearchPath,
        tables: &["gorp_migrations"],
        columns: &[("id", Type::Text), ("applied_at", Type::Time)],
        further: Further::Never,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::None,
        lock: Lock::None,
    },
    Profile {
        tool: Tool::NodePgMigrate,
        name: "node-pg-migrate",
        format: Some(Format::NodePgMigrate),
        schema: Schema::SearchPath,
        tables: &["pgmigrations"],
        columns: &[("name", Type::Text), ("run_on", Type::Time)],
        further: Further::Allowed,
        lacks: &[],
        keeps: Keeps::Rows,
        checksum: Checksum::None,
        lock: Lock::Key(7_241_865_325_823_964),
    },
    Profile {
        tool: Tool::Encore,
        name: "encore",
        format: None,
        schema: Schema::SearchPath,
        tables: &["schema_migrations"],
        columns: &[
            ("filename", Type::Text),
            ("checksum", Type::Text),
            ("applied_at", Type::Time),
        ],
        further: Further::Allowed,
        // Our own ledger has the columns above too.
        lacks: &["component"],
        keeps: Keeps::Rows,
        checksum: Checksum::ByLength,
        lock: Lock::None,
    },
    Profile {
        tool: Tool::Array,
        name: "array",
        format: None,
        schema: Schema::SearchPath,
        tables: &["applied_migrations"],
        columns: &[("id", Type::Text), ("applied_at", Type::Time)],
        further: Further::Allowed,
        lacks: &["component"],
        keeps: Keeps::Rows,
        checksum: Checksum::None,
        lock: Lock::None,
    },
];

impl Tool {
    /// Its entry in the list.
    pub(crate) fn profile(self) -> &'static Profile {
        &TOOLS[self as usize]
    }

    /// Its name, as flags spell it.
    pub fn name(self) -> &'static str {
        self.profile().name
    }

    /// The format of its folders; none for runners that have no format of their own.
    pub fn format(self) -> Option<Format> {
        self.profile().format
    }

    /// The name of its ledger, unless it was told otherwise.
    pub fn table(self) -> &'static str {
        self.profile().tables[0]
    }

    /// Where its ledger is, unless it was told otherwise.
    pub(crate) fn default_ledger(self) -> LedgerTable {
        LedgerTable {
            schema: self.schema().into(),
            table: self.table().into(),
        }
    }

    /// The schema that its ledger is made in.
    pub fn schema(self) -> &'static str {
        match self.profile().schema {
            Schema::SearchPath => "public",
            Schema::Only(schema) => schema,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_tool_has_its_own_entry_and_the_name_of_its_format() {
        for (tool, profile) in Tool::ALL.into_iter().zip(&TOOLS) {
            assert_eq!((tool, tool.profile().tool), (profile.tool, tool));
            if let Some(format) = profile.format {
                assert_eq!(profile.name, format.name());
            }
        }
    }
}
