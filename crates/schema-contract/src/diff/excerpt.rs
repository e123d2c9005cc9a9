//! What changed inside a long text.

/// How much of what both texts share is shown on each side of a change within a line, in characters.
const AROUND: usize = 40;

/// How long a line may be to be shown as a whole, in characters.
const LONG: usize = 160;

/// Two texts of several lines: what they share at both ends is left out except for one line of it. Lines of the first begin
/// with `- `, of the second with `+ `, shared ones with two blanks.
pub(crate) fn changed_lines(before: &str, after: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.split('\n').collect(), after.split('\n').collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let most = old.len().min(new.len()) - head;
    let same = |(a, b): &(&&str, &&str)| a == b;
    let pairs = old.iter().rev().zip(new.iter().rev());
    let tail = pairs.take(most).take_while(same).count();
    let mut out = Vec::new();
    if head > 0 {
        out.push(format!("  {}", old[head - 1]));
    }
    out.extend(old[head..old.len() - tail].iter().map(|line| format!("- {line}")));
    out.extend(new[head..new.len() - tail].iter().map(|line| format!("+ {line}")));
    if tail > 0 {
        out.push(format!("  {}", old[old.len() - tail]));
    }
    out
}

/// Two texts of one line each. Of a long one what both share at its ends is shortened.
pub(crate) fn around_change(before: &str, after: &str) -> (String, String) {
    let (old, new): (Vec<char>, Vec<char>) = (before.chars().collect(), after.chars().collect());
    if old.len().max(new.len()) <= LONG {
        return (before.to_owned(), after.to_owned());
    }
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
