//! Lines that only one tool writes, and that divide its files into an up and a down part.

use super::{dbmate, goose, tern};
use crate::Format;

/// Tells whether a line is one that only one tool writes.
pub(in crate::folder) type Marker = fn(&str) -> bool;

/// The formats with markers, and what recognises them.
pub(in crate::folder) const MARKERS: [(Format, Marker); 3] = [
    (Format::Goose, goose::is_annotation),
    (Format::Dbmate, dbmate::is_marker),
    (Format::Tern, tern::is_marker),
];
