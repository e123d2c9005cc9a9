//! Drift: how a live database differs from what it should be, the worst first.
//!
//! ```
//! use schema_contract::{Snapshot, diff, drift};
//!
//! let expected = Snapshot::parse("view app.v / option security_invoker = true\n")?;
//! let live = Snapshot::parse("view app.v / owner = app\n")?;
//! let found = drift::drift(&diff(&expected, &live), &[]);
//! assert_eq!(found.worst(), Some(drift::Grade::Security));
//! # Ok::<(), schema_contract::Error>(())
//! ```
//!
//! Left out on purpose: mending it. A drifted database holds data, and what is right is for people to say.

mod check;
mod grade;
mod pattern;
mod report;

pub use check::{check, drift};
pub use grade::Grade;
pub use pattern::Ignore;
pub use report::{Drift, Drifted, Ignored};
