//! Queries and where they come from.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use db_fresh_sql_lexer::blanks;
use diagnostic::{Place, ReadError, SizeLimit, read_text};

use super::described::{self, Described};
use crate::Error;

/// A query of a consumer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    /// The file it stands in.
    pub file: String,
    /// The whole text of that file, where the query is a part of it; all queries of a file share it.
    pub text: Arc<str>,
    /// Where in that text the query starts, in bytes; `None` where the text is not SQL.
    pub offset: Option<usize>,
    /// The query.
    pub sql: String,
    /// What it was compiled against, where that was recorded.
    pub described: Option<Described>,
}

impl Query {
    /// A place in the query, `offset` bytes from its start.
    pub(super) fn place(&self, offset: usize) -> Place {
        match self.offset {
            Some(start) => {
                let offset = start + offset;
                Place::at_byte_without(&self.file, &self.text, offset, &blanks(&self.text, offset))
            }
            None => {
                let blanks = blanks(&self.sql, offset);
                let mut place = Place::at_byte_without(&self.file, &self.sql, offset, &blanks);
                // Line and column are those of the query, which stands on one line of the JSON.
                place.line = Some(1);
                place
            }
        }
    }

    /// The number of parameters: the highest `$n` in the query. A number that no server takes counts for nothing: the server
    /// says so.
    pub(super) fn parameters(&self) -> usize {
        let numbers = self.sql.split('$').skip(1).filter_map(|rest| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        let most = usize::from(u16::MAX);
        numbers.filter(|number| *number <= most).max().unwrap_or(0)
    }

    /// Example values from comments such as `-- $1 = 'happy'`, as SQL, for the parameters that have one.
    pub(super) fn examples(&self) -> Vec<Option<String>> {
        let mut out = vec![None; self.parameters()];
        let comments = self
            .sql
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("-- $"));
        for comment in comments {
            if let Some((number, value)) = comment.split_once(" = ")
                && let Some(slot) = number
                    .parse::<usize>()
                    .ok()
                    .and_then(|n| out.get_mut(n.checked_sub(1)?))
            {
                *slot = Some(value.trim().to_owned());
            }
        }
        out
    }
}

/// Reads a folder of `.sql` files, each with statements that end in `;`. Subfolders are read too.
///
/// # Errors
///
/// [`Error::Io`] with the file or folder.
pub fn read_sql_folder(folder: &Path) -> Result<Vec<Query>, Error> {
    let mut queries = Vec::new();
    for path in files(folder, "sql", &mut BTreeSet::new())? {
        let text: Arc<str> = read(&path)?.into();
        for (offset, sql) in statements(&text) {
            queries.push(Query {
                file: path.display().to_string(),
                text: Arc::clone(&text),
                offset: Some(offset),
                sql: sql.to_owned(),
                described: None,
            });
        }
    }
    Ok(queries)
}

/// Reads a `.sqlx` folder as `cargo sqlx prepare` writes it.
///
/// # Errors
///
/// [`Error::Io`] with the file or folder, [`Error::BadRecord`] for a file that is no such record.
pub fn read_sqlx_folder(folder: &Path) -> Result<Vec<Query>, Error> {
    let mut queries = Vec::new();
    for path in files(folder, "json", &mut BTreeSet::new())? {
        let text = read(&path)?;
        let file = path.display().to_string();
        let (sql, described) = described::parse(&text).map_err(|source| Error::BadRecord {
            path: file.clone(),
            source,
        })?;
        queries.push(Query {
            file,
            text: Arc::default(),
            offset: None,
            sql,
            described: Some(described),
        });
    }
    Ok(queries)
}

fn read(path: &Path) -> Result<String, Error> {
    read_text(path, SizeLimit::DEFAULT).map_err(|error| io(path, error.into()))
}

fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io {
        path: path.display().to_string(),
        source,
    }
}

