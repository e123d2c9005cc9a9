//! The part of a source line that is shown, with the caret under its word.
//!
//! Columns are counted as a terminal has them: a wide character takes two, one that is written out takes as many as that.

use unicode_width::UnicodeWidthChar;

use crate::visible::written_out;

/// How many columns of a line are shown.
const COLUMNS: usize = 120;

/// How many of them lie before the caret where the line is longer.
const BEFORE: usize = 50;

/// How many columns a tab is counted as; shown it stays a tab.
const TAB: usize = 8;

/// A line as it is shown, and what stands below it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Excerpt {
    pub(crate) text: String,
    /// The white space before the caret.
    pub(crate) lead: String,
    pub(crate) caret: String,
}

/// The part of a line round the character `at`, counted from 0; the caret is as long as `width` characters.
pub(crate) fn excerpt(line: &str, at: usize, width: usize) -> Excerpt {
    let cells: Vec<Cell> = line.chars().map(Cell::of).collect();
    let at = at.min(cells.len());
    let columns = |cells: &[Cell]| cells.iter().map(|cell| cell.columns).sum::<usize>();
    let (mut first, mut behind) = (0, cells.len());
    if columns(&cells) > COLUMNS {
        first = at - fitting(cells[..at].iter().rev(), BEFORE);
        behind = first + fitting(cells[first..].iter(), COLUMNS);
    }
    let mut shown = Excerpt {
        text: String::new(),
        lead: String::new(),
        caret: "^".repeat(columns(&cells[at..(at + width).clamp(at, behind.max(at))]).max(1)),
    };
    if first > 0 {
        shown.text.push('…');
        shown.lead.push(' ');
    }
    for (index, cell) in cells.iter().enumerate().take(behind).skip(first) {
        shown.text.push_str(&cell.text);
        if index < at {
            // A tab before the caret stays a tab, so that the caret stands under its word however wide tabs are.
            match cell.text.as_str() {
                "\t" => shown.lead.push('\t'),
                _ => shown.lead.push_str(&" ".repeat(cell.columns)),
            }
        }
    }
    if behind < cells.len() {
        shown.text.push('…');
    }
    shown
}

/// How many of these cells fit into so many columns.
fn fitting<'c>(cells: impl Iterator<Item = &'c Cell>, columns: usize) -> usize {
    let mut taken = 0;
    cells
        .take_while(|cell| {
            taken += cell.columns;
            taken <= columns
        })
        .count()
}

/// A character as it is shown.
struct Cell {
    text: String,
    columns: usize,
}

impl Cell {
    fn of(c: char) -> Self {
        if c == '\t' {
            return Self {
                text: "\t".to_owned(),
                columns: TAB,
            };
        }
        let text = written_out(c).unwrap_or_else(|| c.to_string());
        let columns = text.chars().filter_map(UnicodeWidthChar::width).sum();
        Self { text, columns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, word: &str) -> String {
        let at = line.find(word).unwrap();
        let excerpt = excerpt(line, line[..at].chars().count(), word.chars().count());
        format!("{}\n{}{}", excerpt.text, excerpt.lead, excerpt.caret)
    }

    #[test]
    fn the_caret_stands_under_its_word_whatever_is_before_it() {
        assert_eq!(shown("\ta b", "b"), "\ta b\n\t  ^");
        assert_eq!(shown("'日本' 🐘 bad", "bad"), "'日本' 🐘 bad\n          ^^^");
        assert_eq!(shown("e\u{301} bad", "bad"), "e\u{301} bad\n  ^^^");
        assert_eq!(shown("\x1b[1m bad", "bad"), "\\x1b[1m bad\n        ^^^");
        assert_eq!(shown("\u{202e}a 日本", "日本"), "\\u{202e}a 日本\n          ^^^^");
    }

    #[test]
    fn of_a_long_line_the_part_round_the_caret_is_shown() {
        let line = format!("{}bad{}", "x".repeat(5000), "y".repeat(5000));
        let excerpt = excerpt(&line, 5000, 3);
        assert_eq!(excerpt.text, format!("…{}bad{}…", "x".repeat(50), "y".repeat(67)));
        assert_eq!((excerpt.lead.len(), excerpt.caret.as_str()), (51, "^^^"));
        let line = format!("bad{}", "y".repeat(5000));
        assert_eq!(
            super::excerpt(&line, 0, 3).text,
            format!("bad{}…", "y".repeat(117))
        );
        let line = format!("{}bad", "日".repeat(5000));
        let excerpt = super::excerpt(&line, 5000, 3);
        assert_eq!(excerpt.text, format!("…{}bad", "日".repeat(25)));
        assert_eq!(excerpt.lead.len(), 51);
    }

    #[test]
    fn a_caret_outside_of_the_line_does_not_panic() {
        assert_eq!(excerpt("", 9, 9).caret, "^");
        assert_eq!(excerpt("ab", 2, 1).lead, "  ");
        assert!(excerpt(&"x".repeat(9000), 0, 9000).caret.len() <= 120);
    }
}
