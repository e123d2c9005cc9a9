//! Commands of psql in a script: their names, which of them only print, and what to write instead.

/// The name of a command of psql, without its backslash.
pub(crate) fn name(command: &str) -> &str {
    let rest = command.trim_start_matches('\\');
    rest.split(|next: char| !next.is_alphanumeric())
        .next()
        .unwrap_or_default()
}

/// Whether a command of psql does nothing but talk to the person who runs it.
pub(crate) fn only_prints(command: &str) -> bool {
    matches!(name(command), "echo" | "qecho" | "warn")
}

/// What to do about a command that the server does not know.
pub(crate) fn remedy(command: &str) -> &'static str {
    match command {
        r"\restrict" | r"\unrestrict" => {
            "remove the line: `pg_dump` writes it for psql, and the server never sees it"
        }
        r"\connect" | r"\c" => "remove the line: a migration stays in its database",
        r"\i" | r"\ir" | r"\include" => "put the text of the other file in its place",
        r"\copy" => "write the rows as `INSERT`, or make them a seed",
        _ => "remove the line, or say the same in SQL",
    }
}
