//! The rules of each format, one module for each that has rules of its own.
//!
//! Left out on purpose: telling formats apart, which is done before any of these is called.

mod diesel;
mod goose;
mod numbered;

use super::{reader::Reader, source::RawFile};
use crate::{Format, Migration};

pub(super) use goose::annotation as goose_annotation;

pub(super) fn is_flyway_name(_name: &str) -> bool {
    false
}
pub(super) fn is_refinery_folder(_files: &[RawFile]) -> bool {
    false
}
pub(super) fn is_dbmate_marker(_line: &str) -> bool {
    false
}
pub(super) fn is_tern_marker(_line: &str) -> bool {
    false
}

/// The migrations of a folder by the rules of its format, in any order.
pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    match reader.format {
        Format::Native | Format::Sqlx | Format::GolangMigrate => numbered::read(reader),
        Format::Goose => goose::read(reader),
        Format::Diesel => diesel::read(reader),
        _ => Vec::new(),
    }
}
