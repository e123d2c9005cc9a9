//! A tool that may have migrated a database.

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
    /// Flyway: `flyway_schema_history`, before version 5 `schema_version`.
    Flyway,
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// Diesel: `__diesel_schema_migrations`.
    Diesel,
    /// Prisma: `_prisma_migrations`.
    Prisma,
    /// Supabase: `supabase_migrations.schema_migrations`.
    Supabase,
    /// tern, the Go tool: `schema_version(version)`.
    Tern,
    /// sql-migrate: `gorp_migrations`.
    SqlMigrate,
    /// node-pg-migrate: `pgmigrations`.
    NodePgMigrate,
    /// A runner that keeps file names and hashes, as Encore applications have it: `schema_migrations(filename, checksum)`.
    Encore,
    /// A runner that goes through a list in code: `applied_migrations(id)`.
    Array,
}

impl Tool {
    /// All of them, in the order in which they are told to people.
    pub const ALL: [Self; 14] = [
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
        Self::Encore,
        Self::Array,
    ];
}
