//! The first steps: a server, an answer, and whether database and role are fit. And the last: what is kept.

use std::time::Duration;

use diagnostic::{Diagnostic, RedactedUrl};
use ephemeral_postgres::{Choice, Config, Database, Reuse, Server};
use preflight::{DatabaseNeeds, check_database};
use readiness::{Backoff, Level, Target};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{
    Ground,
    report::{Kept, Postgres, Report},
    steps::{Done, Steps},
};
use crate::{
    cli::{DbFresh, On},
    commands::Context,
    exit::Exit,
    failure::Failure,
    output::short,
};

/// The server, and an empty database on it.
pub(super) async fn acquire(
    args: &DbFresh,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<(Server, Database), Failure> {
    let choice = choice(args.on, ("--database-url", args.database_url.as_deref()), context)?;
    let mut config = Config::from_variables(&context.variables.look_up());
    if args.no_cache || context.variables.is_on("CI") {
        config.reuse = Reuse::No;
    }
    let work = async {
        let server = crate::server::acquire(&choice, &config, context).await?;
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

/// A server is used only where its URL is given by flag.
pub(super) fn choice(
    on: On,
    (flag, url): (&str, Option<&str>),
    context: &Context<'_>,
) -> Result<Choice, Failure> {
    match (url, on) {
        (Some(text), On::Auto | On::Server) => {
            let url: RedactedUrl = text.parse().map_err(|error: diagnostic::NotAUrl| {
                let what = format!("the value of {flag} is {error}");
                Failure::new(Exit::Usage, Diagnostic::new("xtask/url", what))
            })?;
            context.console.keep_secret(url.secrets());
            Ok(Choice::Server(url))
        }
        (Some(_), on) => {
            let what = format!(
                "{flag} names a server, and --on {} asks for another one",
                on.word()
            );
            Err(Failure::new(
                Exit::Usage,
                Diagnostic::new("xtask/two-servers", what),
            ))
        }
        (None, On::Server) => {
            let mut diagnostic = Diagnostic::new("xtask/no-url", format!("--on server needs {flag}"));
            diagnostic
                .hints
                .push(format!("add `{flag} postgres://USER@HOST/DATABASE`"));
            Err(Failure::new(Exit::Usage, diagnostic))
        }
        (None, On::Auto) => Ok(Choice::Auto),
        (None, On::Local) => Ok(Choice::Local),
        (None, On::Docker) => Ok(Choice::Docker),
        (None, On::Embedded) => Ok(Choice::Embedded),
    }
}

/// Ready means that the new database takes writes.
pub(super) async fn wait(ground: &Ground<'_>, steps: &mut Steps<'_>) -> Result<(), Failure> {
    let target = Target::postgres(ground.database.options().clone());
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
pub(super) async fn preflight(ground: &Ground<'_>, steps: &mut Steps<'_>) -> Result<(), Failure> {
    let work = async {
        let mut connection = connect(ground).await?;
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
pub(super) async fn connect(ground: &Ground<'_>) -> Result<PgConnection, Failure> {
    connect_to(ground.database.options()).await
}

/// The same, for any database of a run.
pub(super) async fn connect_to(options: &PgConnectOptions) -> Result<PgConnection, Failure> {
    PgConnection::connect_with(options).await.map_err(|error| {
        let mut diagnostic =
            Diagnostic::new("postgres/gone", "cannot connect to the fresh database any more");
        diagnostic.causes.push(error.to_string());
        Failure::new(Exit::Readiness, diagnostic)
    })
}

/// Whether the farewell arrives does not matter.
pub(super) async fn close(connection: PgConnection) {
    let _ = connection.close().await;
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
