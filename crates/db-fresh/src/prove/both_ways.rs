//! Migrations each in a session of its own, and in one session where that may come to something else: what is told of it, and which of the
//! two databases the proof goes on with.

use std::time::Instant;

use ephemeral_postgres::Database;
use migration_core::{Applied, ApplyReport, Omitted, Progress};
use serde_json::{Value, json};

use super::{
    inputs::Inputs,
    problem::ProofProblem,
    sessions::{self, Found, Isolated, Kept, Looked, Looks, Parked, SessionState, Verdict},
    steps::Steps,
};
use crate::{error::Error, output::Outcome, project::Origin};

/// What ran.
#[derive(Debug, Default)]
pub(super) struct Ran {
    pub(super) applied: Vec<Applied>,
    pub(super) skipped: Vec<Omitted>,
}

/// Another database to go on with.
pub(super) struct Another {
    pub(super) database: Database,
    /// Roles of the database that was given.
    pub(super) others: Parked,
}

/// Both ways to run the migrations.
pub(super) struct BothWays<'b> {
    inputs: &'b Inputs<'b>,
    looks: Looks,
    looked: Vec<Looked>,
    report: Option<Value>,
    another: Option<Another>,
    /// What a warning says, where the folder is somebody else's.
    warning: Option<String>,
}

impl<'b> BothWays<'b> {
    pub(super) fn of(inputs: &'b Inputs<'b>) -> Self {
        Self {
            inputs,
            looks: sessions::looks(inputs.project, inputs.prelude),
            looked: Vec::new(),
            report: None,
            another: None,
            warning: None,
        }
    }

    /// Each migration in a session of its own, on the database that was given.
    pub(super) async fn isolated(
        &mut self,
        listen: &mut (dyn FnMut(Progress) + Send),
    ) -> Result<ApplyReport, migration_core::Error> {
        let (options, project) = (self.inputs.database.options(), self.inputs.project);
        let config = self.inputs.runner();
        let (ended, looked) = sessions::apply(options, project, &config, &self.looks, listen).await;
        self.looked = looked;
        ended
    }

    /// After one failed: does it work in the session of those before it? In a folder of somebody else's that is how it runs.
    pub(super) async fn failed(&mut self, error: migration_core::Error, ran: &mut Ran) -> Result<(), Error> {
        let migration_core::Error::Sql(failure) = error else {
            return Err(error.into());
        };
        let isolated = Isolated {
            failure: Some(&failure),
            looked: &self.looked,
            looks: &self.looks,
        };
        // A comparison that fails takes nothing back from the failure.
        let Ok(Verdict::Found(found)) = sessions::compare(self.inputs, isolated).await else {
            return Err(migration_core::Error::Sql(failure).into());
        };
        self.take(*found, ran)
    }

    /// After all ran: whether they come to the same in one session; and the line of the step.
    pub(super) async fn tell(
        &mut self,
        steps: &mut Steps<'_>,
        ran: &mut Ran,
        all_ran: bool,
    ) -> Result<(), Error> {
        let begun = Instant::now();
        if all_ran && self.report.is_none() {
            let isolated = Isolated {
                failure: None,
                looked: &self.looked,
                looks: &self.looks,
            };
            match sessions::compare(self.inputs, isolated).await {
                Ok(Verdict::Found(found)) => {
                    if let Err(failure) = self.take(*found, ran) {
                        steps.take("sessions", Outcome::Failed, failure.to_string(), begun.elapsed());
                        return Err(failure);
                    }
                }
                Ok(verdict) => self.no_difference(&verdict, steps, begun),
                Err(failure) => {
                    let detail = format!("both ways cannot be compared: {failure}");
                    steps.take("sessions", Outcome::Warned, detail, begun.elapsed());
                }
            }
        }
        if let Some(warning) = self.warning.take() {
            steps.take("sessions", Outcome::Warned, warning, begun.elapsed());
        }
        Ok(())
    }

    fn no_difference(&mut self, verdict: &Verdict, steps: &mut Steps<'_>, begun: Instant) {
        let (outcome, detail) = match verdict {
            Verdict::Same(leaving) => {
                let files = if *leaving == 1 {
                    "1 file leaves"
                } else {
                    &format!("{leaving} files leave")
                };
                let detail = format!("the same schema and rows in one session, in which {files} something");
                (Outcome::Ok, detail)
            }
            Verdict::NotComparable(file) => (
                Outcome::Skipped,
                format!("both ways cannot be compared: `{file}` does not run twice on one server"),
            ),
            Verdict::Nothing | Verdict::Found(_) => return,
        };
        let word = if outcome == Outcome::Ok {
            "same"
        } else {
            "not-comparable"
        };
        self.report = Some(json!({ "ok": true, "outcome": word, "what": detail }));
        steps.take("sessions", outcome, detail, begun.elapsed());
    }

    /// Takes a difference in: an error of the project's own migrations, a warning in a folder of somebody else's.
    fn take(&mut self, found: Found, ran: &mut Ran) -> Result<(), Error> {
        let Found { state, kept } = found;
        self.report = Some(reported(&state));
        if self.inputs.project.origin == Origin::Components {
            return Err(ProofProblem::SessionState(Box::new(state)).into());
        }
        self.warning = Some(format!("{}; {}", state.what(), state.why()));
        let Some(kept) = kept else { return Ok(()) };
        let Kept {
            database,
            applied,
            skipped,
            failure,
            others,
        } = kept;
        (ran.applied, ran.skipped) = (applied, skipped);
        self.another = Some(Another { database, others });
        match failure {
            None => Ok(()),
            Some(failure) => Err(migration_core::Error::Sql(failure).into()),
        }
    }

    /// For the document: what was found, and after which files the session was looked at. Nothing where it was after none.
    pub(super) fn report(&mut self) -> Option<Value> {
        let looked_at = self.looks.count();
        let mut report = match self.report.take() {
            Some(report) => report,
            None if looked_at == 0 => return None,
            None => json!({ "ok": true, "outcome": "not-compared" }),
        };
        report["looked_at"] = json!(looked_at);
        report["leaving"] = self.looked.iter().map(Looked::report).collect();
        Some(report)
    }

    /// The database to go on with, where it is not the one that was given.
    pub(super) fn another(self) -> Option<Another> {
        self.another
    }
}

fn reported(state: &SessionState) -> Value {
    json!({
        "ok": false,
        "code": ProofProblem::SESSION_STATE,
        "what": state.what(),
        "outcome": state.difference.word(),
        "file": state.file,
        "left_by": state.left_by,
        "left": state.left,
        "facts": state.facts(),
        "hints": state.hints(),
    })
}
