//! What the properties of a schema can be: most are text, and what programs look into is data.
//!
//! A contract writes every value as text ([`std::fmt::Display`]). `read` is the reverse, for the text of a contract file;
//! a snapshot that comes from a server never passes through it.

mod constraint;
mod index_column;
mod label;
mod read;
mod relation_name;
mod value;

pub use constraint::{ForeignKey, KeyConstraint, KeyKind};
pub use index_column::{IndexColumn, Over};
pub use relation_name::{ColumnName, RelationName};
pub use value::Value;

pub(crate) use read::read;
