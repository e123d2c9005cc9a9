//! What the tests of the formats share, and the checks that hold for all formats.

use std::path::PathBuf;

use diagnostic::{Explain, Paint, render_all};

use crate::{FolderConfig, FolderProblems, Format, Migrations, Script};

pub(crate) fn read(format: Format, files: &[(&str, &str)]) -> Result<Migrations, FolderProblems> {
    read_with(format, files, &FolderConfig::default())
}

pub(crate) fn read_with(
    format: Format,
    files: &[(&str, &str)],
    config: &FolderConfig,
) -> Result<Migrations, FolderProblems> {
    Migrations::from_files("app", owned(files), Some(format), config)
}

pub(crate) fn detected(files: &[(&str, &str)]) -> Result<Format, FolderProblems> {
    let read = Migrations::from_files("app", owned(files), None, &FolderConfig::default());
    read.map(|read| read.format)
}

fn owned(files: &[(&str, &str)]) -> Vec<(PathBuf, Vec<u8>)> {
    let files = files.iter();
    files
        .map(|(path, text)| (path.into(), text.as_bytes().to_vec()))
        .collect()
}

pub(crate) fn versions(read: &Migrations) -> Vec<String> {
    read.items.iter().map(|item| item.version.to_string()).collect()
}

pub(crate) fn codes(problems: &FolderProblems) -> Vec<&'static str> {
    problems.0.iter().map(Explain::code).collect()
}

pub(crate) fn statements(script: &Script) -> Vec<&str> {
    let ranges = script.statements.iter();
    ranges.map(|range| &script.sql[range.start..range.end]).collect()
}

/// A folder that reads well, in each format.
fn samples() -> Vec<(Format, Vec<(&'static str, &'static str)>)> {
    let up_down = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n";
    let goose = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n";
    let tern = "SELECT 1;\n---- create above / drop below ----\nSELECT 2;\n";
    vec![
        (
            Format::Native,
            vec![
                ("0001_a.up.sql", "SELECT 1;"),
                ("0001_a.down.sql", "SELECT 2;"),
                ("0002_b.sql", "SELECT 3;"),
            ],
        ),
        (
            Format::Sqlx,
            vec![
                ("1_a.sql", "-- no-transaction\nVACUUM;"),
                ("2_b.sql", "SELECT 1;"),
            ],
        ),
        (
            Format::GolangMigrate,
            vec![
                ("20250101000000_a.up.sql", "SELECT 1;"),
                ("20250101000000_a.down.sql", "SELECT 2;"),
            ],
        ),
        (Format::Goose, vec![("1_a.sql", goose), ("2_b.sql", goose)]),
        (Format::Dbmate, vec![("1_a.sql", up_down), ("2_b.sql", up_down)]),
        (
            Format::Flyway,
            vec![
                ("V1__a.sql", "SELECT 1;"),
                ("V2__b.sql", "SELECT 2;"),
                ("U2__b.sql", "SELECT 3;"),
            ],
        ),
        (
            Format::Refinery,
            vec![("V1__a.sql", "SELECT 1;"), ("U2__b.sql", "SELECT 2;")],
        ),
        (
            Format::Diesel,
            vec![
                ("1_a/up.sql", "SELECT 1;"),
                ("1_a/down.sql", "SELECT 2;"),
                ("2_b/up.sql", "SELECT 3;"),
            ],
        ),
        (
            Format::Prisma,
            vec![
                ("1_a/migration.sql", "SELECT 1;"),
                ("2_b/migration.sql", "SELECT 2;"),
            ],
        ),
        (Format::Tern, vec![("1_a.sql", tern), ("2_b.sql", "SELECT 3;")]),
    ]
}

#[test]
fn every_format_is_found_out_from_names_and_content() {
    for (format, files) in samples() {
        assert_eq!(detected(&files).unwrap(), format);
    }
}

#[test]
fn supabase_is_found_out_from_the_path() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("supabase/migrations");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("20250101000000_a.sql"), "SELECT 1;").unwrap();
    let read = Migrations::from_dir("app", &folder, None, &FolderConfig::default()).unwrap();
    assert_eq!(read.format, Format::Supabase);
}

