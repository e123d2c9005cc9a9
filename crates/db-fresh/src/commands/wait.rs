//! `wait`: until the database is as ready as was asked.

use std::time::Duration;

use readiness::{Attempt, Backoff, Class, Level as Ready, Target};
use serde_json::{Value, json};

use super::ready;
use crate::{
    cli,
    context::Context,
    database::{RealDatabase, load_project},
    error::Error,
    output::Level,
};

/// Waits, and says each attempt. What the levels schema and seeded mean is read from the project, and only for them.
pub(super) async fn run(args: &cli::Wait, context: &Context<'_>) -> Result<(), Error> {
    let real = RealDatabase::of(&args.database, context)?;
    let mut target = Target::postgres(real.options.clone());
    if args.level >= Ready::Schema {
        let project = load_project(&args.database, context)?;
        target = ready::expecting(target, args.level, project, &args.database, context)?;
    }
    let (backoff, report) = match (args.once, args.local) {
        (true, _) => (Backoff::once(), Report::Each),
        // Hundreds of attempts a second are not told one by one.
        (false, true) => (
            limited(Backoff::local(), args.timeout, context)?,
            Report::WhenItChanges,
        ),
        (false, false) => (limited(Backoff::default(), args.timeout, context)?, Report::Each),
    };
    until(&target, args.level, &backoff, report, context).await
}

/// Which attempts are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Report {
    Each,
    WhenItChanges,
}

/// Waits at most so many seconds, or `DB_TIMEOUT` milliseconds.
pub(super) fn limited(
    mut backoff: Backoff,
    seconds: Option<u64>,
    context: &Context<'_>,
) -> Result<Backoff, Error> {
    let given = match seconds {
        Some(seconds) => Some(Duration::from_secs(seconds)),
        None => context.variables.number("DB_TIMEOUT")?.map(Duration::from_millis),
    };
    backoff.deadline = given.unwrap_or(backoff.deadline);
    Ok(backoff)
}

/// Waits until the level is reached.
pub(super) async fn until(
    target: &Target,
    level: Ready,
    backoff: &Backoff,
    report: Report,
    context: &Context<'_>,
) -> Result<(), Error> {
    let console = context.console;
    let mut told: Option<&'static Class> = None;
    let mut say = |attempt: &Attempt| {
        let class = attempt.seen.class;
        if report == Report::Each || told != Some(class) {
            console.say(
                Level::Warn,
                "Postgres not ready, retrying with backoff",
                facts(attempt),
            );
        }
        told = Some(class);
    };
    let ready = readiness::wait(target, level, backoff, &mut say).await?;
    let mut facts = json!({
        "reachedLevel": ready.level,
        "attempts": ready.attempts,
        "durationSeconds": seconds(ready.waited),
    });
    if let Some(version) = ready.server_version {
        facts["serverVersion"] = json!(version);
    }
    console.say(Level::Info, "Postgres is ready", facts);
    Ok(())
}

fn facts(attempt: &Attempt) -> Value {
    json!({
        "attempt": attempt.number,
        "class": attempt.seen.class.code,
        "reason": attempt.seen.class.meaning,
        "lastSeen": attempt.seen.detail,
        "elapsedSeconds": seconds(attempt.elapsed),
        "delaySeconds": seconds(attempt.pause),
    })
}

/// Seconds with three decimals, as log lines have them.
pub(super) fn seconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1000.0).round() / 1000.0
}
