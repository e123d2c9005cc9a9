//! A folder's format is detected from its files, in whatever order they are listed.

use super::{codes, detected, read};
use crate::{FolderConfig, FolderProblem, Format, Migrations};

/// A folder that reads well, in each format.
fn samples() -> Vec<(Format, Vec<(&'static str, &'static str)>)> {
    [by_names(), by_markers()].concat()
}

fn by_names() -> Vec<(Format, Vec<(&'static str, &'static str)>)> {
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
    ]
}

fn by_markers() -> Vec<(Format, Vec<(&'static str, &'static str)>)> {
    let up_down = "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT 2;\n";
    let goose = "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 2;\n";
    let tern = "SELECT 1;\n---- create above / drop below ----\nSELECT 2;\n";
    vec![
        (Format::Goose, vec![("1_a.sql", goose), ("2_b.sql", goose)]),
        (Format::Dbmate, vec![("1_a.sql", up_down), ("2_b.sql", up_down)]),
        (Format::Tern, vec![("1_a.sql", tern), ("2_b.sql", "SELECT 3;")]),
        (
            Format::SqlMigrate,
            vec![
                (
                    "1_a.sql",
                    "-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n",
                ),
                ("b.sql", "-- +migrate Up notransaction\nSELECT 3;\n"),
            ],
        ),
        (
            Format::NodePgMigrate,
            vec![
                (
                    "1_a.sql",
                    "-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\n",
                ),
                ("2_b.sql", "SELECT 3;\n"),
            ],
        ),
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
    let [FolderProblem::AmbiguousFormat { candidates, .. }] = problems.0.as_slice() else {
        panic!("{problems:?}");
    };
    let formats: Vec<_> = candidates.iter().map(|(format, _)| *format).collect();
    assert_eq!(formats, [Format::Goose, Format::Dbmate]);
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
fn a_numbered_file_beside_folders_of_migrations_makes_two_formats() {
    for (file, format) in [("up.sql", Format::Diesel), ("migration.sql", Format::Prisma)] {
        let one = format!("20250101000000_a/{file}");
        for stray in ["0001_stray.sql", "20250102000000_b.sql", "1_a.up.sql"] {
            let problems = detected(&[(&one, "SELECT 1;"), (stray, "SELECT 2;")]).unwrap_err();
            let [FolderProblem::AmbiguousFormat { candidates, .. }] = problems.0.as_slice() else {
                panic!("{problems:?}");
            };
            assert_eq!((candidates.len(), candidates[0].0), (2, format), "{stray}");
            // Told which it is, it reads one of them and names the other.
            let read = read(format, &[(&one, "SELECT 1;"), (stray, "SELECT 2;")]).unwrap();
            assert_eq!((read.items.len(), read.skipped.len()), (1, 1));
        }
        // A file that no format takes for a migration speaks for none.
        let read = detected(&[(&one, "SELECT 1;"), ("seed.sql", "SELECT 2;")]).unwrap();
        assert_eq!(read, format);
        // Nor does a folder with another name.
        let archive = format!("archive/{file}");
        assert_eq!(
            detected(&[(&archive, "SELECT 1;"), ("1_a.sql", "SELECT 2;")]).unwrap(),
            Format::Native
        );
    }
}
