//! `db-fresh.toml`: any text loads or is an error with a place in it, and no unknown key loads.

use proptest::{prop_oneof, strategy::Strategy as _};

use super::toml_text::{self, NESTED, PIECES, Words};
use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, same},
    example_files,
    text::{Kind, texts},
};

pub(crate) const TARGET: Target = Target {
    name: "configuration",
    inputs,
};

const FILE: &str = "db-fresh.toml";

const WORDS: Words = Words {
    sections: &[
        "[ledger]\nschema = \"ops\"\ntable = \"ledger\"",
        "[guard]\nschema = \"s\"\ntable = \"t\"\nkey = \"k\"\nkey_column = \"a\"\nvalue_column = \"b\"",
        "[preflight]\nvariables = [\"A|B\"]\nprograms = [\"git\"]\nfolders = [\"seeds\"]",
        "[[component]]\nname = \"a\"\nmigrations = \"m\"\nafter = []",
        "[[component]]\nname = \"b\"\nafter = [\"a\"]\nschemas = [\"x\"]",
        "[[component]]\nname = \"ä\"\nafter = [\"pl4nted-S3cret\", \"ä\"]\nzz_a = 1",
        "[[environment]]\nname = \"production\"\nprotected = true",
        "[[environment]]\nname = \"live\"",
        "[[consumer]]\nname = \"a\"\nqueries = \"q\"\nrun = true",
        "[[ignore]]\npattern = \"* / comment\"\nreason = \"r\"",
        "[[ignore]]\npattern = \"\\u0000\"\nreason = \" \"",
    ],
    headers: &[
        "",
        "[ledger]",
        "[guard]",
        "[preflight]",
        "[[component]]",
        "[[component]]",
        "[[environment]]",
        "[[consumer]]",
        "[[ignore]]",
        "[component]",
        "[ledger.schema]",
        "[[component.after]]",
    ],
    keys: &[
        "schema",
        "table",
        "key",
        "key_column",
        "value_column",
        "environment_column",
        "variables",
        "programs",
        "folders",
        "name",
        "name",
        "migrations",
        "seeds",
        "contract",
        "schemas",
        "after",
        "protected",
        "pattern",
        "reason",
        "checkout",
        "revision",
        "queries",
        "expectations",
        "role",
        "run",
        "ledger",
        "component",
        "ledger.schema",
        "default_environment",
        "nmae",
    ],
    values: &[
        "\"a\"",
        "\"b\"",
        "[\"a\", \"b\"]",
        "[\"b\"]",
        "\"../x\"",
        "\"/\"",
        "\"production\"",
        "\"*\"",
        "{ schema = \"a\", table = \"b\" }",
        "[{ name = \"a\" }]",
    ],
};

fn inputs() -> Box<dyn Inputs> {
    let kind = Kind {
        pieces: PIECES,
        nested: NESTED,
    };
    let examples = example_files::ending(&["fixtures/recorded", FILE], FILE);
    let strategy = prop_oneof![toml_text::documents(WORDS), texts(&kind, examples)];
    Box::new(Of {
        strategy: strategy.boxed(),
        check: |bytes| check(bytes),
        files: |text| vec![(FILE.to_owned(), text.clone())],
    })
}

fn check(bytes: &[u8]) -> Result<(), String> {
    // What is not UTF-8 is refused by the one that reads the file.
    let Ok(text) = str::from_utf8(bytes) else {
        return Ok(());
    };
    let told = || db_fresh::check_configuration(FILE, text).map_err(|error| error.diagnostics());
    let found = told();
    same(&found, &told(), "reading twice differs")?;
    match found {
        Ok(()) if toml_text::has_unknown_key(text) => Err("a key that nobody knows is taken".to_owned()),
        Ok(()) => Ok(()),
        Err(diagnostics) => errors::check(&diagnostics, &vec![(FILE.to_owned(), bytes.to_vec())], Lines::All),
    }
}
