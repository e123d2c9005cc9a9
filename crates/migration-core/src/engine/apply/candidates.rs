//! Which migrations a roll-back is about: how far it goes back, and what keeps it from beginning.

use sqlx::postgres::PgConnectOptions;

use crate::{
    Config, Direction, Error, Migration, Migrations, Problem, ProtectedRollback, Protection, RequestProblem,
    Script, Version,
    engine::{
        connection::{deadline::in_time, session},
        ledger::read::{self, Ledger, Unfinished},
        plan::pending::{near_misses, plan},
    },
};

/// How far to go back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The last so many that were applied.
    Last(usize),
    /// Everything that comes after this version; it stays itself.
    To(String),
    /// As far as there are down scripts.
    Reversible,
}

/// A migration to undo.
#[derive(Debug, Clone)]
pub(crate) struct Candidate<'m> {
    pub(crate) component: &'m str,
    pub(crate) migration: &'m Migration,
    /// What an earlier roll-back has left of it.
    pub(crate) unfinished: Option<Unfinished>,
}

impl<'m> Candidate<'m> {
    /// Its down script.
    pub(crate) fn down(&self) -> Option<&'m Script> {
        self.migration.down.as_ref()
    }

    /// A down script that is not the one that an earlier roll-back began with.
    fn edited(&self) -> Option<Problem> {
        self.unfinished
            .as_ref()?
            .edited(&self.migration.filename, self.down()?)
    }
}

/// What to undo, the newest first: in the opposite order of the ledger's.
///
/// # Errors
/// [`Error::Unfit`] where folder and ledger do not fit together, and where one of them lacks a down script that it needs, or has another one than when it was interrupted;
/// where the environment is protected and no reason is given.
pub(crate) fn candidates<'m>(
    sets: &'m [Migrations],
    ledger: &Ledger,
    target: &Target,
    config: &Config,
) -> Result<Vec<Candidate<'m>>, Error> {
    plan(sets, ledger, config).fit()?;
    may_roll_back(config)?;
    let find = |component: &str, filename: &str| {
        let set = sets.iter().find(|set| set.component == component)?;
        let migration = set.items.iter().find(|item| item.filename == filename)?;
        let unfinished = ledger.unfinished(component, filename, Direction::Down);
        Some(Candidate {
            component: &set.component,
            migration,
            unfinished: unfinished.cloned(),
        })
    };
    let mut chosen: Vec<_> = ledger
        .rows
        .iter()
        .rev()
        .filter_map(|row| find(&row.component, &row.filename))
        .collect();
    match target {
        Target::Last(count) => chosen.truncate(*count),
        Target::Reversible => {}
        Target::To(version) => {
            let limit = limit(&chosen, version)?;
            chosen.retain(|candidate| candidate.migration.version > limit);
        }
    }
    let lacking = |candidate: &&Candidate<'_>| *target != Target::Reversible && candidate.down().is_none();
    let lacking = chosen.iter().filter(lacking).map(|candidate| {
        Problem::from(RequestProblem::NoDown {
            file: candidate.migration.filename.clone(),
            path: candidate.migration.up.file.display().to_string(),
        })
    });
    let limited = chosen.iter().flat_map(|candidate| left_out(candidate, config));
    let problems: Vec<_> = lacking
        .chain(limited)
        .chain(chosen.iter().filter_map(Candidate::edited))
        .collect();
    if problems.is_empty() {
        Ok(chosen)
    } else {
        Err(Error::Unfit { problems })
    }
}

/// What keeps a down script out of this environment.
fn left_out(candidate: &Candidate<'_>, config: &Config) -> Vec<Problem> {
    let Candidate { migration, .. } = candidate;
    let Some(down) = candidate.down() else {
        return Vec::new();
    };
    let mut problems = near_misses(&migration.near_misses, config);
    if let Some(why) = config.environment.excludes(migration.down_only.as_deref()) {
        let (file, path) = (migration.filename.clone(), down.file.display().to_string());
        problems.push(RequestProblem::DownLeftOut { file, path, why }.into());
    }
    problems
}

/// A protected environment is rolled back only for a reason that is given.
pub(crate) fn may_roll_back(config: &Config) -> Result<(), Error> {
    let environment = &config.environment;
    if environment.protection == Protection::Protected
        && config.protected_rollback == ProtectedRollback::Refuse
    {
        let environment = environment.name.clone();
        return Err(Error::unfit(RequestProblem::Protected { environment }));
    }
    Ok(())
}

/// The version to go back to, which has to be one that was applied.
fn limit(applied: &[Candidate<'_>], version: &str) -> Result<Version, Error> {
    let wanted = Version::number(version);
    let is_it = |candidate: &&Candidate<'_>| {
        let found = &candidate.migration.version;
        wanted.as_ref() == Some(found) || found.to_string() == version
    };
    applied
        .iter()
        .find(is_it)
        .map(|candidate| candidate.migration.version.clone())
        .ok_or_else(|| {
            Error::unfit(RequestProblem::NoSuchVersion {
                version: version.to_owned(),
                newest: applied
                    .first()
                    .map(|candidate| candidate.migration.filename.clone()),
            })
        })
}

/// What [`crate::rollback`] would undo, the newest first, by the names of the ledger. Writes nothing.
///
/// # Errors
/// As [`crate::rollback`].
pub async fn rollback_plan(
    options: &PgConnectOptions,
    sets: &[Migrations],
    target: &Target,
    config: &Config,
) -> Result<Vec<String>, Error> {
    let mut connection = session::connect(options, config).await?;
    let ledger = in_time(config, "read the ledger", read::read(&mut connection, config)).await;
    session::close(connection).await;
    let chosen = candidates(sets, &ledger?, target, config)?;
    let files = chosen.iter().take_while(|candidate| candidate.down().is_some());
    Ok(files
        .map(|candidate| candidate.migration.filename.clone())
        .collect())
}
