//! One attempt at a Postgres server: up the levels until the one that is asked for, or until something is in the way.
//!
//! Each part of it has the time of one attempt. Left out on purpose: trying again.

use std::{future::Future, time::Duration};

use diagnostic::driver_text;
use sqlx::{ConnectOptions, Connection, PgConnection, Row, postgres::PgConnectOptions};
use tokio::time::{sleep, timeout};

use crate::{Backoff, Class, Expectation, Finding, Level, Reason, greeting, seen::Seen};

/// What an attempt learned of a server that is as ready as was asked.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) server_version: Option<String>,
}

/// One round trip tells all that is to be known without writing.
const FACTS: &str = "SELECT current_setting('server_version') AS version, \
     pg_is_in_recovery()::text AS in_recovery, \
     current_setting('transaction_read_only') AS read_only, \
     pg_postmaster_start_time()::text AS started, \
     (1000 * extract(epoch FROM clock_timestamp() - pg_postmaster_start_time()))::bigint::text AS age";

/// Writes to the log, and spills a sort to the disk: both fail where there is no room, and neither leaves anything.
/// It needs no table and no right.
const WRITE: &str = "BEGIN; SET LOCAL work_mem = '64kB'; \
     SELECT pg_logical_emit_message(true, 'readiness', 'is this server writable'); \
     SELECT sum(length(t)) FROM (SELECT g, repeat('x', 200) FROM generate_series(1, 600) AS g ORDER BY 1 DESC OFFSET 0) AS s (g, t); \
     COMMIT";

/// A second look, which only tells why the first one failed, takes no longer than this, and no more than a quarter of an attempt.
const DIAGNOSIS: Duration = Duration::from_millis(500);

struct Facts {
    version: String,
    in_recovery: bool,
    read_only: bool,
    started: String,
    age: Duration,
}

/// A postmaster that has been up for so long is not looked at twice: the temporary one of a container's first start does
/// not live that long.
const OLD: Duration = Duration::from_secs(60);

pub(crate) async fn postgres(
    options: &PgConnectOptions,
    expectations: &[Expectation],
    level: Level,
    backoff: &Backoff,
) -> Result<Found, Seen> {
    match climb(options, expectations, level, backoff).await {
        // Whoever asks for less than what was reached has got it: a wrong password proves the protocol.
        Err(seen) if seen.reached >= Some(level) => Ok(Found::default()),
        other => other,
    }
}

async fn climb(
    options: &PgConnectOptions,
    expectations: &[Expectation],
    level: Level,
    backoff: &Backoff,
) -> Result<Found, Seen> {
    let limit = backoff.attempt_timeout;
    match level {
        Level::Tcp => return knock(options, limit).await.map(|()| Found::default()),
        Level::Protocol => return greet(options, limit).await.map(|()| Found::default()),
        _ => {}
    }
    let (mut conn, first) = look(options, level, limit).await?;
    if level >= Level::Stable && first.age < OLD {
        close(conn, limit).await;
        sleep(backoff.settle).await;
        let second;
        (conn, second) = look(options, level, limit).await?;
        if first.started != second.started {
            let detail = format!("started at {}, then at {}", first.started, second.started);
            return Err(Seen::new(Class::RESTARTED, detail));
        }
    }
    for wanted in [Level::Schema, Level::Seeded]
        .into_iter()
        .filter(|wanted| *wanted <= level)
    {
        for expectation in expectations
            .iter()
            .filter(|expectation| expectation.level() == wanted)
        {
            meet(&mut conn, expectation, options, limit).await?;
        }
    }
    close(conn, limit).await;
    Ok(Found {
        server_version: Some(first.version),
    })
}

/// Connects, asks for the facts, and holds them against the level.
async fn look(
    options: &PgConnectOptions,
    level: Level,
    limit: Duration,
) -> Result<(PgConnection, Facts), Seen> {
    let mut reached = None;
    let work = async {
        let failed = |error: sqlx::Error| Seen::of_driver(&error, options.get_ssl_mode());
        let mut conn = options
            .clone()
            .disable_statement_logging()
            .connect()
            .await
            .map_err(failed)?;
        reached = Some(Level::Authenticated);
        let facts = ask_facts(&mut conn).await.map_err(failed)?;
        reached = Some(Level::Database);
        if level >= Level::Writable {
            judge(&facts)?;
            sqlx::raw_sql(WRITE).execute(&mut conn).await.map_err(failed)?;
        }
        Ok::<_, Seen>((conn, facts))
    };
    let diagnosis = DIAGNOSIS.min(limit / 4);
    match timeout(limit - diagnosis, work).await {
        Ok(Ok(found)) => Ok(found),
        Ok(Err(seen)) => Err(explain(seen.at_least(reached), options, diagnosis).await),
        Err(_) if reached.is_some() => {
            let detail = format!("no answer to a query within {limit:?}");
            Err(Seen::new(Class::QUERY_SILENT, detail).at_least(reached))
        }
        // Nothing is known but that it took too long; the greeting tells where it hangs.
        Err(_) => match greet(options, diagnosis).await {
            Ok(()) => Err(Seen::new(Class::SILENT, format!("no session within {limit:?}"))
                .at_least(Some(Level::Protocol))),
            Err(seen) => Err(seen),
        },
    }
}

