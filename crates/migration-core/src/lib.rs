//! Discovering, ordering, checking, planning, locking, applying and undoing migrations.

mod adopt;
mod engine;
mod error;
mod folder;
mod lex;
mod migration;
mod problem;
mod version;

pub use adopt::{AdoptItem, AdoptProblem, AdoptState, Check, Tool, UnknownTool};
pub use engine::{
    AdoptPlan, Applied, ApplyReport, Config, Environment, ExportPlan, ForeignLedger, Holder, IndexBuild,
    Interrupted, Item, Late, LedgerTable, Omitted, Overview, Problem, Progress, Protection, Resumed,
    RollbackReport, Running, SqlFailure, State, Target, Undone, Unknown, Way, abandon, adopt, adopt_plan,
    apply, export, export_plan, interrupted, mark_applied, overview, resume, rollback, rollback_plan,
};
pub use engine::{Monitor, Phase, RunStatus};
pub use error::Error;
pub use folder::{FolderConfig, Format, Migrations, Skipped, UnknownFormat, canonical_environment};
pub use lex::{split, split_statements};
pub use migration::{Migration, Mode, Script, Statement};
pub use problem::{FolderProblem, FolderProblems};
pub use version::Version;
