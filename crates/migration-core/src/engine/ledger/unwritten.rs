//! A write of the ledger that did not have its effect, as data.

use diagnostic::Fact;

use super::fault::LedgerFault;
use crate::engine::apply::aftermath::Aftermath;

/// A write of the ledger that did not have its effect: a row was left out, changed, or put elsewhere. Its transaction was rolled back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritten {
    /// The table, in double quotes.
    pub table: String,
    /// The migration that it is about, as the ledger calls it; nothing where it is about several.
    pub file: Option<String>,
    /// What about the table explains it. Nothing where that is gone with the transaction.
    pub faults: Vec<LedgerFault>,
    /// What stands of the migration, and how many ran before it; nothing where none ran.
    pub aftermath: Option<Aftermath>,
}

impl Unwritten {
    pub(crate) fn facts(&self) -> Vec<Fact> {
        let mut facts: Vec<_> = self
            .faults
            .iter()
            .map(|fault| Fact::new("cause", format!("the table {fault}")))
            .collect();
        if facts.is_empty() {
            let gone = "nothing that is still there: what the migration itself changed about the table was rolled back";
            facts.push(Fact::new("cause", gone));
        }
        facts.extend(self.file.iter().map(|file| Fact::new("migration", file.clone())));
        if let Some(aftermath) = &self.aftermath {
            facts.push(aftermath.before());
            facts.push(Fact::new("of this one", aftermath.to_string()));
        }
        facts
    }

    pub(crate) fn hints(&self) -> Vec<String> {
        self.faults.iter().map(|fault| fault.hint(&self.table)).collect()
    }
}
