//! Labels of enums, written as SQL literals in the way of `quote_literal`.

use std::fmt::Write;

/// Labels as literals, with commas between them.
pub(super) fn write_list(out: &mut impl Write, labels: &[String]) -> std::fmt::Result {
    for (at, label) in labels.iter().enumerate() {
        if at > 0 {
            out.write_str(", ")?;
        }
        let prefix = if label.contains('\\') { "E" } else { "" };
        let escaped = label.replace('\\', "\\\\").replace('\'', "''");
        write!(out, "{prefix}'{escaped}'")?;
    }
    Ok(())
}

/// Reads literals with commas between them; `None` where something else stands there.
pub(super) fn read_list(text: &str) -> Option<Vec<String>> {
    let mut labels = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (label, after) = take(rest)?;
        labels.push(label);
        rest = match after.strip_prefix(", ") {
            Some("") => return None,
            Some(after) => after,
            None if after.is_empty() => after,
            None => return None,
        };
    }
    Some(labels)
}

fn take(text: &str) -> Option<(String, &str)> {
    let (is_escaped, text) = text
        .strip_prefix('E')
        .map_or((false, text), |after| (true, after));
    let text = text.strip_prefix('\'')?;
    let mut label = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\'' if text[at + 1..].starts_with('\'') => {
                chars.next();
                label.push('\'');
            }
            '\'' => return Some((label, &text[at + 1..])),
            '\\' if is_escaped => label.push(chars.next()?.1),
            c => label.push(c),
        }
    }
    None
}
