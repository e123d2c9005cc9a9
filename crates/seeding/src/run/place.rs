//! The place in a file of what the server refused, from the position that it gave.

use std::ops::Range;

use diagnostic::Place;

use super::SqlFailure;
use crate::{
    Config, Error, SeedFile,
    folder::{Body, Group, Rows},
};

/// A refusal of the server, put at its place; anything else is the connection's.
pub(crate) fn failed(
    file: &SeedFile,
    config: &Config,
    error: sqlx::Error,
    place: impl FnOnce(&SqlFailure) -> Place,
) -> Error {
    match SqlFailure::take(error, config) {
        Ok(failure) => Error::Sql {
            file: file.path.clone(),
            place: Box::new(place(&failure)),
            failure: Box::new(failure),
        },
        Err(other) => Error::Connection(other),
    }
}

/// What the server found only when the transaction was to be kept.
pub(crate) fn at_commit(file: &SeedFile, config: &Config, error: sqlx::Error) -> Error {
    failed(file, config, error, |_| Place::file(file.path.clone()))
}

/// The place of a failure of SQL that was sent as this part of the file.
pub(crate) fn in_text(file: &SeedFile, failure: &SqlFailure, sent: Range<usize>) -> Place {
    let Some(character) = failure.character else {
        return Place::file(file.path.clone());
    };
    let text = file.text.get(sent.clone()).unwrap_or_default();
    let within = text.char_indices().nth(character.saturating_sub(1));
    at_byte(file, sent.start + within.map_or(text.len(), |(byte, _)| byte))
}

/// The place of a failure of rows that were sent by `COPY`.
pub(crate) fn in_rows(file: &SeedFile, group: &Group, failure: &SqlFailure) -> Place {
    let Some(line) = failure.copy_line else {
        return Place::file(file.path.clone());
    };
    match &group.rows {
        Rows::Csv { comments, .. } => Place {
            line: Some(line + comments),
            ..Place::file(file.path.clone())
        },
        Rows::Cells(rows) => match rows.get(line.saturating_sub(1)) {
            Some(row) => at_byte(file, row.offset),
            None => Place::file(file.path.clone()),
        },
    }
}

/// A place in the file, its source line without literals and scrubbed: a seed may hold what no output may.
pub(super) fn at_byte(file: &SeedFile, offset: usize) -> Place {
    let blanks = match &file.body {
        Body::Sql => db_fresh_sql_lexer::blanks(&file.text, offset),
        Body::Tables(_) => quoted(&file.text, offset),
    };
    let mut place = Place::at_byte_without(file.path.clone(), &file.text, offset, &blanks);
    if let Some(source) = &mut place.source {
        source.text = diagnostic::Redactor::default().scrub(&source.text);
    }
    place
}

/// What stands in quotes in the line of a document, the quotes left out: values of rows.
fn quoted(text: &str, offset: usize) -> Vec<Range<usize>> {
    let offset = text.floor_char_boundary(offset);
    let start = text[..offset].rfind('\n').map_or(0, |newline| newline + 1);
    let line = text[start..].lines().next().unwrap_or_default();
    let (mut found, mut open) = (Vec::new(), None);
    let mut escaped = false;
    for (at, c) in line.char_indices() {
        match open {
            None if matches!(c, '"' | '\'') => open = Some((at + 1, c)),
            Some((from, quote)) if c == quote && !escaped => {
                found.push(start + from..start + at);
                open = None;
            }
            _ => {}
        }
        escaped = c == '\\' && !escaped && matches!(open, Some((_, '"')));
    }
    if let Some((from, _)) = open {
        found.push(start + from..start + line.len());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_a_document_are_found_by_their_quotes() {
        let text = "a = 1\nrow = { name = \"Ada \\\" x\", b = 'c\\', d = \"open }";
        let line = text.find("row").unwrap();
        let found: Vec<_> = quoted(text, line).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, ["Ada \\\" x", "c\\", "open }"]);
    }
}
