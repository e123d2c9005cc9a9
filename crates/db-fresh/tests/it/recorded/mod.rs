//! What users of the version before this one have: databases it migrated, contracts it recorded, scripts that read its documents
//! and its exit codes. `fixtures/recorded/README.md` says which version that was and how to record another one.

mod databases;
mod documents;
mod exit_codes;
mod fixture;
mod interrupted;
mod shape;

pub(crate) use documents::document;
