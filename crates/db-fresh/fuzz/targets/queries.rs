//! Queries of consumers, `.sql` files and `.sqlx` folders: read, or an error that names the file.

use diagnostic::Explain as _;
use proptest::{
    collection::vec,
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Strategy as _},
};
use schema_contract::consumers::{self, Query};

use super::sql::SQL;
use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, same},
    example_files,
    files::Files,
    scratch,
    text::{Kind, texts},
};

pub(crate) const TARGET: Target = Target {
    name: "queries",
    inputs,
};

const JSON: Kind = Kind {
    pieces: &[
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "\\u0000",
        "\\ud800",
        "null",
        "true",
        "1",
        "1e999",
        "\"query\": \"SELECT 1\"",
        "\"query\": \"pl4nted-S3cret\"",
        "\"describe\": {",
        "\"columns\": [",
        "\"parameters\": ",
        "{\"Left\": [\"Int8\"]}",
        "\"nullable\": [false, null]",
        "{\"ordinal\": 0, \"name\": \"a\", \"type_info\": \"TextArray\"}",
        "\"type_info\": {\"Custom\": {\"name\": \"m\", \"kind\": {\"Enum\": [\"a\"]}}}",
        "\"pl4nted-S3cret\"",
        "\n",
        " ",
        "\u{feff}",
        "ä",
        "\"db_name\": \"PostgreSQL\"",
        "\"Array\"",
        "-",
        ".",
    ],
    nested: &[
        ("[", "]"),
        ("{\"a\":", "}"),
        ("{\"query\":[", "]}"),
        ("{\"query\": \"a\", \"describe\": {\"parameters\": [", "]}}"),
        ("\"", "\""),
        ("\\\\", ""),
        ("[1,", "]"),
        (" ", ""),
        ("{\"describe\":", "}"),
    ],
};

fn inputs() -> Box<dyn Inputs> {
    let examples = example_files::ending(&["fixtures/consumers"], ".json");
    let record = prop_oneof![1 => texts(&JSON, examples), 1 => records()].boxed();
    let sql = texts(&SQL, example_files::ending(&["fixtures/consumers"], ".sql"));
    let file = prop_oneof![
        (
            select(&["query-0.json", "query-1.json", "a/query-2.json"][..]).prop_map(str::to_owned),
            record
        ),
        (
            select(&["a.sql", "b.sql", "a/b.sql", "ä.sql", "a.SQL"][..]).prop_map(str::to_owned),
            sql
        ),
    ];
    Box::new(Of {
        strategy: vec(file, 1..3).boxed(),
        check,
        files: Clone::clone,
    })
}

/// Records with a value of any kind in each place.
fn records() -> BoxedStrategy<Vec<u8>> {
    let value = || {
        select(
            &[
                "null",
                "1",
                "\"a\"",
                "[]",
                "{}",
                "\"pl4nted-S3cret\"",
                "[null]",
                "[\"Int8\", 1, {}]",
                "{\"Left\": [\"Int8\", {\"Custom\": {\"name\": \"m\", \"kind\": {\"Enum\": [\"a\", 1]}}}]}",
                "{\"Right\": 1}",
                "[{\"name\": \"a\", \"type_info\": {}}]",
                "[{\"name\": \"a\", \"type_info\": \"Array\"}, {\"name\": \"\", \"type_info\": null}]",
                "[false, null, true]",
            ][..],
        )
    };
    let parts = (value(), value(), value(), value());
    parts
        .prop_map(|(query, columns, parameters, nullable)| {
            let describe =
                format!("\"columns\": {columns}, \"parameters\": {parameters}, \"nullable\": {nullable}");
            format!("{{\"query\": {query}, \"describe\": {{{describe}}}}}").into_bytes()
        })
        .boxed()
}

fn check(files: &Files) -> Result<(), String> {
    let folder = scratch::folder();
    if !scratch::write(folder.path(), files) {
        return Ok(());
    }
    for read in [consumers::read_sql_folder, consumers::read_sqlx_folder] {
        let told = || read(folder.path()).map_err(|error| error.diagnostics());
        let found = told();
        same(&found, &told(), "reading twice differs")?;
        match found {
            Ok(queries) => queries.iter().try_for_each(is_sound)?,
            Err(diagnostics) => {
                errors::check(&diagnostics, files, Lines::Some)?;
                if diagnostics.iter().any(|one| one.place.is_none()) {
                    return Err(format!("an error names no file: {diagnostics:?}"));
                }
            }
        }
    }
    Ok(())
}

fn is_sound(query: &Query) -> Result<(), String> {
    match query.offset {
        Some(offset)
            if query
                .text
                .get(offset..)
                .is_some_and(|rest| rest.starts_with(&query.sql)) => {}
        Some(_) => {
            return Err(format!(
                "a query does not stand where it is said to be: {query:?}"
            ));
        }
        None => return Ok(()),
    }
    // Other white space is a letter to the server.
    let is_trimmed = query.sql == query.sql.trim_ascii() && !query.sql.is_empty();
    if is_trimmed {
        Ok(())
    } else {
        Err(format!("a query is not trimmed: {query:?}"))
    }
}
