//! Which keys the file may have, so that a misspelt one is named together with the one that was meant.
//!
//! All of them are reported at once; serde alone would stop at the first and know no position for a table.

use diagnostic::Place;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::problem::ConfigProblem;

/// The keys of each table; the empty name is the top level.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "",
        &[
            "max_file_size",
            "ledger",
            "guard",
            "preflight",
            "component",
            "default_environment",
            "environment",
            "consumer",
            "ignore",
        ],
    ),
    ("ledger", &["schema", "table"]),
    (
        "guard",
        &[
            "schema",
            "table",
            "key",
            "key_column",
            "value_column",
            "environment_column",
        ],
    ),
    ("preflight", &["variables", "programs", "folders"]),
    (
        "component",
        &[
            "name",
            "migrations",
            "sessions",
            "seeds",
            "contract",
            "schemas",
            "after",
        ],
    ),
    ("environment", &["name", "protected"]),
    ("ignore", &["pattern", "reason"]),
    (
        "consumer",
        &[
            "name",
            "checkout",
            "revision",
            "queries",
            "expectations",
            "role",
            "search_path",
            "run",
        ],
    ),
];

/// One problem for each unknown key of the document.
pub(super) fn unknown(file: &str, text: &str, document: &DeTable<'_>) -> Vec<ConfigProblem> {
    let mut found = Vec::new();
    check("", document, &mut |key, table, known| {
        found.push(ConfigProblem::UnknownKey {
            key: key.get_ref().to_string(),
            table: table.to_owned(),
            known: known.to_vec(),
            place: Box::new(Place::at_byte(file, text, key.span().start)),
        });
    });
    found
}

type Report<'r> = dyn FnMut(&Spanned<std::borrow::Cow<'_, str>>, &str, &[&'static str]) + 'r;

fn check(name: &str, table: &DeTable<'_>, report: &mut Report<'_>) {
    let Some((_, known)) = KNOWN.iter().find(|(table, _)| *table == name) else {
        return;
    };
    for (key, value) in table {
        let text: &str = key.get_ref();
        if !known.contains(&text) {
            report(key, name, known);
            continue;
        }
        match value.get_ref() {
            DeValue::Table(inner) => check(text, inner, report),
            DeValue::Array(items) => {
                let tables = items.iter().filter_map(|item| item.get_ref().as_table());
                tables.for_each(|inner| check(text, inner, report));
            }
            _ => {}
        }
    }
}
