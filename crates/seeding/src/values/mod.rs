//! The values of a seed: what TOML can say, what is computed from names, and the text forms that PostgreSQL reads.

mod copy_text;
mod instant;
mod pseudonym;
mod value;

pub use pseudonym::{email_hash, seed_uuid};

pub(crate) use copy_text::{identifier, push_field};
pub(crate) use value::{Cell, Kind};
