//! `tidy` on made-up crates: circles of every kind, what only looks like one, and files without a purpose.

use std::{fs, path::Path, process::Command};

/// How `cargo xtask tidy` ends for a crate of these files, and what it prints.
fn tidy(files: &[(&str, &str)]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let manifest = "[package]\nname = \"made-up\"\nedition = \"2024\"\n[workspace]\n";
    write(root, "Cargo.toml", manifest);
    for (file, text) in files {
        let text = if file.ends_with(".rs") {
            format!("//! Made up.\n{text}\n")
        } else {
            (*text).to_owned()
        };
        write(root, file, &text);
    }
    run(root)
}

fn write(root: &Path, file: &str, text: &str) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(root: &Path) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(["tidy", "--manifest-path"])
        .arg(root.join("Cargo.toml"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout) + &text(output.stderr),
    )
}

/// Asserts that `a.rs` and `b.rs` are found to import each other by these names.
fn is_circle(files: &[(&str, &str)], from_a: &str, from_b: &str) {
    let (ended_well, said) = tidy(files);
    assert!(!ended_well, "{files:?}\n{said}");
    for tie in [
        format!("src/a.rs -> src/b.rs: {from_a}"),
        format!("src/b.rs -> src/a.rs: {from_b}"),
    ] {
        assert!(said.contains(&tie), "{files:?}\nlacks {tie}\n{said}");
    }
    assert!(said.contains("2 files import each other in a circle"), "{said}");
}

fn is_none(files: &[(&str, &str)]) {
    let (ended_well, said) = tidy(files);
    assert!(ended_well, "{files:?}\n{said}");
}

const LIB: (&str, &str) = ("src/lib.rs", "mod a;\nmod b;");

#[test]
fn whatever_names_a_definition_in_another_file_ties_them() {
    let b = (
        "src/b.rs",
        "use crate::a::f;\npub struct Name;\npub enum Kind { One }\npub fn g() { f() }\npub const MOST: u8 = 1;",
    );
    for (a, names) in [
        ("use crate::b::g;\npub fn f() {}", "g (line 2)"),
        (
            "use crate::b::{self, Name as Other};\npub fn f() -> Other { b::g() }",
            "Name (line 2), g (line 3)",
        ),
        ("use super::b::*;\npub fn f() { g() }", "g (line 3)"),
        ("use crate::b;\npub fn f() { b::g() }", "g (line 3)"),
        ("pub fn f() -> crate::b::Name { todo!() }", "Name (line 2)"),
        ("pub fn f() { self::super::b::g() }", "g (line 2)"),
        ("pub fn f() { use crate::b; b::g() }", "g (line 2)"),
        ("pub fn f() { use crate::b::g as other; other() }", "g (line 2)"),
        (
            "pub fn f() { match 1 { crate::b::MOST => {} _ => {} } }",
            "MOST (line 2)",
        ),
        (
            "pub fn f(kind: u8) { matches!(kind, crate::b::Kind::One); }",
            "Kind (line 2)",
        ),
        ("use crate::b::Kind::*;\npub fn f() { One; }", "Kind (line 2)"),
        ("#[arg(value_parser = crate::b::g)]\npub fn f() {}", "g (line 2)"),
        ("pub use crate::b::g;\npub fn f() { g() }", "g (line 3)"),
        (
            "pub use crate::b::Name;\npub fn f() { vec![Name] }",
            "Name (line 3)",
        ),
        (
            "pub fn f() {}\nimpl From<crate::b::Name> for u8 {}",
            "Name (line 3)",
        ),
        ("pub fn f<T: Into<crate::b::Name>>(_: T) {}", "Name (line 2)"),
        (
            "pub fn f() {}\npub mod inner { pub fn h() { super::super::b::g() } }",
            "g (line 3)",
        ),
        (
            "pub fn f() {}\n#[cfg(feature = \"x\")]\nmod inner { use crate::b::g; }",
            "g (line 4)",
        ),
        ("pub fn f() {}\n#[cfg(not(test))]\nuse crate::b::g;", "g (line 4)"),
        (
            "pub fn f() {}\nmacro_rules! m { () => { $crate::b::g() } }",
            "g (line 3)",
        ),
    ] {
        is_circle(&[LIB, ("src/a.rs", a), b], names, "f (line 2)");
    }
}

#[test]
fn a_name_counts_for_the_file_that_defines_it_however_it_is_handed_on() {
    let b = ("src/b.rs", "pub fn g() { crate::a::f() }");
    for lib in [
        "mod a;\nmod b;\npub use b::g;",
        "mod a;\nmod b;\npub use b::*;",
        "mod a;\nmod b;\nuse b::g;",
        "mod a;\nmod b;\nmod room { pub use super::b::g as h; }\npub use room::h as g;",
    ] {
        let files = [("src/lib.rs", lib), ("src/a.rs", "pub fn f() { crate::g() }"), b];
        is_circle(&files, "g (line 2)", "f (line 2)");
    }
}

#[test]
fn a_parent_that_calls_its_child_and_defines_what_the_child_uses_is_in_a_circle() {
    let (ended_well, said) = tidy(&[
        ("src/lib.rs", "mod room;"),
        (
            "src/room/mod.rs",
            "mod part;\npub struct Shared;\npub fn all() { part::one() }",
        ),
        ("src/room/part.rs", "use super::Shared;\npub fn one() { Shared; }"),
    ]);
    assert!(!ended_well);
    assert!(
        said.contains("src/room/mod.rs -> src/room/part.rs: one (line 4)"),
        "{said}"
    );
    assert!(
        said.contains("src/room/part.rs -> src/room/mod.rs: Shared (line 2)"),
        "{said}"
    );
    // The same with the macro of the parent.
    let (ended_well, said) = tidy(&[
        (
            "src/lib.rs",
            "macro_rules! shared { () => {} }\nmod part;\npub fn all() { part::one() }",
        ),
        ("src/part.rs", "pub fn one() { shared!() }"),
    ]);
    assert!(!ended_well);
    assert!(
        said.contains("src/part.rs -> src/lib.rs: shared (line 2)"),
        "{said}"
    );
}

