//! What files leave in the session, where their tool keeps it for the next file and a deployment of each file alone would not: both ways
//! are built and compared.

mod compare;
mod culprit;
mod finding;
mod left;
mod looks;
mod plan;
mod roles;
mod rows;
mod scan;
mod tools;
mod trial;
mod unstable;

pub(super) use compare::{Found, Isolated, Kept, Verdict, compare};
pub use finding::{Difference, SessionState};
pub(super) use looks::{Looked, apply};
pub(super) use plan::{Looks, looks};
pub(super) use roles::Parked;
