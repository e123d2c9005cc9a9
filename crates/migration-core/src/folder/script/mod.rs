//! From the text of a file to a script that can be sent.

mod blocks;
mod directives;
mod draft;
mod edits;
mod psql;
mod transactions;

pub use directives::canonical_environment;
pub(super) use directives::directives;
pub(super) use draft::Draft;
pub(super) use psql::remedy;
