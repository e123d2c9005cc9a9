//! The lines of the comments of a seed, each with where it stands: before the first row or statement, or after.

use std::borrow::Cow;

use db_fresh_sql_lexer::{CommentPosition, comment_lines, remark};

use super::ending::Ending;

/// One line of a comment, without what marks it as one.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Comment {
    /// Where it starts in the file, in bytes.
    pub(super) start: usize,
    pub(super) text: String,
    pub(super) position: CommentPosition,
}

/// The comments of a file.
pub(super) fn comments(text: &str, ending: Ending) -> Vec<Comment> {
    match ending {
        Ending::Sql => of_sql(text),
        Ending::Toml => of_toml(text),
        Ending::Csv => of_csv(text),
    }
}

/// The lines in front of the column names of a CSV file that are comments: those that begin with `#`, where one of them says something
/// about the file. Otherwise a column may begin with that sign.
pub(super) fn csv_head(text: &str) -> &str {
    let lines = text.split_inclusive('\n');
    let head = lines.take_while(|line| line.trim_start().starts_with('#'));
    let end = head.map(str::len).sum();
    let says_something = text[..end].lines().any(|line| remark(bare(line)).is_some());
    if says_something { &text[..end] } else { "" }
}

/// The text of SQL as the server takes it: lines that begin with `#` in front of all statements are blank, byte for byte, since people
/// take a seed for a script.
pub(super) fn sql_of(text: &str) -> Cow<'_, str> {
    if !text.contains('#') {
        return Cow::Borrowed(text);
    }
    let mut sql = String::with_capacity(text.len());
    for (line, is_comment) in head_lines(text) {
        if is_comment {
            let end = line.trim_end_matches(['\n', '\r']).len();
            sql.extend(std::iter::repeat_n(' ', end));
            sql.push_str(&line[end..]);
        } else {
            sql.push_str(line);
        }
    }
    Cow::Owned(sql)
}

/// The lines of SQL, each with whether it is such a line.
fn head_lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut at_head = true;
    text.split_inclusive('\n').map(move |line| {
        let words = line.trim();
        at_head &= words.is_empty() || words.starts_with("--") || words.starts_with('#');
        (line, at_head && words.starts_with('#'))
    })
}

/// Those of SQL, and the lines that begin with `#` in front of all statements.
fn of_sql(text: &str) -> Vec<Comment> {
    let mut found = Vec::new();
    let mut start = 0;
    for (line, is_comment) in head_lines(text) {
        if is_comment {
            found.push(whole_line(line, start, CommentPosition::Leading));
        }
        start += line.len();
    }
    let sql = sql_of(text);
    found.extend(comment_lines(&sql).into_iter().map(|line| Comment {
        start: line.start,
        text: line.text.to_owned(),
        position: line.position,
    }));
    found
}

/// Those of TOML. The key `epoch` makes no row, so that a comment below it is still in front of all of them.
fn of_toml(text: &str) -> Vec<Comment> {
    let (mut found, mut start, mut has_rows) = (Vec::new(), 0, false);
    for line in text.split_inclusive('\n') {
        let words = line.trim();
        if words.starts_with('#') {
            let position = if has_rows {
                CommentPosition::Between
            } else {
                CommentPosition::Leading
            };
            found.push(whole_line(line, start, position));
        } else if !words.is_empty() {
            has_rows |= !is_epoch(words);
            let position = if has_rows {
                CommentPosition::Inside
            } else {
                CommentPosition::Leading
            };
            let comment = toml_comment(line).map(|at| whole_line(&line[at..], start + at, position));
            found.extend(comment);
        }
        start += line.len();
    }
    found
}

fn is_epoch(line: &str) -> bool {
    line.strip_prefix("epoch")
        .is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// Where a comment begins on a line with something else.
fn toml_comment(line: &str) -> Option<usize> {
    let mut quote = None;
    for (at, next) in line.char_indices() {
        match (quote, next) {
            (None, '#') => return Some(at),
            (None, '"' | '\'') => quote = Some(next),
            (Some(open), _) if open == next => quote = None,
            _ => {}
        }
    }
    None
}

/// Those in front of the column names, and rows that look like a comment.
fn of_csv(text: &str) -> Vec<Comment> {
    let head = csv_head(text).len();
    let mut start = 0;
    let lines = text.split_inclusive('\n').filter_map(|line| {
        let position = if start < head {
            CommentPosition::Leading
        } else {
            CommentPosition::Inside
        };
        let at = start;
        start += line.len();
        let is_comment = ["#", "--", "/*"]
            .iter()
            .any(|sign| line.trim_start().starts_with(sign));
        is_comment.then(|| whole_line(line, at, position))
    });
    lines.collect()
}

fn whole_line(line: &str, start: usize, position: CommentPosition) -> Comment {
    let text = bare(line);
    Comment {
        start: start + line.find(text).unwrap_or_default(),
        text: text.to_owned(),
        position,
    }
}

/// A line without what marks it as a comment.
fn bare(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '#', '-', '*', '/'])
        .trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, ending: Ending) -> Vec<(String, CommentPosition)> {
        let comments = comments(text, ending).into_iter();
        comments
            .map(|comment| {
                assert!(text[comment.start..].starts_with(&comment.text), "{text}");
                (comment.text, comment.position)
            })
            .collect()
    }

    #[test]
    fn in_toml_the_epoch_is_still_the_head() {
        let text = "# a\nepoch = 2026-01-01T00:00:00Z # b\n## c\n[[table]] # d\nname = \"x # y\"\n# e\n";
        use CommentPosition::{Between, Inside, Leading};
        assert_eq!(
            found(text, Ending::Toml),
            [
                ("a", Leading),
                ("b", Leading),
                ("c", Leading),
                ("d", Inside),
                ("e", Between)
            ]
            .map(|(text, position)| (text.to_owned(), position))
        );
    }

    #[test]
    fn in_sql_signs_of_scripts_are_comments_too() {
        use CommentPosition::{Between, Leading};
        assert_eq!(
            found("# a\n## b\n-- c\n/* d */ SELECT 1; -- e", Ending::Sql),
            [
                ("a", Leading),
                ("b", Leading),
                ("c", Leading),
                ("d", Leading),
                ("e", Between)
            ]
            .map(|(text, position)| (text.to_owned(), position))
        );
    }

    #[test]
    fn the_server_gets_sql_without_signs_of_scripts() {
        let text = "# ä: any\r\n-- b\n  ## c\nSELECT '# d';\n# e\n";
        let sql = sql_of(text);
        assert_eq!(
            sql,
            "          \r\n-- b\n      \nSELECT '# d';\n# e\n".replacen("          ", "         ", 1)
        );
        assert_eq!(sql.len(), text.len());
    }

    #[test]
    fn a_column_may_begin_with_the_sign_of_a_comment() {
        assert_eq!(csv_head("#id,name\n1,a\n"), "");
        assert_eq!(
            csv_head("# People\n# DEV/TEST ONLY\nid\n1\n"),
            "# People\n# DEV/TEST ONLY\n"
        );
    }
}
