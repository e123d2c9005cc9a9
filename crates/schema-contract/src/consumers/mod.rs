//! The queries of those who use a database, held against it.
//!
//! Four layers, each on top of the one before: the server prepares the query; it plans it as the consumer's role;
//! parameters, columns and nullability are what a `.sqlx` folder recorded; and, where the consumer asks for it, the
//! query runs with example values in a transaction that is rolled back. Nothing is compiled and no network is used.
//! Beside them [`check_bodies`] reads PL/pgSQL bodies, where the server has `plpgsql_check`.
//!
//! Left out on purpose: which migration broke a query. Whoever can replay the folder can ask again after each file and
//! tell a [`crate::Culprit`].

mod bodies;
mod body_fault;
mod check;
mod compare;
mod described;
mod finding;
mod query;
mod run;

pub use bodies::{Bodies, check_bodies};
pub use body_fault::BodyFault;
pub use check::{ConsumerConfig, Execution, check};
pub use described::{Described, DescribedColumn, DescribedType};
pub use diagnostic::Values;
pub use finding::{Finding, Layer};
pub use query::{Query, read_sql_folder, read_sqlx_folder};
