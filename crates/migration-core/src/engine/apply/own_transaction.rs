//! Which statements of a script without a transaction have to be a message of their own, and which bring their own transaction.

use crate::lex::{Control, control, may_need_own_transaction, needs_own_transaction, split};

/// Whether the statement has to be a message of its own, outside a transaction.
pub(crate) fn runs_alone(sql: &str) -> bool {
    let is_other_group = begins_transaction(sql) && group(sql).is_none();
    needs_own_transaction(sql).is_some() || may_need_own_transaction(sql).is_some() || is_other_group
}

/// A file's own `BEGIN … COMMIT`, kept together as one statement.
pub(crate) struct Group {
    /// How long it is without its COMMIT, in bytes.
    pub(crate) length: usize,
    /// How many statements that is.
    pub(crate) statements: usize,
}

/// The group that a statement is, where it is one that ends in a COMMIT.
pub(crate) fn group(sql: &str) -> Option<Group> {
    if !begins_transaction(sql) {
        return None;
    }
    let statements = split(sql);
    let last = statements.last()?;
    let commits = control(&sql[last.start..last.end]) == Some(Control::Commit);
    commits.then_some(Group {
        length: last.start,
        statements: statements.len() - 1,
    })
}

fn begins_transaction(sql: &str) -> bool {
    let first = sql.split(';').next().unwrap_or_default();
    matches!(control(first), Some(Control::Begin | Control::BeginWithOptions))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_no_transaction_may_hold_runs_alone() {
        for (sql, alone) in [
            ("CREATE INDEX CONCURRENTLY i ON t (a)", true),
            ("CALL p()", true),
            ("VACUUM t", true),
            ("REINDEX TABLE t", true),
            ("CLUSTER t USING i", true),
            ("DO $$ BEGIN PERFORM 1; CALL p(); END $$", true),
            ("DO $$ BEGIN PERFORM recall(1); END $$", false),
            ("BEGIN; INSERT INTO t VALUES (1); ROLLBACK", true),
            ("BEGIN; INSERT INTO t VALUES (1); COMMIT", false),
            ("INSERT INTO t VALUES (1)", false),
        ] {
            assert_eq!(runs_alone(sql), alone, "{sql}");
        }
        let sql = "BEGIN; INSERT INTO t VALUES (1); COMMIT";
        let group = group(sql).unwrap();
        assert_eq!(
            (&sql[..group.length], group.statements),
            ("BEGIN; INSERT INTO t VALUES (1); ", 2)
        );
    }
}
