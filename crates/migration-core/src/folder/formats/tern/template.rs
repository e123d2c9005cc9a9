//! The part of Go's templates that needs no computing: values, shared files, comments.
//!
//! Out of scope: conditions, loops, functions and pipelines. A file that uses them is refused, because what it
//! would become can only be found out by its own tool.

use std::ops::Range;

use crate::{
    FolderProblem,
    folder::{reader::Reader, source::Source},
};

/// Shared files may include each other, but not without end.
const DEPTH: usize = 8;
/// In one migration. Two files that put in each other several times would put in billions.
const MOST_INCLUDES: usize = 1_000;

/// What stands between the braces.
#[derive(Debug, PartialEq, Eq)]
enum Action<'a> {
    Value(&'a str),
    Include(&'a str),
    Comment,
    /// Something that has to be computed.
    Other,
}

/// How many shared files may still be put in.
struct Includes {
    /// One inside the other.
    depth: usize,
    /// In all.
    left: usize,
}

/// What is to be put in the place of each action in a part of a text.
pub(super) fn values(
    reader: &mut Reader<'_>,
    source: &Source,
    part: Range<usize>,
) -> Vec<(Range<usize>, String)> {
    let mut includes = Includes {
        depth: DEPTH,
        left: MOST_INCLUDES,
    };
    substitutions(reader, source, part, &mut includes)
}

fn substitutions(
    reader: &mut Reader<'_>,
    source: &Source,
    part: Range<usize>,
    includes: &mut Includes,
) -> Vec<(Range<usize>, String)> {
    let text = &source.text[..part.end];
    let mut found = Vec::new();
    let mut at = part.start;
    while let Some(start) = text[at..].find("{{").map(|offset| at + offset) {
        let Some(length) = text[start..].find("}}") else {
            refuse(reader, source, start, "a template that is not closed");
            break;
        };
        let inner = &text[start + 2..start + length];
        let range = trimmed(text, start..start + length + 2, inner);
        let inner = inner.strip_prefix('-').unwrap_or(inner);
        let inner = inner.strip_suffix('-').unwrap_or(inner);
        at = range.end;
        let value = match action(inner.trim()) {
            Action::Value(name) => value(reader, source, start, name),
            Action::Include(file) => include(reader, source, start, file, includes),
            Action::Comment => Some(String::new()),
            Action::Other => {
                // What follows is likely to belong to it.
                refuse(reader, source, start, "a template that has to be computed");
                break;
            }
        };
        found.extend(value.map(|value| (range, value)));
    }
    found
}

/// With `{{-` and `-}}` the white space on that side goes too.
fn trimmed(text: &str, range: Range<usize>, inner: &str) -> Range<usize> {
    let before = &text[..range.start];
    let after = &text[range.end..];
    let start = if inner.starts_with("- ") {
        before.trim_end().len()
    } else {
        range.start
    };
    let end = if inner.ends_with(" -") {
        text.len() - after.trim_start().len()
    } else {
        range.end
    };
    start..end
}

fn action(inner: &str) -> Action<'_> {
    if inner.starts_with("/*") && inner.ends_with("*/") {
        return Action::Comment;
    }
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|next| next.is_alphanumeric() || next == '_');
    if let Some(name) = inner.strip_prefix('.').filter(|name| is_name(name)) {
        return Action::Value(name);
    }
    let quoted = inner.strip_prefix("template").map(str::trim_start);
    let file = quoted.and_then(|rest| rest.strip_prefix('"')?.split_once('"'));
    match file {
        Some((file, argument)) if matches!(argument.trim(), "." | "") => Action::Include(file),
        _ => Action::Other,
    }
}

fn value(reader: &mut Reader<'_>, source: &Source, at: usize, name: &str) -> Option<String> {
    let value = reader.config.variables.get(name).cloned();
    if value.is_none() {
        reader.missing_variable(source, at, name);
    }
    value
}

fn include(
    reader: &mut Reader<'_>,
    source: &Source,
    at: usize,
    file: &str,
    includes: &mut Includes,
) -> Option<String> {
    let shared = reader
        .files
        .iter()
        .find(|other| other.relative.as_os_str() == file && !other.is_at_top());
    let refusal = match shared {
        _ if includes.depth == 0 => Some("a shared file that includes itself"),
        _ if includes.left == 0 => Some("more shared files than can be followed"),
        Some(_) => None,
        None => Some("a shared file that is not there"),
    };
    if let Some(what) = refusal {
        refuse(reader, source, at, what);
        return None;
    }
    includes.depth -= 1;
    includes.left -= 1;
    let shared = reader.source(shared?)?;
    let mut text = shared.text.clone();
    let all = 0..text.len();
    let values = substitutions(reader, &shared, all, includes);
    includes.depth += 1;
    for (range, value) in values.into_iter().rev() {
        text.replace_range(range, &value);
    }
    Some(text)
}

