//! What stands after a migration that did not end.

use std::fmt;

use diagnostic::Fact;

use crate::Direction;

/// What stands after a migration that did not end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Aftermath {
    /// Whether it was being applied or rolled back.
    pub direction: Direction,
    /// The steps that are on record as done. Nothing for a script that runs in a transaction: that leaves all as it was.
    pub steps: Option<StepCount>,
    /// How many migrations the run had finished before: applied or rolled back, by the direction.
    pub finished_before: usize,
}

/// How many steps of a script are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepCount {
    /// How many are on record as done.
    pub done: usize,
    /// Of how many.
    pub of: usize,
}

impl Aftermath {
    /// How many migrations the run had finished before, as a labelled fact.
    pub(crate) fn before(&self) -> Fact {
        let label = match self.direction {
            Direction::Up => "applied before",
            Direction::Down => "undone before",
        };
        Fact::new(label, self.finished_before.to_string())
    }

    /// What is certain although the connection was lost.
    pub(crate) fn after_loss(&self) -> String {
        let Some(StepCount { done, of }) = self.steps else {
            let what = match self.direction {
                Direction::Up => "a migration and its row of the ledger",
                Direction::Down => "a down script and the removal of its migration's row of the ledger",
            };
            return format!("{what} commit together or not at all, so nothing is half-done");
        };
        let script = match self.direction {
            Direction::Up => "it",
            Direction::Down => "its down script",
        };
        let are = if done == 1 { "is" } else { "are" };
        let next = match (done < of, self.direction) {
            (true, _) => format!("finds out whether step {} had its effect", done + 1),
            (false, Direction::Up) => "writes its row of the ledger, if that is missing".to_owned(),
            (false, Direction::Down) => "removes its row of the ledger, if that is still there".to_owned(),
        };
        format!(
            "{script} runs without a transaction: {done} of its {of} steps {are} on record as done, and the next run {next}"
        )
    }
}

/// After a refusal: what stands of the migration itself.
impl fmt::Display for Aftermath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(StepCount { done, of }) = self.steps else {
            return f.write_str(match self.direction {
                Direction::Up => "nothing: its transaction was rolled back",
                Direction::Down => {
                    "all of it is still applied: the transaction of its down script was rolled back"
                }
            });
        };
        let (steps, without) = match self.direction {
            Direction::Up => ("its", "it runs without a transaction"),
            Direction::Down => ("its down script's", "that runs without a transaction"),
        };
        match (done, self.direction) {
            (0, _) => write!(f, "none of {steps} {of} steps: {without}"),
            _ if done < of => write!(
                f,
                "{done} of {steps} {of} steps: {without}, and another run goes on with step {}",
                done + 1
            ),
            (_, Direction::Up) => write!(
                f,
                "all of {steps} {of} steps: {without}, and another run writes its row of the ledger"
            ),
            (_, Direction::Down) => write!(
                f,
                "all of {steps} {of} steps: {without}, and another run removes its row of the ledger"
            ),
        }
    }
}
