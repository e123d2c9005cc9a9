//! What is sent between the files of a run, so that each finds the session that it is to find.

use super::message::{Message, Part};
use crate::{
    Config, Mode, Script, Sessions,
    engine::{
        connection::{
            session::{self, AS_OURSELVES, BEGIN},
            session_defaults::SessionDefaults,
        },
        ledger::write,
        lock::{self, OtherLocks},
        strings,
    },
    lex::{SetAgain, set_again},
};

/// What the files before the next have done to the session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Left {
    /// None ran on it yet.
    #[default]
    New,
    /// Nothing, or nothing that is there any more.
    Nothing,
    /// They may have left something.
    Something,
}

/// The session as the files so far have left it.
#[derive(Debug, Clone)]
pub(crate) struct BetweenFiles<'r> {
    pub(crate) config: &'r Config,
    pub(crate) defaults: SessionDefaults,
    left: Left,
    /// Whether the ledger has counted a row since the session was as new.
    counted: bool,
    /// Whether the settings are still those with which the last file began: it changed none, and nothing was sent since.
    is_as_begun: bool,
}

impl<'r> BetweenFiles<'r> {
    pub(crate) fn new(config: &'r Config) -> Self {
        Self {
            config,
            defaults: SessionDefaults::default(),
            left: Left::New,
            counted: false,
            is_as_begun: false,
        }
    }

    /// Notes that a message is sent, which may change settings of the session.
    pub(crate) fn sent(&mut self) {
        self.is_as_begun = false;
    }

    fn is_kept(&self) -> bool {
        self.config.sessions == Sessions::Kept
    }

    /// Notes that statements of a script ran.
    pub(crate) fn ran(&mut self, script: &Script) {
        let leaves = script.may_leave_session_state();
        self.ran_with(script, leaves);
        self.is_as_begun = !leaves && script.mode == Mode::Transactional;
    }

    fn ran_with(&mut self, script: &Script, leaves: bool) {
        self.counted = true;
        self.defaults.may_differ |= leaves && script.may_change_defaults();
        if leaves {
            self.left = Left::Something;
        } else if self.left == Left::New || !self.is_kept() {
            self.left = Left::Nothing;
        }
    }

