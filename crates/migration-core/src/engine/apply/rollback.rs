//! Undoing migrations by their down scripts, the newest first.

use std::time::Instant;

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    message::{Message, Part},
    run::refuse,
    sql_failure::{Refused, hints},
    steps::Steps,
};
use crate::{
    Config, Direction, Error, Migration, Migrations, Mode, Problem, Progress, RollbackReport, Script,
    SqlFailure, Undone, Version,
    engine::{
        connection::{
            executor::Desk,
            server::{refusal, send, sqlstate},
            session,
            watcher::Watcher,
        },
        ledger::{
            read::{self, Ledger},
            schema::{Table, make},
            write,
        },
        lock,
        plan::pending::plan,
        progress::Listener,
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

/// Undoes applied migrations, the newest first, each in a transaction with the end of its row.
///
/// With [`Target::Last`] and [`Target::To`] every migration in question needs a down script, and none is undone where one lacks
/// it. [`Target::Reversible`] ends at the first that has none.
///
/// # Errors
/// As [`crate::apply`].
pub async fn rollback(
    options: &PgConnectOptions,
    sets: &[Migrations],
    target: &Target,
    config: &Config,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<RollbackReport, Error> {
    let mut connection = session::connect(options, config).await?;
    let ended = on_connection(&mut connection, options, sets, target, config, progress).await;
    session::close(connection).await;
    ended
}

/// What [`rollback`] would undo, the newest first, by the names of the ledger. Writes nothing.
///
/// # Errors
/// As [`rollback`].
pub async fn rollback_plan(
    options: &PgConnectOptions,
    sets: &[Migrations],
    target: &Target,
    config: &Config,
) -> Result<Vec<String>, Error> {
    let mut connection = session::connect(options, config).await?;
    let ledger = read::read(&mut connection, config).await;
    session::close(connection).await;
    let ledger = ledger?;
    refuse(&plan(sets, &ledger, config))?;
    let chosen = candidates(sets, &ledger, target)?;
    let undoable = chosen
        .into_iter()
        .take_while(|candidate| candidate.migration.down.is_some());
    Ok(undoable
        .map(|candidate| candidate.migration.filename.clone())
        .collect())
}

async fn on_connection(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    sets: &[Migrations],
    target: &Target,
    config: &Config,
    progress: &mut Listener<'_>,
) -> Result<RollbackReport, Error> {
    let seen = read::read(connection, config).await?;
    if seen.rows.is_empty() && !matches!(target, Target::To(_)) {
        return Ok(RollbackReport::default());
    }
    // The two connections are made side by side: it costs nothing but the second one's start.
    let (taken, second) = tokio::join!(
        lock::take(connection, &seen.missing, config, progress),
        session::connect(options, config)
    );
    let taken = taken?;
    let ledger = taken.ledger;
    refuse(&plan(sets, &ledger, config))?;
    let chosen = candidates(sets, &ledger, target)?;
    let watcher = Watcher::start(second, options, connection, config, taken.pid).await?;
    let mut desk = Desk {
        connection,
        watcher,
        look_every: config.look_every,
        progress,
        blockers: Vec::new(),
    };
    let ended = undo_all(&mut desk, &chosen, &ledger, config).await;
    if let Some(watcher) = desk.watcher.take() {
        watcher.close().await;
    }
    // The end of the session gives the lock back as well.
    let _ = send(connection, &lock::release(config)).await;
    ended
}

async fn undo_all(
    desk: &mut Desk<'_, '_>,
    chosen: &[Candidate<'_>],
    ledger: &Ledger,
    config: &Config,
) -> Result<RollbackReport, Error> {
    let mut report = RollbackReport::default();
    if !chosen.is_empty() {
        let tables = [Table::Progress, Table::Audit];
        make(desk.connection, &mut ledger.missing.clone(), &tables, config).await?;
    }
    for candidate in chosen {
        let Some(down) = &candidate.migration.down else {
            report.stopped_at = Some(candidate.migration.filename.clone());
            break;
        };
        let undone = undo(desk, candidate, down, ledger, config).await;
        let undone = undone.map_err(|error| with_count(error, report.undone.len()))?;
        (desk.progress)(Progress::Undone(undone.clone()));
        report.undone.push(undone);
    }
    Ok(report)
}

/// A migration to undo.
struct Candidate<'m> {
    component: &'m str,
    migration: &'m Migration,
}

/// What to undo, the newest first: in the opposite order of the ledger's.
fn candidates<'m>(
    sets: &'m [Migrations],
    ledger: &Ledger,
    target: &Target,
) -> Result<Vec<Candidate<'m>>, Error> {
    let find = |component: &str, filename: &str| {
        let set = sets.iter().find(|set| set.component == component)?;
        let migration = set.items.iter().find(|item| item.filename == filename)?;
        Some(Candidate {
            component: &set.component,
            migration,
        })
    };
    let applied = ledger
        .rows
        .iter()
        .rev()
        .filter_map(|row| find(&row.component, &row.filename));
    let chosen: Vec<_> = match target {
        Target::Last(count) => applied.take(*count).collect(),
        Target::Reversible => return Ok(applied.collect()),
        Target::To(version) => {
            let all: Vec<_> = applied.collect();
            let limit = limit(&all, version)?;
            all.into_iter()
                .filter(|candidate| candidate.migration.version > limit)
                .collect()
        }
    };
    let lacking = chosen
        .iter()
        .filter(|candidate| candidate.migration.down.is_none());
    let problems: Vec<_> = lacking
        .map(|candidate| Problem::NoDown {
            file: candidate.migration.filename.clone(),
            path: candidate.migration.up.file.display().to_string(),
        })
        .collect();
    if problems.is_empty() {
        Ok(chosen)
    } else {
        Err(Error::Unfit { problems })
    }
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
            Error::unfit(Problem::NoSuchVersion {
                version: version.to_owned(),
                newest: applied
                    .first()
                    .map(|candidate| candidate.migration.filename.clone()),
            })
        })
}

