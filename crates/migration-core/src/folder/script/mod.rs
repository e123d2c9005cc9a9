//! From the text of a file to a script that can be sent.

mod backslashes;
mod blocks;
mod directives;
mod draft;
mod edits;
mod one_message;
mod psql;
mod transactions;

pub(super) use directives::{Directives, directives};
pub(super) use draft::Draft;
pub(super) use one_message::sends_whole;
pub(super) use psql::remedy;
