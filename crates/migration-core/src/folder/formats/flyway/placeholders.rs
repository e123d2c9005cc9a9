//! Flyway's placeholders, `${name}` unless the project says otherwise.
//!
//! A placeholder without a value is a problem. Out of scope: where values come from; the caller gives them.
//! Names are compared without their case.

use std::{collections::BTreeMap, ops::Range};

use super::project::Project;
use crate::folder::{reader::Reader, source::Source};

/// What the names of variables of the environment begin with that are placeholders.
const ENVIRONMENT: &str = "FLYWAY_PLACEHOLDERS_";

/// What is put in the place of each placeholder.
pub(super) fn placeholders(
    reader: &mut Reader<'_>,
    project: &Project,
    source: &Source,
) -> Vec<(Range<usize>, String)> {
    let text = &source.text;
    let mut values = Vec::new();
    let mut at = 0;
    let (prefix, suffix) = (project.prefix.as_str(), project.suffix.as_str());
    while let Some(start) = text[at..].find(prefix).map(|offset| at + offset) {
        let begin = start + prefix.len();
        let Some(length) = text[begin..].find(suffix) else {
            break;
        };
        let (name, end) = (&text[begin..begin + length], begin + length + suffix.len());
        at = end;
        match value(reader, project, source, name) {
            Some(value) => values.push((start..end, value)),
            None => reader.missing_variable(source, start, name),
        }
    }
    values
}

fn value(reader: &Reader<'_>, project: &Project, source: &Source, name: &str) -> Option<String> {
    let of = |map: &BTreeMap<String, String>, prefix: &str| {
        let is_it = |key: &str| {
            let (head, tail) = key.split_at_checked(prefix.len()).unwrap_or_default();
            head.eq_ignore_ascii_case(prefix) && tail.eq_ignore_ascii_case(name)
        };
        let found = map.iter().find(|(key, _)| is_it(key));
        found.map(|(_, value)| value.clone())
    };
    let given = of(&reader.config.variables, "")
        .or_else(|| of(&reader.config.environment, ENVIRONMENT))
        .or_else(|| of(&project.values, ""));
    given.or_else(|| {
        let own = match name.to_ascii_lowercase().as_str() {
            "flyway:filename" => source.path.file_name()?.to_str()?,
            "flyway:table" => "flyway_schema_history",
            "flyway:defaultschema" => "public",
            _ => return None,
        };
        Some(own.to_owned())
    })
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

    #[test]
    fn the_environment_gives_only_what_is_meant_for_placeholders() {
        let mut config = FolderConfig::default();
        for (name, value) in [("PATH", "/bin"), ("FLYWAY_PLACEHOLDERS_OWNER", "billing")] {
            config.environment.insert(name.into(), value.into());
        }
        let read = |text: &str| read_with(Format::Flyway, &[("V1__a.sql", text)], &config);
        for text in [
            "SELECT '${PATH}'",
            "SELECT '${flyway_placeholders_owner}'",
            "SELECT '${flyway:user}'",
        ] {
            let problems = read(text).unwrap_err();
            assert_eq!(codes(&problems), ["migration/missing-variable"], "{text}");
            assert!(!format!("{problems:?}").contains("/bin"));
        }
        let own =
            read("SELECT '${owner} ${Owner} ${flyway:filename} ${flyway:table} ${flyway:defaultSchema}'")
                .unwrap();
        assert_eq!(
            statements(&own.items[0].up),
            ["SELECT 'billing billing V1__a.sql flyway_schema_history public'"]
        );
    }

    #[test]
    fn a_repeatable_migration_is_another_one_with_another_value() {
        let checksums = |value: &str, file: &str, text: &str| {
            let mut config = FolderConfig::default();
            config.variables.insert("ver".into(), value.into());
            let read = read_with(Format::Flyway, &[(file, text)], &config).unwrap();
            (read.items[0].up.checksum, read.items[0].up.neutral_checksum)
        };
        let text = "CREATE OR REPLACE VIEW v AS SELECT '${ver}';";
        let (one, two) = (
            checksums("one", "R__v.sql", text),
            checksums("two", "R__v.sql", text),
        );
        assert!(one.0 != two.0 && one.1 != two.1);
        // A versioned one runs once, whatever its values are.
        assert_eq!(
            checksums("one", "V1__v.sql", text),
            checksums("two", "V1__v.sql", text)
        );
        let plain = "CREATE OR REPLACE VIEW v AS SELECT 1;";
        assert_eq!(
            checksums("one", "R__v.sql", plain),
            checksums("two", "R__v.sql", plain)
        );
    }
}
