//! Where statements begin and end.
//!
//! A semicolon ends a statement unless it stands in parentheses (the commands of `CREATE RULE`) or in the
//! `BEGIN ATOMIC … END` body of a routine, in which `CASE … END` may nest.
//!
//! Left out on purpose: whether a statement makes sense.

use std::ops::Range;

use super::{Statement, Token, TokenKind, tokens};

/// What was found in a text: its statements, and what stands in the way of sending them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The statements, in order, empty ones left out.
    pub statements: Vec<Statement>,
    /// What stands in the way, in order.
    pub findings: Vec<Finding>,
}

/// Something that no server takes, and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Finding {
    /// A backslash command of psql, and where its line ends.
    PsqlCommand {
        /// Offset of the backslash.
        at: usize,
        /// Offset behind its line.
        end: usize,
    },
    /// A `COPY … FROM stdin`, whose data is in the file.
    CopyData {
        /// Offset of the statement.
        at: usize,
    },
    /// A `COPY … TO stdout`, whose rows go to the client.
    CopyToClient {
        /// Offset of the statement.
        at: usize,
    },
    /// A quote or comment that nothing closes.
    Unterminated {
        /// Offset of its first byte.
        at: usize,
        /// What it is, in words.
        what: &'static str,
    },
}

/// The statements of an SQL text, in order, empty ones left out.
pub fn split(sql: &str) -> Vec<Statement> {
    outline(sql).statements
}

/// The ranges of the statements of an SQL text, in order, empty ones left out.
pub fn split_statements(sql: &str) -> Vec<Range<usize>> {
    let ranges = outline(sql).statements.into_iter();
    ranges.map(|statement| statement.start..statement.end).collect()
}

/// A `COPY` between the server and its client, which only psql can be: its first byte, and how it is written.
///
/// A driver that meets one ends the connection, so it has to be found before it is sent.
pub fn client_copies(sql: &str) -> Vec<(usize, &'static str)> {
    let findings = outline(sql).findings.into_iter();
    findings
        .filter_map(|finding| match finding {
            Finding::CopyData { at } => Some((at, "COPY … FROM stdin")),
            Finding::CopyToClient { at } => Some((at, "COPY … TO stdout")),
            Finding::PsqlCommand { .. } | Finding::Unterminated { .. } => None,
        })
        .collect()
}

/// The statements of an SQL text and what stands in the way of sending them.
pub fn outline(sql: &str) -> Outline {
    let mut splitter = Splitter::new(sql);
    let mut tokens = tokens(sql);
    while let Some(token) = tokens.next() {
        if splitter.take(token) == Next::CopyData {
            tokens.announce_copy_data();
        }
        // Once the kind of a statement is known, its words say no more.
        if let (Head::Other, Some(range)) = (splitter.head, &mut splitter.range)
            && let Some(end) = tokens.skip_plain()
        {
            range.end = end;
        }
    }
    splitter.end_statement();
    splitter.outline
}

/// What the scanner has to expect.
#[derive(PartialEq, Eq)]
pub(super) enum Next {
    Sql,
    CopyData,
}

pub(super) struct Splitter<'a> {
    sql: &'a str,
    pub(super) outline: Outline,
    /// Of the statement at hand, once it has a token.
    range: Option<Statement>,
    parentheses: usize,
    head: Head,
    /// Inside `BEGIN ATOMIC`: 1, and one more for every `CASE` that is open.
    body: usize,
    previous: Previous,
}

/// What the first words of a statement say about it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Head {
    Nothing,
    Create,
    CreateOr,
    /// `CREATE FUNCTION` or `CREATE PROCEDURE`.
    Routine,
    Copy,
    /// `COPY … FROM stdin`.
    CopyFromStdin,
    /// `COPY … TO stdout`.
    CopyToStdout,
    /// Anything whose end is its semicolon.
    Other,
}

/// The token before, as far as the next one's meaning hangs on it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Previous {
    Begin,
    From,
    To,
    /// `AS` or a dot, behind which keywords are names.
    NameFollows,
    Other,
}

impl<'a> Splitter<'a> {
    pub(super) fn new(sql: &'a str) -> Self {
        Self {
            sql,
            outline: Outline::default(),
            range: None,
            parentheses: 0,
            head: Head::Nothing,
            body: 0,
            previous: Previous::Other,
        }
    }

