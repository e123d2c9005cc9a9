//! The expectation `seeds`: seeding would insert nothing.

use std::sync::Arc;

use readiness::{Expectation, Finding};
use seeding::{Config, Error, Repeat, Seeds};
use sqlx::PgConnection;

use super::finding::unfit;

/// Expects that no row of the seeds is missing.
pub(crate) fn seeds(seeds: Vec<Seeds>, config: Config) -> Expectation {
    let expected = Arc::new((seeds, config));
    Expectation::of_data("seeds", move |connection| {
        let expected = Arc::clone(&expected);
        Box::pin(async move { Ok(look(connection, &expected.0, &expected.1).await) })
    })
}

const FOREIGN_KEY_VIOLATION: &str = "23503";

/// Rows that were changed since still count. What the look writes is rolled back.
async fn look(connection: &mut PgConnection, seeds: &[Seeds], config: &Config) -> Finding {
    let mut missing = Vec::new();
    for seeds in seeds {
        match seeding::verify_unchanged(connection, seeds, config, &mut |_| ()).await {
            Ok(_) => {}
            Err(Error::NotIdempotent { repeats }) => {
                let of_table = |repeat: &Repeat| format!("{} in {}", repeat.inserted, repeat.table);
                missing.extend(repeats.iter().filter(|repeat| repeat.inserted > 0).map(of_table));
            }
            // A file that needs rows of another one fails while those are missing.
            Err(Error::Sql { failure, .. }) if failure.sqlstate == FOREIGN_KEY_VIOLATION => {
                missing.push(failure.message.clone());
            }
            Err(error) => return unfit(error),
        }
    }
    if missing.is_empty() {
        Finding::Met
    } else {
        Finding::NotYet(format!("rows are missing: {}", missing.join(", ")).into())
    }
}
