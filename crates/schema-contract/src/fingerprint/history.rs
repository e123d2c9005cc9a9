//! Which rows came and went with which look.

use std::sync::Arc;

/// Which rows of a catalog came and went since the first look.
#[derive(Debug, Clone, Default)]
pub(super) struct History {
    /// The number of the look under way; that of the first is 0.
    pub(super) look: usize,
    events: Vec<Event>,
}

#[derive(Debug, Clone)]
struct Event {
    look: usize,
    row: u64,
    /// 1 for one that came, -1 for one that went.
    sign: i64,
    label: Arc<str>,
}

impl History {
    pub(super) fn came(&mut self, row: u64, label: &Arc<str>) {
        self.note(row, 1, label);
    }

    pub(super) fn went(&mut self, row: u64, label: &Arc<str>) {
        self.note(row, -1, label);
    }

    fn note(&mut self, row: u64, sign: i64, label: &Arc<str>) {
        // 0 is what means nothing.
        if self.look > 0 && row != 0 {
            let (look, label) = (self.look, Arc::clone(label));
            let event = Event {
                look,
                row,
                sign,
                label,
            };
            self.events.push(event);
        }
    }

    /// What came and went after one look up to another: row, 1 or -1, label.
    pub(super) fn between(&self, from: usize, to: usize) -> impl Iterator<Item = (u64, i64, &Arc<str>)> {
        let events = self.events.iter();
        let events = events.filter(move |event| (from + 1..=to).contains(&event.look));
        events.map(|event| (event.row, event.sign, &event.label))
    }
}
