//! The one place through which commands speak: levels, human or JSON, secrets taken out.

use std::{
    io::{self, Write},
    sync::{Mutex, OnceLock, PoisonError},
    time::Duration,
};

use anstyle::{AnsiColor, Style};
use diagnostic::{Diagnostic, Paint, Redactor, Values, render_all, visible, visible_json, visible_lines};
use serde_json::{Value, json};

use super::{Level, Progress, log, short};
use crate::{error::Error, program::Program};

/// How to speak.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct Speech {
    /// Lines for people, or one JSON object a line (timestamp, level, message, facts)
    #[arg(long, global = true, value_enum, default_value = "human", value_name = "FORM")]
    log: Form,
    /// How much to say [env: LOG_LEVEL] [default: info]
    #[arg(long, global = true, value_enum, value_name = "LEVEL", ignore_case = true)]
    log_level: Option<Level>,
    /// Show values of rows in errors; a protected environment never shows them
    #[arg(long, global = true)]
    show_values: bool,
}

/// The form of what is said on stderr.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Form {
    Human,
    Json,
}

/// Where commands print.
pub(crate) struct Console {
    program: Program,
    form: Form,
    /// Set by the flag, or once the variables are read.
    level: OnceLock<Level>,
    values: Values,
    redactor: Mutex<(Vec<String>, Redactor)>,
    /// Why data could not be written to stdout.
    unwritten: Mutex<Option<io::Error>>,
}

impl Console {
    pub(crate) fn new(program: Program, speech: &Speech) -> Self {
        Self {
            program,
            form: speech.log,
            level: speech.log_level.map_or_else(OnceLock::new, OnceLock::from),
            values: if speech.show_values {
                Values::Shown
            } else {
                Values::Hidden
            },
            redactor: Mutex::default(),
            unwritten: Mutex::default(),
        }
    }

    /// Takes this level, unless a flag has said one.
    pub(crate) fn use_level(&self, level: impl FnOnce() -> Result<Level, Error>) -> Result<(), Error> {
        if self.level.get().is_none() {
            // Nobody else sets it.
            let _ = self.level.set(level()?);
        }
        Ok(())
    }

    fn level(&self) -> Level {
        self.level.get().copied().unwrap_or(Level::Info)
    }

    /// From now on these never appear in anything printed.
    pub(crate) fn keep_secret(&self, secrets: impl IntoIterator<Item = String>) {
        let mut guard = self.redactor.lock().unwrap_or_else(PoisonError::into_inner);
        guard.0.extend(secrets);
        guard.1 = Redactor::knowing(guard.0.iter().cloned());
    }

    /// Whether errors show values of rows, where the environment is not protected.
    pub(crate) fn values(&self) -> Values {
        self.values
    }

    /// How the program was called.
    pub(crate) fn program(&self) -> &Program {
        &self.program
    }

    /// A failure's diagnostics as they may be shown: without secrets, and with commands as this program is called.
    pub(crate) fn shown(&self, failure: &Error) -> Vec<Diagnostic> {
        let redactor = self.redactor();
        let spelled = |mut diagnostic: Diagnostic| {
            for hint in &mut diagnostic.hints {
                *hint = self.program.spell(hint);
            }
            diagnostic
        };
        let all = failure.diagnostics().into_iter();
        all.map(|one| spelled(one.redacted(&redactor))).collect()
    }

    pub(crate) fn redactor(&self) -> Redactor {
        self.redactor
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }

    /// Data for people on stdout.
    pub(crate) fn data(&self, text: &str) {
        self.document(&visible_lines(text));
    }

    /// A JSON document for stdout: as it is but for secrets, with characters that cannot be seen escaped as JSON has it.
    pub(crate) fn document(&self, text: &str) {
        let text = self.redactor().scrub(text);
        let text = visible_json(&text);
        if let Err(error) = to_stdout(text.trim_end_matches('\n')) {
            let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
            unwritten.get_or_insert(error);
        }
    }

    /// Data that could not be written to stdout, where there was any.
    pub(crate) fn unwritten(&self) -> Option<Error> {
        let mut unwritten = self.unwritten.lock().unwrap_or_else(PoisonError::into_inner);
        unwritten.take().map(|error| Error::system(UNWRITTEN, error))
    }

    /// What could not be cleaned up in time, where there is any.
    pub(crate) fn left(&self, left: &ephemeral_postgres::Left) {
        for what in what_is_left(left) {
            self.say(Level::Warn, &what, json!({}));
        }
    }

    /// A line for people at this level, or the same as a JSON object with its facts.
    pub(crate) fn say(&self, level: Level, message: &str, facts: Value) {
        if level > self.level() {
            return;
        }
        match self.form {
            Form::Json => self.line(&visible_json(&log::line(level, message, facts))),
            Form::Human if level == Level::Warn => {
                let yellow = AnsiColor::Yellow.on_default().bold();
                let text = format!("{message}{}", trailing(&facts));
                self.line(&format!("{yellow}warning{yellow:#}: {}", visible(&text)));
            }
            Form::Human => self.line(&visible(&format!("{message}{}", trailing(&facts)))),
        }
    }

