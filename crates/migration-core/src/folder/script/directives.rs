//! Our own directives and markers, in the comments before the first statement of a file that changes something.
//!
//! Out of scope: their grammar, which seeds share, and what other tools write into comments, which is in the module of their format.

use db_fresh_sql_lexer::{CommentLine, CommentPosition, Remark, comment_lines, remark};

use crate::{
    FolderProblem, NearMiss,
    folder::{problems::MOST_OF_A_FILE, source::Source},
};

const NO_TRANSACTION: &str = "no-transaction";
const KNOWN: [&str; 2] = [NO_TRANSACTION, "only dev,test"];

/// As much of a line as a message repeats.
const SHOWN: usize = 60;

/// What the comments of a file say.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Directives {
    /// `-- db-fresh: no-transaction`.
    pub(crate) no_transaction: bool,
    /// The environments of `-- db-fresh: only …` or `-- DEV/TEST ONLY`.
    pub(crate) only: Option<Vec<String>>,
    /// What is nearly one of them, or stands where nothing reads it.
    pub(crate) near_misses: Vec<NearMiss>,
}

/// Reads the comments of a file; directives that nothing knows become problems.
pub(crate) fn directives(source: &Source, problems: &mut Vec<FolderProblem>) -> Directives {
    let mut found = Directives::default();
    let most = problems.len() + MOST_OF_A_FILE;
    for line in comment_lines(&source.text) {
        let Some(said) = remark(line.text) else {
            continue;
        };
        if found.near_misses.len() + problems.len() >= most {
            break;
        }
        // Lines are counted from the start of the file: not for each of thousands that are no problem.
        let place = || source.place(line.start);
        match (said, line.position) {
            (Remark::Only(names), CommentPosition::Leading) => only(&mut found, names),
            (Remark::Directive { name, value }, CommentPosition::Leading)
                if name == NO_TRANSACTION && value.is_empty() =>
            {
                found.no_transaction = true;
            }
            (Remark::Directive { name, value }, CommentPosition::Leading) => {
                let text = format!("{name} {value}");
                problems.push(FolderProblem::BadDirective {
                    place: place(),
                    what: format!("there is no directive `db-fresh: {}`", text.trim()),
                    nearest: Some(format!("-- db-fresh: {}", nearest(&text))),
                });
            }
            (Remark::Directive { .. }, _) => problems.push(FolderProblem::BadDirective {
                place: place(),
                what: out_of_place(&line),
                nearest: None,
            }),
            (Remark::Only(_), _) => found.near_misses.push(NearMiss {
                place: place(),
                what: out_of_place(&line),
                nearest: None,
            }),
            // Within a statement it is most likely about a column.
            (Remark::Near { .. }, CommentPosition::Inside) => {}
            (Remark::Near { nearest }, _) => found.near_misses.push(NearMiss {
                place: place(),
                what: format!("`{}` is nearly a directive, and nothing reads it", shown(&line)),
                nearest: Some(format!("-- {nearest}")),
            }),
        }
    }
    found
}

fn out_of_place(line: &CommentLine<'_>) -> String {
    format!(
        "`{}` stands after the first statement that changes something, where it means nothing",
        shown(line)
    )
}

fn shown(line: &CommentLine<'_>) -> String {
    match line.text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &line.text[..end]),
        None => line.text.to_owned(),
    }
}

/// Two markers in one file both hold.
fn only(found: &mut Directives, mut names: Vec<String>) {
    if let Some(before) = found.only.take() {
        names.retain(|name| before.contains(name));
    }
    found.only = Some(names);
}

