//! Migrations that were interrupted: finding and resuming them, decisions made by hand, and INVALID indexes.

pub(crate) mod by_hand;
pub(crate) mod concurrent;
pub(crate) mod interrupted;
pub(crate) mod invalid;
mod noted;
pub(crate) mod resume;
