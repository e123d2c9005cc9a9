//! Tries again until the level is reached, until waiting cannot help, or until the limit.
//!
//! Dropping the future ends the wait at once, wherever it stands: that is how Ctrl-C is to be answered.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::{
    Backoff, Class, Error, LastSeen, Level, Target, greeting,
    probe::{self, Found},
    schedule::{Next, Schedule},
    seen::Seen,
};

/// Less time than this would be too little for any attempt.
const SHORTEST: Duration = Duration::from_millis(100);

/// A server that is as ready as was asked.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Ready {
    /// The level that was asked for and is reached.
    pub level: Level,
    /// How many attempts it took, the successful one included.
    pub attempts: u32,
    /// From the start of the wait until it was over.
    pub waited: Duration,
    /// As the server gives it, such as `15.4`; known from the level database on.
    pub server_version: Option<String>,
}

/// An attempt that failed and will be followed by another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its number, counted from 1.
    pub number: u32,
    /// What it met.
    pub seen: Seen,
    /// From the start of the wait until its end.
    pub elapsed: Duration,
    /// How long until the next one.
    pub pause: Duration,
}

/// Waits until the target has this level. Each attempt that failed goes to `progress`, before the pause after it.
///
/// # Errors
///
/// [`Error::Refused`] when waiting cannot help, at the first attempt that shows it; [`Error::TimedOut`] when the
/// attempts or the time are used up; [`Error::NoSuchLevel`] for a level that the target does not have.
pub async fn wait(
    target: &Target,
    level: Level,
    backoff: &Backoff,
    progress: &mut (dyn FnMut(&Attempt) + Send),
) -> Result<Ready, Error> {
    if matches!(target, Target::Tcp { .. }) && level > Level::Tcp {
        return Err(Error::NoSuchLevel {
            target: target.to_string(),
            level,
        });
    }
    let started = Instant::now();
    let mut schedule = Schedule::new(backoff);
    let mut last: Option<LastSeen> = None;
    let mut number = 0_u32;
    loop {
        number = number.saturating_add(1);
        let left = backoff.deadline.saturating_sub(started.elapsed());
        let seen = match in_time(target, level, backoff, left).await {
            Ok(found) => return Ok(ready(level, number, started.elapsed(), found)),
            Err(seen) => seen,
        };
        let elapsed = started.elapsed();
        tracing::debug!(target = %target, attempt = number, code = seen.class.code, detail = %seen.detail, "not ready");
        let seen_now = LastSeen::after(last.take(), seen.clone(), elapsed, target);
        let next = schedule.after(seen.class, elapsed, elapsed.saturating_sub(seen_now.since));
        let give_up = |last: LastSeen| (target.to_string(), Box::new(last));
        match next {
            Next::Pause(pause) => {
                progress(&Attempt {
                    number,
                    seen,
                    elapsed,
                    pause,
                });
                last = Some(seen_now);
                sleep(pause).await;
            }
            Next::Stop => {
                let (target, last) = give_up(seen_now);
                return Err(Error::Refused {
                    target,
                    level,
                    last,
                    attempts: number,
                    waited: elapsed,
                });
            }
            Next::GiveUp(limit) => {
                let (target, last) = give_up(seen_now);
                return Err(Error::TimedOut {
                    target,
                    level,
                    last,
                    attempts: number,
                    waited: elapsed,
                    limit,
                });
            }
        }
    }
}

fn ready(level: Level, attempts: u32, waited: Duration, found: Found) -> Ready {
    Ready {
        level,
        attempts,
        waited,
        server_version: found.server_version,
    }
}

/// An attempt ends when the wait does, however much time attempts have otherwise.
async fn in_time(target: &Target, level: Level, backoff: &Backoff, left: Duration) -> Result<Found, Seen> {
    // Whole milliseconds, since messages say it.
    let limit = Duration::from_millis(left.max(SHORTEST).as_millis().try_into().unwrap_or(u64::MAX));
    let backoff = Backoff {
        attempt_timeout: backoff.attempt_timeout.min(limit),
        ..backoff.clone()
    };
    // Its parts have limits of their own and know better where it hangs; this one is for all of them together.
    match timeout(limit + SHORTEST, attempt(target, level, &backoff)).await {
        Ok(ended) => ended,
        Err(_) => Err(Seen::new(
            Class::QUERY_SILENT,
            format!("the questions took longer than {limit:?}"),
        )),
    }
}

async fn attempt(target: &Target, level: Level, backoff: &Backoff) -> Result<Found, Seen> {
    let limit = backoff.attempt_timeout;
    match target {
        Target::Tcp { host, port } => match timeout(limit, greeting::knock(host, *port)).await {
            Ok(answer) => answer.map(|()| Found::default()),
            Err(_) => Err(Seen::new(
                Class::UNREACHABLE,
                format!("no connection within {limit:?}"),
            )),
        },
        Target::Postgres {
            options,
            expectations,
        } => probe::postgres(options, expectations, level, backoff).await,
    }
}