    /// A block of text that only people read, such as the report; JSON logs leave it out.
    pub(crate) fn prose(&self, text: &str) {
        if self.form == Form::Human && self.level() >= Level::Info {
            self.line(&visible_lines(text));
        }
    }

    /// The last line of a run, its first word in colour.
    pub(crate) fn verdict(&self, style: Style, word: &str, rest: &str) {
        if self.form == Form::Human && self.level() >= Level::Info {
            self.line(&format!("\n{style}{word}{style:#}{}", visible(rest)));
        }
    }

    /// Asks on stderr, without a line end behind the last line.
    pub(crate) fn ask(&self, question: &str) {
        let question = self.redactor().scrub(&visible_lines(question));
        let _ = write!(anstream::stderr(), "{question}");
    }

    /// A step that ended, with what came of it.
    pub(crate) fn step(&self, name: &str, outcome: Outcome, detail: &str, took: Duration) {
        if self.form == Form::Json {
            let facts =
                json!({ "step": name, "outcome": outcome.word(), "durationSeconds": took.as_secs_f64() });
            return self.say(outcome.level(), &format!("{name}: {detail}"), facts);
        }
        if outcome.level() > self.level() {
            return;
        }
        let (style, word, dim) = (
            outcome.style(),
            outcome.word(),
            AnsiColor::BrightBlack.on_default(),
        );
        let time = short(took);
        self.line(&format!(
            "  {style}{word:<7}{style:#} {name:<12} {dim}{time:>8}{dim:#}  {}",
            visible(detail)
        ));
    }

    /// A progress bar where a person watches.
    pub(crate) fn progress(&self, step: &str, total: usize) -> Progress {
        if self.form == Form::Human && self.level() >= Level::Info {
            Progress::new(step, total)
        } else {
            Progress::hidden()
        }
    }

    /// What stopped the command.
    pub(crate) fn failure(&self, failure: &Error) {
        let diagnostics = self.shown(failure);
        if self.form == Form::Human {
            return self.line(&format!("\n{}", render_all(&diagnostics, Paint::Colour)));
        }
        for d in &diagnostics {
            let place = d.place.as_ref();
            let facts = json!({
                "code": d.code,
                "filename": place.map(|place| &place.file),
                "line": place.and_then(|place| place.line),
                "facts": d.facts,
                "causes": d.causes,
                "why": d.why,
                "suggestion": (!d.hints.is_empty()).then(|| d.hints.join("; ")),
                "exitCode": failure.exit_code(),
            });
            self.say(Level::Error, &d.what, without_nulls(facts));
        }
    }

    fn line(&self, text: &str) {
        let _ = writeln!(
            anstream::stderr(),
            "{}",
            self.redactor().scrub(text).trim_end_matches('\n')
        );
    }
}

/// What a failure to write data says.
pub(super) const UNWRITTEN: &str = "cannot write to standard output";

/// Writes a text and the end of its line. A reader that closed the pipe has what it wanted: that is no error.
pub(super) fn to_stdout(text: &str) -> io::Result<()> {
    let mut stdout = anstream::stdout();
    let written = writeln!(stdout, "{text}").and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// A sentence for each thing that is left.
pub(super) fn what_is_left(left: &ephemeral_postgres::Left) -> impl Iterator<Item = String> {
    let folders = left.folders.iter().map(|folder| {
        let folder = folder.display();
        format!("the private server in `{folder}` is still being stopped; its folder goes by itself")
    });
    let databases = left.databases.iter().map(|name| {
        format!("the scratch database `{name}` is left; the next run on this server drops it, or `DROP DATABASE \"{name}\"`")
    });
    folders.chain(databases)
}

/// How a step ended. The word says it; the colour repeats it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ok,
    Skipped,
    Warned,
    Failed,
}

impl Outcome {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Skipped => "skipped",
            Self::Warned => "warning",
            Self::Failed => "FAILED",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::Ok | Self::Skipped => Level::Info,
            Self::Warned => Level::Warn,
            Self::Failed => Level::Error,
        }
    }

    fn style(self) -> Style {
        match self {
            Self::Ok => AnsiColor::Green.on_default().bold(),
            Self::Skipped => AnsiColor::BrightBlack.on_default(),
            Self::Warned => AnsiColor::Yellow.on_default().bold(),
            Self::Failed => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// Facts behind a human line: `  (attempt 3, delay 4.1 s)`.
fn trailing(facts: &Value) -> String {
    let Value::Object(facts) = facts else {
        return String::new();
    };
    if facts.is_empty() {
        return String::new();
    }
    let plain = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), ToOwned::to_owned)
    };
    let facts: Vec<_> = facts
        .iter()
        .map(|(name, value)| format!("{name} {}", plain(value)))
        .collect();
    format!("  ({})", facts.join(", "))
}

fn without_nulls(mut facts: Value) -> Value {
    if let Value::Object(map) = &mut facts {
        map.retain(|_, value| !value.is_null() && value.as_array().is_none_or(|items| !items.is_empty()));
    }
    facts
}
