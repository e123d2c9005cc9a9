//! What differs between server versions in the text of a statement.
//!
//! `@15(confdelsetcols)` in a statement stands for the column on servers from 15 on and for NULL before;
//! `@!17(colliculocale)` for the column on servers before 17 and for NULL since. They may stand in each other.

/// The statement for a server of this major version.
pub(crate) fn adapted(sql: &str, major: u32) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('@') {
        out.push_str(&rest[..at]);
        let marker = &rest[at + 1..];
        let (until, marker) = marker
            .strip_prefix('!')
            .map_or((false, marker), |marker| (true, marker));
        let digits = marker.bytes().take_while(u8::is_ascii_digit).count();
        match (marker[..digits].parse::<u32>(), inside(&marker[digits..])) {
            (Ok(version), Some((expression, after))) => {
                if (major >= version) == until {
                    out.push_str("NULL");
                } else {
                    out.push_str(&adapted(expression, major));
                }
                rest = after;
            }
            _ => {
                out.push('@');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// What stands in the parentheses that a text starts with, and what follows them.
fn inside(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return (at > 0).then(|| (&text[1..at], &text[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_there_yet_is_null() {
        let sql = "SELECT a, @15(f(c.b)) AS b FROM c WHERE x @> '{}'";
        assert_eq!(adapted(sql, 15), "SELECT a, f(c.b) AS b FROM c WHERE x @> '{}'");
        assert_eq!(adapted(sql, 14), "SELECT a, NULL AS b FROM c WHERE x @> '{}'");
    }

    #[test]
    fn a_column_that_is_gone_is_null() {
        let sql = "coalesce(@17(new), @15(@!17(old)))";
        assert_eq!(adapted(sql, 14), "coalesce(NULL, NULL)");
        assert_eq!(adapted(sql, 16), "coalesce(NULL, old)");
        assert_eq!(adapted(sql, 17), "coalesce(new, NULL)");
    }
}
