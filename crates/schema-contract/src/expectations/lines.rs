//! On which line of a file each expectation stands.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

/// The lines of a file's keys and of the elements of its lists.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Lines(BTreeMap<Vec<String>, usize>);

impl Lines {
    /// Reads the lines of a document that can be parsed; others have none.
    pub(super) fn read(text: &str) -> Self {
        let mut lines = Self::default();
        if let Ok(document) = DeTable::parse(text) {
            let starts: Vec<usize> = text.match_indices('\n').map(|(at, _)| at).collect();
            let line = |offset: usize| starts.partition_point(|start| *start < offset) + 1;
            lines.table(document.get_ref(), &mut Vec::new(), &line);
        }
        lines
    }

    fn table(&mut self, table: &DeTable<'_>, path: &mut Vec<String>, line: &impl Fn(usize) -> usize) {
        for (key, value) in table {
            path.push(key.get_ref().to_string());
            self.0.insert(path.clone(), line(key.span().start));
            match value.get_ref() {
                DeValue::Table(table) => self.table(table, path, line),
                DeValue::Array(elements) => {
                    for (at, element) in elements.iter().enumerate() {
                        let path = [path.clone(), vec![at.to_string()]].concat();
                        self.0.insert(path, line(element.span().start));
                    }
                }
                _ => {}
            }
            path.pop();
        }
    }

    /// The line of a key, or of the nearest one above it.
    pub(super) fn of(&self, path: &[&str]) -> Option<usize> {
        let path: Vec<String> = path.iter().map(|key| (*key).to_owned()).collect();
        (1..=path.len())
            .rev()
            .find_map(|length| self.0.get(&path[..length]).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_however_it_is_written() {
        let text = "[migrations]\noperational = [27,\n  28]\n[tables.\"app.t\"]\nunique = [\n  [\"a\"],\n  [\"b\"],\n]\n\
            columns.a = \"text\"\n[tables.u.columns]\nb = { type = \"int\" }\n";
        let lines = Lines::read(text);
        for (path, line) in [
            (&["migrations", "operational", "1"][..], Some(3)),
            (&["tables", "app.t"], Some(4)),
            (&["tables", "app.t", "unique", "1"], Some(7)),
            (&["tables", "app.t", "columns", "a"], Some(9)),
            (&["tables", "app.t", "partitions"], Some(4)),
            (&["tables", "u", "columns", "b"], Some(11)),
            (&["nothing"], None),
        ] {
            assert_eq!(lines.of(path), line, "{path:?}");
        }
        assert_eq!(Lines::read("[").of(&["tables"]), None);
    }
}
