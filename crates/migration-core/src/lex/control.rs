//! Statements that begin or end a transaction.
//!
//! Left out on purpose: savepoints, which are at home inside the runner's transaction too.

use super::keywords::Keywords;

/// What a statement does to the transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// `BEGIN` or `START TRANSACTION` without options.
    Begin,
    /// The same with options, such as an isolation level.
    BeginWithOptions,
    /// `COMMIT` or `END`.
    Commit,
    /// `COMMIT AND CHAIN` or `ROLLBACK AND CHAIN`, which ends one and begins the next.
    Chain,
    /// `ROLLBACK`, `PREPARE TRANSACTION`, `COMMIT PREPARED` and their like.
    Other,
}

/// What this statement does to the transaction, if anything.
pub(crate) fn control(statement: &str) -> Option<Control> {
    let mut words = Keywords::of(statement);
    if words.take("begin") || words.take_all("start transaction") {
        let _ = words.take("work") || words.take("transaction");
        return Some(if words.at_end() {
            Control::Begin
        } else {
            Control::BeginWithOptions
        });
    }
    if words.take("commit") || words.take("end") {
        return Some(ending(words, Control::Commit));
    }
    if words.take("rollback") || words.take("abort") {
        let _ = words.take("work") || words.take("transaction");
        return (!words.take("to")).then(|| ending(words, Control::Other));
    }
    words.take_all("prepare transaction").then_some(Control::Other)
}

/// What an ending does, told by the words behind its verb.
fn ending(mut words: Keywords<'_>, plain: Control) -> Control {
    let _ = words.take("work") || words.take("transaction");
    if words.take_all("and chain") {
        return Control::Chain;
    }
    let _ = words.take_all("and no chain");
    // `COMMIT PREPARED` is about another transaction, but cannot stand in one either.
    if words.at_end() { plain } else { Control::Other }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transaction_control_is_recognised() {
        for (sql, expected) in [
            ("begin", Some(Control::Begin)),
            ("BEGIN WORK", Some(Control::Begin)),
            ("Begin /* x */ Transaction", Some(Control::Begin)),
            ("START TRANSACTION", Some(Control::Begin)),
            ("START TRANSACTION READ ONLY", Some(Control::BeginWithOptions)),
            (
                "BEGIN ISOLATION LEVEL SERIALIZABLE",
                Some(Control::BeginWithOptions),
            ),
            ("COMMIT", Some(Control::Commit)),
            ("END TRANSACTION", Some(Control::Commit)),
            ("COMMIT AND NO CHAIN", Some(Control::Commit)),
            ("COMMIT AND CHAIN", Some(Control::Chain)),
            ("ROLLBACK WORK AND CHAIN", Some(Control::Chain)),
            ("COMMIT PREPARED 'x'", Some(Control::Other)),
            ("ROLLBACK", Some(Control::Other)),
            ("ABORT", Some(Control::Other)),
            ("PREPARE TRANSACTION 'x'", Some(Control::Other)),
            ("ROLLBACK TO SAVEPOINT a", None),
            ("ROLLBACK WORK TO a", None),
            ("SAVEPOINT a", None),
            ("PREPARE x AS SELECT 1", None),
            ("SELECT 1", None),
            ("\"begin\"", None),
            ("", None),
        ] {
            assert_eq!(control(sql), expected, "{sql}");
        }
    }
}
