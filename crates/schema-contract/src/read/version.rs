//! What differs between server versions in the text of a statement.
//!
//! `@15(confdelsetcols)` in a statement stands for the column on servers from 15 on and for NULL before.

/// The statement for a server of this major version.
pub(super) fn adapted(sql: &str, major: u32) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('@') {
        let digits: String = rest[at + 1..].chars().take_while(char::is_ascii_digit).collect();
        let opened = rest[at + 1 + digits.len()..].strip_prefix('(');
        let closed = opened.and_then(|text| text.split_once(')'));
        out.push_str(&rest[..at]);
        match (digits.parse::<u32>(), closed) {
            (Ok(since), Some((expression, after))) => {
                out.push_str(if major >= since { expression } else { "NULL" });
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_that_is_not_there_yet_is_null() {
        let sql = "SELECT a, @15(c.b) AS b FROM c WHERE x @> '{}'";
        assert_eq!(adapted(sql, 15), "SELECT a, c.b AS b FROM c WHERE x @> '{}'");
        assert_eq!(adapted(sql, 14), "SELECT a, NULL AS b FROM c WHERE x @> '{}'");
    }
}
