//! Reading any bytes under a name of every format: it never panics, and what it gives points into the text.

#![no_main]

use std::path::PathBuf;

use libfuzzer_sys::fuzz_target;
use migration_core::{FolderConfig, Format, Migrations, Script};

const NAMES: [&str; 5] = ["1_a.sql", "1_a.up.sql", "V1__a.sql", "1_a/up.sql", "1_a/migration.sql"];

fuzz_target!(|bytes: &[u8]| {
    let mut config = FolderConfig::default();
    config.variables.insert("a".to_owned(), "a longer value".to_owned());
    for name in NAMES {
        for format in Format::ALL {
            let files = [(PathBuf::from(name), bytes.to_vec())];
            if let Ok(read) = Migrations::from_files("fuzz", files, Some(format), &config) {
                for item in &read.items {
                    check(&item.up);
                    item.down.iter().for_each(check);
                }
            }
        }
    }
});

fn check(script: &Script) {
    let mut end = 0;
    for statement in &script.statements {
        assert!(statement.start >= end && script.sql.get(statement.start..statement.end).is_some());
        end = statement.end;
        assert!(script.place(statement.start).line.is_some());
    }
}
