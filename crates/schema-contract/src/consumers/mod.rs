//! The queries of those who use a database, checked against it.
//!
//! Four layers, each on top of the one before: the server parses the query; it plans it as the consumer's role;
//! parameters, columns and nullability are what a `.sqlx` folder recorded; and, where the consumer asks for it, the
//! query runs with example values in a transaction that is rolled back. Nothing is compiled and no network is used.
//! What is no query (`CALL`, `TRUNCATE`, `COPY`) is parsed, and what it names is looked up.
//! Beside them [`check_bodies`] reads PL/pgSQL bodies, where the server has `plpgsql_check`.
//!
//! Left out on purpose: which migration broke a query. A caller that can replay the folder asks again after each file and
//! tells a [`crate::Culprit`].

mod asked;
mod bodies;
mod body_fault;
mod catalog;
mod check;
mod compare;
mod config;
mod described;
mod files;
mod finding;
mod leftover;
mod made;
mod named;
mod names;
mod parse;
mod plan;
mod query;
mod report;
mod row_security;
mod run;
mod session;
mod statement;
mod types;

pub use bodies::{Bodies, check_bodies};
pub use body_fault::BodyFault;
pub use check::check;
pub use config::{ConsumerConfig, Execution};
pub use described::{Described, DescribedColumn, DescribedType, TypeKind};
pub use diagnostic::Values;
pub use files::{read_sql_folder, read_sqlx_folder};
pub use finding::{Finding, Layer};
pub use query::Query;
