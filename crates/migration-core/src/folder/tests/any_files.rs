//! No file makes a format panic, whatever its name and content.

use std::path::PathBuf;

use diagnostic::Explain;

use crate::{FolderConfig, Format, Migrations};

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig {
        failure_persistence: None,
        ..proptest::prelude::ProptestConfig::with_cases(300)
    })]

    #[test]
    fn no_file_makes_a_format_panic(
        names in proptest::collection::vec(proptest::sample::select(&NAMES[..]), 1..4),
        pieces in proptest::collection::vec(proptest::sample::select(&PIECES[..]), 0..20),
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..3),
    ) {
        let content = [pieces.concat().into_bytes(), bytes].concat();
        let files: Vec<_> = names.iter().map(|name| (PathBuf::from(name), content.clone())).collect();
        for format in Format::ALL.map(Some).into_iter().chain([None]) {
            let config = FolderConfig::default();
            match Migrations::from_files("app", files.clone(), format, &config) {
                Ok(read) => for item in &read.items {
                    for offset in 0..=item.up.sql.len() + 1 {
                        item.up.place(offset);
                    }
                    for statement in &item.up.statements {
                        proptest::prop_assert!(item.up.sql.get(statement.start..statement.end).is_some());
                    }
                },
                Err(problems) => proptest::prop_assert!(!problems.diagnostics().is_empty()),
            }
        }
    }
}

const NAMES: [&str; 20] = [
    "1_a.sql",
    "0002_b.up.sql",
    "0002_b.down.sql",
    "V1__a.sql",
    "U1__a.sql",
    "R__a.sql",
    "1_a/up.sql",
    "1_a/down.sql",
    "1_a/metadata.toml",
    "1_a/migration.sql",
    "migration_lock.toml",
    "V1__a.sql.conf",
    "x.sql",
    "_.sql",
    ".sql",
    "ä_ä.SQL",
    "__.sql",
    "1_.sql",
    "V__.sql",
    "f/x.sql",
];

const PIECES: [&str; 30] = [
    "-- +goose Up",
    "-- +goose Down",
    "-- +goose StatementBegin",
    "-- +goose StatementEnd",
    "-- +goose ENVSUB ON",
    "-- migrate:up",
    "-- migrate:down transaction:false",
    "---- create above / drop below ----",
    "---- tern: disable-tx ----",
    "\n",
    "\n",
    "\n",
    "SELECT 1;",
    "BEGIN;",
    "COMMIT;",
    "VACUUM;",
    "${x}",
    "{{.x}}",
    "{{-",
    "}}",
    "${",
    "$x",
    "$$",
    "'",
    "ä",
    "\r\n",
    "\\echo x",
    "-- db-fresh: only dev",
    "-- db-fresh: x",
    "run_in_transaction = false",
];
