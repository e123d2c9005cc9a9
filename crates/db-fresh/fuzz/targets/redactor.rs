//! The redactor: values that are known, and values whose place says that they are secret, are in no text that it gives back.

use diagnostic::Redactor;
use proptest::{collection::vec, prop_oneof, sample::select, strategy::Strategy as _};

use crate::{
    case::{Inputs, Of, Target},
    errors::SECRET,
    text::{Kind, deep, piece},
};

pub(crate) const TARGET: Target = Target {
    name: "redactor",
    inputs,
};

/// Where a secret is known by its place.
const PLACES: [(&str, &str); 14] = [
    ("password => '", "' "),
    ("api_key := '", "' "),
    ("IDENTIFIED BY '", "' "),
    ("{\"db_password\": \"", "\"} "),
    ("secret = \"", "\" "),
    ("PASSWORD E'", "' "),
    ("postgres://u:", "@h:5432/d "),
    ("postgresql://", ":"),
    ("redis://:", "@h/0 "),
    ("host=h password=", " user=u"),
    ("password='", "' "),
    ("PASSWORD '", "' "),
    ("sslpassword = '", "' "),
    ("PGPASSWORD=", " "),
];

/// Between them nothing that makes another word of theirs, or opens a quote.
const PIECES: &[&str] = &[
    " ",
    "\n",
    "\t",
    "://",
    "@",
    ":",
    "a://b:",
    "password ",
    "[REDACTED]",
    "a@b.example",
    "->",
    "; ",
    "ä",
    "\u{1b}[31m",
    "SELECT 1",
    "/",
];

const NESTED: &[(&str, &str)] = &[
    ("a://b:", "@h "),
    ("a:", "@"),
    ("a.", "@b.cd"),
    ("a@", ".b"),
    ("://", ""),
    ("password ", ""),
    ("@", ""),
    (" ", ""),
    ("[REDACTED]", ""),
    ("pl4nted-S3cret", ""),
];

const SHAPED: &str = "sh4ped-S3cret";

/// A value that files and messages write in several ways.
const QUOTED: &str = "qu'ot\"ed\\ S3cret";
const AS_WRITTEN: [&str; 4] = [
    QUOTED,
    "qu''ot\"ed\\ S3cret",
    "qu'ot\\\"ed\\\\ S3cret",
    "qu%27ot%22ed%5C%20S3cret",
];

fn inputs() -> Box<dyn Inputs> {
    let around = || {
        let deep = deep(&Kind {
            pieces: PIECES,
            nested: NESTED,
        });
        prop_oneof![
            20 => vec(piece(PIECES), 0..30).prop_map(|pieces| pieces.concat()),
            1 => deep.prop_map(|text| String::from_utf8(text).unwrap_or_default()),
        ]
    };
    let text = (around(), select(&PLACES[..]), around(), select(&AS_WRITTEN[..]));
    let text = text.prop_map(|(before, (open, close), after, quoted)| {
        let shaped = if close == ":" {
            format!("{open}u:{SHAPED}@h")
        } else {
            format!("{open}{SHAPED}{close}")
        };
        format!("{before} {SECRET}\n{shaped}\n{after}\n{quoted}")
    });
    Box::new(Of {
        strategy: text.boxed(),
        check: |text| check(text),
        files: |text| vec![("text".to_owned(), text.clone().into_bytes())],
    })
}

fn check(text: &str) -> Result<(), String> {
    let clean = Redactor::knowing([SECRET, QUOTED]).scrub(text);
    for secret in [SECRET, SHAPED].iter().chain(&AS_WRITTEN) {
        if clean.contains(secret) {
            return Err(format!("a secret is still there: {clean:?}"));
        }
    }
    Ok(())
}