    /// Begins a message in which these scripts run: the session becomes what the first is to find.
    pub(crate) fn begin<'m>(&mut self, message: &mut Message<'m>, scripts: impl Iterator<Item = &'m Script>) {
        if let Some(script) = scripts.into_iter().find(|script| script.has_plain_backslash()) {
            // The server has read the whole message when it comes to the first statement.
            self.begin_own(message);
            message.push(strings::CHECK, Part::StringsCheck { script });
            message.ours("COMMIT");
        }
        self.renew(message);
    }

    /// Makes the session what the next file is to find. Nothing of that is in an open transaction afterwards.
    fn renew(&mut self, message: &mut Message<'_>) {
        let (defaults, config) = (&self.defaults, self.config);
        match (self.left, config.sessions) {
            // A pooler may have kept what another client left.
            (Left::New, _) => message.all_ours(&session::renew(defaults, config)),
            (Left::Nothing | Left::Something, Sessions::Kept) => return,
            (Left::Nothing, Sessions::Isolated) if self.is_as_begun => message.ours(write::START_CLOCK),
            (Left::Nothing, Sessions::Isolated) => message.all_ours(&session::begin(defaults, config)),
            (Left::Something, Sessions::Isolated) => message.all_ours(&session::renew(defaults, config)),
        }
        self.counted &= self.left == Left::Nothing;
        if self.is_kept() {
            message.ours("BEGIN");
            message.ours("COMMIT");
        }
        self.left = Left::Nothing;
    }

    /// The statements that make the session what the next file is to find, where it is not kept.
    pub(crate) fn renewing(&self) -> Vec<String> {
        session::renew(&self.defaults, self.config)
    }

    /// Begins a transaction of the runner's own. What its characteristics are by default may be a file's choice, where the session is
    /// kept.
    fn begin_own(&self, message: &mut Message<'_>) {
        message.ours(if self.is_kept() { BEGIN } else { "BEGIN" });
    }

    /// Adds the check that the session holds the lock, in a transaction of its own: the one after it has no snapshot yet, and may
    /// choose its isolation.
    pub(crate) fn check_lock(&self, message: &mut Message<'_>, others: OtherLocks) {
        self.begin_own(message);
        message.push(&lock::check(self.config, others), Part::LockCheck);
        message.ours("COMMIT");
    }

    /// The same before a file. Locks of the session that files before it took are given back, unless the session is kept.
    pub(crate) fn check_before<'m>(&self, message: &mut Message<'m>, script: Option<&'m Script>) {
        self.begin_own(message);
        let others = if self.is_kept() {
            OtherLocks::Keep
        } else {
            OtherLocks::GiveBack
        };
        message.push(&lock::check(self.config, others), Part::LockCheck);
        if let Some(script) = script.filter(|script| script.has_plain_backslash()) {
            message.push(strings::CHECK, Part::StringsCheck { script });
        }
        message.ours("COMMIT");
    }

    /// Sets the clock from which a migration is counted.
    pub(crate) fn start_clock(&self, message: &mut Message<'_>, statement: &str) {
        if self.is_kept() {
            message.ours("BEGIN");
            message.ours(statement);
            message.ours("COMMIT");
        } else {
            message.ours(statement);
        }
    }

    /// Adds a file behind a check of the lock: its script and its row of the ledger, in a transaction that is still open. Then the
    /// next one can be added, or [`Self::end`].
    pub(crate) fn file<'m>(&mut self, message: &mut Message<'m>, script: &'m Script, row: &[String]) {
        let leaves = script.may_leave_session_state();
        if leaves && self.counted && !self.is_kept() {
            // The ledger counts its rows with a sequence.
            message.ours("DISCARD SEQUENCES");
        }
        self.check_before(message, Some(script));
        message.ours("BEGIN");
        if leaves {
            self.script(message, script);
        } else {
            message.statements(script, 0..script.statements.len());
        }
        self.ran_with(script, leaves);
        // It may have taken another role, which need not be allowed to write the ledger.
        self.as_ourselves(message);
        message.all_of_record(row);
    }

    /// Makes the session what the next file in the same message is to find. Says whether that took anything.
    pub(crate) fn next(&mut self, message: &mut Message<'_>) -> bool {
        let is_due = self.left == Left::Something && !self.is_kept();
        if is_due {
            self.renew(message);
            message.ours(write::START_CLOCK);
        }
        is_due
    }

    /// Ends a message behind a script that ran: the server reads the whole of the next one before it does anything of it, and must not
    /// read its strings in another way.
    pub(crate) fn end(&self, message: &mut Message<'_>) {
        if self.left == Left::Something && !self.is_kept() {
            message.ours("RESET ALL");
        }
    }

    /// The statements with which the session is left to a pooler that keeps it.
    pub(crate) fn leave(&self) -> Vec<String> {
        match self.left {
            Left::Something => session::as_new(),
            Left::New | Left::Nothing => Vec::new(),
        }
    }

    fn script<'m>(&self, message: &mut Message<'m>, script: &'m Script) {
        let mut done = 0;
        for (index, statement) in script.statements.iter().enumerate() {
            let again = self.set_again(&script.sql[statement.start..statement.end]);
            if !again.is_empty() {
                message.statements(script, done..index + 1);
                message.all_ours(&again);
                done = index + 1;
            }
        }
        message.statements(script, done..script.statements.len());
    }

    /// What is to come behind a statement of a script.
    pub(crate) fn set_again(&self, statement: &str) -> Vec<String> {
        let again = set_again(statement).into_iter();
        again
            .flat_map(|SetAgain { name, set }| match name {
                "client_encoding" => vec![format!("{set} client_encoding = 'UTF8'")],
                _ => self.defaults.after_reset(name, set),
            })
            .collect()
    }

    /// Takes the role that the run began with, to the end of the transaction, where files may have chosen another one.
    pub(crate) fn as_ourselves(&self, message: &mut Message<'_>) {
        message.all_ours(&self.role());
    }

    /// The statements of [`Self::as_ourselves`].
    pub(crate) fn role(&self) -> Vec<String> {
        let statements = match self.left {
            Left::Something => &AS_OURSELVES[..],
            Left::New | Left::Nothing => &[],
        };
        statements.iter().map(ToString::to_string).collect()
    }

    /// Adds statements of the runner's own, in one transaction.
    pub(crate) fn own(&self, message: &mut Message<'_>, statements: &[String]) {
        if self.left == Left::New || !self.is_kept() {
            message.all_ours(&session::reset(self.config));
            message.ours("BEGIN");
            message.ours("COMMIT");
        }
        message.ours(BEGIN);
        self.as_ourselves(message);
        message.all_ours(statements);
        message.ours("COMMIT");
    }
}
