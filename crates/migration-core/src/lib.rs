//! Discovering, ordering, checking, planning, locking, applying and undoing migrations.
//!
//! In a service, when it starts, whatever number of replicas start with it:
//!
//! ```no_run
//! use migration_core::{Config, FolderConfig, Migrations, Progress, apply};
//!
//! # async fn migrate(url: &str) -> Result<(), Box<dyn std::error::Error>> {
//! let files = [("0001_create_invoices.sql", "CREATE TABLE invoices (id bigint PRIMARY KEY);")];
//! let files = files.map(|(path, sql)| (path.into(), sql.into()));
//! let set = Migrations::from_files("billing", files, None, &FolderConfig::default())?;
//! let mut tell = |progress| {
//!     if let Progress::Applied(one) = progress {
//!         tracing::info!(file = one.file, took = ?one.duration, "applied");
//!     }
//! };
//! let report = apply(&url.parse()?, &[set], &Config::default(), &mut tell).await?;
//! tracing::info!(applied = report.applied.len(), already = report.already, "the schema is up to date");
//! # Ok(())
//! # }
//! ```
//!
//! Left out on purpose: comparing schemas, seeding, making databases, asking people, printing. Those are the caller's.

mod adopt;
mod direction;
mod engine;
mod error;
mod folder;
mod hex;
mod lex;
mod migration;
mod version;

pub use adopt::{
    AdoptItem, AdoptPlan, AdoptProblem, AdoptState, AdoptedLedger, Check, ExportPlan, ForeignLedger, Tool,
    UnknownTool, adopt, adopt_plan, adopted_from, export, export_plan,
};
pub use db_fresh_sql_lexer::Statement;
pub use db_fresh_sql_lexer::canonical_environment;
pub use diagnostic::Values;
pub use direction::Direction;
pub use engine::{
    Aftermath, Ahead, Applied, ApplyReport, ApplyRun, Config, Environment, ForeignLedgers, Holder,
    IndexBuild, Interrupted, Item, Late, LedgerFault, LedgerProblem, LedgerTable, Leftover, LockLoss,
    Monitor, Omitted, Overview, Phase, Problem, Progress, ProtectedRollback, Protection, Reason,
    RequestProblem, Resumed, RollbackReport, RollbackRun, RunStatus, Runner, Running, Sessions, Silence,
    SqlCause, SqlFailure, State, StepCount, Target, Undone, Unknown, Unwritten, Watched, abandon, apply,
    interrupted, mark_applied, may_be_marked, may_be_resumed, overview, protected_environment,
    record_protected_environment, resume, rollback, rollback_plan, use_server_settings,
};
pub use error::Error;
pub use folder::{
    FolderConfig, FolderOrigin, FolderProblem, FolderProblems, Format, Migrations, NearMiss, Skipped,
    UnknownFormat,
};
pub use lex::{client_copies, split, split_statements};
pub use migration::{Migration, Mode, Script};
pub use version::Version;
