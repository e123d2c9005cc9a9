//! goose: one file with annotations, `-- +goose Up` and `-- +goose Down` before the parts it has.

mod annotations;
mod environment;
mod files;

pub(in crate::folder) use annotations::{is_annotation, is_known_annotation};
pub(super) use files::read;
