//! Applying and rolling back: the messages that carry migrations, batches of them, steps, and what the server refuses.

pub(crate) mod aftermath;
pub(crate) mod batch;
pub(crate) mod between_files;
pub(crate) mod candidates;
pub(crate) mod cause;
pub(crate) mod mark;
pub(crate) mod message;
pub(crate) mod own_transaction;
pub(crate) mod raised;
pub(crate) mod refusal;
pub(crate) mod rollback;
pub(crate) mod run;
pub(crate) mod runner;
mod session_made;
pub(crate) mod sql_failure;
pub(crate) mod step;
pub(crate) mod steps;
pub(crate) mod subject;
mod supply;
pub(crate) mod work;