fn nearest(text: &str) -> &'static str {
    let text = text.to_lowercase();
    let distance = |known: &&str| strsim::levenshtein(known, &text);
    KNOWN.into_iter().min_by_key(distance).unwrap_or(KNOWN[0])
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
        assert!(found.near_misses.is_empty(), "{:?}", found.near_misses);
        found.only
    }

    fn near_misses(text: &str) -> Vec<Option<usize>> {
        let (found, problems) = read(text);
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(found.only, None, "{text}");
        let places = found.near_misses.iter().map(|miss| miss.place.line);
        places.collect()
    }

    #[test]
    fn no_transaction_is_read_from_the_leading_comments() {
        for text in [
            "-- db-fresh: no-transaction\nVACUUM;",
            "-- why\n\n--db-fresh:no-transaction\r\nVACUUM;",
            "/* why\n * DB-Fresh: No-Transaction\n */ VACUUM;",
            "SET lock_timeout = '1s'; -- db-fresh: no-transaction\nVACUUM;",
        ] {
            assert!(read(text).0.no_transaction, "{text}");
        }
        assert_eq!(read("SELECT 'db-fresh: no-transaction'").0, Directives::default());
    }

    #[test]
    fn a_marker_counts_anywhere_before_the_first_change() {
        let expected = Some(vec!["dev".to_owned(), "test".to_owned()]);
        for text in [
            "-- db-fresh: only dev,test",
            "-- db-fresh: only Development, CI",
            "-- DEV/TEST ONLY",
            "--DEV/TEST ONLY",
            "-- DEV / TEST  ONLY --\r\nDELETE FROM t;\r\n",
            "\u{feff}-- DEV/TEST ONLY\nDELETE FROM t;",
            "-- why\n-- dev/test only: clears data\nDELETE FROM t;",
            "/* DEV/TEST ONLY */ DELETE FROM t;",
            "/**********\n * DEV/TEST ONLY *\n **********/\nDELETE FROM t;",
            "-- ===============\n-- = DEV/TEST ONLY =\n-- ===============\nDELETE FROM t;",
            "BEGIN;\n-- DEV/TEST ONLY\nDELETE FROM t;\nCOMMIT;",
            "BEGIN; SET LOCAL lock_timeout = '1s'; ;\n-- DEV/TEST ONLY\nDELETE FROM t;",
            "\\set ON_ERROR_STOP on\n-- DEV/TEST ONLY\nDELETE FROM t;",
            "-- migrate:up\n-- DEV/TEST ONLY\nDELETE FROM t;",
        ] {
            assert_eq!(environments(text), expected, "{text}");
        }
        assert_eq!(
            environments("-- db-fresh: only Staging"),
            Some(vec!["staging".into()])
        );
    }

    #[test]
    fn a_marker_after_the_first_change_is_a_near_miss() {
        for text in [
            "DELETE FROM t; -- DEV/TEST ONLY",
            "DELETE FROM t -- DEV/TEST ONLY",
            "DELETE FROM t -- DEV ONLY\n;",
            "DELETE FROM t; /* DEV ONLY */",
            "DELETE /* DEV/TEST ONLY */ FROM t;",
            "DELETE FROM t; -- db-fresh: only dev",
            "SELECT 1; -- DEV/TEST ONLY",
            // To the server the second mark is a word.
            "\u{feff}\u{feff}-- DEV/TEST ONLY\nDELETE FROM t;",
        ] {
            assert_eq!(near_misses(text), [Some(1)], "{text}");
        }
        assert_eq!(
            near_misses("-- migrate:up\nSELECT 1;\n-- migrate:down\n-- DEV/TEST ONLY\nSELECT 2;"),
            [Some(4)]
        );
        assert!(near_misses("CREATE TABLE t (\n  a int -- test only\n);").is_empty());
        assert!(near_misses("SELECT '-- DEV/TEST ONLY'").is_empty());
    }

    #[test]
    fn what_is_nearly_a_marker_is_told_with_its_line_and_what_was_meant() {
        let (found, _) = read("-- why\n/* DEV-ONLY: clears data */\nDELETE FROM t;");
        let [miss] = found.near_misses.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((miss.place.line, miss.place.column), (Some(2), Some(4)));
        assert_eq!(
            miss.what,
            "`DEV-ONLY: clears data` is nearly a directive, and nothing reads it"
        );
        assert_eq!(miss.nearest.as_deref(), Some("-- DEV/TEST ONLY"));
        assert!(near_misses("-- used only in development of the index\nSELECT 1;").is_empty());
    }

    /// Not in time that grows with the square of their number.
    #[test]
    fn thousands_of_markers_are_read_at_once() {
        let text = "-- db-fresh: only dev\n".repeat(40_000);
        let begun = std::time::Instant::now();
        assert_eq!(environments(&text), Some(vec!["dev".into()]));
        assert!(begun.elapsed() < std::time::Duration::from_secs(20));
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
        for text in [
            "-- db-fresh: onyl dev",
            "-- db-fresh: onlydev",
            "-- db-fresh: only=dev",
            "-- db-fresh: only: dev",
            "-- db-fresh: no-transactoin",
            "-- db-fresh: no-transaction because",
            "-- db-fresh: any-environment",
            "-- db-fresh:",
        ] {
            assert_eq!(read(&format!("{text}\nSELECT 1;")).1.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_directive_behind_the_first_statement_is_a_problem() {
        let (found, problems) = read("SELECT 1;\n-- db-fresh: no-transaction\nVACUUM;");
        assert!(!found.no_transaction);
        assert_eq!(problems.len(), 1);
    }
}
