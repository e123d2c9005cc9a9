//! goose's annotations, `-- +goose …`: the parts of a file, its blocks, and where variables are put in.
//!
//! Statements are told apart by the lexer and not by goose's line rule, so that a missing `StatementBegin` is no
//! mistake here. What `StatementBegin` and `StatementEnd` hold together stays together outside of a transaction.

use std::ops::Range;

use crate::{
    FolderProblem,
    folder::{
        reader::Reader,
        source::{Line, Source},
    },
};

const ANNOTATIONS: [&str; 7] = [
    "Up",
    "Down",
    "StatementBegin",
    "StatementEnd",
    "NO TRANSACTION",
    "ENVSUB ON",
    "ENVSUB OFF",
];

/// Whether a line is an annotation, also one that goose refuses.
pub(in crate::folder) fn is_annotation(line: &str) -> bool {
    annotation(line).is_some()
}

/// Whether a line is an annotation that goose has.
pub(in crate::folder) fn is_known_annotation(line: &str) -> bool {
    annotation(line).is_some_and(|words| ANNOTATIONS.iter().any(|known| known.eq_ignore_ascii_case(words)))
}

/// The words of an annotation, if this line is one: behind `--` at the start of the line and `+goose`.
fn annotation(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("--")?.trim_start().strip_prefix("+goose")?;
    // goose lets hyphens stand behind the words as well.
    Some(rest.trim().trim_end_matches('-').trim_end())
}

/// What the annotations of a file say.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub(super) up: Option<Range<usize>>,
    pub(super) down: Option<Range<usize>>,
    pub(super) blocks: Vec<Range<usize>>,
    /// The lines that are annotations.
    pub(super) annotations: Vec<Range<usize>>,
    /// Where variables of the environment are put in.
    pub(super) substituted: Vec<Range<usize>>,
    pub(super) no_transaction: bool,
}

/// Reads the annotations of a file; those that say nothing become problems.
pub(super) fn sections(reader: &mut Reader<'_>, source: &Source) -> Sections {
    let mut scan = Scan {
        reader,
        source,
        found: Sections::default(),
        block: None,
        substitutes: None,
    };
    for line in source.lines() {
        match annotation(line.text) {
            Some(words) => scan.annotation(line, words),
            None => scan.other(line),
        }
    }
    scan.finish()
}

struct Scan<'r, 'a, 's> {
    reader: &'r mut Reader<'a>,
    source: &'s Source,
    found: Sections,
    /// Where an open block begins.
    block: Option<usize>,
    /// Where the part begins in which variables are put in.
    substitutes: Option<usize>,
}

