//! What every private server has, whichever provider starts it: its superuser, its settings, the wait for its first answer, and how
//! it can outlive the run.

mod first_answer;
mod initdb;
mod kept;
mod settings;
mod superuser;

pub(crate) use first_answer::{LINES_OF_LOG, first_answer};
pub(crate) use initdb::INITDB_FLAGS;
pub(crate) use kept::KEPT_FOR;
pub use kept::Kept;
pub(crate) use settings::in_force;
pub use settings::{SETTINGS, Setting};
pub(crate) use superuser::{SUPERUSER, options};
