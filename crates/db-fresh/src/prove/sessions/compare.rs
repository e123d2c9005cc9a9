//! Both ways compared, and what comes of it.

use ephemeral_postgres::Database;
use migration_core::SqlFailure;

use super::{
    culprit::Leaver,
    finding::{Difference, SessionState},
    left::Left,
    looks::Looked,
    plan::Looks,
    roles::{self, Parked},
    rows,
    tools::Keeps,
    trial::{Built, Place, Trials},
    unstable::{Unstable, differ},
};
use crate::{
    error::Error,
    project::Origin,
    prove::inputs::Inputs,
    schema::{close, connect_to},
};

/// What the comparison says.
pub(in crate::prove) enum Verdict {
    /// Nothing was to be compared: no file leaves anything that could concern another.
    Nothing,
    /// Both ways come to the same. So many files leave something.
    Same(usize),
    /// They cannot be compared on one server: this file does not run twice there.
    NotComparable(String),
    /// They do not come to the same.
    Found(Box<Found>),
}

/// A difference, and the database that was built in one session.
pub(in crate::prove) struct Found {
    pub(in crate::prove) state: SessionState,
    pub(in crate::prove) kept: Option<Kept>,
}

/// The build in one session: what there is where the tool runs the files.
pub(in crate::prove) struct Kept {
    pub(in crate::prove) database: Database,
    pub(in crate::prove) applied: Vec<migration_core::Applied>,
    pub(in crate::prove) skipped: Vec<migration_core::Omitted>,
    pub(in crate::prove) failure: Option<Box<SqlFailure>>,
    /// The roles of the other build, which may be dropped with its database.
    pub(in crate::prove) others: Parked,
}

/// How the files ran, each in a session of its own.
#[derive(Clone, Copy)]
pub(in crate::prove) struct Isolated<'i> {
    pub(in crate::prove) failure: Option<&'i SqlFailure>,
    pub(in crate::prove) looked: &'i [Looked],
    pub(in crate::prove) looks: &'i Looks,
}

/// Builds in one session where a file left what may concern another, and compares.
pub(in crate::prove) async fn compare(inputs: &Inputs<'_>, isolated: Isolated<'_>) -> Result<Verdict, Error> {
    let trials = Trials {
        inputs,
        looked: isolated.looked,
    };
    let leavers = leavers(&trials, isolated);
    let (Some(_), Some(last)) = (leavers.first(), trials.places().last().copied()) else {
        return Ok(Verdict::Nothing);
    };
    let own = match isolated.failure {
        None => read(inputs).await?,
        Some(_) => Built::default(),
    };
    let parked = roles::park(inputs, "isolated").await?;
    let comparison = Comparison {
        trials,
        isolated,
        leavers,
        own,
        last,
    };
    let mut verdict = comparison.verdict().await;
    if let Ok(Verdict::Found(found)) = &mut verdict
        && let Some(kept) = &mut found.kept
    {
        kept.others = parked;
    } else {
        parked.back(inputs).await?;
    }
    verdict
}

/// What came of the build that is there already.
async fn read(inputs: &Inputs<'_>) -> Result<Built, Error> {
    let mut connection = connect_to(inputs.database.options()).await?;
    let scope = inputs.project.whole();
    let schema = schema_contract::snapshot(&mut connection, &scope).await?;
    let rows = rows::rows(&mut connection, &scope).await?;
    close(connection).await;
    Ok(Built {
        schema,
        rows,
        ..Built::default()
    })
}

/// The files that left what their tool keeps and what may concern a later one.
fn leavers(trials: &Trials<'_>, isolated: Isolated<'_>) -> Vec<Leaver> {
    let mut leavers = Vec::new();
    for one in isolated.looked {
        let Some(place) = trials.place(&one.component, &one.file) else {
            continue;
        };
        let set = &trials.sets()[place.0];
        let keeps = Keeps::of(set.format);
        let concerns = |left: &Left| isolated.failure.is_some() || left.may_matter(&set.items[place.1 + 1..]);
        let left: Vec<_> = one
            .left
            .iter()
            .filter(|left| keeps.keeps(left) && concerns(left))
            .cloned()
            .collect();
        if !left.is_empty() {
            leavers.push((place, left));
        }
    }
    if let Some(failure) = isolated.failure
        && isolated.looks.is_open
        && Left::LastValues.is_named_in(&failure.message)
        && let Some(failed) = trials.place(&failure.component, &failure.file)
        && Keeps::of(trials.sets()[failed.0].format) != Keeps::Nothing
    {
        let took = trials.places().into_iter().filter(|place| {
            *place < failed && place.0 == failed.0 && trials.item(*place).up.may_leave_session_state()
        });
        leavers.extend(took.map(|place| (place, vec![Left::LastValues])));
        leavers.sort_by_key(|(place, _)| *place);
    }
    leavers
}

/// What is compared.
struct Comparison<'c> {
    trials: Trials<'c>,
    isolated: Isolated<'c>,
    leavers: Vec<Leaver>,
    /// What came of the files that each had a session of its own.
    own: Built,
    last: Place,
}