impl Scan<'_, '_, '_> {
    fn annotation(&mut self, line: Line<'_>, words: &str) {
        let end = self.source.text.len();
        self.found.annotations.push(line.start..line.end());
        let started = self.found.up.is_some();
        match words.to_ascii_lowercase().as_str() {
            "up" if started => self.bad(line, "`-- +goose Up` stands here a second time"),
            "up" => self.found.up = Some(line.next..end),
            "down" if !started => self.bad(line, "`-- +goose Down` stands before `-- +goose Up`"),
            "down" if self.found.down.is_some() => {
                self.bad(line, "`-- +goose Down` stands here a second time");
            }
            "down" => {
                if let Some(up) = &mut self.found.up {
                    up.end = line.start;
                }
                self.found.down = Some(line.next..end);
            }
            "statementbegin" if !started => self.bad(line, "a statement begins before `-- +goose Up`"),
            "statementbegin" if self.block.is_some() => {
                self.bad(line, "the statement before has no `StatementEnd`");
            }
            "statementbegin" => self.block = Some(line.next),
            "statementend" => match self.block.take() {
                Some(start) => self.found.blocks.push(start..line.start),
                None => self.bad(line, "there is no `StatementBegin` for this `StatementEnd`"),
            },
            "no transaction" => self.found.no_transaction = true,
            "envsub on" => self.substitutes = self.substitutes.or(Some(line.next)),
            "envsub off" => self.end_substitution(line.start),
            _ => self.unknown(line, words),
        }
    }

    /// A line that is no annotation: at the most, one that goose would take for a broken one.
    fn other(&mut self, line: Line<'_>) {
        if line.text.starts_with([' ', '\t']) && annotation(line.text.trim_start()).is_some() {
            self.bad(line, "goose takes annotations only at the start of a line");
        }
        let is_sql = !line.text.trim().is_empty() && !line.text.trim_start().starts_with("--");
        if self.found.up.is_none() && is_sql {
            self.bad(line, "there is SQL before `-- +goose Up`");
            // Once is enough; the rest is read as if the annotation stood here.
            self.found.up = Some(line.start..self.source.text.len());
        }
    }

    fn finish(mut self) -> Sections {
        let end = self.source.text.len();
        self.end_substitution(end);
        if let Some(start) = self.block {
            let what = "this statement has no `-- +goose StatementEnd`";
            self.reader.bad_directive(self.source, start, what);
        }
        if self.found.up.is_none() {
            self.reader
                .bad_directive(self.source, 0, "there is no `-- +goose Up`");
        }
        self.found
    }

    fn end_substitution(&mut self, at: usize) {
        if let Some(start) = self.substitutes.take() {
            self.found.substituted.push(start..at);
        }
    }

    fn bad(&mut self, line: Line<'_>, what: &str) {
        self.reader.bad_directive(self.source, line.start, what);
    }

    fn unknown(&mut self, line: Line<'_>, words: &str) {
        let distance = |known: &&str| strsim::levenshtein(&known.to_lowercase(), &words.to_lowercase());
        let nearest = ANNOTATIONS.into_iter().min_by_key(distance);
        let source = self.source;
        self.reader.note(source, || FolderProblem::BadDirective {
            place: source.place(line.start),
            what: format!("goose has no annotation `+goose {words}`"),
            nearest: nearest.map(|known| format!("-- +goose {known}")),
        });
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Mode,
        folder::tests::{codes, read, statements},
    };

    fn one(text: &str) -> crate::Migration {
        let mut read = read(Format::Goose, &[("001_a.sql", text)]).unwrap();
        read.items.remove(0)
    }

    #[test]
    fn annotations_are_read_in_any_case_and_at_the_start_of_a_line() {
        assert_eq!(statements(&one("--  +goose UP\nSELECT 1;").up), ["SELECT 1"]);
        let problems = read(Format::Goose, &[("1_a.sql", "  -- +goose Up\nSELECT 1;")]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/bad-directive"; 2]);
    }

    #[test]
    fn no_transaction_is_for_the_whole_file_and_blocks_stay_together() {
        let migration = one(
            "-- +goose NO TRANSACTION\n-- +goose Up\nSELECT 1; SELECT 2;\n-- +goose StatementBegin\nSELECT 3;\nSELECT 4;\n\
             -- +goose StatementEnd\n-- +goose Down\nSELECT 5;\n",
        );
        let reason = "`-- +goose NO TRANSACTION`".to_owned();
        assert_eq!(migration.up.mode, Mode::NonTransactional { reason });
        assert_eq!(
            statements(&migration.up),
            ["SELECT 1", "SELECT 2", "SELECT 3;\nSELECT 4"]
        );
        assert_ne!(migration.down.unwrap().mode, Mode::Transactional);
    }

    #[test]
    fn what_goose_would_not_understand_is_a_problem() {
        for text in [
            "SELECT 1;",
            "SELECT 0;\n-- +goose Up\nSELECT 1;",
            "-- +goose Down\nSELECT 1;\n-- +goose Up",
            "-- +goose Up\n-- +goose Up",
            "-- +goose Up\n-- +goose Down\n-- +goose Down",
            "-- +goose Up\n-- +goose StatementBegin\nSELECT 1;",
            "-- +goose Up\n-- +goose StatementEnd",
            "-- +goose Up\n-- +goose NOTRANSACTION",
        ] {
            let problems = read(Format::Goose, &[("1_a.sql", text)]).unwrap_err();
            assert!(
                codes(&problems).contains(&"migration/bad-directive"),
                "{text}: {problems:?}"
            );
        }
    }
}
