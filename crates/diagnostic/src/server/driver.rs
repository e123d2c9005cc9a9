//! The same from the errors of the driver.

use sqlx::postgres::PgDatabaseError;

use super::{
    raw::{RawReport, Values},
    report::ServerReport,
};

/// What may be shown of a server's refusal.
pub fn server_report(error: &PgDatabaseError, values: Values) -> ServerReport {
    ServerReport::new(&raw(error), values)
}

fn raw(error: &PgDatabaseError) -> RawReport<'_> {
    RawReport {
        sqlstate: error.code(),
        message: error.message(),
        detail: error.detail(),
        hint: error.hint(),
        context: error.r#where(),
        names: [
            error.schema(),
            error.table(),
            error.column(),
            error.data_type(),
            error.constraint(),
        ],
        routine: error.routine(),
        source_file: error.file(),
    }
}

/// An error of the driver as one sentence: the server's message without values of rows, and without the line of the
/// server's own source that the driver adds.
pub fn driver_text(error: &sqlx::Error) -> String {
    let refusal = error.as_database_error();
    match refusal.and_then(|error| error.try_downcast_ref::<PgDatabaseError>()) {
        Some(refusal) => server_report(refusal, Values::Hidden).message,
        None => match error {
            // Values that could not be read.
            sqlx::Error::ColumnDecode { index, .. } => format!("cannot decode column {index} of the answer"),
            sqlx::Error::Decode(_) => "cannot decode the server's answer".to_owned(),
            other => other.to_string(),
        },
    }
}
