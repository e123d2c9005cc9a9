//! The last lines that a server in a container printed. Its log goes when the container does.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use crate::private_server::LINES_OF_LOG;

/// The last lines, shared with the stream that brings them.
#[derive(Debug, Clone, Default)]
pub(super) struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    /// Adds what was printed.
    pub(super) fn add(&self, bytes: &[u8]) {
        let Ok(mut lines) = self.0.lock() else { return };
        lines.extend(
            String::from_utf8_lossy(bytes)
                .lines()
                .map(|line| line.trim_end().to_owned()),
        );
        let surplus = lines.len().saturating_sub(LINES_OF_LOG);
        lines.drain(..surplus);
    }

    /// The lines as one text.
    pub(super) fn text(&self) -> String {
        self.0
            .lock()
            .map(|lines| lines.iter().cloned().collect::<Vec<_>>().join("\n"))
            .unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_lines_are_kept() {
        let log = Log::default();
        for number in 0..20 {
            log.add(format!("line {number}\n").as_bytes());
        }
        let text = log.text();
        assert_eq!(text.lines().count(), LINES_OF_LOG);
        assert_eq!(text.lines().last(), Some("line 19"));
    }
}
