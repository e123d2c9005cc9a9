//! Runs one step after the other: times it, prints its line, remembers it for the report.

use std::{
    future::Future,
    path::Path,
    time::{Duration, Instant},
};

use super::report::Step;
use crate::{
    error::Error,
    output::{Console, Outcome},
};

/// What came of a step.
pub(super) struct Done<T> {
    pub(super) value: T,
    /// For the step's line.
    pub(super) detail: String,
}

impl<T> Done<T> {
    pub(super) fn new(value: T, detail: impl Into<String>) -> Self {
        Self {
            value,
            detail: detail.into(),
        }
    }
}

/// The steps so far.
pub(super) struct Steps<'c> {
    pub(super) console: &'c Console,
    pub(super) taken: Vec<Step>,
}

impl<'c> Steps<'c> {
    pub(super) fn new(console: &'c Console) -> Self {
        Self {
            console,
            taken: Vec::new(),
        }
    }

    /// Does the work as a step of this name. A failure is printed as the step's outcome and handed on.
    pub(super) async fn run<T>(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<Done<T>, Error>>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        match work.await {
            Ok(Done { value, detail }) => {
                self.take(name, Outcome::Ok, detail, started.elapsed());
                Ok(value)
            }
            Err(failure) => {
                self.take(name, Outcome::Failed, failure.to_string(), started.elapsed());
                Err(failure)
            }
        }
    }

    /// As [`Steps::run`], for work whose failure is worth knowing and ends nothing.
    pub(super) async fn try_out(
        &mut self,
        name: &'static str,
        work: impl Future<Output = Result<Done<()>, Error>>,
    ) -> Result<(), Error> {
        let started = Instant::now();
        let (outcome, detail) = match work.await {
            Ok(done) => (Outcome::Ok, done.detail),
            Err(failure) if matches!(failure, Error::Interrupted { .. }) => return Err(failure),
            Err(failure) => (Outcome::Warned, placed(&failure)),
        };
        self.take(name, outcome, detail, started.elapsed());
        Ok(())
    }

    /// A step that has nothing to do here, and why.
    pub(super) fn skip(&mut self, name: &'static str, why: &str) {
        self.take(name, Outcome::Skipped, why.to_owned(), Duration::ZERO);
    }

    /// A step that is done, with what came of it.
    pub(super) fn take(&mut self, name: &'static str, outcome: Outcome, detail: String, duration: Duration) {
        self.console.step(name, outcome, &detail, duration);
        self.taken.push(Step {
            name,
            outcome: outcome.word(),
            detail,
            duration,
        });
    }
}

/// A failure in one line, with its file and line: no diagnostic follows.
fn placed(failure: &Error) -> String {
    let diagnostics = failure.diagnostics();
    let place = diagnostics.first().and_then(|first| first.place.clone());
    let Some(place) = place else {
        return failure.to_string();
    };
    let text = failure.to_string();
    let file = Path::new(&place.file)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy();
    if text.contains(&*file) {
        return text;
    }
    let line = place.line.map_or_else(String::new, |line| format!(":{line}"));
    format!("{}{line}: {text}", place.file)
}
