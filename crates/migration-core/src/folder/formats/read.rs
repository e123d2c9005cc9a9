//! The migrations of a folder by the rules of its format.

use super::{
    dbmate, diesel, flyway, goose, node_pg_migrate, numbered, prisma, refinery, sql_migrate, supabase, tern,
};
use crate::{Format, Migration, folder::reader::Reader};

/// The migrations of a folder by the rules of its format, in any order.
pub(in crate::folder) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    match reader.format {
        Format::Native | Format::Sqlx | Format::GolangMigrate => numbered::read(reader),
        Format::Goose => goose::read(reader),
        Format::Dbmate => dbmate::read(reader),
        Format::Flyway => flyway::read(reader),
        Format::Refinery => refinery::read(reader),
        Format::Diesel => diesel::read(reader),
        Format::Prisma => prisma::read(reader),
        Format::Supabase => supabase::read(reader),
        Format::Tern => tern::read(reader),
        Format::SqlMigrate => sql_migrate::read(reader),
        Format::NodePgMigrate => node_pg_migrate::read(reader),
    }
}
