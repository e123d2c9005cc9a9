//! Names of migration files: those of every format, and odd ones.

use migration_core::Format;
use proptest::{
    prelude::any,
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Just, Strategy as _},
};

/// The name of a file, mostly one that the format knows.
pub(crate) fn name(format: Format) -> BoxedStrategy<String> {
    let made = (version(), select(&LABELS[..]));
    prop_oneof![
        40 => made.prop_flat_map(move |(version, label)| of_format(format, &version, label)),
        1 => select(&ODD[..]).prop_map(str::to_owned),
        1 => any::<String>().prop_map(|stem| format!("{stem}.sql")),
    ]
    .boxed()
}

fn of_format(format: Format, version: &str, label: &str) -> BoxedStrategy<String> {
    let names = match format {
        Format::Native | Format::Sqlx | Format::GolangMigrate => vec![
            format!("{version}_{label}.sql"),
            format!("{version}_{label}.up.sql"),
            format!("{version}_{label}.down.sql"),
        ],
        Format::Goose
        | Format::Dbmate
        | Format::Supabase
        | Format::Tern
        | Format::SqlMigrate
        | Format::NodePgMigrate => {
            vec![
                format!("{version}_{label}.sql"),
                format!("{version}.sql"),
                "tern.conf".to_owned(),
                format!("{version}_{label}.js"),
                "f/x.sql".to_owned(),
                "f/y.sql".to_owned(),
            ]
        }
        Format::Flyway | Format::Refinery => vec![
            format!("V{version}__{label}.sql"),
            format!("U{version}__{label}.sql"),
            format!("R__{label}.sql"),
            format!("V{version}__{label}.sql.conf"),
        ],
        Format::Diesel => vec![
            format!("{version}_{label}/up.sql"),
            format!("{version}_{label}/down.sql"),
            format!("{version}_{label}/metadata.toml"),
        ],
        Format::Prisma => vec![
            format!("{version}_{label}/migration.sql"),
            "migration_lock.toml".to_owned(),
        ],
    };
    select(names).boxed()
}

fn version() -> BoxedStrategy<String> {
    prop_oneof![
        8 => Just("1".to_owned()),
        8 => (1..40_u32).prop_map(|number| number.to_string()),
        8 => (0..90_u32).prop_map(|number| format!("{number:04}")),
        2 => (0..5_u32).prop_map(|number| format!("2025112500000{number}")),
        1 => (0..9_u32, 0..9_u32).prop_map(|(major, minor)| format!("{major}.{minor}")),
        1 => (0..9_u32, 0..9_u32).prop_map(|(major, minor)| format!("{major}_{minor}")),
        1 => Just("9".repeat(40)),
        1 => Just("18446744073709551616".to_owned()),
        1 => Just("0".repeat(60)),
    ]
    .boxed()
}

const LABELS: [&str; 20] = [
    "a",
    "a",
    "a",
    "b",
    "b",
    "add_users",
    "x1",
    "c",
    "d",
    "b",
    "create_users",
    "ä",
    "a b",
    "A.b",
    "a.up",
    "_",
    "",
    "a__b",
    "\u{202e}x",
    "a\nb",
];

const ODD: [&str; 22] = [
    "x.sql",
    "_.sql",
    ".sql",
    "__.sql",
    "1_.sql",
    "V__.sql",
    "f/x.sql",
    "ä_ä.SQL",
    "1_a.PSQL",
    "1_a.sql.bak",
    "1_a.go",
    "1_a.rs",
    "schema.sql",
    "seeds.sql",
    "README.md",
    "a/b/c/d/e/1_a.sql",
    "-1_a.sql",
    "+1_a.sql",
    " 1_a.sql",
    "1 _a.sql",
    "٣_a.sql",
    "1_a.down.up.sql",
];
