//! What the server said about a failed seed, without values of rows unless they are to be shown.

use std::fmt;

use diagnostic::{Fact, HIDDEN, Redactor, server_report};
use secrecy::ExposeSecret;
use sqlx::postgres::{PgDatabaseError, PgErrorPosition};

use crate::Config;

/// What the server said, made fit to print: values of rows are left out unless they are to be shown, and every text is
/// scrubbed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SqlFailure {
    /// The primary message.
    pub message: String,
    /// The five characters of the SQLSTATE.
    pub sqlstate: String,
    /// The constraint, table or column it is about, as label and name.
    pub about: Vec<(&'static str, String)>,
    /// Whether values of rows were left out.
    pub values_hidden: bool,
    /// The line of the `COPY` input, counted from 1, where the failure names one.
    pub(crate) copy_line: Option<usize>,
    /// The character of the statement's text, counted from 1.
    pub(crate) character: Option<usize>,
}

impl SqlFailure {
    /// Takes over what may be printed; gives the error back when it is not the server's.
    pub(crate) fn take(error: sqlx::Error, config: &Config) -> Result<Self, sqlx::Error> {
        let Some(said) = error
            .as_database_error()
            .and_then(|said| said.try_downcast_ref::<PgDatabaseError>())
        else {
            return Err(error);
        };
        let redactor = Redactor::knowing(config.key().map(|key| key.expose_secret().to_owned()));
        let report = server_report(said, config.values);
        let detail = report.detail.as_deref().filter(|detail| *detail != HIDDEN);
        let about = [
            ("table", said.table()),
            ("column", said.column()),
            ("constraint", said.constraint()),
            ("detail", detail),
            ("server's hint", report.hint.as_deref()),
        ];
        Ok(Self {
            message: redactor.scrub(&report.message),
            values_hidden: report.is_cut,
            sqlstate: said.code().to_owned(),
            about: about
                .into_iter()
                .filter_map(|(label, text)| Some((label, redactor.scrub(text?))))
                .collect(),
            copy_line: said.r#where().and_then(copy_line),
            character: match said.position() {
                Some(PgErrorPosition::Original(character)) => Some(character),
                _ => None,
            },
        })
    }

    pub(crate) fn facts(&self) -> Vec<Fact> {
        let sqlstate = Fact::new("SQLSTATE", self.sqlstate.clone());
        let about = self
            .about
            .iter()
            .map(|(label, text)| Fact::new(*label, text.clone()));
        std::iter::once(sqlstate).chain(about).collect()
    }
}

impl fmt::Display for SqlFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// The line number in a context such as `COPY seeding_staging, line 3, column n: "x"`.
fn copy_line(context: &str) -> Option<usize> {
    let rest = context.strip_prefix("COPY ")?.split_once(", line ")?.1;
    rest.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_copy_is_read_from_its_context() {
        assert_eq!(
            copy_line("COPY seeding_staging, line 3, column n: \"x\""),
            Some(3)
        );
        assert_eq!(copy_line("COPY seeding_staging, line 12"), Some(12));
        assert_eq!(copy_line("PL/pgSQL function f() line 3 at RAISE"), None);
    }
}
