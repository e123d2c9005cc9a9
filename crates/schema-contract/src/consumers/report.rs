//! Findings, placed in their queries.

use diagnostic::{driver_text, server_report};
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use super::{ConsumerConfig, Finding, Layer, Query};

/// A finding about a query as a whole.
pub(super) fn told(config: &ConsumerConfig, query: &Query, layer: Layer, message: String) -> Finding {
    Finding {
        consumer: config.consumer.clone(),
        layer,
        place: query.begin(),
        message,
        sqlstate: None,
        hint: None,
        migration: None,
    }
}

/// What the server said. It counts characters from the beginning of what was sent: `before` of them stood before the query.
pub(super) fn from_server(
    config: &ConsumerConfig,
    query: &Query,
    layer: Layer,
    error: &sqlx::Error,
    before: i64,
) -> Finding {
    let database = error
        .as_database_error()
        .and_then(|error| error.try_downcast_ref::<PgDatabaseError>());
    let report = database.map(|error| server_report(error, config.values));
    let message = report
        .as_ref()
        .map_or_else(|| driver_text(error), |report| report.message.clone());
    let mut finding = told(config, query, layer, message);
    let position = database.and_then(|error| match error.position() {
        Some(PgErrorPosition::Original(position)) => i64::try_from(position).ok(),
        _ => None,
    });
    let characters = position.and_then(|position| usize::try_from(position - before - 1).ok());
    let offset = characters.and_then(|characters| query.sql.char_indices().nth(characters));
    if let Some((offset, _)) = offset {
        finding.place = query.place(offset);
    }
    finding.sqlstate = report.as_ref().map(|report| report.sqlstate.clone());
    finding.hint = report.and_then(|report| report.hint);
    finding
}
