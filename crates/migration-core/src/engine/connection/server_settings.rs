//! The settings of the server for a session that the caller made.

use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::{
    deadline::in_time, server::send, session_defaults::SessionDefaults, settings_question::question,
};
use crate::{Config, Error};

/// Gives a session the time zone and the date style that connection options, role, database and server say. The driver sets `UTC` and
/// `ISO, MDY` when it connects, whatever they say; a `RESET` in the session brings that back.
///
/// The options are those with which the connection was made. Where only the server's configuration says something and the role may not
/// read it, the driver's values stay.
///
/// # Errors
/// [`Error::Server`], and [`Error::NoAnswer`] after [`Config::answer_timeout`].
pub async fn use_server_settings(
    connection: &mut PgConnection,
    options: &PgConnectOptions,
    config: &Config,
) -> Result<(), Error> {
    let what = "take over the settings of the server";
    let asked = async {
        let results = send(connection, &question()).await.map_err(Error::server(what))?;
        let rows = results.first().map(Vec::as_slice).unwrap_or_default();
        let statements = SessionDefaults::of(rows, options).statements();
        if !statements.is_empty() {
            let sent = send(connection, &statements.join(";\n")).await;
            sent.map_err(Error::server(what))?;
        }
        Ok(())
    };
    in_time(config, what, asked).await
}