#[test]
fn the_order_in_which_files_are_found_makes_no_difference() {
    for (format, mut files) in samples() {
        let expected = format!("{:?}", read(format, &files).unwrap());
        files.reverse();
        assert_eq!(format!("{:?}", read(format, &files).unwrap()), expected);
        files.rotate_left(1);
        assert_eq!(format!("{:?}", read(format, &files).unwrap()), expected);
    }
}

#[test]
fn a_folder_of_two_formats_has_to_be_told() {
    let files = [
        ("1_a.sql", "-- +goose Up\nSELECT 1;"),
        ("2_b.sql", "-- migrate:up\nSELECT 1;"),
    ];
    let problems = detected(&files).unwrap_err();
    assert_eq!(codes(&problems), ["migration/ambiguous-format"]);
    let hints = problems.diagnostics().remove(0).hints;
    assert_eq!(
        hints,
        ["say which it is with `--format goose` or `--format dbmate`"]
    );
}

#[test]
fn folders_beside_numbered_files_say_nothing_about_the_format() {
    for archived in ["old/V1__a.sql", "old/up.sql", "old/migration.sql"] {
        assert_eq!(
            detected(&[("0001_a.sql", "SELECT 1;"), (archived, "")]).unwrap(),
            Format::Native
        );
    }
    let stray = [("1_a/up.sql", "SELECT 1;"), ("data.sql", "")];
    assert_eq!(detected(&stray).unwrap(), Format::Diesel);
}

#[test]
fn an_empty_folder_is_a_problem_that_names_folders_close_by() {
    let problems = detected(&[("operational/0001_a.sql", ""), ("README.md", "")]).unwrap_err();
    assert_eq!(codes(&problems), ["migration/empty-folder"]);
    let hints = problems.diagnostics().remove(0).hints;
    assert_eq!(hints, ["there are SQL files in `operational`; use that folder"]);
}

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

#[test]
fn files_of_a_tool_that_parts_them_in_two_are_not_run_as_a_whole() {
    for text in [
        "-- +goose Up\nSELECT 1;",
        "-- migrate:up\nSELECT 1;",
        "SELECT 1;\n---- create above / drop below ----\n",
    ] {
        let problems = read(Format::Native, &[("1_a.sql", text)]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/bad-directive"], "{text}");
    }
    assert!(read(Format::Native, &[("1_a.sql", "SELECT 1; -- like +goose Up")]).is_ok());
}

#[test]
fn problems_say_what_where_why_and_how_to_mend_them() {
    let dump = "\\restrict qzK\nCOPY t (a) FROM stdin;\n1\n\\.\n";
    let files = [
        ("0001_a.sql", "-- db-fresh: only-dev\nSELECT 'ok';"),
        ("0002_b.up.sql", dump),
        ("0002_c.sql", "SELECT 1,\n  'open;\n"),
        ("three.sql", ""),
        ("0004_d.down.sql", ""),
    ];
    let problems = read(Format::Native, &files).unwrap_err();
    insta::assert_snapshot!(render_all(&problems.diagnostics(), Paint::Plain));
}

#[test]
fn what_no_tool_but_its_own_can_run_is_named() {
    let files = [
        ("1_a.sql", "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${KEY}';\n"),
        ("2_b.go", ""),
    ];
    let problems = read(Format::Goose, &files).unwrap_err();
    insta::assert_snapshot!(render_all(&problems.diagnostics(), Paint::Plain));
}

#[test]
fn the_migrations_of_this_repository_read_well() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    for component in ["operational", "analytics"] {
        let read = Migrations::from_dir(component, &root.join(component), None, &FolderConfig::default());
        let read =
            read.unwrap_or_else(|problems| panic!("{}", render_all(&problems.diagnostics(), Paint::Plain)));
        assert_eq!(read.format, Format::Native);
        let numbers: Vec<_> = (1..=read.items.len())
            .map(|number| format!("{number:04}"))
            .collect();
        assert_eq!(versions(&read), numbers, "they are numbered without gaps");
        assert!(read.skipped.is_empty());
    }
}
