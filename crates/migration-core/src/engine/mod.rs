//! What happens in a database: the ledger, the lock, applying and undoing.
//!
//! One connection does the work and holds the lock, so that the two live and die together. Every migration commits together
//! with its row of the ledger, or, where the server does not allow that, step by step with each step on record.

mod adopted;
mod adopting;
mod apply;
mod batch;
mod config;
mod current;
mod deciding;
mod explain;
mod exporting;
mod foreign;
mod give_back;
mod index;
mod interrupted;
mod invalid;
mod ledger;
mod lock;
mod message;
mod monitor;
mod overview;
mod plan;
mod problem;
mod progress;
mod prompt;
mod record;
mod report;
mod resuming;
mod retry;
mod rollback;
mod run;
mod runner;
mod server;
mod session;
mod steps;
mod tables;
mod watcher;

pub use adopted::{AdoptedLedger, adopted_from};
pub use adopting::{AdoptPlan, adopt, adopt_plan};
pub use apply::apply;
pub use config::{Config, Environment, Late, LedgerTable, Protection, Unknown};
pub use deciding::{abandon, mark_applied};
pub use explain::SqlFailure;
pub use exporting::{ExportPlan, export, export_plan};
pub use foreign::ForeignLedger;
pub use interrupted::{Interrupted, Way, interrupted};
pub use lock::Holder;
pub use monitor::{Monitor, Phase, RunStatus};
pub use overview::{Item, Overview, State, overview};
pub(crate) use plan::hex;
pub use problem::Problem;
pub use progress::Progress;
pub use report::{Applied, ApplyReport, Omitted, RollbackReport, Undone};
pub use resuming::{Resumed, Running, resume};
pub use rollback::{Target, rollback, rollback_plan};
pub use runner::Runner;
pub use watcher::IndexBuild;
