//! Expectations of consumers: any text is read or is an error with a place in it, and what is read can be compared.

use std::collections::{BTreeMap, BTreeSet};

use diagnostic::Explain as _;
use proptest::{prop_oneof, strategy::Strategy as _};
use schema_contract::{Snapshot, expectations};

use super::toml_text::{self, NESTED, PIECES, Words};
use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, same},
    example_files,
    text::{Kind, texts},
};

pub(crate) const TARGET: Target = Target {
    name: "expectations",
    inputs,
};

const FILE: &str = "expectations.toml";

const WORDS: Words = Words {
    sections: &[
        "[migrations]\noperational = [27, 28]",
        "[tables.users]\nkind = \"partitioned table\"\nprimary_key = [\"id\"]\nunique = [[\"id\"], []]\nindexes = [[]]",
        "[tables.users.partitions]\ninterval = \"year\"\nahead = 4294967295",
        "[tables.users.columns]\nid = \"uuid\"\nname = { type = \"pl4nted-S3cret\", not_null = true }",
        "[tables.\"app.events\"]\npartitions = { interval = \"week\", ahead = 9999, default = true }",
        "[tables.\"app.events\".partitions]\ninterval = \"day\"\nahead = 500\nmade_by = \"f(1)\"",
        "[tables.a]",
    ],
    headers: &[
        "",
        "[migrations]",
        "[tables.users]",
        "[tables.\"app.events\"]",
        "[tables.users.columns]",
        "[tables.users.columns.id]",
        "[tables.\"app.events\".partitions]",
        "[tables]",
        "[tables.\"a.b.c\"]",
    ],
    keys: &[
        "operational",
        "a",
        "kind",
        "primary_key",
        "unique",
        "indexes",
        "columns",
        "columns.id",
        "columns.zz",
        "partitions",
        "interval",
        "ahead",
        "ahead",
        "default",
        "made_by",
        "type",
        "not_null",
    ],
    values: &[
        "[27, 28]",
        "[-1]",
        "\"table\"",
        "\"partitioned table\"",
        "[\"id\"]",
        "[[\"id\"]]",
        "[[]]",
        "\"uuid\"",
        "{ type = \"uuid\", not_null = true }",
        "{ interval = \"month\", ahead = 1 }",
        "{ interval = \"year\", ahead = 4294967295 }",
        "{ interval = \"week\", ahead = 1000000, default = true }",
        "\"day\"",
        "\"week\"",
        "4294967295",
        "65536",
        "\"f(1)\"",
    ],
};

fn inputs() -> Box<dyn Inputs> {
    let kind = Kind {
        pieces: PIECES,
        nested: NESTED,
    };
    let examples = example_files::ending(&["fixtures/consumers"], FILE);
    let strategy = prop_oneof![toml_text::documents(WORDS), texts(&kind, examples)];
    Box::new(Of {
        strategy: strategy.boxed(),
        check: |bytes| check(bytes),
        files: |text| vec![(FILE.to_owned(), text.clone())],
    })
}

const SCHEMA: &str = "table public.users / columns = id\ntable public.users / column id / type = uuid\ntable app.events / partition by = RANGE (day)\n\
    table app.events_1 / partition of = app.events\ntable app.events_1 / partition bound = FOR VALUES FROM ('2026-11-01') TO ('2027-12-01')\n\
    table app.events_2 / partition of = app.events\ntable app.events_2 / partition bound = FOR VALUES FROM ('2027-99-99') TO (MAXVALUE)\n";

fn check(bytes: &[u8]) -> Result<(), String> {
    let Ok(text) = str::from_utf8(bytes) else {
        return Ok(());
    };
    match expectations::parse(text, FILE) {
        Ok(expected) => {
            if toml_text::has_unknown_key(text) && !names_of_users(text) {
                return Err("a key that nobody knows is taken".to_owned());
            }
            let snapshot = Snapshot::parse(SCHEMA).unwrap();
            let applied = BTreeMap::from([("operational".to_owned(), BTreeSet::from([27]))]);
            let today = "2026-11-21".parse().unwrap();
            let unmet = |today| expectations::unmet(&expected, &snapshot, &applied, today);
            same(&unmet(today), &unmet(today), "comparing twice differs")?;
            match expectations::check(&expected, &snapshot, &applied, today, "fuzz", None) {
                Ok(()) => Ok(()),
                Err(error) => errors::check(
                    &error.diagnostics(),
                    &vec![(FILE.to_owned(), bytes.to_vec())],
                    Lines::Some,
                ),
            }
        }
        Err(error) => errors::check(
            &error.diagnostics(),
            &vec![(FILE.to_owned(), bytes.to_vec())],
            Lines::All,
        ),
    }
}

/// Components, tables and columns have any names.
fn names_of_users(text: &str) -> bool {
    text.contains("migrations") || text.contains("tables") || text.contains("columns")
}