    pub(super) fn take(&mut self, token: Token) -> Next {
        if !token.closed && token.kind != TokenKind::CopyData {
            let what = unterminated(self.sql.as_bytes()[token.start], token.kind);
            self.find(Finding::Unterminated {
                at: token.start,
                what,
            });
        }
        match token.kind {
            TokenKind::Gap | TokenKind::LineComment | TokenKind::BlockComment | TokenKind::CopyData => {
                return Next::Sql;
            }
            TokenKind::PsqlCommand => {
                self.find(Finding::PsqlCommand {
                    at: token.start,
                    end: token.end,
                });
                self.end_statement();
                return Next::Sql;
            }
            TokenKind::Semicolon if self.parentheses == 0 && self.body == 0 => {
                let copies = self.head == Head::CopyFromStdin;
                self.end_statement();
                return if copies { Next::CopyData } else { Next::Sql };
            }
            TokenKind::Open => self.parentheses += 1,
            TokenKind::Close => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
        let range = self.range.get_or_insert(Statement {
            start: token.start,
            end: token.end,
        });
        range.end = token.end;
        if self.head != Head::Other {
            self.look_at(token);
        }
        Next::Sql
    }

    /// Follows the words of the few statements whose end is not simply their semicolon.
    fn look_at(&mut self, token: Token) {
        let text = &self.sql[token.start..token.end];
        let word = match token.kind {
            TokenKind::Word => text,
            _ => "",
        };
        let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
        match self.head {
            Head::Nothing if is("create") => self.head = Head::Create,
            Head::Nothing if is("copy") => self.head = Head::Copy,
            Head::Create if is("or") => self.head = Head::CreateOr,
            Head::CreateOr if is("replace") => self.head = Head::Create,
            Head::Create if is("function") || is("procedure") => self.head = Head::Routine,
            Head::Routine => self.look_into_routine(&is),
            // The server takes either word in either direction.
            Head::Copy if self.parentheses == 0 && (is("stdin") || is("stdout")) => {
                let at = self.range.map_or(token.start, |range| range.start);
                match self.previous {
                    Previous::From => {
                        self.head = Head::CopyFromStdin;
                        self.find(Finding::CopyData { at });
                    }
                    Previous::To => {
                        self.head = Head::CopyToStdout;
                        self.find(Finding::CopyToClient { at });
                    }
                    _ => {}
                }
            }
            Head::Copy | Head::CopyFromStdin | Head::CopyToStdout => {}
            Head::Nothing | Head::Create | Head::CreateOr | Head::Other => self.head = Head::Other,
        }
        self.previous = if is("begin") {
            Previous::Begin
        } else if is("from") {
            Previous::From
        } else if is("to") {
            Previous::To
        } else if is("as") || text == "." {
            Previous::NameFollows
        } else {
            Previous::Other
        };
    }

    fn look_into_routine(&mut self, is: &impl Fn(&str) -> bool) {
        if self.body == 0 {
            if self.previous == Previous::Begin && is("atomic") {
                self.body = 1;
            }
        } else if self.previous == Previous::NameFollows {
            // `x.end` and `AS case` are names here.
        } else if is("case") {
            self.body += 1;
        } else if is("end") {
            self.body -= 1;
        }
    }

    fn find(&mut self, finding: Finding) {
        self.outline.findings.push(finding);
    }

    /// Whether the last token ended a statement, or none has begun.
    pub(super) fn is_between(&self) -> bool {
        self.range.is_none()
    }

    pub(super) fn end_statement(&mut self) {
        self.outline.statements.extend(self.range.take());
        self.parentheses = 0;
        self.head = Head::Nothing;
        self.body = 0;
        self.previous = Previous::Other;
    }
}

fn unterminated(first: u8, kind: TokenKind) -> &'static str {
    match kind {
        TokenKind::BlockComment => "comment",
        TokenKind::QuotedIdentifier => "quoted identifier",
        _ if first == b'$' => "dollar-quoted string",
        _ => "string",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(sql: &str) -> Vec<&str> {
        let statements = split(sql);
        statements
            .iter()
            .map(|range| &sql[range.start..range.end])
            .collect()
    }

    #[test]
    fn semicolons_in_literals_and_comments_end_nothing() {
        assert_eq!(
            texts("SELECT ';', \";\", $$;$$, E'\\';' /* ; */ -- ;\n, 1; ; SELECT 2"),
            ["SELECT ';', \";\", $$;$$, E'\\';' /* ; */ -- ;\n, 1", "SELECT 2"]
        );
    }

    #[test]
    fn a_statement_begins_behind_its_leading_comments() {
        assert_eq!(texts("-- a\n/* b */ SELECT 1 -- c\n ;\n-- d\n"), ["SELECT 1"]);
        assert_eq!(texts("-- nothing;\n ;; /* ; */"), [""; 0]);
    }

    #[test]
    fn the_commands_of_a_rule_stay_together() {
        let rule = "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b)";
        assert_eq!(texts(&format!("{rule}; SELECT 1;")), [rule, "SELECT 1"]);
    }

    #[test]
    fn an_atomic_body_stays_together() {
        for head in ["CREATE FUNCTION f()", "create or replace procedure begin()"] {
            let routine = format!(
                "{head} LANGUAGE sql BEGIN /* */ ATOMIC SELECT CASE x WHEN 1 THEN 2 END; \
                 SELECT r.end, 1 AS case, (CASE WHEN a THEN (CASE WHEN b THEN 1 END) END); END"
            );
            assert_eq!(texts(&format!("{routine};SELECT 1")), [&routine, "SELECT 1"]);
        }
    }

    #[test]
    fn begin_alone_opens_no_body() {
        assert_eq!(texts("BEGIN; SELECT 1; END;"), ["BEGIN", "SELECT 1", "END"]);
        assert_eq!(
            texts("CREATE FUNCTION begin() AS 'x'; SELECT 1"),
            ["CREATE FUNCTION begin() AS 'x'", "SELECT 1"]
        );
        assert_eq!(texts("CREATE TABLE begin (atomic int); SELECT 1").len(), 2);
    }

    #[test]
    fn copy_data_is_skipped_and_reported() {
        let sql = "SELECT 0;\nCOPY t (a) FROM stdin WITH (FORMAT text); -- data\n1\t'it;\n\\.\nSELECT 1;\n";
        assert_eq!(
            texts(sql),
            ["SELECT 0", "COPY t (a) FROM stdin WITH (FORMAT text)", "SELECT 1"]
        );
        assert_eq!(outline(sql).findings, [Finding::CopyData { at: 10 }]);
    }

    #[test]
    fn a_copy_to_or_from_the_client_is_found_however_it_is_written() {
        for (sql, found) in [
            ("COPY t TO stdout", "COPY … TO stdout"),
            (
                "copy /* all */ s.t (a, b) to\n  STDOUT WITH (FORMAT csv)",
                "COPY … TO stdout",
            ),
            ("COPY (SELECT 1 FROM stdin) TO STDOUT", "COPY … TO stdout"),
            ("COPY t TO STDIN", "COPY … TO stdout"),
            ("COPY t FROM STDOUT", "COPY … FROM stdin"),
            ("COPY BINARY t FROM STDIN", "COPY … FROM stdin"),
        ] {
            let text = format!("SELECT 1; {sql}");
            assert_eq!(client_copies(&text), [(10, found)], "{sql}");
        }
        for sql in [
            "COPY t TO '/tmp/stdout'",
            "COPY \"to\" FROM PROGRAM 'stdin'",
            "COPY (SELECT a FROM stdout) TO '/x'",
            "SELECT 1 AS copy_to_stdout",
            "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS 'BEGIN COPY t TO stdout; END'",
            "-- COPY t TO stdout",
        ] {
            assert_eq!(client_copies(sql), [], "{sql}");
        }
    }

    #[test]
    fn copy_from_elsewhere_has_no_data() {
        for copy in ["COPY t FROM '/tmp/stdin'", "COPY (SELECT 1 FROM stdin) TO '/x'"] {
            let sql = format!("{copy};\nSELECT 1;");
            assert_eq!(texts(&sql), [copy, "SELECT 1"]);
            assert_eq!(outline(&sql).findings, []);
        }
    }

    #[test]
    fn psql_commands_are_reported_and_left_out() {
        let sql = "\\restrict aB1\nSELECT 1;\nSELECT 2 \\gexec\nSELECT '\\x';";
        assert_eq!(texts(sql), ["SELECT 1", "SELECT 2", "SELECT '\\x'"]);
        let at = sql.find("\\gexec").unwrap();
        assert_eq!(
            outline(sql).findings,
            [
                Finding::PsqlCommand { at: 0, end: 13 },
                Finding::PsqlCommand { at, end: at + 6 },
            ]
        );
    }

    #[test]
    fn what_nothing_closes_is_reported_where_it_begins() {
        for (sql, what) in [
            ("SELECT 'a; SELECT 2", "string"),
            ("SELECT \"a; SELECT 2", "quoted identifier"),
            ("SELECT /* a; /* */", "comment"),
            ("SELECT $f$ a $$", "dollar-quoted string"),
        ] {
            assert_eq!(
                outline(sql).findings,
                [Finding::Unterminated { at: 7, what }],
                "{sql}"
            );
        }
    }

    #[test]
    fn line_ends_of_any_kind_do() {
        assert_eq!(
            texts("SELECT 1;\r\n-- x\r\nSELECT 2;\r-- y\rSELECT 3"),
            ["SELECT 1", "SELECT 2", "SELECT 3"]
        );
    }
}
