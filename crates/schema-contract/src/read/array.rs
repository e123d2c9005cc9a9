//! The server's text form of arrays and vectors.

/// The elements of a one-dimensional array such as `{a,"b c",NULL}`; NULL becomes the empty text.
pub(super) fn elements(text: &str) -> Vec<String> {
    let inner = text
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .unwrap_or_default();
    let mut out = Vec::new();
    if inner.is_empty() {
        return out;
    }
    let (mut element, mut quoted, mut was_quoted) = (String::new(), false, false);
    let mut chars = inner.chars();
    let finish = |element: &mut String, was_quoted: bool| {
        let text = std::mem::take(element);
        if !was_quoted && text == "NULL" {
            String::new()
        } else {
            text
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                quoted = !quoted;
                was_quoted = true;
            }
            '\\' => element.extend(chars.next()),
            ',' if !quoted => {
                out.push(finish(&mut element, was_quoted));
                was_quoted = false;
            }
            other => element.push(other),
        }
    }
    out.push(finish(&mut element, was_quoted));
    out
}

/// The numbers of an array `{1,2}` or a vector `1 2`.
pub(super) fn numbers<N: std::str::FromStr>(text: &str) -> Vec<N> {
    text.trim_matches(['{', '}'])
        .split([',', ' '])
        .filter_map(|number| number.parse().ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_lose_their_quotes_and_escapes() {
        assert_eq!(
            elements(r#"{a,"b c","say \"hi\"","back\\slash",NULL,"NULL",""}"#),
            ["a", "b c", "say \"hi\"", "back\\slash", "", "NULL", ""]
        );
        assert!(elements("{}").is_empty());
        assert!(elements("").is_empty());
    }

    #[test]
    fn numbers_stand_in_arrays_and_in_vectors() {
        assert_eq!(numbers::<i16>("{1,-2}"), [1, -2]);
        assert_eq!(numbers::<u32>("3 4"), [3, 4]);
        assert!(numbers::<u32>("{}").is_empty());
    }
}
