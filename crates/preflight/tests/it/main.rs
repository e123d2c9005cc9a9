//! What needs a server: rights that are missing and the grants that give them, and databases that are unfit.

#![expect(
    clippy::unwrap_used,
    reason = "a helper of a test that fails is the test failing"
)]

mod database;
mod pooler;
