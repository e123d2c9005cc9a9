//! TOML as people write it and as they should not: tables, keys and values of one kind of document.

use proptest::{
    collection::vec,
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Strategy as _},
};

use crate::text::piece;

/// What documents of one kind are made of.
#[derive(Clone, Copy)]
pub(crate) struct Words {
    /// Whole sections that are right.
    pub(crate) sections: &'static [&'static str],
    pub(crate) headers: &'static [&'static str],
    pub(crate) keys: &'static [&'static str],
    /// Values beside those of any document.
    pub(crate) values: &'static [&'static str],
}

/// Keys with this beginning are known to nobody.
pub(crate) const UNKNOWN: &str = "zz_";

const VALUES: &[&str] = &[
    "true",
    "false",
    "1",
    "-1",
    "0",
    "1.5",
    "nan",
    "inf",
    "9223372036854775807",
    "9223372036854775808",
    "\"\"",
    "\"a\"",
    "'a'",
    "\" \"",
    "\"\\u0000\"",
    "\"a.b\"",
    "\"pl4nted-S3cret\"",
    "'pl4nted-S3cret'",
    "\"\"\"\npl4nted-S3cret\n\"\"\"",
    "\"postgres://u:pl4nted-S3cret@h/d\"",
    "2026-01-01",
    "2026-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "07:30:00",
    "[]",
    "[\"a\"]",
    "[\"a\", \"a\"]",
    "[[\"a\"], [\"b\"]]",
    "[1, 2]",
    "[{}]",
    "{}",
    "{ a = 1 }",
    "{ zz_a = 1 }",
    "{ name = \"a\" }",
    "\"open",
    "[",
    "{",
    "\"\\x\"",
];

/// Pieces between which nothing is certain.
pub(crate) const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "\n",
    "\n",
    "\r\n",
    " ",
    "\t",
    "\\",
    "\\u{110000}",
    "a",
    "a = 1\n",
    "\0",
    "\u{feff}",
    "[a]\n",
    "[[a]]\n",
    "name = \"a\"\n",
    "true",
    "1",
    "-",
    "_",
    "1979-05-27",
    "\"pl4nted-S3cret\"",
    "zz_a = 1\n",
    "ä",
];

pub(crate) const NESTED: &[(&str, &str)] = &[
    ("[", "]"),
    ("{a=", "}"),
    ("a.", "a=1"),
    ("[a.", "]"),
    ("[[a]]\n", ""),
    ("[a]\n", ""),
    ("a=[", "]"),
    ("a={a=", "}"),
    ("\"", "\""),
    ("#\n", ""),
    ("a=1\n", ""),
    ("[a.a.a.", "a]\n"),
    ("a = [[[", "]]]"),
];

/// Documents, most of which are TOML.
pub(crate) fn documents(words: Words) -> BoxedStrategy<Vec<u8>> {
    let value = prop_oneof![
        10 => select(VALUES).prop_map(str::to_owned),
        10 => select(words.values).prop_map(str::to_owned),
        1 => piece(PIECES),
        1 => piece(PIECES).prop_map(|text| format!("\"{text}\"")),
    ];
    let key = prop_oneof![20 => select(words.keys).prop_map(str::to_owned), 1 => select(&["zz_key", "\"zz_ key\"", "zz_", "a", "\"\""][..]).prop_map(str::to_owned), 1 => piece(PIECES)];
    let entry = (key, value).prop_map(|(key, value)| format!("{key} = {value}\n"));
    let header = prop_oneof![20 => select(words.headers).prop_map(str::to_owned), 1 => select(&["[zz_table]", "[a.b]", "[[a]]"][..]).prop_map(str::to_owned)];
    let section =
        (header, vec(entry, 0..6)).prop_map(|(header, entries)| format!("{header}\n{}", entries.concat()));
    let section =
        prop_oneof![3 => select(words.sections).prop_map(|section| format!("{section}\n")), 1 => section];
    vec(section, 0..6)
        .prop_map(|sections| sections.concat().into_bytes())
        .boxed()
}

/// Whether any table of the document has a key that nobody knows.
pub(crate) fn has_unknown_key(text: &str) -> bool {
    fn in_value(value: &toml::Value) -> bool {
        match value {
            toml::Value::Table(table) => in_table(table),
            toml::Value::Array(values) => values.iter().any(in_value),
            _ => false,
        }
    }
    fn in_table(table: &toml::Table) -> bool {
        table
            .iter()
            .any(|(key, value)| key.starts_with(UNKNOWN) || in_value(value))
    }
    text.parse::<toml::Table>().is_ok_and(|table| in_table(&table))
}
