//! From the text of a file to a script: what does not belong is blanked, values are put in, and the lexer has its say.
//!
//! Left out on purpose: which parts belong and which values there are, which each format tells in a [`Draft`].

use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{
    backslashes,
    blocks::keep_blocks,
    directives::Directives,
    edits::{blank, put_in},
    one_message, psql,
    transactions::{Own, kept_transactions, own_transactions},
};
use crate::{
    FolderProblem, Format, Mode, Script,
    folder::{problems::MOST_OF_A_FILE, source::Source},
    lex::{Finding, needs_own_transaction, neutral_checksum, outline},
};

/// What a format knows about a script before it is one.
pub(crate) struct Draft<'s> {
    pub(crate) source: &'s Source,
    /// The parts of the text that belong to this script, ascending.
    pub(crate) parts: Vec<Range<usize>>,
    /// What is left out of the parts: annotations.
    pub(crate) blanks: Vec<Range<usize>>,
    /// Parts that are sent as one statement, whatever semicolons they hold.
    pub(crate) blocks: Vec<Range<usize>>,
    /// Values to put in the place of parts of the text, ascending.
    pub(crate) values: Vec<(Range<usize>, String)>,
    /// The format whose tool sends each part as one message, where it does.
    pub(crate) sent_by: Option<Format>,
    /// Whether another value makes it another script, as it makes a repeatable migration of Flyway.
    pub(crate) values_count: bool,
    /// What keeps it out of a transaction, by the word of the format.
    pub(crate) no_transaction: Option<String>,
}

impl<'s> Draft<'s> {
    /// The whole of a file.
    pub(crate) fn whole(source: &'s Source) -> Self {
        Self::part(source, 0..source.text.len())
    }

    /// One part of a file.
    pub(crate) fn part(source: &'s Source, part: Range<usize>) -> Self {
        Self::parts(source, Vec::from([part]))
    }

    /// Some parts of a file.
    pub(crate) fn parts(source: &'s Source, parts: Vec<Range<usize>>) -> Self {
        Self {
            source,
            parts,
            blanks: Vec::new(),
            blocks: Vec::new(),
            values: Vec::new(),
            sent_by: None,
            values_count: false,
            no_transaction: None,
        }
    }

    /// The script, or as much of one as its problems leave.
    pub(crate) fn finish(self, directives: &Directives, problems: &mut Vec<FolderProblem>) -> Script {
        let blanked = self.blanked();
        let mut neutral = neutral_checksum(&blanked);
        let (sql, origins) = put_in(blanked, &self.values);
        let mut checksum = self.source.checksum;
        if self.values_count && !self.values.is_empty() {
            neutral = neutral_checksum(&sql);
            checksum = Sha256::digest(put_in(self.source.text.clone(), &self.values).0).into();
        }
        let mut script = Script {
            file: self.source.path.clone(),
            text: self.source.text.clone(),
            sql,
            origins,
            statements: Vec::new(),
            mode: Mode::Transactional,
            in_one_message: false,
            checksum,
            neutral_checksum: neutral,
        };
        let outline = outline(&script.sql);
        for finding in outline.findings.into_iter().take(MOST_OF_A_FILE) {
            match finding {
                Finding::PsqlCommand { at, end } if psql::only_prints(&script.sql[at..end]) => {
                    blank(&mut script.sql, at..end);
                }
                _ => problems.push(problem(&script, finding)),
            }
        }
        script.statements = outline.statements;
        problems.extend(backslashes::check(&script));
        let not_alone = self
            .sent_by
            .and_then(|format| one_message::check(format, &self.parts, &script));
        problems.extend(not_alone);
        let by_word = directives
            .no_transaction
            .then(|| "`-- db-fresh: no-transaction`".to_owned());
        let by_word = self.no_transaction.clone().or(by_word);
        let by_transactions = keep_transactions(&mut script, by_word.as_deref(), problems);
        let alone = self
            .sent_by
            .and_then(|format| one_message::sent_alone(format, &script));
        let reason = by_word
            .or(by_transactions)
            .or_else(|| by_statement(&script))
            .or_else(|| alone.map(|statement| format!("`{statement}` alone")));
        if let Some(reason) = reason {
            script.mode = Mode::NonTransactional { reason };
            script.in_one_message =
                self.sent_by.is_some() && one_message::holds_together(&self.parts, &script);
            keep_blocks(&self.blocks, &mut script);
        }
        script
    }

    /// The text with everything that does not belong turned into spaces, byte for byte.
    fn blanked(&self) -> String {
        let mut sql = self.source.text.clone();
        let mut kept = 0;
        for part in &self.parts {
            blank(&mut sql, kept..part.start);
            kept = part.end;
        }
        let end = sql.len();
        blank(&mut sql, kept..end);
        for range in &self.blanks {
            blank(&mut sql, range.clone());
        }
        sql
    }
}

/// Makes room for the runner's transaction where the file has one of its own around everything; any other one
/// keeps the script out of it. Where there is a word against a transaction, those of the file all stay.
fn keep_transactions(
    script: &mut Script,
    no_transaction: Option<&str>,
    problems: &mut Vec<FolderProblem>,
) -> Option<String> {
    let own = match no_transaction {
        None => own_transactions(&script.sql, &script.statements),
        Some(_) => kept_transactions(&script.sql, &script.statements),
    };
    match own {
        Own::None => None,
        Own::Around { begin, commit } => {
            for at in [commit, begin] {
                let statement = script.statements.remove(at);
                blank(&mut script.sql, statement.start..statement.end);
            }
            None
        }
        Own::Several { statements } => {
            script.statements = statements;
            Some("transactions of its own".to_owned())
        }
        Own::Open { begin } => {
            problems.push(FolderProblem::OpenTransaction {
                place: script.place(script.statements[begin].start),
            });
            None
        }
    }
}

