//! Applying and rolling back: the messages that carry migrations, batches of them, steps, and what the server refuses.

pub(crate) mod batch;
pub(crate) mod message;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod runner;
pub(crate) mod sql_failure;
pub(crate) mod steps;
