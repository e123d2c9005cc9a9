//! What would run, how every migration stands, and the problems that keep a run from beginning.

pub(crate) mod ledger_problem;
pub(crate) mod overview;
pub(crate) mod pending;
pub(crate) mod problem;
pub(crate) mod request_problem;
