//! From the text of a file to a script that can be sent.

mod blocks;
mod directives;
mod draft;
mod edits;
mod psql;
mod transactions;

pub(super) use directives::{Directives, directives};
pub(super) use draft::Draft;
pub(super) use psql::remedy;