/// A connection that broke may have been one to another service, which the driver cannot tell.
async fn explain(seen: Seen, options: &PgConnectOptions, limit: Duration) -> Seen {
    if seen.class != Class::RESET || seen.reached > Some(Level::Tcp) {
        return seen;
    }
    match greet(options, limit).await {
        Err(foreign) if foreign.class == Class::NOT_POSTGRES => foreign,
        _ => seen,
    }
}

async fn knock(options: &PgConnectOptions, limit: Duration) -> Result<(), Seen> {
    match timeout(limit, greeting::open(options)).await {
        Ok(answer) => answer,
        Err(_) => Err(unreachable(limit)),
    }
}

async fn greet(options: &PgConnectOptions, limit: Duration) -> Result<(), Seen> {
    let mut reached = None;
    match timeout(limit, greeting::greet(options, &mut reached)).await {
        Ok(answer) => answer,
        Err(_) if reached.is_some() => Err(Seen::new(Class::SILENT, format!("no answer within {limit:?}"))),
        Err(_) => Err(unreachable(limit)),
    }
}

fn unreachable(limit: Duration) -> Seen {
    Seen::new(Class::UNREACHABLE, format!("no connection within {limit:?}"))
}

async fn ask_facts(conn: &mut PgConnection) -> Result<Facts, sqlx::Error> {
    let row = sqlx::raw_sql(FACTS).fetch_one(conn).await?;
    Ok(Facts {
        version: row.try_get("version")?,
        in_recovery: row.try_get::<String, _>("in_recovery")? == "true",
        read_only: row.try_get::<String, _>("read_only")? == "on",
        started: row.try_get("started")?,
        // A clock that was set back makes a postmaster young, which costs a second look and no more.
        age: Duration::from_millis(row.try_get::<String, _>("age")?.parse().unwrap_or(0)),
    })
}

fn judge(facts: &Facts) -> Result<(), Seen> {
    if facts.in_recovery {
        return Err(Seen::new(Class::IN_RECOVERY, "`pg_is_in_recovery()` is true"));
    }
    if facts.read_only {
        return Err(Seen::new(Class::READ_ONLY, "`transaction_read_only` is on"));
    }
    Ok(())
}

async fn meet(
    conn: &mut PgConnection,
    expectation: &Expectation,
    options: &PgConnectOptions,
    limit: Duration,
) -> Result<(), Seen> {
    let (behind, unfit) = match expectation.level() {
        Level::Seeded => (Class::UNSEEDED, Class::DATA_UNFIT),
        _ => (Class::SCHEMA_BEHIND, Class::SCHEMA_UNFIT),
    };
    let name = expectation.name();
    let before = behind.reached;
    let found = bounded(limit, expectation.look(conn)).await;
    match found {
        Some(Ok(Finding::Met)) => Ok(()),
        Some(Ok(Finding::NotYet(reason))) => Err(unmet(behind, name, reason)),
        Some(Ok(Finding::Unfit(reason))) => Err(unmet(unfit, name, reason)),
        Some(Err(error)) if is_missing_object(&error) => {
            Err(Seen::new(behind, format!("{name}: {}", driver_text(&error))))
        }
        Some(Err(error)) => {
            let mut seen = Seen::of_driver(&error, options.get_ssl_mode()).at_least(before);
            if seen.class == Class::NO_RIGHT {
                seen.class = Class::NO_RIGHT_INSIDE;
            }
            seen.detail = format!("{name}: {}", seen.detail);
            Err(seen)
        }
        None => Err(
            Seen::new(Class::QUERY_SILENT, format!("{name}: no answer within {limit:?}")).at_least(before),
        ),
    }
}

fn unmet(class: &'static Class, name: &str, reason: Reason) -> Seen {
    Seen {
        problems: reason.problems,
        ..Seen::new(class, format!("{name}: {}", reason.text))
    }
}

/// A table, column or schema that is not there is what a schema that is still to come looks like.
fn is_missing_object(error: &sqlx::Error) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    matches!(
        code.as_deref(),
        Some("42P01" | "42703" | "3F000" | "42883" | "42704")
    )
}

async fn bounded<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    timeout(limit, work).await.ok()
}

/// Says good-bye, so that the server's log holds no broken connection. That it fails changes nothing.
async fn close(conn: PgConnection, limit: Duration) {
    let _ = timeout(limit, conn.close()).await;
}
