//! A refusal of the server, brought back to the file that it is about.

use diagnostic::{Fact, HIDDEN, Place, ServerReport, Values, server_report};
use sqlx::postgres::PgDatabaseError;

use super::{
    cause::cause,
    message::{Message, Part},
    raised::written_message,
    sql_failure::{SqlCause, SqlFailure},
    subject::Subject,
};
use crate::{
    Holder, Protection, Script, Sessions, Statement,
    engine::connection::server::offset,
    lex::{Token, TokenKind, holds_secret, tokens},
};

/// What the server said of a message, brought back to the file.
pub(crate) struct Refused<'m> {
    pub(crate) error: &'m PgDatabaseError,
    pub(crate) message: &'m Message<'m>,
    /// How many statements of the message had ended well.
    pub(crate) completed: usize,
    /// Whether values of rows are shown.
    pub(crate) values: Values,
    pub(crate) protection: Protection,
    /// Whether migrations share a session.
    pub(crate) sessions: Sessions,
}

impl Refused<'_> {
    /// The file and the offset in it that the server points at, if it does.
    fn pointed_at(&self) -> Option<(&Script, usize)> {
        offset(self.error, &self.message.text).and_then(|at| self.message.in_script(at))
    }

    /// The statement of a script that was refused.
    fn statement(&self) -> Option<&str> {
        let Part::Statement { script, index } = self.message.parts.get(self.completed)? else {
            return None;
        };
        let statement = script.statements.get(*index)?;
        Some(&script.sql[statement.start..statement.end])
    }

    /// What the server said, without what may not be shown.
    fn report(&self, subject: &Subject<'_>) -> ServerReport {
        let mut report = server_report(self.error, self.values);
        let is_raised = self.error.code() == "P0001" || self.error.routine() == Some("exec_stmt_raise");
        if is_raised
            && report.is_cut
            && let Some(written) = written_message(self.error.message(), subject)
        {
            report.message = written;
        }
        let is_secret = |(script, at): (&Script, usize)| holds_secret(&script.text, script.text_offset(at));
        if self.pointed_at().is_some_and(is_secret)
            && let Some(token) = report.message.find(" at or near \"")
        {
            report
                .message
                .replace_range(token.., &format!(" at or near {HIDDEN}"));
            report.is_cut = true;
        }
        report
    }

    /// Where the refused statement stands in its file.
    fn place(&self, script: &Script) -> Place {
        if let Some((script, at)) = self.pointed_at() {
            return script.place(at);
        }
        match self.message.parts.get(self.completed) {
            Some(Part::Statement { script, index }) => match script.statements.get(*index) {
                Some(statement) => script.place(self.named_in(script, *statement).unwrap_or(statement.start)),
                None => whole(script),
            },
            _ => whole(script),
        }
    }

    /// Where the statement says the name that the message is about. Most messages carry no position and name one thing.
    fn named_in(&self, script: &Script, statement: Statement) -> Option<usize> {
        let name = self.error.message().split('"').nth(1)?;
        let name = name.rsplit('.').next().unwrap_or(name);
        let sql = &script.sql[statement.start..statement.end];
        let is_it = |token: &Token| {
            let text = &sql[token.start..token.end];
            match token.kind {
                TokenKind::Word => text.eq_ignore_ascii_case(name),
                TokenKind::QuotedIdentifier => text.trim_matches('"') == name,
                _ => false,
            }
        };
        tokens(sql).find(is_it).map(|token| statement.start + token.start)
    }

    /// What the server said beside its message, and what the refused statement was for.
    fn details(&self, report: &ServerReport) -> Vec<Fact> {
        let mut facts = Vec::new();
        let mut add = |label: &str, value: Option<&String>| {
            if let Some(value) = value {
                facts.push(Fact::new(label, value.lines().next().unwrap_or_default()));
            }
        };
        add("detail", report.detail.as_ref());
        add("hint", report.hint.as_ref());
        add("context", report.context.as_ref());
        match (self.message.parts.get(self.completed), &self.message.purpose) {
            (Some(Part::Commit), _) => facts.push(Fact::new("when", "at COMMIT, by a deferred constraint")),
            (Some(Part::Ours | Part::Record), Some(purpose)) => {
                facts.push(Fact::new("while", purpose.clone()));
            }
            (Some(Part::Record), None) => facts.push(Fact::new("while", "writing the ledger")),
            _ => {}
        }
        facts
    }
}

impl Refused<'_> {
    /// Whether what the runner itself asks about the ledger finds none.
    fn ledger_gone(&self) -> Option<SqlCause> {
        let is_ours = matches!(
            self.message.parts.get(self.completed),
            Some(Part::Ours | Part::Record)
        );
        (is_ours && matches!(self.error.code(), "42P01" | "3F000")).then_some(SqlCause::LedgerGone)
    }
}

fn whole(script: &Script) -> Place {
    Place::file(script.file.display().to_string())
}

/// The failure of a migration, with all that is known of it.
pub(crate) fn failure(subject: &Subject<'_>, refused: &Refused<'_>, blockers: &[Holder]) -> SqlFailure {
    let report = refused.report(subject);
    let mut details = refused.details(&report);
    details.extend(
        blockers
            .iter()
            .map(|holder| Fact::new("blocked by", holder.to_string())),
    );
    SqlFailure {
        component: subject.component.to_owned(),
        file: subject.file().to_owned(),
        place: refused.place(subject.script),
        sqlstate: report.sqlstate,
        message: report.message,
        details,
        values_hidden: report.is_cut && refused.protection == Protection::Open,
        cause: refused
            .ledger_gone()
            .or_else(|| cause(refused.error, subject, refused.statement(), refused.sessions)),
        aftermath: subject.aftermath,
    }
}
