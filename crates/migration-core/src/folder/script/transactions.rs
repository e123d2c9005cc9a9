//! Files that begin and end transactions themselves.
//!
//! One pair around the whole file says what the runner does anyway, and gives way to it. Any other transaction is
//! kept as it is: sent as one message, outside of ours.
//!
//! Left out on purpose: transactions that no text shows, such as those of a procedure that commits.

use crate::{
    Statement,
    lex::{Control, control, needs_own_transaction},
};

/// What a file's own transactions come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Own {
    /// It has none.
    None,
    /// One around everything: these two statements say no more than the runner does.
    Around { begin: usize, commit: usize },
    /// Some, so that the file cannot run in another one. Its statements, with each transaction as one of them.
    Several { statements: Vec<Statement> },
    /// One that begins with this statement and never ends.
    Open { begin: usize },
}

/// What the transactions come to that these statements of `sql` begin and end.
pub(super) fn own_transactions(sql: &str, statements: &[Statement]) -> Own {
    let controls = controls(sql, statements);
    around(sql, statements, &controls).unwrap_or_else(|| several(statements, &controls))
}

/// The same, where none of them gives way.
pub(super) fn kept_transactions(sql: &str, statements: &[Statement]) -> Own {
    several(statements, &controls(sql, statements))
}

fn controls(sql: &str, statements: &[Statement]) -> Vec<Option<Control>> {
    let texts = statements
        .iter()
        .map(|statement| &sql[statement.start..statement.end]);
    texts.map(control).collect()
}

/// One pair around everything but settings in front, of which nothing has to stay outside of a transaction.
fn around(sql: &str, statements: &[Statement], controls: &[Option<Control>]) -> Option<Own> {
    let text = |at: usize| &sql[statements[at].start..statements[at].end];
    let begin = controls.iter().position(Option::is_some)?;
    let commit = controls.len() - 1;
    let encloses = controls[begin] == Some(Control::Begin)
        && controls[commit] == Some(Control::Commit)
        && controls[begin + 1..commit].iter().all(Option::is_none);
    let settings = (0..begin).all(|at| {
        text(at)
            .get(..4)
            .is_some_and(|word| word.eq_ignore_ascii_case("set "))
    });
    let fits =
        encloses && settings && (begin + 1..commit).all(|at| needs_own_transaction(text(at)).is_none());
    fits.then_some(Own::Around { begin, commit })
}

fn several(statements: &[Statement], controls: &[Option<Control>]) -> Own {
    if controls.iter().all(Option::is_none) {
        return Own::None;
    }
    let mut merged = Vec::new();
    let mut open: Option<usize> = None;
    for (at, (&statement, control)) in statements.iter().zip(controls).enumerate() {
        match (open, control) {
            (None, Some(Control::Begin | Control::BeginWithOptions)) => open = Some(at),
            (None, _) => merged.push(statement),
            (Some(begin), Some(Control::Commit | Control::Other)) => {
                merged.push(Statement {
                    start: statements[begin].start,
                    end: statement.end,
                });
                open = None;
            }
            (Some(_), _) => {}
        }
    }
    match open {
        Some(begin) => Own::Open { begin },
        None => Own::Several { statements: merged },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lex::split;

    fn own(sql: &str) -> Own {
        own_transactions(sql, &split(sql))
    }

    fn several(sql: &str) -> Vec<&str> {
        let Own::Several { statements } = own(sql) else {
            panic!("{sql} is {:?}", own(sql));
        };
        statements
            .iter()
            .map(|range| &sql[range.start..range.end])
            .collect()
    }

    #[test]
    fn one_pair_around_everything_gives_way() {
        assert_eq!(
            own("BEGIN; SELECT 1; COMMIT;"),
            Own::Around { begin: 0, commit: 2 }
        );
        assert_eq!(
            own("START TRANSACTION; SELECT 1; SELECT 2; END"),
            Own::Around { begin: 0, commit: 3 }
        );
        assert_eq!(
            own("SET search_path = a; BEGIN; COMMIT"),
            Own::Around { begin: 1, commit: 2 }
        );
        assert_eq!(own("SELECT 1; SAVEPOINT a; RELEASE a"), Own::None);
    }

    #[test]
    fn other_transactions_stay_together() {
        assert_eq!(
            several("BEGIN; SELECT 1; COMMIT; VACUUM; BEGIN; SELECT 2; ROLLBACK;"),
            ["BEGIN; SELECT 1; COMMIT", "VACUUM", "BEGIN; SELECT 2; ROLLBACK"]
        );
        assert_eq!(
            several("SELECT 1; COMMIT; SELECT 2"),
            ["SELECT 1", "COMMIT", "SELECT 2"]
        );
        assert_eq!(several("BEGIN; SELECT 1; COMMIT; SELECT 2").len(), 2);
        assert_eq!(
            several("BEGIN; SELECT 1; COMMIT AND CHAIN; SELECT 2; COMMIT").len(),
            1
        );
    }

    #[test]
    fn a_pair_that_says_more_is_kept() {
        assert_eq!(
            several("BEGIN ISOLATION LEVEL SERIALIZABLE; SELECT 1; COMMIT").len(),
            1
        );
        assert_eq!(
            several("BEGIN; VACUUM; COMMIT").len(),
            1,
            "the server has to refuse this one"
        );
    }

    #[test]
    fn a_transaction_that_never_ends_is_found() {
        assert_eq!(own("SELECT 1; BEGIN; SELECT 2"), Own::Open { begin: 1 });
    }
}
