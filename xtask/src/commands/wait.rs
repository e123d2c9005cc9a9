//! `wait`: until the database answers and takes writes.

use std::time::Duration;

use readiness::{Attempt, Backoff, Level as Ready, Target};
use serde_json::json;

use super::{Context, connect::Real};
use crate::{
    cli,
    failure::Failure,
    output::{Level, short},
};

/// Waits, and says each attempt.
pub(super) async fn run(args: &cli::Wait, context: &Context<'_>) -> Result<(), Failure> {
    let real = Real::of(&args.database, context)?;
    until_ready(&real, args.timeout, context).await
}

/// Waits at most so many seconds, or `DB_TIMEOUT` milliseconds.
pub(super) async fn until_ready(
    real: &Real,
    seconds: Option<u64>,
    context: &Context<'_>,
) -> Result<(), Failure> {
    let mut backoff = Backoff::default();
    if let Some(millis) = context.variables.number("DB_TIMEOUT")? {
        backoff.deadline = Duration::from_millis(millis);
    }
    if let Some(seconds) = seconds {
        backoff.deadline = Duration::from_secs(seconds);
    }
    let console = context.console;
    let target = Target::postgres(real.options.clone());
    let mut say = |attempt: &Attempt| {
        let facts = json!({
            "attempt": attempt.number,
            "class": attempt.seen.class.code,
            "delaySeconds": attempt.pause.as_secs_f64(),
        });
        console.say(
            Level::Info,
            &format!("not ready: {}", attempt.seen.class.meaning),
            facts,
        );
    };
    let ready = readiness::wait(&target, Ready::Writable, &backoff, &mut say).await?;
    let version = ready
        .server_version
        .map(|version| format!(", PostgreSQL {version}"))
        .unwrap_or_default();
    let took = short(ready.waited);
    let facts = json!({ "attempts": ready.attempts, "durationSeconds": ready.waited.as_secs_f64() });
    console.say(
        Level::Info,
        &format!("ready: {} after {took}{version}", ready.level),
        facts,
    );
    Ok(())
}
