//! A message to the server, and which part of it came from which file.

use std::ops::Range;

use crate::{Script, Statement};

/// A text of several statements, each accounted for.
#[derive(Debug, Default)]
pub(crate) struct Message<'m> {
    pub(crate) text: String,
    /// What each statement is, in order. The server reports one completion for each.
    pub(crate) parts: Vec<Part<'m>>,
    /// What the runner's own statements in it are for: `dropping the invalid index `a_id``.
    pub(crate) purpose: Option<String>,
    pieces: Vec<Piece<'m>>,
}

/// What one statement of a message is.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Part<'m> {
    /// The runner's own.
    Ours,
    /// A migration's.
    Statement { script: &'m Script, index: usize },
    /// One about the row of the ledger: it is written, or checked.
    Record,
    /// The end of a transaction.
    Commit,
    /// Fails where the session does not hold the lock.
    LockCheck,
    /// Fails where the server reads the strings of this script otherwise than the lexer does.
    StringsCheck { script: &'m Script },
}

/// A stretch of the message that is a stretch of a script.
#[derive(Debug)]
struct Piece<'m> {
    script: &'m Script,
    in_message: usize,
    in_script: usize,
    length: usize,
}

impl<'m> Message<'m> {
    /// A message whose statements of the runner's own have this purpose.
    pub(crate) fn of(purpose: impl Into<String>) -> Self {
        Self {
            purpose: Some(purpose.into()),
            ..Self::default()
        }
    }

    /// Adds a statement of the runner's.
    pub(crate) fn ours(&mut self, sql: &str) {
        self.push(sql, Part::Ours);
    }

    /// Adds several statements of the runner's.
    pub(crate) fn all_ours(&mut self, statements: &[String]) {
        for sql in statements {
            self.ours(sql);
        }
    }

    /// Adds a statement with a meaning of its own.
    pub(crate) fn push(&mut self, sql: &str, part: Part<'m>) {
        self.text.push_str(sql);
        self.text.push_str(";\n");
        self.parts.push(part);
    }

    /// Adds these statements of a script, with what is between them.
    pub(crate) fn statements(&mut self, script: &'m Script, indices: Range<usize>) {
        let Some(all) = script.statements.get(indices.clone()) else {
            return;
        };
        if let (Some(first), Some(last)) = (all.first(), all.last()) {
            // What is before the first may say something in a comment, and offsets are those of the file.
            let start = if indices.start == 0 { 0 } else { first.start };
            let stretch = Statement { start, end: last.end };
            self.stretch(script, stretch, indices);
        }
    }

    /// Adds statements about the row of the ledger.
    pub(crate) fn all_of_record(&mut self, statements: &[String]) {
        for sql in statements {
            self.push(sql, Part::Record);
        }
    }

    /// Whether the statement at this place is one of the runner's own that comes before the end of a transaction.
    pub(crate) fn is_ours(&self, place: usize) -> bool {
        matches!(self.parts.get(place), Some(Part::Ours | Part::Record))
    }

    /// Adds one statement of a script.
    pub(crate) fn statement(&mut self, script: &'m Script, index: usize) {
        if let Some(statement) = script.statements.get(index) {
            self.stretch(script, *statement, index..index + 1);
        }
    }

    /// Adds the first bytes of what counts as one statement of a script and is several to the server.
    pub(crate) fn beginning(&mut self, script: &'m Script, index: usize, length: usize, statements: usize) {
        if let Some(statement) = script.statements.get(index) {
            let stretch = Statement {
                start: statement.start,
                end: statement.start + length,
            };
            self.stretch(script, stretch, std::iter::repeat_n(index, statements));
        }
    }

    fn stretch(&mut self, script: &'m Script, stretch: Statement, indices: impl Iterator<Item = usize>) {
        let text = &script.sql[stretch.start..stretch.end];
        self.pieces.push(Piece {
            script,
            in_message: self.text.len(),
            in_script: stretch.start,
            length: text.len(),
        });
        self.text.push_str(text);
        // What ends a statement stands on a line of its own: the stretch may end in a comment.
        self.text.push_str("\n;\n");
        self.parts
            .extend(indices.map(|index| Part::Statement { script, index }));
    }

    /// The script, and the offset in it, that an offset of the message belongs to.
    pub(crate) fn in_script(&self, offset: usize) -> Option<(&'m Script, usize)> {
        let piece = self.pieces.iter().rfind(|piece| piece.in_message <= offset)?;
        let within = offset - piece.in_message;
        // An error at the very end of a script is one of the script still.
        (within <= piece.length).then_some((piece.script, piece.in_script + within))
    }
}