async fn undo(
    desk: &mut Desk<'_, '_>,
    candidate: &Candidate<'_>,
    down: &Script,
    ledger: &Ledger,
    config: &Config,
) -> Result<Undone, Error> {
    let started = Instant::now();
    let filename = &candidate.migration.filename;
    let ledger_sql = write::undone(candidate.component, filename, config);
    let mut message = Message::default();
    if down.mode == Mode::Transactional {
        message.all_ours(&session::reset(config));
        message.ours("BEGIN");
        message.script(down);
        message.record(down, &ledger_sql);
        message.push("COMMIT", Part::Commit);
    } else {
        let unfinished = ledger.unfinished.iter().find(|row| {
            row.component == candidate.component
                && row.filename == *filename
                && row.direction == Direction::Down
        });
        let component = candidate.component;
        let steps = Steps {
            component,
            filename,
            script: down,
            direction: Direction::Down,
            config,
            unfinished,
        };
        steps.run(desk).await?;
        steps.finish(&mut message, &ledger_sql, started.elapsed());
    }
    let outcome = desk.run(&message, filename).await;
    if let Some(source) = outcome.error {
        return Err(failure(candidate, down, &message, outcome.completed, source));
    }
    Ok(Undone {
        component: candidate.component.to_owned(),
        version: candidate.migration.version.to_string(),
        file: filename.clone(),
        duration: started.elapsed(),
    })
}

fn failure(
    candidate: &Candidate<'_>,
    down: &Script,
    message: &Message<'_>,
    completed: usize,
    error: sqlx::Error,
) -> Error {
    let file = candidate.migration.filename.clone();
    let Some(refused) = refusal(&error) else {
        return Error::Lost {
            file,
            applied_before: 0,
            source: error,
        };
    };
    let refused = Refused {
        error: refused,
        message,
        completed,
    };
    Error::Sql(Box::new(SqlFailure {
        component: candidate.component.to_owned(),
        file,
        place: refused.place(down),
        sqlstate: sqlstate(&error).unwrap_or_default().to_owned(),
        message: refused.error.message().to_owned(),
        details: refused.details(),
        hints: hints(refused.error, &[]),
        aftermath: "all of it is still applied: the transaction of its down script was rolled back".into(),
        applied_before: 0,
    }))
}

/// The count of a rollback's failure is that of the migrations undone before.
fn with_count(error: Error, undone: usize) -> Error {
    match error {
        Error::Sql(mut failure) => {
            failure
                .details
                .push(diagnostic::Fact::new("undone before", undone.to_string()));
            Error::Sql(failure)
        }
        other => other,
    }
}
