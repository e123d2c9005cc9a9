//! What a folder's problems say.

use std::path::PathBuf;

use diagnostic::{Explain, Paint, render_all};

use super::{codes, detected, read, versions};
use crate::{FolderConfig, FolderProblem, Format, Migrations};

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