/// The files of a folder and of those below it. `seen` are the folders that were read, so that a link to one above it ends.
fn files(folder: &Path, extension: &str, seen: &mut BTreeSet<PathBuf>) -> Result<Vec<PathBuf>, Error> {
    let mut out = Vec::new();
    let canonical = folder.canonicalize().map_err(|source| io(folder, source))?;
    if !seen.insert(canonical) {
        return Ok(out);
    }
    for entry in std::fs::read_dir(folder).map_err(|source| io(folder, source))? {
        let path = entry.map_err(|source| io(folder, source))?.path();
        let is_named_like_one = path.extension().is_some_and(|found| found == extension);
        match (path.is_dir(), is_named_like_one) {
            (true, true) => return Err(io(&path, ReadError::NotAFile { what: "a folder" }.into())),
            (true, false) => out.extend(files(&path, extension, seen)?),
            (false, true) => out.push(path),
            (false, false) => {}
        }
    }
    out.sort();
    Ok(out)
}

/// The statements of a text with where each starts, its leading comments included. What holds no statement is no
/// query.
fn statements(text: &str) -> Vec<(usize, &str)> {
    let mut out = Vec::new();
    let (mut start, mut at, mut any) = (0, 0, false);
    while at < text.len() {
        let length = skip(&text[at..]);
        let token = &text[at..at + length];
        let comment = token.starts_with("--") || token.starts_with("/*");
        if token == ";" {
            if any {
                out.push((start, &text[start..at]));
            }
            (start, any) = (at + 1, false);
        } else if !comment && !token.trim().is_empty() {
            any = true;
        }
        at += length;
    }
    if any {
        out.push((start, &text[start..]));
    }
    let trimmed = out
        .into_iter()
        .map(|(start, sql)| (start + sql.len() - sql.trim_start().len(), sql.trim()));
    trimmed.collect()
}

/// The length of the comment, literal, quoted name or single character that a text starts with.
fn skip(text: &str) -> usize {
    let until = |from: usize, end: &str| {
        text[from..]
            .find(end)
            .map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("--") {
        return until(2, "\n");
    }
    if text.starts_with("/*") {
        return until(2, "*/");
    }
    match text.chars().next() {
        Some('\'') => until(1, "'"),
        Some('"') => until(1, "\""),
        Some('$') => {
            let tag = text[1..].find('$').map_or("", |at| &text[..at + 2]);
            let is_tag = tag.len() > 1
                && tag[1..tag.len() - 1]
                    .chars()
                    .all(|c| c == '_' || c.is_alphanumeric());
            if is_tag && !tag[1..].starts_with(|c: char| c.is_ascii_digit()) {
                until(tag.len(), tag)
            } else {
                1
            }
        }
        first => first.map_or(1, char::len_utf8),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_where_a_semicolon_says_so() {
        let text = "-- one; still a comment\nSELECT ';', \";\", $x$;$x$ /* ; */;\n\n-- $1 = 5\nSELECT $1;\n-- nothing\n";
        let found = statements(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].1.starts_with("-- one") && found[0].1.ends_with("*/"));
        assert_eq!(found[1], (text.find("-- $1").unwrap(), "-- $1 = 5\nSELECT $1"));
    }

    #[test]
    fn parameters_and_their_examples_are_found() {
        let query = Query {
            file: "a.sql".into(),
            text: Arc::default(),
            offset: Some(0),
            sql: "-- $2 = 'a'\nSELECT $1, $2, $2".into(),
            described: None,
        };
        assert_eq!(query.parameters(), 2);
        assert_eq!(query.examples(), [None, Some("'a'".to_owned())]);
    }

    #[test]
    fn a_parameter_that_no_server_takes_needs_no_room() {
        let query = Query {
            file: "a.sql".into(),
            text: Arc::default(),
            offset: Some(0),
            sql: "SELECT $3, $4000000000, $99999999999999999999".into(),
            described: None,
        };
        assert_eq!((query.parameters(), query.examples().len()), (3, 3));
    }
}
