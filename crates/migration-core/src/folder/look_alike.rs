//! Files that no format reads and that are named like migrations: copies, templates, changes in other languages than SQL.

use std::path::Path;

/// Endings of changes that some tool runs and that are not SQL.
const CHANGES: [&str; 6] = ["yaml", "yml", "json", "xml", "edn", "migration"];

/// Endings behind `.sql`, each with what such a file is.
const BEHIND_SQL: [(&str, &[&str]); 3] = [
    (
        "a template",
        &[
            "tmpl", "tpl", "template", "j2", "jinja", "jinja2", "erb", "mustache", "hbs", "liquid",
        ],
    ),
    ("compressed", &["gz", "bz2", "xz", "zst", "zip"]),
    (
        "a copy",
        &[
            "bak", "backup", "old", "orig", "rej", "save", "swp", "tmp", "copy",
        ],
    ),
];

/// Why a file that is named like a migration is left out; none for a file that is not.
pub(super) fn reason(path: &Path) -> Option<String> {
    let name = path.file_name()?.to_str()?.to_ascii_lowercase();
    if let Some(at) = name.find(".sql").filter(|&at| at > 0) {
        let end = name[at + 4..].trim_start_matches('.');
        let is_copy = end.ends_with('~') || end.starts_with(|next: char| next.is_ascii_digit());
        let known = BEHIND_SQL.iter().find(|(_, endings)| endings.contains(&end));
        return match known {
            Some((what, _)) => Some(format!("it is {what}: its name does not end in `.sql`")),
            None if is_copy => Some("it is a copy: its name does not end in `.sql`".to_owned()),
            None if name[at + 4..].starts_with('.') => Some("its name does not end in `.sql`".to_owned()),
            None => None,
        };
    }
    let (stem, ending) = name.rsplit_once('.')?;
    let is_change = CHANGES.contains(&ending) && (is_numbered(stem) || stem.contains("changelog"));
    let at_top = path.parent().is_none_or(|parent| parent.as_os_str().is_empty());
    (is_change && at_top).then(|| "it is not SQL".to_owned())
}

/// Whether a name begins as those of migrations do: with a number, or a word or letter and a time.
pub(super) fn is_numbered(name: &str) -> bool {
    let number = name.trim_start_matches(|first: char| first.is_ascii_alphabetic());
    let word = name.len() - number.len();
    let digits = number.bytes().take_while(u8::is_ascii_digit).count();
    let is_versioned = word == 1 && name.starts_with(['V', 'v', 'U', 'u']) && number.contains("__");
    digits > 0 && (word == 0 || digits >= 8 || is_versioned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_templates_and_other_languages_are_told_apart() {
        for (name, expected) in [
            (
                "0001_a.sql.bak",
                Some("it is a copy: its name does not end in `.sql`"),
            ),
            (
                "0001_a.sql~",
                Some("it is a copy: its name does not end in `.sql`"),
            ),
            (
                "0001_a.SQL.2",
                Some("it is a copy: its name does not end in `.sql`"),
            ),
            (
                "0001_a.sql.j2",
                Some("it is a template: its name does not end in `.sql`"),
            ),
            (
                "0001_a.sql.gz",
                Some("it is compressed: its name does not end in `.sql`"),
            ),
            ("0001_a.up.sql.txt", Some("its name does not end in `.sql`")),
            ("0003_c.yaml", Some("it is not SQL")),
            ("db.changelog.xml", Some("it is not SQL")),
            ("meta/0001_snapshot.json", None),
            ("package.json", None),
            ("README.md", None),
            ("0001_notes.md", None),
            ("lib.sqlite", None),
            (".sqlfluff", None),
        ] {
            assert_eq!(reason(Path::new(name)).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn a_number_or_a_time_begins_the_name_of_a_migration() {
        for name in [
            "0001_a.py",
            "20250101-a.ts",
            "V2__b.java",
            "m20220101_000001_a.rs",
            "Version20250101000000.php",
        ] {
            assert!(is_numbered(name), "{name}");
        }
        for name in ["embed.go", "lib.rs", "v2.go", "V2.go", "utf8.rs", "s3_client.py"] {
            assert!(!is_numbered(name), "{name}");
        }
    }
}
