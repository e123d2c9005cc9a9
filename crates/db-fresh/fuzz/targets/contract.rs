//! Contracts: what is written reads back as it was, whatever the names and values; any other text is an error with a line.

use diagnostic::Explain as _;
use proptest::{prop_oneof, strategy::Strategy as _};
use schema_contract::{
    Snapshot, contract, diff,
    docs::{self, Group},
    drift, lacking,
};

use super::snapshot;
use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, same},
    example_files,
    files::Files,
    text::{Kind, texts},
};

pub(crate) const TARGET: Target = Target {
    name: "contract",
    inputs,
};

const FILE: &str = "a.contract.snap";

#[derive(Debug, Clone)]
enum Input {
    Snapshot(Snapshot),
    Text(Vec<u8>),
}

const LINES: Kind = Kind {
    pieces: &[
        "---\n",
        "source: db-fresh\n",
        "# sha256:0\n",
        "\n",
        "\n",
        "table app.users / columns = id\n",
        "table app.users / column id / type = uuid\n",
        "  | line\n",
        "  |\n",
        "  | ",
        " = ",
        " =\n",
        " / ",
        "\"",
        "\"\"",
        "\\",
        "\\n",
        "\\s",
        ".",
        " ",
        "table ",
        "schema app",
        "schema \"a\"",
        "function app.f(text)",
        "cast (a AS b)",
        "enum app.mood / labels = 'a', E'\\\\'\n",
        "column ",
        "index app.i",
        " / columns = a DESC, (b)\n",
        "<<<<<<< HEAD\n",
        "=======\n",
        ">>>>>>> x\n",
        "#",
        "\r\n",
        "\r",
        "\t",
        "table app.a / partition of = app.users\n",
        "{not covered}",
        "pl4nted-S3cret",
        "\u{feff}",
        "setting a.b = c\n",
        "default-privileges ",
        "table app.\"x\ny\" / a = 1\n",
        "a b / c = d\n",
        "a b / c \"d / e = f\n",
        "ä",
        "\u{85}",
    ],
    nested: &[
        ("\" / ", "\" = 1\n"),
        ("\"", ""),
        (" / ", ""),
        (" = ", ""),
        ("\\", ""),
        ("  | a\n", ""),
        ("table a.b / c = d\n", ""),
        ("(", ")"),
        ("a, ", ""),
        ("\"\"", ""),
        ("---\n", ""),
        ("table a.b / columns = \"a\", ", ""),
    ],
};

fn inputs() -> Box<dyn Inputs> {
    let examples = example_files::ending(&["migrations", "fixtures/recorded/production"], ".contract.snap");
    let strategy = prop_oneof![
        snapshot::snapshots().prop_map(Input::Snapshot),
        texts(&LINES, examples).prop_map(Input::Text),
    ];
    Box::new(Of {
        strategy: strategy.boxed(),
        check,
        files,
    })
}

fn files(input: &Input) -> Files {
    let bytes = match input {
        Input::Snapshot(snapshot) => format!("{:#?}", snapshot.facts()).into_bytes(),
        Input::Text(text) => text.clone(),
    };
    vec![(FILE.to_owned(), bytes)]
}

fn check(input: &Input) -> Result<(), String> {
    match input {
        Input::Snapshot(snapshot) => is_sound(snapshot),
        Input::Text(bytes) => {
            let Ok(text) = str::from_utf8(bytes) else {
                return Ok(());
            };
            match contract::from_file_text(text, FILE) {
                Ok(snapshot) => is_sound(&snapshot),
                Err(error) => errors::check(
                    &error.diagnostics(),
                    &vec![(FILE.to_owned(), bytes.clone())],
                    Lines::All,
                ),
            }
        }
    }
}

fn is_sound(snapshot: &Snapshot) -> Result<(), String> {
    let text = contract::to_file_text(snapshot, "fuzz");
    for (text, what) in [
        (text.clone(), "what was written"),
        (
            text.replace('\n', "\r\n"),
            "what was written with other line ends",
        ),
        (stripped(&text), "what an editor stripped"),
    ] {
        let again = contract::from_file_text(&text, FILE)
            .map_err(|error| format!("{what} is refused: {error}\n{text}"))?;
        same(
            &again,
            snapshot,
            &format!("{what} reads as another snapshot\n{text}"),
        )?;
        same(
            &again.to_text(),
            &snapshot.to_text(),
            &format!("{what} is written in another way"),
        )?;
        same(
            &again.digest(),
            &snapshot.digest(),
            &format!("{what} has another digest"),
        )?;
    }
    for (found, what) in [
        (diff(snapshot, snapshot), "differs from itself"),
        (lacking(snapshot, snapshot), "lacks something of itself"),
    ] {
        if !found.is_empty() {
            return Err(format!("a snapshot {what}: {}", found.render()));
        }
    }
    let half: Vec<_> = snapshot.facts().iter().step_by(2).cloned().collect();
    let found = diff(snapshot, &Snapshot::from_facts(half));
    let pattern = ["*", "table *", "* / column * / *"].map(|pattern| drift::Ignore {
        pattern: pattern.to_owned(),
        reason: "r".to_owned(),
    });
    drop((
        found.render(),
        found.summary(),
        drift::drift(&found, &pattern[1..]).render(),
        snapshot.counts(),
    ));
    let group = [Group {
        name: "fuzz",
        snapshot,
    }];
    drop((docs::mermaid(&group), docs::dictionary(&group), docs::svg(&group)));
    Ok(())
}

fn stripped(text: &str) -> String {
    text.split('\n')
        .map(|line| line.trim_end_matches([' ', '\t']))
        .collect::<Vec<_>>()
        .join("\n")
}