#[test]
fn three_files_and_files_of_other_crates_are_looked_at_too() {
    let (ended_well, said) = tidy(&[
        ("src/lib.rs", ""),
        (
            "src/main.rs",
            "mod a;\nmod b;\n#[path = \"elsewhere/third.rs\"]\nmod c;\nfn main() {}",
        ),
        ("src/a.rs", "pub fn f() { crate::b::g() }"),
        ("src/b.rs", "pub fn g() { crate::c::h() }"),
        ("src/elsewhere/third.rs", "pub fn h() { crate::a::f() }"),
    ]);
    assert!(!ended_well);
    assert!(
        said.contains("made-up: 3 files import each other in a circle"),
        "{said}"
    );
    assert!(
        said.contains("src/elsewhere/third.rs -> src/a.rs: f (line 2)"),
        "{said}"
    );
    assert!(said.contains("error: found 1 problems"), "{said}");
}

#[test]
fn what_is_no_import_makes_no_circle() {
    let one_way = (
        "src/b.rs",
        "use crate::a::f;\npub fn g() { f() }\npub struct Name;",
    );
    for a in [
        "//! See [`crate::b::g`].\n/// As [`crate::b::Name`].\npub fn f() { \"crate::b::g\"; }",
        "pub fn f() {}\n#[cfg(test)]\nmod tests { use crate::b::g; use super::*; }",
        "pub fn f() {}\n#[cfg(all(test, feature = \"x\"))]\nuse crate::b::g;",
        "pub fn f() {}\n#[test]\nfn it_works() { crate::b::g() }",
        "pub fn f() {}\nimpl S { #[cfg(test)]\nfn it() { crate::b::g() } }",
        "use super::*;\npub fn f() {}",
        "use crate::b;\npub fn f() {}",
        "pub use crate::b::g;\npub fn f() { let g = 1; g; }",
        "pub use crate::b::g;\npub fn f(g: u8) { println!(\"{}\", value.g()); g(); }",
        "pub(in crate::b) fn f() {}",
        "use ::b::g;\npub fn f() { ::b::g() }",
        "use other::b::g;\npub fn f() { other::b::g() }",
    ] {
        is_none(&[LIB, ("src/a.rs", a), one_way]);
    }
    // A macro, and a function of the same name; a module, and a function of the same name.
    is_none(&[
        LIB,
        ("src/a.rs", "pub fn f() { g!() }\nuse crate::b::*;"),
        one_way,
    ]);
    is_none(&[
        ("src/lib.rs", "mod a;\nmod b;\npub use b::a;"),
        (
            "src/a.rs",
            "pub fn f() {}\nuse crate::a;\nuse crate::a::f as other;",
        ),
        ("src/b.rs", "pub fn a() { crate::a::f() }"),
    ]);
}

#[test]
fn tests_import_what_they_like() {
    is_none(&[
        ("src/lib.rs", ""),
        ("tests/it/main.rs", "mod a;\nmod b;"),
        ("tests/it/a.rs", "pub fn f() { crate::b::g() }"),
        ("tests/it/b.rs", "pub fn g() { crate::a::f() }"),
    ]);
}

#[test]
fn a_room_that_only_hands_names_on_is_in_no_circle() {
    is_none(&[
        (
            "src/lib.rs",
            "mod error;\nmod room;\npub use error::Error;\npub use room::{One, two};",
        ),
        ("src/error.rs", "pub struct Error;"),
        (
            "src/room/mod.rs",
            "mod one;\nmod two;\n#[cfg(test)]\nmod tests;\npub use self::{one::One, two::two};",
        ),
        ("src/room/one.rs", "use crate::Error;\npub struct One(Error);"),
        (
            "src/room/two.rs",
            "use super::One;\npub fn two() -> One { crate::One(crate::Error) }",
        ),
        ("src/room/tests.rs", "use super::*;\npub fn all() { two::two() }"),
    ]);
}

#[test]
fn a_file_that_does_not_say_what_it_is_for_is_named_and_lengths_are_only_shown() {
    let folder = tempfile::tempdir().unwrap();
    write(
        folder.path(),
        "Cargo.toml",
        "[package]\nname = \"made-up\"\nedition = \"2024\"\n[workspace]\n",
    );
    write(
        folder.path(),
        "src/lib.rs",
        &format!("//! Made up.\n{}", "// line\n".repeat(410)),
    );
    let (ended_well, said) = run(folder.path());
    assert!(ended_well, "{said}");
    assert!(
        said.contains("1 files: half of them have up to 411 lines, nine of ten up to 411"),
        "{said}"
    );
    assert!(said.contains("long: src/lib.rs has 411 lines"), "{said}");
    write(folder.path(), "tests/it.rs", "// No purpose.\n");
    write(folder.path(), "target/debug/out.rs", "");
    let (ended_well, said) = run(folder.path());
    assert!(!ended_well, "{said}");
    assert!(said.contains("tests/it.rs: does not begin with `//!`"), "{said}");
}
