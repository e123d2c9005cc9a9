//! A report of the server as it comes.

/// What stands in the place of a value.
pub const HIDDEN: &str = "[hidden]";

/// Whether values of rows may be shown in what the server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Values {
    /// Names of tables, columns, constraints and types are shown; values are not.
    #[default]
    Hidden,
    /// All is shown as the server says it.
    Shown,
}

/// What the server says, as it comes.
#[derive(Debug, Clone, Copy, Default)]
pub struct RawReport<'r> {
    /// The five characters of the SQLSTATE.
    pub sqlstate: &'r str,
    /// The primary message.
    pub message: &'r str,
    /// The detail.
    pub detail: Option<&'r str>,
    /// The hint.
    pub hint: Option<&'r str>,
    /// Where in functions, or in the data of a `COPY`, it was.
    pub context: Option<&'r str>,
    /// The schema, table, column, type and constraint that it is about, as far as the server names them.
    pub names: [Option<&'r str>; 5],
    /// The function of the server's source that reports it.
    pub routine: Option<&'r str>,
    /// The file of the server's source that reports it.
    pub source_file: Option<&'r str>,
}

impl RawReport<'_> {
    /// Whether the text was written by a user, by `RAISE` or in another language, so that nothing is known of it.
    pub(super) fn is_written_by_user(&self) -> bool {
        // Procedural languages hand on what their code says, with any SQLSTATE.
        let languages = ["plperl", "plpy", "pltcl", "plv8", "Util", "SPI", "pllua", "plr"];
        self.sqlstate.starts_with("P0001")
            || self.sqlstate.starts_with("P0004")
            || matches!(self.routine, Some("exec_stmt_raise" | "exec_stmt_assert"))
            || self
                .source_file
                .is_some_and(|file| languages.iter().any(|name| file.starts_with(name)))
    }

    /// The first two characters of the SQLSTATE.
    pub(super) fn class(&self) -> &str {
        self.sqlstate.get(..2).unwrap_or_default()
    }
}
