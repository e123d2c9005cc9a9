//! The rules of each format, one module for each that has rules of its own.
//!
//! Left out on purpose: telling formats apart, which is done before any of these is called.

mod dbmate;
mod diesel;
mod flyway;
mod goose;
mod numbered;
mod prisma;
mod refinery;
mod supabase;
mod tern;

use super::{reader::Reader, source::RawFile};
use crate::{Format, Migration};

/// Tells whether a line is one that only one tool writes.
pub(super) type Marker = fn(&str) -> bool;

/// The formats that part a file in two by markers, and what tells these.
pub(super) const MARKERS: [(Format, Marker); 3] = [
    (Format::Goose, goose::is_annotation),
    (Format::Dbmate, dbmate::is_marker),
    (Format::Tern, tern::is_marker),
];

/// Whether a name is one that Flyway and refinery share.
pub(super) fn is_flyway_name(name: &str) -> bool {
    matches!(
        flyway::parts(name),
        Some(flyway::Parts::Versioned(..) | flyway::Parts::Repeatable(_) | flyway::Parts::Undo(..))
    )
}

/// Whether a folder with such names is refinery's: it has migrations in Rust, or `U` files that undo nothing, which
/// to refinery are migrations like others.
pub(super) fn is_refinery_folder(files: &[RawFile]) -> bool {
    let names = || files.iter().map(RawFile::name);
    let in_rust = files
        .iter()
        .any(|file| file.name().ends_with(".rs") && refinery::name(file).is_some());
    let applied: Vec<_> = names()
        .filter_map(|name| match flyway::parts(name)? {
            flyway::Parts::Versioned(version, _) => Some(version),
            _ => None,
        })
        .collect();
    let mut undos = names().filter_map(|name| match flyway::parts(name)? {
        flyway::Parts::Undo(version, _) => Some(version),
        _ => None,
    });
    in_rust || undos.any(|version| !applied.contains(&version))
}

/// The migrations of a folder by the rules of its format, in any order.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
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
    }
}
