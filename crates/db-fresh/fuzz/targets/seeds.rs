//! Folders of seeds, in TOML, CSV and SQL: read, or an error with a file, and a line where there is one.

use diagnostic::{Diagnostic, Explain as _};
use proptest::{
    collection::vec,
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Strategy as _},
};
use seeding::{Config, FolderConfig, Seeds};

use super::{
    sql::SQL,
    toml_text::{self, NESTED, PIECES, Words},
};
use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, same},
    example_files,
    files::Files,
    scratch,
    text::{Kind, texts},
};

pub(crate) const TARGET: Target = Target {
    name: "seeds",
    inputs,
};

const WORDS: Words = Words {
    sections: &[
        "epoch = 2026-01-01T00:00:00Z",
        "[[table]]\nname = \"t\"\nkey = [\"id\"]\nreport = [\"id\"]\nrows = [{ id = 1 }, { id = 2, a = [1, \"b\"] }]",
        "[[table]]\nname = \"t\"\nkey = [\"id\"]\nrows = [{ id = 1 }, { id = 1 }]",
        "[[table]]\nname = \"s.t\"\nrows = [{ id = { uuid = \"a/b\" }, a = { email_hash = [\"pl4nted-S3cret\", \"b\"] } }]",
        "[[table]]\nname = \"s.t\"\n[[table.rows]]\nid = { after = { days = 1, seconds = -9223372036854775808 } }",
        "[[table]]\nname = \"s.t\"\n[[table.rows]]\nid = { uuid = 1 }\npassword = \"pl4nted-S3cret\"",
        "# db-fresh: only dev",
        "# db-fresh: oly dev",
    ],
    headers: &[
        "",
        "epoch = 2026-01-01T00:00:00Z",
        "# DEV/TEST ONLY",
        "# db-fresh: only dev",
        "# db-fresh: any-environment",
        "# db-fresh: email-hash a = b at c",
        "[[table]]",
        "[[table]]",
        "[[table]]",
        "[[table.rows]]",
        "[[table]]\nname = \"t\"\nkey = [\"id\"]\nrows = [{ id = 1 }, { id = 1 }]",
        "[[table]]\nname = \"t\"\nrows = [{ id = 1 }, { a = 1 }, { id = 2, a = 1 }]",
    ],
    keys: &[
        "epoch", "table", "name", "name", "key", "report", "rows", "rows", "id", "a",
    ],
    values: &[
        "\"t\"",
        "\"analytics.t\"",
        "[\"id\"]",
        "[\"id\", \"a\"]",
        "[{ id = 1, a = 2 }]",
        "[{ id = { uuid = \"a/b\" } }]",
        "[{ id = { email_hash = [\"pl4nted-S3cret\", \"example.org\"] } }]",
        "{ null = true }",
        "{ null = false }",
        "{ uuid = 1 }",
        "{ sha256 = \"pl4nted-S3cret\" }",
        "{ after = { days = 1 } }",
        "[{ id = { after = { days = 9223372036854775807, hours = -1 } } }]",
        "[{ id = { after = { seconds = 9223372036854775807 } } }]",
        "[{ id = { after = { weeks = 1 } } }]",
        "[{ id = [1, [2, { a = 3 }]] }]",
        "[{ password = \"pl4nted-S3cret\", id = { uuid = \"pl4nted-S3cret\", a = 1 } }]",
    ],
};

const CSV: Kind = Kind {
    pieces: &[
        "id,name\n",
        "id",
        ",",
        ",",
        "\n",
        "\r\n",
        "\"",
        "\"\"",
        "\"a,b\"",
        "1,a\n",
        "pl4nted-S3cret",
        " ",
        "\u{feff}",
        "\0",
        "\\N",
        "\\.",
        "ä",
        "NULL",
        "id,id\n",
    ],
    nested: &[
        (",", ""),
        ("\"", "\""),
        ("a,", "b\n"),
        ("1,a\n", ""),
        ("\u{feff}", ""),
    ],
};

fn inputs() -> Box<dyn Inputs> {
    let toml_kind = Kind {
        pieces: PIECES,
        nested: NESTED,
    };
    let toml = prop_oneof![2 => toml_text::documents(WORDS), 1 => texts(&toml_kind, example_files::ending(&["seeds"], ".toml"))].boxed();
    let sql = texts(&SQL, example_files::ending(&["seeds"], ".sql"));
    let csv = texts(&CSV, vec![b"id,name\n1,a\n2,\"b,c\"\n".to_vec()]);
    let file = prop_oneof![6 => named("toml", toml), 2 => named("sql", sql.clone()), 2 => named("csv", csv), 1 => (select(&ODD[..]).prop_map(str::to_owned), sql)];
    Box::new(Of {
        strategy: vec(file, 1..4).boxed(),
        check,
        files: Clone::clone,
    })
}

const ODD: [&str; 12] = [
    "x",
    "10.sql",
    "_a.sql",
    "10_.sql",
    "10_a.SQL",
    "10_a.sql~",
    "-1_a.sql",
    "99999999999999999999_a.sql",
    "٣_a.sql",
    "README.md",
    ".10_a.sql",
    "10_a.b.csv",
];

fn named(ending: &'static str, content: BoxedStrategy<Vec<u8>>) -> BoxedStrategy<(String, Vec<u8>)> {
    let name = (
        select(&["1", "2", "10", "010", "0", "18446744073709551615"][..]),
        select(&["a", "b", "ä b", "a_b", "schema.t"][..]),
    );
    (
        name.prop_map(move |(number, label)| format!("{number}_{label}.{ending}")),
        content,
    )
        .boxed()
}

fn check(files: &Files) -> Result<(), String> {
    let folder = scratch::folder();
    if !scratch::write(folder.path(), files) {
        return Ok(());
    }
    let told = || -> Result<_, Vec<Diagnostic>> {
        let seeds = Seeds::from_dir("fuzz", folder.path(), &FolderConfig::default())
            .map_err(|error| error.diagnostics())?;
        // Without a key, so that files which need one are told.
        let complete = seeds
            .check(&Config::default())
            .map_err(|error| error.diagnostics());
        Ok((format!("{seeds:?} {:?}", seeds.needs_email_key()), complete))
    };
    let found = told();
    same(&found, &told(), "reading twice differs")?;
    match found {
        Ok((_, Ok(()))) => Ok(()),
        Ok((_, Err(diagnostics))) => errors::check(&diagnostics, files, Lines::Some),
        Err(diagnostics) => {
            errors::check(&diagnostics, files, Lines::Some)?;
            for one in &diagnostics {
                let place = one
                    .place
                    .as_ref()
                    .ok_or_else(|| format!("an error has no file: {one:?}"))?;
                let needs_line = matches!(
                    one.code,
                    "seed/bad-directive" | "seed/bad-document" | "seed/bad-value" | "seed/duplicate-row"
                );
                if needs_line && place.line.is_none() {
                    return Err(format!("an error names no line: {one:?}"));
                }
            }
            Ok(())
        }
    }
}
