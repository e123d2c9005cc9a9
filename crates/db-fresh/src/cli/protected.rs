//! The flag with which something is undone in a protected environment.

use clap::Args;
use migration_core::{ProtectedRollback, Reason};

/// The reason, where there is one.
#[derive(Debug, Clone, Default, Args)]
pub struct AllowProtected {
    /// Undo in a protected environment as well, for this reason, which the audit keeps
    #[arg(long = "allow-protected", value_name = "REASON", value_parser = reason)]
    pub(crate) reason: Option<Reason>,
}

impl AllowProtected {
    /// What the runner does with a roll-back in a protected environment.
    pub(crate) fn rollback(&self) -> ProtectedRollback {
        let reason = self.reason.clone();
        reason.map_or(ProtectedRollback::Refuse, ProtectedRollback::Allow)
    }
}

fn reason(text: &str) -> Result<Reason, &'static str> {
    Reason::new(text).ok_or("a reason has to say something")
}
