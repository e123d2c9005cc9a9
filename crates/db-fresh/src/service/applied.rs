//! The expectation `migrations`: the ledger has every migration that may run here, each as it is in the files.

use std::{io, sync::Arc};

use migration_core::{Error, Overview, Runner, State};
use readiness::{Expectation, Finding};
use sqlx::postgres::PgConnectOptions;

use super::{expected::ExpectedSchema, finding::unfit};

/// Expects that everything is applied. The ledger is read on a connection of its own, as every runner reads it.
pub(crate) fn migrations(expected: &Arc<ExpectedSchema>, options: &PgConnectOptions) -> Expectation {
    let (expected, options) = (Arc::clone(expected), options.clone());
    Expectation::of_schema("migrations", move |_| {
        let (expected, options) = (Arc::clone(&expected), options.clone());
        Box::pin(async move { look(&expected, &options).await })
    })
}

async fn look(expected: &ExpectedSchema, options: &PgConnectOptions) -> Result<Finding, sqlx::Error> {
    match overview(expected, options).await {
        Ok(None) => Ok(Finding::Met),
        Ok(Some(overview)) => Ok(compare(overview)),
        // The server's own errors, and those on the way to it, have classes of their own: some of them pass.
        Err(Error::Connect(source) | Error::Server { source, .. }) => Err(source),
        Err(Error::NoAnswer { what, .. }) => {
            let text = format!("no answer: cannot {what}");
            Err(sqlx::Error::Io(io::Error::new(io::ErrorKind::TimedOut, text)))
        }
        Err(error) => Ok(unfit(error)),
    }
}

/// Nothing where everything is applied, which takes one round trip to know.
async fn overview(expected: &ExpectedSchema, options: &PgConnectOptions) -> Result<Option<Overview>, Error> {
    let (sets, config) = (&expected.migrations, &expected.runner);
    let mut runner = Runner::connect(options, config).await?;
    let looked = match runner.up_to_date(sets, config).await {
        Ok(Some(_)) => Ok(None),
        Ok(None) => runner.overview(sets, config).await.map(Some),
        Err(error) => Err(error),
    };
    runner.close().await;
    looked
}

fn compare(overview: Overview) -> Finding {
    let Overview { items, problems } = overview;
    if !problems.is_empty() {
        return unfit(Error::Unfit { problems });
    }
    let count = |wanted: fn(&State) -> bool| items.iter().filter(|item| wanted(&item.state)).count();
    let done = count(|state| matches!(state, State::Applied { .. }));
    // What may not run here is not due. What only the ledger knows is no problem, or it would be one of those above: the database
    // is ahead of this program, and may be.
    let due = count(|state| !matches!(state, State::Skipped { .. } | State::Missing { .. }));
    if done == due {
        Finding::Met
    } else {
        Finding::NotYet(format!("{done} of {due} migrations are applied").into())
    }
}
