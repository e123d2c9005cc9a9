//! A file of environment variables as pairs.
//!
//! A value may put in earlier ones (`${NAME}`), so that a few lines which each put in the line before twice would need more memory
//! than there is. Two limits keep that out.

/// Dollar signs in a file. No file of variables has as many.
const MOST_SUBSTITUTIONS: usize = 4_096;
/// Of a value, in bytes. Systems take no longer one either.
const LONGEST: usize = 128 << 10;

/// The variables in the order of the file; a name may stand there twice. Otherwise what is wrong.
///
/// The parser's own message quotes the line, which may hold a secret, so that only its kind is said.
pub(super) fn parse(bytes: &[u8]) -> Result<Vec<(String, String)>, String> {
    if bytes.iter().filter(|byte| **byte == b'$').count() > MOST_SUBSTITUTIONS {
        return Err(format!("more than {MOST_SUBSTITUTIONS} substitutions"));
    }
    let mut pairs = Vec::new();
    for pair in dotenvy::from_read_iter(bytes) {
        let (name, value) = pair.map_err(|error| match error {
            dotenvy::Error::Io(error) => error.to_string(),
            dotenvy::Error::LineParse(..) => "invalid line, expected `NAME=value`".to_owned(),
            _ => "invalid contents".to_owned(),
        })?;
        if value.len() > LONGEST {
            return Err(format!("a value is longer than {LONGEST} bytes"));
        }
        pairs.push((name, value));
    }
    Ok(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_put_in_earlier_ones() {
        let pairs = parse(b"A=a\nexport B=\"${A}b\"\nA='$c'\n").unwrap();
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(pairs, [("A", "a"), ("B", "ab"), ("A", "$c")]);
    }

    #[test]
    fn values_that_grow_without_end_are_refused() {
        let doubled = format!("A=secret\n{}", "A=${A}${A}\n".repeat(100));
        assert_eq!(
            parse(doubled.as_bytes()).unwrap_err(),
            "a value is longer than 131072 bytes"
        );
        let many = format!("A=secret\nB={}\n", "${A}".repeat(5_000));
        assert_eq!(
            parse(many.as_bytes()).unwrap_err(),
            "more than 4096 substitutions"
        );
    }

    #[test]
    fn no_line_is_quoted() {
        for text in ["secret value\n", "A='secret\n", "A=\"secret", "A=secret value\n"] {
            assert!(!parse(text.as_bytes()).unwrap_err().contains("secret"), "{text}");
        }
    }
}
