//! The neutral checksum: line ends, white space and comments leave it alone, and every change inside a literal shows.

use std::path::PathBuf;

use migration_core::{FolderConfig, Format, Migrations};
use proptest::{
    collection::vec,
    prelude::any,
    sample::{Index, select},
    strategy::Strategy as _,
};

use crate::{
    case::{Inputs, Of, Target},
    errors::same,
    files::Files,
};

pub(crate) const TARGET: Target = Target {
    name: "checksum",
    inputs,
};

#[derive(Debug, Clone)]
struct Pair {
    pieces: Vec<(&'static str, Between)>,
    /// Which literal the third file has otherwise.
    changed: Index,
}

/// What stands behind a piece in the one file and in the other. Two strings are one where a line end is between them, so that
/// both have one or none.
type Between = (&'static str, &'static str);

const ON_ONE_LINE: [&str; 7] = [
    " ",
    "\t",
    "  ",
    " /* c; ' */ ",
    " /* /* */ */ ",
    "\u{b}",
    " /* $$ */\t",
];
const OVER_LINES: [&str; 8] = [
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    " -- c; '\n",
    "\t-- $$ /*\r\n",
    "\n/* a\r\n */",
    "--\n",
];

const LITERALS: [&str; 13] = [
    "'a;b'",
    "''''",
    r"E'\';'",
    r"e'\\'",
    "'a\nb'",
    "U&'x'",
    "\"a;b\"",
    "$$;'$$",
    "$a$ $$ ; $a$",
    "$$ -- x\n $$",
    "B'01'",
    "'/* a */'",
    "$é$ü$é$",
];
const OTHERS: [&str; 20] = [
    ";",
    ";",
    "(",
    ")",
    "SELECT",
    "x",
    ".",
    "ä",
    "1",
    "->>",
    "$1",
    "1.5e3",
    "CREATE FUNCTION f()",
    "BEGIN ATOMIC",
    "END",
    "CASE",
    "=",
    "*",
    "::",
    ",",
];

fn inputs() -> Box<dyn Inputs> {
    let piece = proptest::prop_oneof![select(&LITERALS[..]), select(&OTHERS[..])];
    let between = proptest::prop_oneof![
        (select(&ON_ONE_LINE[..]), select(&ON_ONE_LINE[..])),
        (select(&OVER_LINES[..]), select(&OVER_LINES[..])),
    ];
    let pairs =
        (vec((piece, between), 1..40), any::<Index>()).prop_map(|(pieces, changed)| Pair { pieces, changed });
    Box::new(Of {
        strategy: pairs.boxed(),
        check,
        files,
    })
}

fn files(pair: &Pair) -> Files {
    let text = |file: fn(&Between) -> &'static str| -> String {
        pair.pieces
            .iter()
            .flat_map(|(piece, between)| [*piece, file(between)])
            .collect()
    };
    let mut files = vec![
        ("1_one.sql".to_owned(), text(|between| between.0)),
        ("1_other.sql".to_owned(), text(|between| between.1)),
    ];
    let literals: Vec<usize> = (0..pair.pieces.len())
        .filter(|at| LITERALS.contains(&pair.pieces[*at].0))
        .collect();
    if !literals.is_empty() {
        let at = literals[pair.changed.index(literals.len())];
        let changed = pair
            .pieces
            .iter()
            .enumerate()
            .flat_map(|(here, (piece, between))| {
                let piece = if here == at {
                    otherwise(piece)
                } else {
                    (*piece).to_owned()
                };
                [piece, between.0.to_owned()]
            });
        files.push(("1_changed.sql".to_owned(), changed.collect()));
    }
    files
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect()
}

/// The literal with another value.
fn otherwise(literal: &str) -> String {
    if literal.contains('\n') {
        return literal.replace('\n', "\r\n");
    }
    let closing = match literal.strip_prefix('$') {
        Some(tag) => tag.find('$').map(|end| end + 2),
        None => literal.rfind(['\'', '"']),
    };
    let (before, behind) = literal.split_at(closing.unwrap_or(0));
    format!("{before}z{behind}")
}

/// The checksums, exact and neutral, or what keeps the file from having them.
fn checksums(file: &(String, Vec<u8>)) -> Result<([u8; 32], [u8; 32]), String> {
    let files = [(PathBuf::from("1_a.sql"), file.1.clone())];
    let read = Migrations::from_files("fuzz", files, Some(Format::Native), &FolderConfig::default());
    let read = read.map_err(|problems| problems.to_string())?;
    Ok((read.items[0].up.checksum, read.items[0].up.neutral_checksum))
}

fn check(pair: &Pair) -> Result<(), String> {
    let files = files(pair);
    let (one, other) = (checksums(&files[0]), checksums(&files[1]));
    same(
        &one.as_ref().map(|both| both.1).ok(),
        &other.as_ref().map(|both| both.1).ok(),
        "comments and white space change it",
    )?;
    if let (Ok(one), Ok(other)) = (&one, &other) {
        same(
            &(files[0].1 == files[1].1),
            &(one.0 == other.0),
            "the exact checksum is not of the exact bytes",
        )?;
    }
    if let (Ok(one), Some(changed)) = (&one, files.get(2))
        && checksums(changed).is_ok_and(|changed| changed.1 == one.1)
    {
        return Err("a literal has another value, and the neutral checksum is the same".to_owned());
    }
    Ok(())
}
