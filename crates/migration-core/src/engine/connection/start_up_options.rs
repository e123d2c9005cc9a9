//! The settings that the caller's connection options give a session when it starts: `options=-c TimeZone=…`.

use sqlx::postgres::PgConnectOptions;

/// Names in lower case with their values, in the order in which the server takes them: a later one wins.
pub(crate) fn settings(options: &PgConnectOptions) -> Vec<(String, String)> {
    of(options.get_options().unwrap_or_default())
}

fn of(text: &str) -> Vec<(String, String)> {
    let words = words(text);
    let mut found = Vec::new();
    let mut words = words.iter().map(String::as_str);
    while let Some(word) = words.next() {
        let setting = match word.strip_prefix("-c") {
            Some("") => words.next(),
            Some(rest) => Some(rest),
            // The old way to say that days come before months.
            None if word == "-e" => Some("datestyle=euro"),
            None => word.strip_prefix("--"),
        };
        if let Some((name, value)) = setting.and_then(|setting| setting.split_once('=')) {
            found.push((name.to_ascii_lowercase().replace('-', "_"), value.to_owned()));
        }
    }
    found
}

/// Words as the server divides them: at white space, unless a backslash is before it.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character.is_ascii_whitespace() {
            words.extend(word.take());
            continue;
        }
        let meant = if character == '\\' {
            characters.next()
        } else {
            Some(character)
        };
        word.get_or_insert_default().extend(meant);
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_spelling_of_an_option_is_read() {
        let text = r"-c TimeZone=Asia/Tokyo  -cdatestyle=iso,\ dmy --search-path=a\\b -e -c x.y=1=2 -B 5 -c";
        let found = of(text);
        let found: Vec<_> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("timezone", "Asia/Tokyo"),
                ("datestyle", "iso, dmy"),
                ("search_path", r"a\b"),
                ("datestyle", "euro"),
                ("x.y", "1=2"),
            ]
        );
    }
}
