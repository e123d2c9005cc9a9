//! Our own directives, in the comments before the first statement of a file.
//!
//! Left out on purpose: what other tools write into comments, which is told by the module of their format.

use crate::{
    FolderProblem,
    folder::source::Source,
    lex::{Token, TokenKind, tokens},
};

const PREFIX: &str = "db-fresh:";
const DEVELOPMENT_ONLY: &str = "dev/test only";
const KNOWN: [&str; 2] = ["no-transaction", "only dev,test"];

/// What the directives of a file say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Directives {
    /// `-- db-fresh: no-transaction`.
    pub(crate) no_transaction: bool,
    /// The environments of `-- db-fresh: only …` or `-- DEV/TEST ONLY`.
    pub(crate) only: Option<Vec<String>>,
}

/// The name that stands for all names of an environment: `dev` for `development` and `local`, `test` for `testing`
/// and `ci`, any other in lower case.
pub fn canonical_environment(name: &str) -> String {
    let name = name.trim().to_lowercase();
    match name.as_str() {
        "development" | "local" => "dev".to_owned(),
        "testing" | "ci" => "test".to_owned(),
        _ => name,
    }
}

/// Reads the directives of a file; those that say nothing become problems.
pub(crate) fn directives(source: &Source, problems: &mut Vec<FolderProblem>) -> Directives {
    let mut found = Directives::default();
    let mut leading = true;
    // Most files hold neither, and need no second look.
    let lower = source.text.to_ascii_lowercase();
    if !lower.contains(PREFIX) && !lower.contains(DEVELOPMENT_ONLY) {
        return found;
    }
    for token in tokens(&source.text) {
        leading &= token.is_trivia();
        for (at, line) in comment_lines(&source.text, token) {
            match (strip(line, PREFIX), leading) {
                (Some(directive), true) => take(&mut found, directive.trim(), at, source, problems),
                (Some(_), false) => problems.push(FolderProblem::BadDirective {
                    place: source.place(at),
                    what: format!(
                        "`{}` stands behind the first statement, where it means nothing",
                        line.trim()
                    ),
                    nearest: None,
                }),
                (None, true) if is_development_only(line) => only(&mut found, ["dev".into(), "test".into()]),
                (None, _) => {}
            }
        }
    }
    found
}

fn take(found: &mut Directives, text: &str, at: usize, source: &Source, problems: &mut Vec<FolderProblem>) {
    if text.eq_ignore_ascii_case("no-transaction") {
        found.no_transaction = true;
        return;
    }
    let environments = strip(text, "only").filter(|rest| rest.starts_with([' ', '\t']));
    let names: Vec<String> = environments
        .unwrap_or_default()
        .split([',', ' ', '\t'])
        .filter(|name| !name.is_empty())
        .map(canonical_environment)
        .collect();
    if names.is_empty() {
        problems.push(FolderProblem::BadDirective {
            place: source.place(at),
            what: format!("there is no directive `{PREFIX} {text}`"),
            nearest: Some(format!("-- {PREFIX} {}", nearest(text))),
        });
    } else {
        only(found, names);
    }
}

/// Two markers in one file both hold.
fn only(found: &mut Directives, names: impl IntoIterator<Item = String>) {
    let mut names: Vec<String> = names.into_iter().collect();
    if let Some(before) = found.only.take() {
        names.retain(|name| before.contains(name));
    }
    names.dedup();
    found.only = Some(names);
}

fn nearest(text: &str) -> &'static str {
    let text = text.to_ascii_lowercase();
    let distance = |known: &&str| strsim::levenshtein(known, &text);
    KNOWN.into_iter().min_by_key(distance).unwrap_or(KNOWN[0])
}

fn is_development_only(line: &str) -> bool {
    strip(line, DEVELOPMENT_ONLY).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
}

/// The rest of a text behind a prefix, whatever its case.
fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..])
}

/// The lines of a comment without what marks them as one, each with its offset; none for other tokens.
fn comment_lines(text: &str, token: Token) -> Vec<(usize, &str)> {
    let whole = &text[token.start..token.end];
    let body = match token.kind {
        TokenKind::LineComment => whole,
        TokenKind::BlockComment => whole.trim_end_matches('/').trim_end_matches('*'),
        _ => return Vec::new(),
    };
    let mut at = token.start;
    body.split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            let words = line.trim_start_matches([' ', '\t', '-', '*', '/']);
            (start + (line.len() - words.len()), words.trim_end())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Directives, Vec<FolderProblem>) {
        let mut problems = Vec::new();
        let source = Source::decode("a.sql".into(), text.as_bytes()).unwrap();
        (directives(&source, &mut problems), problems)
    }

    fn environments(text: &str) -> Option<Vec<String>> {
        let (found, problems) = read(text);
        assert!(problems.is_empty(), "{problems:?}");
        found.only
    }

    #[test]
    fn no_transaction_is_read_from_the_leading_comments() {
        for text in [
            "-- db-fresh: no-transaction\nVACUUM;",
            "-- why\n\n--db-fresh:no-transaction\r\nVACUUM;",
            "/* why\n * DB-Fresh: No-Transaction\n */ VACUUM;",
        ] {
            assert!(read(text).0.no_transaction, "{text}");
        }
        assert_eq!(read("SELECT 'db-fresh: no-transaction'").0, Directives::default());
    }

    #[test]
    fn environments_are_named_canonically() {
        let expected = Some(vec!["dev".to_owned(), "test".to_owned()]);
        for text in [
            "-- db-fresh: only dev,test",
            "-- db-fresh: only Development, CI",
            "-- DEV/TEST ONLY",
            "-- why\n-- dev/test only: clears data\nDELETE FROM t;",
            "/* DEV/TEST ONLY */ DELETE FROM t;",
        ] {
            assert_eq!(environments(text), expected, "{text}");
        }
        assert_eq!(
            environments("-- db-fresh: only Staging"),
            Some(vec!["staging".into()])
        );
        assert_eq!(canonical_environment(" Local "), "dev");
    }

    #[test]
    fn words_that_only_look_like_the_marker_are_none() {
        for text in [
            "-- not DEV/TEST ONLY",
            "-- DEV/TEST ONLYISH",
            "SELECT 1; -- DEV/TEST ONLY",
            "SELECT '-- DEV/TEST ONLY'",
        ] {
            assert_eq!(environments(text), None, "{text}");
        }
    }

    #[test]
    fn two_markers_both_hold() {
        assert_eq!(
            environments("-- DEV/TEST ONLY\n-- db-fresh: only test,staging"),
            Some(vec!["test".into()])
        );
    }

    #[test]
    fn an_unknown_directive_is_told_the_nearest_known_one() {
        let (_, problems) = read("-- db-fresh: no-transactions\nSELECT 1;");
        let [FolderProblem::BadDirective { place, what, nearest }] = problems.as_slice() else {
            panic!("{problems:?}");
        };
        assert_eq!(what, "there is no directive `db-fresh: no-transactions`");
        assert_eq!(nearest.as_deref(), Some("-- db-fresh: no-transaction"));
        assert_eq!((place.line, place.column), (Some(1), Some(4)));
        assert_eq!(read("-- db-fresh: only\nSELECT 1;").1.len(), 1);
        assert_eq!(read("-- db-fresh: onlydev\nSELECT 1;").1.len(), 1);
    }

    #[test]
    fn a_directive_behind_the_first_statement_is_a_problem() {
        let (found, problems) = read("SELECT 1;\n-- db-fresh: no-transaction\nVACUUM;");
        assert!(!found.no_transaction);
        assert_eq!(problems.len(), 1);
    }
}
