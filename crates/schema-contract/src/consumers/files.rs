//! Reads the files of a consumer: `.sql` files with statements, and `.sqlx` folders.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use db_fresh_sql_lexer::{Finding, TokenKind, outline, tokens};
use diagnostic::{ReadError, SizeLimit, read_text};

use super::{Query, described};
use crate::Error;

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

/// The text of a file without a byte order mark, which editors write and no server takes.
fn read(path: &Path) -> Result<String, Error> {
    let mut text = read_text(path, SizeLimit::DEFAULT).map_err(|error| io(path, error.into()))?;
    if text.starts_with('\u{feff}') {
        text.drain(..'\u{feff}'.len_utf8());
    }
    Ok(text)
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

/// The statements of a text with where each starts, its leading comments included: they hold example values. What holds no
/// statement is no query. A command of psql is one, so that the server refuses it: nothing is left out in silence.
fn statements(text: &str) -> Vec<(usize, &str)> {
    let outline = outline(text);
    let commands = outline.findings.iter().filter_map(|finding| match finding {
        Finding::PsqlCommand { at, end } => Some(*at..*end),
        _ => None,
    });
    let mut ranges: Vec<_> = outline
        .statements
        .iter()
        .map(|statement| statement.start..statement.end)
        .chain(commands)
        .collect();
    ranges.sort_by_key(|range| range.start);
    let mut end = 0;
    let with_comments = ranges.into_iter().map(|range| {
        let start = comments_start(text, end, range.start);
        end = range.end;
        (start, text[start..range.end].trim_ascii_end())
    });
    with_comments.collect()
}

/// Where the comments begin that stand before a statement. `behind` is the end of the statement before.
fn comments_start(text: &str, behind: usize, statement: usize) -> usize {
    let mut start = statement;
    let mut comments = None;
    for token in tokens(&text[behind..statement]) {
        match token.kind {
            TokenKind::Gap => {}
            TokenKind::LineComment | TokenKind::BlockComment if token.closed => {
                comments.get_or_insert(behind + token.start);
            }
            // A semicolon, or the data of a COPY, which are not the comments of anything.
            _ => comments = None,
        }
    }
    if let Some(comments) = comments {
        start = comments;
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<&str> {
        let found = statements(text);
        for (offset, sql) in &found {
            assert!(text[*offset..].starts_with(sql), "{text}");
        }
        found.into_iter().map(|(_, sql)| sql).collect()
    }

    #[test]
    fn statements_end_where_a_semicolon_says_so() {
        let text = "-- one; still a comment\nSELECT ';', \";\", $x$;$x$ /* ; */;\n\n-- $1 = 5\nSELECT $1;\n-- nothing\n";
        let found = statements(text);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].1.starts_with("-- one") && found[0].1.ends_with("$x$;$x$"));
        assert_eq!(found[1], (text.find("-- $1").unwrap(), "-- $1 = 5\nSELECT $1"));
    }

    #[test]
    fn literals_and_comments_end_where_the_server_ends_them() {
        for (text, expected) in [
            (
                r"SELECT E'it\'s'; DROP TABLE t; SELECT '';",
                &[r"SELECT E'it\'s'", "DROP TABLE t", "SELECT ''"][..],
            ),
            (
                "/* a /* b */ ; DROP TABLE t; */ SELECT 1;",
                &["/* a /* b */ ; DROP TABLE t; */ SELECT 1"],
            ),
            ("SELECT U&'a;b', $a$;$$;$a$;", &["SELECT U&'a;b', $a$;$$;$a$"]),
            (
                "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2);SELECT 3",
                &[
                    "CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)",
                    "SELECT 3",
                ],
            ),
        ] {
            assert_eq!(texts(text), expected);
        }
    }

    #[test]
    fn nothing_is_left_out_in_silence() {
        assert_eq!(
            texts("SELECT 1;\n\\d users\nSELECT 2;"),
            ["SELECT 1", "\\d users", "SELECT 2"]
        );
        assert_eq!(texts("SELECT 1 \\gexec\n"), ["SELECT 1", "\\gexec"]);
        assert_eq!(texts("SELECT 'a; SELECT 2;"), ["SELECT 'a; SELECT 2;"]);
    }

    #[test]
    fn the_data_of_a_copy_is_no_query() {
        let text = "COPY t FROM stdin;\n1\t--x\n\\.\n-- $1 = 2\nSELECT $1;";
        assert_eq!(texts(text)[0], "COPY t FROM stdin");
        assert!(texts(text)[1].ends_with("SELECT $1"), "{:?}", texts(text));
    }
}
