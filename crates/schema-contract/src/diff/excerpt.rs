//! What changed inside a long text.

use std::ops::Range;

use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

/// How much of what both texts share is shown on each side of a change within a line, in characters.
const AROUND: usize = 40;

/// How long a line may be to be shown as a whole, in characters.
const LONG: usize = 160;

/// How many words of what both texts share are shown on each side of one of several changes.
const WORDS_AROUND: usize = 5;

/// Two texts of several lines: of what they share one line is shown on each side of a change. Lines of the first begin with `- `, of
/// the second with `+ `, shared ones with two blanks.
pub(crate) fn changed_lines(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let mut out = Vec::new();
    for group in changes(&old, &new, 1) {
        if !out.is_empty() {
            out.push("  …".to_owned());
        }
        for op in group {
            let (old, new) = (&old[op.old_range()], &new[op.new_range()]);
            if op.tag() == DiffTag::Equal {
                out.extend(old.iter().map(|line| format!("  {line}")));
            } else {
                out.extend(old.iter().map(|line| format!("- {line}")));
                out.extend(new.iter().map(|line| format!("+ {line}")));
            }
        }
    }
    out
}

/// The changes, each with so much of what is shared around it; those that are near each other together.
fn changes(old: &[&str], new: &[&str], around: usize) -> Vec<Vec<DiffOp>> {
    group_diff_ops(capture_diff_slices(Algorithm::Myers, old, new), around)
}

/// Two texts of one line each. Of a long one what both share is shortened.
pub(crate) fn around_change(before: &str, after: &str) -> (String, String) {
    if before.chars().count().max(after.chars().count()) <= LONG {
        return (before.to_owned(), after.to_owned());
    }
    let (old, new): (Vec<&str>, Vec<&str>) = (
        before.split_inclusive(' ').collect(),
        after.split_inclusive(' ').collect(),
    );
    let groups = changes(&old, &new, WORDS_AROUND);
    if groups.len() < 2 {
        return around_one(before, after);
    }
    let ranges = |group: &Vec<DiffOp>| {
        let (first, last) = (group.first()?, group.last()?);
        Some((
            first.old_range().start..last.old_range().end,
            first.new_range().start..last.new_range().end,
        ))
    };
    let (of_old, of_new): (Vec<_>, Vec<_>) = groups.iter().filter_map(ranges).unzip();
    (parts(&old, &of_old), parts(&new, &of_new))
}

/// These parts of a text, with marks where something is left out.
fn parts(words: &[&str], ranges: &[Range<usize>]) -> String {
    let shown: Vec<String> = ranges.iter().map(|range| words[range.clone()].concat()).collect();
    let mark = |is_cut| if is_cut { "…" } else { "" };
    let begins = ranges.first().is_some_and(|range| range.start > 0);
    let ends = ranges.last().is_some_and(|range| range.end < words.len());
    format!("{}{}{}", mark(begins), shown.join("… …"), mark(ends))
}

/// The same for one change, which may be inside a word.
fn around_one(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let pairs = old.iter().rev().zip(new.iter().rev());
    let tail = pairs.take(most).take_while(|(a, b)| a == b).count();
    let cut = |text: &[char]| {
        let (start, end) = (
            head.saturating_sub(AROUND),
            (text.len() - tail + AROUND).min(text.len()),
        );
        let shown: String = text[start..end].iter().collect();
        let mark = |is_cut| if is_cut { "…" } else { "" };
        format!("{}{shown}{}", mark(start > 0), mark(end < text.len()))
    };
    (cut(&old), cut(&new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_far_apart_are_both_shown() {
        let lines = |first: &str, last: &str| format!("a\n{first}\n{}{last}\nz", "same\n".repeat(50));
        assert_eq!(
            changed_lines(&lines("1", "2"), &lines("3", "4")),
            [
                "  a", "- 1", "+ 3", "  same", "  …", "  same", "- 2", "+ 4", "  z"
            ]
        );
        let line = |first: &str, last: &str| format!("{first} {}{last}", "same ".repeat(60));
        let (before, after) = around_change(&line("one", "two"), &line("three", "four"));
        let same = "same ".repeat(5);
        assert_eq!(before, format!("one {same}… …{same}two"));
        assert_eq!(after, format!("three {same}… …{same}four"));
    }

    #[test]
    fn the_change_inside_a_long_line_is_shown_with_what_is_around_it() {
        let line = |middle: &str| format!("{}{middle}{}", "a".repeat(200), "é".repeat(200));
        let (before, after) = around_change(&line("one"), &line(""));
        assert_eq!(before, format!("…{}one{}…", "a".repeat(40), "é".repeat(40)));
        assert_eq!(after, format!("…{}{}…", "a".repeat(40), "é".repeat(40)));
        assert_eq!(
            around_change("short", "shorter"),
            ("short".into(), "shorter".into())
        );
        let (before, after) = around_change("", &"x".repeat(200));
        assert_eq!((before.as_str(), after.len()), ("", 200));
    }
}