fn refuse(reader: &mut Reader<'_>, source: &Source, at: usize, what: &str) {
    reader.note(source, || FolderProblem::CannotRun {
        place: source.place(at),
        what: format!("it uses {what}"),
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        FolderConfig, Format,
        folder::tests::{codes, read, read_with, statements},
    };

    #[test]
    fn only_what_needs_no_computing_is_understood() {
        for (inner, expected) in [
            (".name", Action::Value("name")),
            ("template \"a/b.sql\" .", Action::Include("a/b.sql")),
            ("template \"a/b.sql\"", Action::Include("a/b.sql")),
            ("/* why */", Action::Comment),
            (".a.b", Action::Other),
            (".", Action::Other),
            ("if .a", Action::Other),
            ("template \"a\" .b", Action::Other),
            ("", Action::Other),
        ] {
            assert_eq!(action(inner), expected, "{inner}");
        }
    }

    #[test]
    fn hyphens_trim_white_space() {
        let text = "a \n {{- .x -}} \n b";
        assert_eq!(trimmed(text, 4..14, "- .x -"), 1..17);
        assert_eq!(trimmed("a {{.x}} b", 2..8, ".x"), 2..8);
    }

    #[test]
    fn values_and_shared_files_are_put_in() {
        let mut config = FolderConfig::default();
        config.variables.insert("user".into(), "app".into());
        let files = [
            (
                "001_a.sql",
                "GRANT x TO {{.user}};\n{{ template \"f/one.sql\" . }}\n{{/* note */}}SELECT 3;\n",
            ),
            ("f/one.sql", "SELECT '{{ .user }}';\nSELECT 2;"),
        ];
        let read = read_with(Format::Tern, &files, &config).unwrap();
        let up = &read.items[0].up;
        assert_eq!(
            statements(up),
            ["GRANT x TO app", "SELECT 'app'", "SELECT 2", "SELECT 3"]
        );
        assert_eq!(up.place(up.statements[3].start).line, Some(3));
        assert_eq!(
            up.place(up.statements[2].start).line,
            Some(2),
            "where the file was put in"
        );
        assert!(read.skipped.is_empty());
    }

    #[test]
    fn a_template_that_computes_is_refused() {
        for text in [
            "{{ if .x }}SELECT 1;{{ end }}",
            "SELECT '{{1,2},{3}}';",
            "SELECT {{ .x | upper }};",
            "SELECT {{ .a.b }};",
            "SELECT {{ template \"nope.sql\" . }};",
            "SELECT {{ .x ;",
        ] {
            let problems = read(Format::Tern, &[("1_a.sql", text)]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/cannot-run"], "{text}");
        }
        let problems = read(Format::Tern, &[("1_a.sql", "SELECT {{.nope}};")]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/missing-variable"]);
        let files = [
            ("1_a.sql", "{{template \"f/a.sql\" .}}x"),
            ("f/a.sql", "{{template \"f/a.sql\" .}}"),
        ];
        assert_eq!(
            codes(&read(Format::Tern, &files).unwrap_err()),
            ["migration/cannot-run"]
        );
    }

    #[test]
    fn shared_files_that_put_in_each_other_come_to_an_end() {
        let many = "{{template \"f/a.sql\" .}}".repeat(20);
        let problems = read(Format::Tern, &[("1_a.sql", &many), ("f/a.sql", &many)]).unwrap_err();
        assert!(problems.0.len() <= 40, "{}", problems.0.len());
        let twice = |file: usize| format!("{{{{template \"f/{file}.sql\" .}}}}").repeat(2);
        let shared: Vec<_> = (0..7)
            .map(|file| (format!("f/{file}.sql"), twice(file + 1)))
            .collect();
        let mut files: Vec<_> = shared
            .iter()
            .map(|(name, text)| (name.as_str(), text.as_str()))
            .collect();
        let first = twice(0);
        files.extend([("1_a.sql", first.as_str()), ("f/7.sql", "SELECT 1;")]);
        let read = read(Format::Tern, &files);
        assert_eq!(statements(&read.unwrap().items[0].up).len(), 256);
    }
}
