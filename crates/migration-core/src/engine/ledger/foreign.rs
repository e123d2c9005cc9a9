//! Ledgers of other tools in a database that has none of ours: whether they keep a run from starting.

use sqlx::{PgConnection, postgres::PgRow};

use super::{
    probe::{missing, missing_beside_others},
    schema::Missing,
};
use crate::{
    Config, Error, ForeignLedgers, Problem,
    adopt::row_query,
    engine::connection::{deadline::in_time, server::send},
};

/// What is not there, by the answer to [`super::probe::probe`]; another tool's ledger is an error, unless it is allowed.
pub(crate) async fn missing_here(
    connection: &mut PgConnection,
    facts: Option<&PgRow>,
    config: &Config,
) -> Result<Missing, Error> {
    let found = missing(facts, &config.ledger);
    let Err(Error::Unfit { problems }) = &found else {
        return found;
    };
    let Some(questions) = questions(problems, config) else {
        return found;
    };
    let asked = async {
        let sent = send(connection, &questions).await;
        sent.map_err(Error::server("read the ledger of another tool"))
    };
    let rows = in_time(config, "read the ledger of another tool", asked).await?;
    if rows.iter().all(Vec::is_empty) {
        missing_beside_others(facts, &config.ledger)
    } else {
        found
    }
}

/// What asks each of these ledgers for its rows; nothing where something else stands in the way.
fn questions(problems: &[Problem], config: &Config) -> Option<String> {
    if config.foreign_ledgers == ForeignLedgers::Refuse {
        return None;
    }
    let question = |problem: &Problem| match problem {
        Problem::ForeignLedger { table, tools, .. } if *table != config.ledger => {
            tools.first().map(|tool| row_query(*tool, &table.rows()))
        }
        _ => None,
    };
    let questions: Option<Vec<_>> = problems.iter().map(question).collect();
    questions.map(|questions| questions.join(";\n"))
}
