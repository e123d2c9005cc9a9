//! What happens in a database: the ledger, the lock, applying and undoing.
//!
//! One connection does the work and holds the lock, so that the two live and die together. Every migration commits together
//! with its row of the ledger, or, where the server does not allow that, step by step with each step on record.

pub(crate) mod apply;
pub(crate) mod config;
pub(crate) mod connection;
pub(crate) mod environment;
pub(crate) mod holder;
pub(crate) mod ledger;
pub(crate) mod leftover;
pub(crate) mod lock;
pub(crate) mod lock_loss;
pub(crate) mod monitor;
pub(crate) mod plan;
pub(crate) mod progress;
pub(crate) mod protected_rollback;
pub(crate) mod recorded_environment;
pub(crate) mod recover;
pub(crate) mod report;
pub(crate) mod sessions;
pub(crate) mod sql;
pub(crate) mod strings;

pub use apply::{
    aftermath::{Aftermath, StepCount},
    candidates::{Target, rollback_plan},
    rollback::RollbackRun,
    run::ApplyRun,
    runner::{Runner, apply, overview, rollback},
    sql_failure::{SqlCause, SqlFailure},
};
pub use config::{Config, ForeignLedgers, Late, LedgerTable, Unknown};
pub use connection::{server_settings::use_server_settings, silence::Silence, watched::Watched};
pub use environment::{Environment, Protection};
pub use holder::Holder;
pub use ledger::{fault::LedgerFault, unwritten::Unwritten};
pub use leftover::Leftover;
pub use lock_loss::LockLoss;
pub use monitor::{Monitor, Phase, RunStatus};
pub use plan::{
    ledger_problem::LedgerProblem,
    overview::{Item, Overview, State},
    problem::{Ahead, Problem},
    request_problem::RequestProblem,
};
pub use progress::{IndexBuild, Progress};
pub use protected_rollback::{ProtectedRollback, Reason};
pub use recorded_environment::{protected_environment, record_protected_environment};
pub use recover::{
    by_hand::{abandon, mark_applied, may_be_marked},
    interrupted::{Interrupted, interrupted},
    resume::{Resumed, Running, may_be_resumed, resume},
};
pub use report::{Applied, ApplyReport, Omitted, RollbackReport, Undone};
pub use sessions::Sessions;