/// A difference, the file that shows it, and the file that leaves what it depends on.
type Shown = (Difference, Place, Option<Leaver>);

impl Comparison<'_> {
    async fn verdict(&self) -> Result<Verdict, Error> {
        let inputs = self.trials.inputs;
        let database = inputs.server.create_database("db_fresh_kept").await?;
        let built = self.trials.build(&database, Some((0, 0)), self.last).await?;
        let parked = roles::park(inputs, "kept").await?;
        let shown = self.shown(&built).await;
        let state = match shown {
            Ok(Ok((difference, file, leaver))) => self.state(difference, file, leaver.as_ref()),
            other => {
                let _ = database.drop_now().await;
                parked.drop(inputs.database.options()).await?;
                return other.map(|verdict| verdict.err().unwrap_or(Verdict::Nothing));
            }
        };
        let is_of_the_tool = !matches!(state.difference, Difference::OnlyIsolated(_));
        let kept = if is_of_the_tool && inputs.project.origin == Origin::Folder {
            parked.back(inputs).await?;
            Some(Kept {
                database,
                applied: built.applied,
                skipped: built.skipped,
                failure: built.failure,
                others: Parked::default(),
            })
        } else {
            let _ = database.drop_now().await;
            parked.drop(inputs.database.options()).await?;
            None
        };
        Ok(Verdict::Found(Box::new(Found { state, kept })))
    }

    /// What differs; another verdict where nothing does.
    async fn shown(&self, kept: &Built) -> Result<Result<Shown, Verdict>, Error> {
        let failed = |failure: &SqlFailure| self.trials.place(&failure.component, &failure.file);
        match (self.isolated.failure, &kept.failure) {
            (Some(isolated), kept) => {
                let Some(file) = failed(isolated) else {
                    return Ok(Err(Verdict::Nothing));
                };
                if kept
                    .as_deref()
                    .and_then(failed)
                    .is_some_and(|other| other <= file)
                {
                    return Ok(Err(Verdict::Nothing));
                }
                let passes = |built: &Built| built.failure.is_none();
                let leaver = self.trials.leaver(&self.leavers, file, passes).await?;
                let difference = Difference::OnlyKept(Box::new(isolated.clone()));
                Ok(Ok((difference, file, leaver.cloned())))
            }
            (None, Some(kept)) => {
                let Some(file) = failed(kept) else {
                    return Ok(Err(Verdict::Nothing));
                };
                if let Some(again) = self.trials.passing(None, file).await?.failure {
                    return Ok(Err(Verdict::NotComparable(again.file)));
                }
                let fails = |built: &Built| built.failure.as_deref().and_then(failed) == Some(file);
                let leaver = self.trials.leaver(&self.leavers, file, fails).await?;
                Ok(Ok((
                    Difference::OnlyIsolated(kept.clone()),
                    file,
                    leaver.cloned(),
                )))
            }
            (None, None) => self.results(kept).await,
        }
    }

    /// Both ways pass: what their results are.
    async fn results(&self, kept: &Built) -> Result<Result<Shown, Verdict>, Error> {
        let same = Ok(Err(Verdict::Same(self.leavers.len())));
        if !differ(&self.own, kept, &Unstable::default()) {
            return same;
        }
        let again = self.trials.passing(None, self.last).await?;
        if let Some(failure) = again.failure {
            return Ok(Err(Verdict::NotComparable(failure.file)));
        }
        let unstable = Unstable::between(&self.own, &again);
        if !differ(&self.own, kept, &unstable) {
            return same;
        }
        let Some((first, _)) = self.leavers.first() else {
            return same;
        };
        let differ = |one: &Built, other: &Built| differ(one, other, &unstable);
        let Some((file, isolated, kept)) = self.trials.first_different(*first, differ).await? else {
            return same;
        };
        let differs = |built: &Built| differ(&isolated, built);
        let leaver = self.trials.leaver(&self.leavers, file, differs).await?;
        let difference = Difference::Results {
            schema: Box::new(unstable.schema(&isolated, &kept)),
            rows: unstable.rows(&isolated, &kept),
        };
        Ok(Ok((difference, file, leaver.cloned())))
    }

    fn state(&self, difference: Difference, file: Place, leaver: Option<&Leaver>) -> SessionState {
        let item = self.trials.item(file);
        let message = match &difference {
            Difference::OnlyKept(failure) | Difference::OnlyIsolated(failure) => failure.message.as_str(),
            Difference::Results { .. } => "",
        };
        let left = leaver.map(|(_, left)| left.as_slice()).unwrap_or_default();
        let named: Vec<_> = left.iter().filter(|left| left.is_named_in(message)).collect();
        let named = if named.is_empty() {
            left.iter().collect()
        } else {
            named
        };
        SessionState {
            format: self.trials.sets()[file.0].format,
            file: item.filename.clone(),
            path: item.up.file.display().to_string(),
            left_by: leaver
                .as_ref()
                .map(|(place, _)| self.trials.item(*place).filename.clone()),
            left: named.iter().map(ToString::to_string).collect(),
            difference,
        }
    }
}
