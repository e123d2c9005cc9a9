//! What a folder's problems say.

use std::path::PathBuf;

use diagnostic::{Explain, Paint, render_all};

use super::{codes, detected, read, read_with, versions};
use crate::{FolderConfig, FolderOrigin, FolderProblem, Format, Migrations};

#[test]
fn an_empty_folder_is_a_problem_that_names_folders_close_by() {
    let problems = detected(&[("operational/0001_a.sql", ""), ("README.md", "")]).unwrap_err();
    assert_eq!(codes(&problems), ["migration/empty-folder"]);
    let hints = problems.diagnostics().remove(0).hints;
    assert_eq!(hints, ["there are SQL files in `operational`; use that folder"]);
}

#[test]
fn files_of_a_tool_that_parts_them_in_two_are_not_run_as_a_whole() {
    for (expected, text) in [
        (Format::Goose, "-- +goose Up\nSELECT 1;"),
        (Format::Dbmate, "-- migrate:up\nSELECT 1;"),
        (Format::Tern, "SELECT 1;\n---- create above / drop below ----\n"),
    ] {
        let problems = read(Format::Native, &[("1_a.sql", text)]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/bad-directive"], "{text}");
        let said = problems.to_string();
        assert_eq!(
            said,
            format!("this file is one of {expected}, and is read as native")
        );
        let [FolderProblem::ForeignMarker { of, .. }] = problems.0.as_slice() else {
            panic!("{problems:?}");
        };
        assert_eq!(*of, expected);
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
fn what_is_nearly_a_directive_is_a_problem_of_a_folder_of_ones_own_alone() {
    let combined = "-- migrate:up\n-- DEV ONLY\nSELECT 1;\n-- migrate:down\n-- DEV/TEST ONLY\nSELECT 2;";
    for (format, files, places) in [
        (
            Format::Native,
            vec![("1_a.sql", "-- DEV ONLY\nSELECT 1;")],
            vec![(1, 4)],
        ),
        (
            Format::Native,
            vec![
                ("1_a.up.sql", "SELECT 1;"),
                ("1_a.down.sql", "SELECT 1;\n-- DEV/TEST ONLY"),
            ],
            vec![(2, 4)],
        ),
        // One file with both scripts is reported once.
        (Format::Dbmate, vec![("1_a.sql", combined)], vec![(2, 4), (5, 4)]),
    ] {
        let problems = read(format, &files).unwrap_err();
        let found: Vec<_> = problems.0.iter().filter_map(Explain::place).collect();
        let found: Vec<_> = found
            .iter()
            .map(|place| (place.line.unwrap(), place.column.unwrap()))
            .collect();
        assert_eq!(found, places, "{files:?}");
        let config = FolderConfig {
            origin: FolderOrigin::Foreign,
            ..FolderConfig::default()
        };
        let foreign = read_with(format, &files, &config).unwrap();
        assert_eq!(foreign.items[0].near_misses.len(), places.len(), "{files:?}");
    }
}

#[test]
fn of_a_file_that_is_nothing_but_problems_twenty_are_enough() {
    for (format, line) in [
        (Format::Native, "-- db-fresh: x\n"),
        (Format::Goose, "-- +goose StatementBegin\n"),
        (Format::Goose, "-- +goose x\n"),
        (Format::Dbmate, "-- migrate:up x:y\n"),
        (Format::Flyway, "SELECT '${x}';\n"),
        (Format::Tern, "SELECT '{{.x}}';\n"),
    ] {
        let name = if format == Format::Flyway {
            "V1__a.sql"
        } else {
            "1_a.sql"
        };
        let other = name.replace('1', "2");
        let text = line.repeat(1_000);
        let problems = read(format, &[(name, &text), (&other, &text)]).unwrap_err();
        let of_each = [name, &other].map(|file| {
            let all = problems.diagnostics().into_iter();
            all.filter(|one| one.place.as_ref().is_some_and(|place| place.file == file))
                .count()
        });
        assert!(
            of_each.iter().all(|count| (20..25).contains(count)),
            "{format} {line}: {of_each:?}"
        );
    }
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

#[test]
fn a_down_script_that_cannot_be_run_keeps_no_up_script_from_running() {
    let broken = "SELECT 'open";
    for (format, files) in [
        (
            Format::Native,
            vec![
                ("1_a.up.sql", "SELECT 1;"),
                ("1_a.down.sql", broken),
                ("2_b.down.sql", "SELECT 2;"),
            ],
        ),
        (
            Format::GolangMigrate,
            vec![
                ("1_a.up.sql", "SELECT 1;"),
                ("1_a.down.sql", "\\connect x"),
                ("2_b.down.sql", ""),
            ],
        ),
        (
            Format::Diesel,
            vec![
                ("1_a/up.sql", "SELECT 1;"),
                ("1_a/down.sql", broken),
                ("2_b/down.sql", ""),
            ],
        ),
        (
            Format::Prisma,
            vec![
                ("1_a/migration.sql", "SELECT 1;"),
                ("1_a/down.sql", broken),
                ("2_b/down.sql", ""),
            ],
        ),
        (
            Format::Flyway,
            vec![
                ("V1__a.sql", "SELECT 1;"),
                ("U1__a.sql", "SELECT '${nope}'"),
                ("U2__b.sql", ""),
            ],
        ),
        (
            Format::Goose,
            vec![
                ("1_a.sql", "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT 'open"),
                (
                    "2_b.sql",
                    "-- +goose Up\nSELECT 1;\n-- +goose Down\nSELECT /* open",
                ),
            ],
        ),
    ] {
        let read = read(format, &files).unwrap();
        assert!(read.items.iter().all(|item| item.down.is_none()), "{format}");
        let codes: Vec<_> = read.down_problems.iter().map(Explain::code).collect();
        assert_eq!(codes.len(), 2, "{format}: {codes:?}");
    }
}
