//! A progress bar on a terminal, and nothing elsewhere.

use diagnostic::visible;
use indicatif::{ProgressBar, ProgressStyle};

/// Shows how far a step is. Gone without a trace when dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar for a step that knows how much there is to do; hidden where stderr is no terminal.
    pub(super) fn new(step: &str, total: usize) -> Self {
        // The template is a constant; a wrong one falls back to indicatif's own style rather than failing a run.
        let style = ProgressStyle::with_template("  {prefix:<12} {bar:24} {pos}/{len} {wide_msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(total as u64)
            .with_style(style.progress_chars("━╸ "))
            .with_prefix(step.to_owned());
        Self { bar }
    }

    /// A bar that is never shown, for output that is not meant for a person.
    pub(super) fn hidden() -> Self {
        Self {
            bar: ProgressBar::hidden(),
        }
    }

    /// What is being worked on now.
    pub(crate) fn working_on(&self, what: &str) {
        self.bar.set_message(visible(what).into_owned());
    }

    /// One more is done.
    pub(crate) fn advance(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
