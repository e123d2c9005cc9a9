//! Changes to a script's text before it is sent, and where each part of the result came from.

use std::ops::Range;

/// Turns a range into spaces, line ends left as they are. Its bounds lie between characters.
pub(super) fn blank(sql: &mut String, range: Range<usize>) {
    let spaces: String = sql[range.clone()]
        .bytes()
        .map(|byte| {
            if matches!(byte, b'\n' | b'\r') {
                char::from(byte)
            } else {
                ' '
            }
        })
        .collect();
    sql.replace_range(range, &spaces);
}

/// Puts values in, and tells where each run of the result came from.
pub(super) fn put_in(sql: String, values: &[(Range<usize>, String)]) -> (String, Vec<(usize, usize)>) {
    let mut origins = vec![(0, 0)];
    if values.is_empty() {
        return (sql, origins);
    }
    let mut out = String::with_capacity(sql.len());
    let mut taken = 0;
    for (range, value) in values {
        out.push_str(&sql[taken..range.start]);
        origins.push((out.len(), range.start));
        out.push_str(value);
        origins.push((out.len(), range.end));
        taken = range.end;
    }
    out.push_str(&sql[taken..]);
    (out, origins)
}
