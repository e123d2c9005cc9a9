//! The ledger: its tables and their layout, reading and writing it, checking what was written, and the digest that shows whether it
//! has what the folders have.

pub(crate) mod audit;
pub(crate) mod check;
pub(crate) mod diagnose;
pub(crate) mod digest;
pub(crate) mod elsewhere;
pub(crate) mod fault;
pub(crate) mod foreign;
pub(crate) mod known;
pub(crate) mod layout;
pub(crate) mod name;
pub(crate) mod probe;
pub(crate) mod progress;
pub(crate) mod protection;
pub(crate) mod read;
pub(crate) mod schema;
pub(crate) mod tables;
pub(crate) mod unwritten;
pub(crate) mod write;
