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

#[test]
fn scripts_of_one_letter_belong_to_flyway_or_to_refinery() {
    let files = [("V1__a.sql", "SELECT 1;"), ("U2__b.sql", "SELECT 2;")];
    let problems = detected(&files).unwrap_err();
    let [FolderProblem::AmbiguousFormat { candidates, .. }] = problems.0.as_slice() else {
        panic!("{problems:?}");
    };
    let formats: Vec<_> = candidates.iter().map(|(format, _)| *format).collect();
    assert_eq!(formats, [Format::Flyway, Format::Refinery]);
    let in_rust = [files[0], files[1], ("V3__c.rs", "")];
    assert_eq!(codes(&detected(&in_rust).unwrap_err()), ["migration/cannot-run"]);
}

#[test]
fn a_program_between_numbered_files_may_be_a_migration_too() {
    for program in [
        "0002_b.py",
        "20250101000000-b.ts",
        "V2__b.java",
        "m20220101_000001_b.rs",
        "2_b.exs",
    ] {
        let files = [("0001_a.sql", "SELECT 1;"), (program, "")];
        let problems = detected(&files).unwrap_err();
        assert_eq!(codes(&problems), ["migration/cannot-run"], "{program}");
        // Told which format it is, it is left out as the tool leaves it out, and named.
        let read = read(Format::Native, &files).unwrap();
        assert_eq!((read.items.len(), read.skipped.len()), (1, 1), "{program}");
    }
    for helper in [
        "embed.go",
        "lib.rs",
        "mod.rs",
        "00002_b_test.go",
        "atlas.sum",
        "seed.py",
    ] {
        let read = detected(&[("0001_a.sql", "SELECT 1;"), (helper, "")]);
        assert_eq!(read.unwrap(), Format::Native, "{helper}");
    }
}

#[test]
fn what_is_named_like_a_migration_and_is_none_is_left_out_aloud() {
    for (format, files) in samples() {
        for stray in [
            "0009_z.sql.bak",
            "0009_z.sql~",
            "0009_z.sql.j2",
            "0009_z.yaml",
            "db.changelog.xml",
        ] {
            let mut files = files.clone();
            files.push((stray, "DROP TABLE t;"));
            let read = read(format, &files).unwrap();
            let named = read.skipped.iter().any(|skipped| skipped.file.ends_with(stray));
            assert!(named, "{format}: {stray}: {:?}", read.skipped);
        }
    }
}

#[test]
fn a_down_script_never_runs_going_up() {
    let two_parts = "-- Up Migration\nSELECT 1;\n-- Down Migration\nSELECT 2;\n";
    for down in ["2_b.down.sql", "2_b.DOWN.sql", "2_b.undo.sql"] {
        let files = [("1_a.sql", two_parts), (down, "DROP TABLE t;")];
        let problems = detected(&files).unwrap_err();
        assert_eq!(codes(&problems), ["migration/unknown-file"], "{down}");
        for format in [Format::Supabase, Format::Tern] {
            let files = [("1_a.sql", "SELECT 1;"), (down, "DROP TABLE t;")];
            let problems = read(format, &files).unwrap_err();
            assert_eq!(codes(&problems), ["migration/unknown-file"], "{format}: {down}");
        }
    }
}

#[test]
fn a_folder_of_atlas_runs_its_statements_one_by_one() {
    let file = "-- atlas:txmode none\n\nSELECT 1;\nCREATE INDEX CONCURRENTLY i ON t (a);\n";
    assert_eq!(
        detected(&[("20250101000000_a.sql", file)]).unwrap(),
        Format::Native
    );
}
