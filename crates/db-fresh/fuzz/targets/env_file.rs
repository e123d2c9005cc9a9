//! Files of variables: any bytes are read or are an error, and no error quotes a value, known as a secret or not.

use std::fs;

use diagnostic::{Paint, render_all};

use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, SECRET},
    scratch,
    text::{Kind, texts},
};

pub(crate) const TARGET: Target = Target {
    name: "env-file",
    inputs,
};

const FILE: &str = "migrate.env";

const LINES: Kind = Kind {
    pieces: &[
        "A=pl4nted-S3cret\n",
        "export B='pl4nted-S3cret'\n",
        "C=\"pl4nted-S3cret\"\n",
        "D=\"a\npl4nted-S3cret\n\"",
        "E=pl4nted-S3cret x\n",
        "=pl4nted-S3cret\n",
        "pl4nted-S3cret\n",
        "F='pl4nted-S3cret",
        "DATABASE_URL=postgres://u:pl4nted-S3cret@h/d\n",
        "APP_ENV=production\n",
        "1A=pl4nted-S3cret\n",
        "A B=pl4nted-S3cret\n",
        "A.B-C=x\n",
        "${A}",
        "$A",
        "${",
        "}",
        "$",
        "\\",
        "\\n",
        "\"",
        "'",
        "#",
        " # pl4nted-S3cret",
        "=",
        "\n",
        "\n",
        "\r\n",
        " ",
        "\t",
        "export ",
        "A",
        "\0",
        "\u{feff}",
        "ä",
        "\u{2028}",
        "x",
        "-",
        "A=${A}${A}\n",
        "B=${A}${A}\n",
        "A=${B}${B}\n",
    ],
    nested: &[
        ("${", "}"),
        ("'", "'"),
        ("\"", "\""),
        ("A=", "\n"),
        ("A=${A}${A}\n", ""),
        ("\\", ""),
        ("$A", ""),
        ("#", "\n"),
        ("A=1\n", ""),
        ("export ", ""),
    ],
};

fn inputs() -> Box<dyn Inputs> {
    let example = b"# a comment\nDATABASE_URL=postgres://u:pl4nted-S3cret@h/d\nexport APP_ENV=\"staging\"\nKEY='pl4nted-S3cret'\nA=${KEY}\n";
    Box::new(Of {
        strategy: texts(&LINES, vec![example.to_vec()]),
        check: |bytes| check(bytes),
        files: |text| vec![(FILE.to_owned(), text.clone())],
    })
}

fn check(bytes: &[u8]) -> Result<(), String> {
    let folder = scratch::folder();
    let path = folder.path().join(FILE);
    fs::write(&path, bytes).unwrap();
    let Err(error) = db_fresh::check_env_file(&path) else {
        return Ok(());
    };
    let diagnostics = error.diagnostics();
    let shown = render_all(&diagnostics, Paint::Plain) + &format!("{error:?}");
    if shown.contains(SECRET) {
        return Err(format!("an error quotes a value: {shown}"));
    }
    if !shown.contains(FILE) {
        return Err(format!("an error does not name the file: {shown}"));
    }
    errors::check(
        &diagnostics,
        &vec![(FILE.to_owned(), bytes.to_vec())],
        Lines::Some,
    )
}
