//! Flyway: `V<version>__<description>.sql`, `U…` to undo one, and `R__<description>.sql`, which runs again whenever its
//! text changes. Folders below are read too, and a file's settings lie beside it in `<file>.conf`.

mod files;
mod name;
mod placeholders;
mod project;
mod settings;

pub(super) use files::read;
pub(in crate::folder) use name::is_name;
pub(super) use name::{Parts, parts};
