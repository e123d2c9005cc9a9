//! The ledger: its tables, reading and writing it, and the digest that shows whether it has what the folders have.

pub(crate) mod digest;
pub(crate) mod progress;
pub(crate) mod protection;
pub(crate) mod read;
pub(crate) mod schema;
pub(crate) mod write;
