//! Flyway's placeholders, `${name}`.
//!
//! A placeholder without a value is a problem. Out of scope: where values come from; the caller gives them.

use std::ops::Range;

use crate::folder::{reader::Reader, source::Source};

/// What is put in the place of each placeholder.
pub(super) fn placeholders(reader: &mut Reader<'_>, source: &Source) -> Vec<(Range<usize>, String)> {
    let text = &source.text;
    let mut values = Vec::new();
    let mut at = 0;
    while let Some(start) = text[at..].find("${").map(|offset| at + offset) {
        let Some(length) = text[start..].find('}') else {
            break;
        };
        let (name, end) = (&text[start + 2..start + length], start + length + 1);
        at = end;
        match reader.config.variables.get(name) {
            Some(value) => values.push((start..end, value.clone())),
            None => reader.missing_variable(source, start, name),
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use crate::{
        FolderConfig, Format,
        folder::tests::{codes, read_with, statements},
    };

    #[test]
    fn placeholders_take_the_values_given() {
        let mut config = FolderConfig::default();
        config.variables.insert("schema".into(), "app".into());
        let text = "CREATE TABLE ${schema}.t (a int);\nSELECT '${nope}', $$x$$;";
        let files = [("V1__a.sql", text)];
        let problems = read_with(Format::Flyway, &files, &config).unwrap_err();
        assert_eq!(codes(&problems), ["migration/missing-variable"]);
        config.variables.insert("nope".into(), String::new());
        let read = read_with(Format::Flyway, &files, &config).unwrap();
        assert_eq!(
            statements(&read.items[0].up),
            ["CREATE TABLE app.t (a int)", "SELECT '', $$x$$"]
        );
    }
}
