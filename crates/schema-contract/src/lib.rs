//! The catalog as a model, its stable text form, the diff, contracts, and the version guard.
//!
//! ```no_run
//! # async fn example(conn: &mut sqlx::PgConnection) -> Result<(), schema_contract::Error> {
//! use schema_contract::{Scope, contract, snapshot};
//!
//! let actual = snapshot(conn, &Scope::default()).await?;
//! let path = std::path::Path::new("migrations/app.contract.snap");
//! let expected = contract::read(path)?;
//! contract::check(&expected, &actual, "app", Some(path))?;
//! # Ok(())
//! # }
//! ```
//!
//! Left out on purpose: creating databases, running migrations, printing. The caller has a connection and shows
//! the errors.

mod cause;
pub mod consumers;
pub mod contract;
mod diff;
pub mod docs;
pub mod drift;
mod edition;
mod error;
pub mod expectations;
mod fact;
mod fingerprint;
mod first_edition;
pub mod guard;
mod lacking;
mod name;
mod normal;
mod read;
mod scope;
mod snapshot;
mod text;
pub mod values;

pub use cause::{Culprit, Then, Trace};
pub use diff::{Change, Diff, FactChange, ObjectChange, diff};
pub use error::Error;
pub use fact::{Fact, Key, Object, Part};
pub use fingerprint::{Fingerprint, Fingerprints, fingerprint};
pub use lacking::lacking;
pub use read::snapshot;
pub use scope::{DatabaseWide, Scope};
pub use snapshot::{Counts, Snapshot};
pub use values::Value;
