//! The difference between two snapshots, grouped by object.
//!
//! Out of scope: what a difference means. Whether it is harmless is the business of grading and of people.

mod change;
mod compare;
mod excerpt;
mod render;

pub use change::{Change, Diff, FactChange, ObjectChange};
pub use compare::diff;

pub(crate) use change::as_text;
pub(crate) use compare::{Changed, changes, group};
pub(crate) use excerpt::{around_change, changed_lines};
