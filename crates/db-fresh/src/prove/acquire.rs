//! The first steps: a server, an answer, and whether database and role are fit. And the last: what is kept.

use std::time::Duration;

use ephemeral_postgres::{Config, Database, Reuse, Server};
use preflight::{DatabaseNeeds, check_database};
use readiness::{Backoff, Level, Target};
use sqlx::PgConnection;

use super::{
    inputs::Inputs,
    report::{Kept, Postgres, Report},
    steps::{Done, Steps},
};
use crate::{
    cli::Prove,
    context::Context,
    error::Error,
    output::short,
    schema::{acquire_server, choice, close, connect_to},
};

/// The server, and an empty database on it.
pub(super) async fn acquire(
    args: &Prove,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<(Server, Database), Error> {
    let choice = choice(args.on, ("--database-url", args.database_url.as_deref()), context)?;
    let mut config = Config::from_variables(&context.variables.look_up());
    if args.no_cache || context.variables.is_on("CI") {
        config.reuse = Reuse::No;
    }
    let work = async {
        let server = acquire_server(&choice, &config, context).await?;
        let database = server.create_database("db_fresh").await?;
        let passed: Vec<_> = server
            .passed_over()
            .iter()
            .map(|over| format!("; not {}: {}", over.provider, over.why))
            .collect();
        let detail = format!(
            "PostgreSQL {} ({}){}",
            server.version(),
            server.provider(),
            passed.concat()
        );
        Ok(Done::new((server, database), detail))
    };
    let (server, database) = steps.run("acquire", work).await?;
    report.postgres = Some(Postgres {
        provider: server.provider().to_string(),
        version: server.version().to_owned(),
        ready: server.ready_after(),
    });
    Ok((server, database))
}

/// Ready means that the new database takes writes.
pub(super) async fn wait(inputs: &Inputs<'_>, steps: &mut Steps<'_>) -> Result<(), Error> {
    let target = Target::postgres(inputs.database.options().clone());
    let work = async {
        let ready = readiness::wait(&target, Level::Writable, &Backoff::local(), &mut |_| {}).await?;
        let attempts = if ready.attempts == 1 {
            String::new()
        } else {
            format!(" at attempt {}", ready.attempts)
        };
        Ok(Done::new((), format!("{}{attempts}", ready.level)))
    };
    steps.run("wait", work).await
}

/// Server version, encoding, rights.
pub(super) async fn preflight(inputs: &Inputs<'_>, steps: &mut Steps<'_>) -> Result<(), Error> {
    let work = async {
        let mut connection = connect(inputs).await?;
        let fit = check_database(&mut connection, &DatabaseNeeds::default()).await?;
        close(connection).await;
        Ok(Done::new(
            (),
            format!("role `{}` may do what is needed", fit.role),
        ))
    };
    steps.run("preflight", work).await
}

/// A connection to the fresh database.
pub(super) async fn connect(inputs: &Inputs<'_>) -> Result<PgConnection, Error> {
    connect_to(inputs.database.options()).await
}

/// Leaves the database, and where it is ours the server, for somebody to look at.
pub(super) async fn keep(server: Server, database: &Database) -> Kept {
    let url = database.url();
    let is_ours = server.provider() != ephemeral_postgres::Provider::Server;
    let kept = server.keep().await;
    let remove = kept
        .how_to_stop
        .or_else(|| (!is_ours).then(|| format!("psql -c 'DROP DATABASE \"{}\"'", database.name())));
    Kept {
        connect: format!("psql '{url}'"),
        stop: remove,
        gone_after: kept
            .for_at_most
            .map(|time| format!("it goes by itself after {}", hours(time))),
    }
}

fn hours(time: Duration) -> String {
    match time.as_secs() / 3600 {
        0 => short(time),
        hours => format!("{hours} hours"),
    }
}