fn by_statement(script: &Script) -> Option<String> {
    let statements = script.statements.iter();
    let mut reasons = statements.filter_map(|it| needs_own_transaction(&script.sql[it.start..it.end]));
    reasons.next().map(|reason| format!("`{reason}`"))
}

fn problem(script: &Script, finding: Finding) -> FolderProblem {
    match finding {
        Finding::PsqlCommand { at, end } => FolderProblem::PsqlCommand {
            place: script.place(at),
            command: format!("\\{}", psql::name(&script.sql[at..end])),
        },
        Finding::CopyData { at } => FolderProblem::CopyData {
            place: script.place(at),
        },
        Finding::CopyToClient { at } => FolderProblem::CopyToClient {
            place: script.place(at),
        },
        Finding::Unterminated { at, what } => FolderProblem::Unterminated {
            place: script.place(at),
            what,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::decode("a.sql".into(), text.as_bytes()).unwrap()
    }

    fn finish(draft: Draft<'_>) -> (Script, Vec<FolderProblem>) {
        let mut problems = Vec::new();
        let script = draft.finish(&Directives::default(), &mut problems);
        (script, problems)
    }

    fn statements(script: &Script) -> Vec<&str> {
        let ranges = script.statements.iter();
        ranges.map(|range| &script.sql[range.start..range.end]).collect()
    }

    #[test]
    fn what_does_not_belong_is_blanked_and_offsets_stay() {
        let source = source("-- ü\nSELECT 1;\n-- up\nSELECT 2;");
        let mut draft = Draft::part(&source, 5..source.text.len());
        draft.blanks.push(5..14);
        let (script, _) = finish(draft);
        assert_eq!(script.sql.len(), script.text.len());
        assert_eq!(statements(&script), ["SELECT 2"]);
        assert_eq!(script.sql.find("SELECT 2"), script.text.find("SELECT 2"));
        assert_eq!(script.sql.matches('\n').count(), 3);
    }

    #[test]
    fn values_move_offsets_and_places_follow() {
        let source = source("SELECT $a, $b;\nSELECT nope");
        let mut draft = Draft::whole(&source);
        draft.values = vec![(7..9, "'a long value'".into()), (11..13, String::new())];
        let (script, _) = finish(draft);
        assert_eq!(script.sql, "SELECT 'a long value', ;\nSELECT nope");
        let column = |offset| {
            let place = script.place(offset);
            (place.line, place.column)
        };
        assert_eq!(column(script.sql.find("nope").unwrap()), (Some(2), Some(8)));
        assert_eq!(
            column(18),
            (Some(1), Some(8)),
            "inside a value: where it was put in"
        );
        assert_eq!(column(script.sql.find(';').unwrap()), (Some(1), Some(14)));
    }

    #[test]
    fn an_enclosing_transaction_gives_way_to_ours() {
        let source = source("BEGIN;\nSELECT 1;\nCOMMIT;\n");
        let (script, problems) = finish(Draft::whole(&source));
        assert_eq!(script.sql, "     ;\nSELECT 1;\n      ;\n");
        assert_eq!(statements(&script), ["SELECT 1"]);
        assert_eq!((script.mode, problems.len()), (Mode::Transactional, 0));
    }

    #[test]
    fn an_enclosing_transaction_stays_where_there_is_to_be_no_other() {
        let source = source("BEGIN;\nSELECT 1;\nCOMMIT;\n");
        let mut draft = Draft::whole(&source);
        draft.no_transaction = Some("x".to_owned());
        let (script, _) = finish(draft);
        assert_eq!(statements(&script), ["BEGIN;\nSELECT 1;\nCOMMIT"]);
    }

    #[test]
    fn a_statement_that_cannot_run_in_a_transaction_decides() {
        let source = source("SELECT 1; create index concurrently i on t (a);");
        let (script, _) = finish(Draft::whole(&source));
        let reason = "`CREATE INDEX CONCURRENTLY`".to_owned();
        assert_eq!(script.mode, Mode::NonTransactional { reason });
    }

    #[test]
    fn blocks_are_sent_as_one_outside_of_a_transaction_only() {
        let source = source("SELECT 1; SELECT 2; SELECT 3;");
        let draft = |no_transaction: Option<&str>| {
            let mut draft = Draft::whole(&source);
            draft.blocks.push(0..19);
            draft.no_transaction = no_transaction.map(str::to_owned);
            finish(draft).0
        };
        assert_eq!(statements(&draft(None)).len(), 3);
        assert_eq!(statements(&draft(Some("x"))), ["SELECT 1; SELECT 2", "SELECT 3"]);
    }

    #[test]
    fn psql_lines_that_only_print_are_blanked() {
        let source = source("\\echo 'done'\nSELECT 1 \\warn x\n; SELECT 2;");
        let (script, problems) = finish(Draft::whole(&source));
        assert!(problems.is_empty(), "{problems:?}");
        assert_eq!(statements(&script), ["SELECT 1", "SELECT 2"]);
        assert!(!script.sql.contains('\\'));
    }

    #[test]
    fn what_cannot_be_sent_is_reported_with_its_place() {
        let source = source("SELECT 1;\n\\restrict abc\nBEGIN;\nSELECT 'a");
        let (_, problems) = finish(Draft::whole(&source));
        let codes: Vec<_> = problems
            .iter()
            .map(|problem| {
                let place = diagnostic::Explain::place(problem).unwrap();
                (diagnostic::Explain::code(problem), place.line.unwrap())
            })
            .collect();
        assert_eq!(
            codes,
            [
                ("migration/psql-command", 2),
                ("migration/unterminated", 4),
                ("migration/open-transaction", 3),
            ]
        );
    }
}
