//! Lines that only one tool writes, and that divide its files into an up and a down part.

use super::{dbmate, goose, node_pg_migrate, sql_migrate, tern};
use crate::Format;

/// Tells whether a line is one that only one tool writes.
pub(in crate::folder) type Marker = fn(&str) -> bool;

/// The formats with markers, and what recognises them.
pub(in crate::folder) const MARKERS: [(Format, Marker); 4] = [
    (Format::Goose, goose::is_known_annotation),
    (Format::Dbmate, dbmate::is_marker),
    (Format::Tern, tern::is_marker),
    (Format::SqlMigrate, sql_migrate::is_command),
];

/// Whether a line is a marker of this format, whichever of its markers.
pub(in crate::folder) fn is_marker(format: Format, line: &str) -> bool {
    match format {
        Format::Dbmate => dbmate::marker(line).is_some(),
        Format::Goose => goose::is_annotation(line),
        Format::NodePgMigrate => node_pg_migrate::is_marker(line),
        _ => MARKERS
            .iter()
            .any(|(marked, is_marker)| *marked == format && is_marker(line)),
    }
}

/// Whether files of this format have lines that divide them.
pub(in crate::folder) fn has_markers(format: Format) -> bool {
    format == Format::NodePgMigrate || MARKERS.iter().any(|(marked, _)| *marked == format)
}
