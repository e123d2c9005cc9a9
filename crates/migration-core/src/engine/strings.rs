//! The check that the server reads the strings of a script as the lexer does.

use sqlx::PgConnection;

use crate::{
    Error, Problem, Script,
    engine::{
        apply::message::{Message, Part},
        connection::{
            server::{refusal, send, text},
            session_defaults::SessionDefaults,
        },
    },
};

/// What the server says where the check fails, in quotes and whatever its language is.
const ARE_OTHER: &str = "standard_conforming_strings is off";

/// A statement that fails where a backslash escapes what follows it in a string without `E`.
pub(crate) const CHECK: &str = "SELECT pg_catalog.int4in(pg_catalog.textout(CASE WHEN \
    pg_catalog.current_setting('standard_conforming_strings') OPERATOR(pg_catalog.=) 'on' \
    THEN '1' ELSE 'standard_conforming_strings is off' END))";

/// The problem behind the refusal of a message, of which so many statements had ended well, where it is this.
pub(crate) async fn cause(
    connection: &mut PgConnection,
    message: &Message<'_>,
    completed: usize,
    error: &sqlx::Error,
) -> Option<Problem> {
    let refused = refusal(error)?;
    let script = |part: Option<&Part<'_>>| match part {
        Some(Part::StringsCheck { script }) => Some(problem(script)),
        _ => None,
    };
    if let Some(found) = script(message.parts.get(completed)) {
        return refused.message().contains(ARE_OTHER).then_some(found);
    }
    // 42601: the text as a whole was read in the other way, and made no sense.
    let found = message.parts.iter().find_map(|part| script(Some(part)))?;
    if completed > 0 || refused.code() != "42601" {
        return None;
    }
    let question = "SELECT pg_catalog.current_setting('standard_conforming_strings') AS strings";
    let results = send(connection, question).await.ok()?;
    let is_off = results.iter().flatten().any(|row| text(row, "strings") == "off");
    is_off.then_some(found)
}

/// Fails where new sessions read strings otherwise and one of these scripts has such a string.
///
/// # Errors
/// [`Error::Unfit`] with [`Problem::BackslashInString`] for each.
pub(crate) fn fit<'m>(
    defaults: &SessionDefaults,
    scripts: impl Iterator<Item = &'m Script>,
) -> Result<(), Error> {
    if !defaults.backslashes_escape() {
        return Ok(());
    }
    let problems: Vec<_> = scripts
        .filter(|script| script.has_plain_backslash())
        .map(problem)
        .collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Unfit { problems })
    }
}

/// The problem of a script that has such a string.
pub(crate) fn problem(script: &Script) -> Problem {
    let place = script.plain_backslash().map(|offset| script.place(offset));
    Problem::BackslashInString {
        place: Box::new(place.unwrap_or_else(|| script.place(0))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_says_what_is_looked_for() {
        assert!(CHECK.contains(ARE_OTHER));
    }
}
