//! dbmate: one file with pairs of blocks, `-- migrate:up` and `-- migrate:down`, with options on those lines.
//!
//! Left out on purpose: dbmate's demand for a down block. A migration without one just cannot be undone.

use std::ops::Range;

use crate::{
    Direction, Migration, Version,
    folder::{
        reader::{Name, Reader},
        script::Draft,
        source::{RawFile, Source},
    },
};

/// One block: which lines it has, and whether it runs in a transaction.
#[derive(Debug)]
struct Block {
    direction: Direction,
    range: Range<usize>,
    transaction: bool,
}

/// Whether a line is the marker that only dbmate has.
pub(in crate::folder) fn is_marker(line: &str) -> bool {
    marker(line).is_some_and(|(direction, _)| direction == Direction::Up)
}

/// The direction of a marker line and its options.
pub(super) fn marker(line: &str) -> Option<(Direction, &str)> {
    // The blanks of dbmate's pattern are those of ASCII.
    let rest = line
        .strip_prefix("--")?
        .trim_ascii_start()
        .strip_prefix("migrate:")?;
    let up = rest.strip_prefix("up").map(|options| (Direction::Up, options));
    let (direction, options) = up.or_else(|| Some((Direction::Down, rest.strip_prefix("down")?)))?;
    let is_word = options.is_empty() || options.starts_with(|next: char| next.is_ascii_whitespace());
    is_word.then_some((direction, options.trim()))
}

pub(super) fn read(reader: &mut Reader<'_>) -> Vec<Migration> {
    let mut migrations = Vec::new();
    for file in reader.sql_at_top() {
        match name(file) {
            Some(name) => migrations.extend(migration(reader, file, name)),
            None => reader.unknown(file),
        }
    }
    migrations
}

/// The digits at the start are the version, as text.
fn name(file: &RawFile) -> Option<Name> {
    let stem = file.name().strip_suffix(".sql")?;
    let digits = stem.bytes().take_while(u8::is_ascii_digit).count();
    let (version, description) = stem.split_at(digits);
    (digits > 0).then(|| Name {
        version: Version::Text(version.to_owned()),
        filename: file.name().to_owned(),
        description: description.trim_start_matches(['_', '-']).to_owned(),
    })
}

fn migration(reader: &mut Reader<'_>, file: &RawFile, name: Name) -> Option<Migration> {
    let source = reader.source(file)?;
    let blocks = blocks(reader, &source);
    let up = draft(&source, &blocks, Direction::Up)?;
    let down = draft(&source, &blocks, Direction::Down)
        .and_then(|draft| reader.down(|reader| Some(reader.script(draft))));
    Some(reader.migration(name, up, down))
}

/// The blocks of one direction, in the order of the file, as dbmate runs them both ways. Where only some of them want
/// no transaction, the others are sent as one message each, which the server runs as one transaction.
fn draft<'s>(source: &'s Source, blocks: &[Block], direction: Direction) -> Option<Draft<'s>> {
    let blocks = || blocks.iter().filter(|block| block.direction == direction);
    let mut draft = Draft::parts(source, blocks().map(|block| block.range.clone()).collect());
    if blocks().any(|block| !block.transaction) {
        draft.no_transaction = Some("`transaction:false`".to_owned());
        draft.blocks = blocks()
            .filter(|block| block.transaction)
            .map(|block| block.range.clone())
            .collect();
    }
    (!draft.parts.is_empty()).then_some(draft)
}

fn blocks(reader: &mut Reader<'_>, source: &Source) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut early = None;
    for line in source.lines() {
        let Some((direction, options)) = marker(line.text) else {
            let is_sql = !line.text.trim().is_empty() && !line.text.trim_start().starts_with("--");
            early = early.or((is_sql && blocks.is_empty()).then_some(line.start));
            continue;
        };
        let before = blocks.last_mut().map(|block| {
            block.range.end = line.start;
            block.direction
        });
        if direction == Direction::Down && before != Some(Direction::Up) {
            reader.bad_directive(
                source,
                line.start,
                "there is no `-- migrate:up` for this `-- migrate:down`",
            );
        }
        for option in options.split_whitespace() {
            if !matches!(option, "transaction:false" | "transaction:true") {
                reader.bad_directive(source, line.start, format!("dbmate has no option `{option}`"));
            }
        }
        blocks.push(Block {
            direction,
            range: line.next..source.text.len(),
            transaction: !options
                .split_whitespace()
                .any(|option| option == "transaction:false"),
        });
    }
    if let Some(at) = early.filter(|_| !blocks.is_empty()) {
        reader.bad_directive(source, at, "there is SQL before `-- migrate:up`");
    }
    if !blocks.iter().any(|block| block.direction == Direction::Up) {
        reader.bad_directive(source, 0, "there is no `-- migrate:up`");
    }
    blocks
}

#[cfg(test)]
mod tests {
    use crate::{
        Format, Migration, Mode,
        folder::tests::{codes, read, statements},
    };

    fn one(text: &str) -> Migration {
        let mut read = read(Format::Dbmate, &[("20200101_a.sql", text)]).unwrap();
        read.items.remove(0)
    }

    #[test]
    fn up_and_down_come_from_one_file() {
        let migration = one("-- why\n-- migrate:up\nSELECT 1;\n\n-- migrate:down\nSELECT 2;\n");
        assert_eq!(statements(&migration.up), ["SELECT 1"]);
        assert_eq!(statements(migration.down.as_ref().unwrap()), ["SELECT 2"]);
        assert_eq!(
            (
                migration.version.to_string().as_str(),
                migration.description.as_str()
            ),
            ("20200101", "a")
        );
        assert!(one("-- migrate:up\nSELECT 1;").down.is_none());
    }

    #[test]
    fn options_are_for_the_block_they_stand_at() {
        let migration = one("-- migrate:up transaction:false\nSELECT 1;\n-- migrate:down\nSELECT 2;\n");
        let reason = "`transaction:false`".to_owned();
        assert_eq!(migration.up.mode, Mode::NonTransactional { reason });
        assert_eq!(migration.down.unwrap().mode, Mode::Transactional);
    }

    #[test]
    fn several_pairs_run_in_the_order_of_the_file() {
        let migration = one("-- migrate:up\nSELECT 1; SELECT 2;\n-- migrate:down\nSELECT 3;\n\
             -- migrate:up transaction:false\nSELECT 4; SELECT 5;\n-- migrate:down\nSELECT 6;\n");
        assert_eq!(
            statements(&migration.up),
            ["SELECT 1; SELECT 2", "SELECT 4", "SELECT 5"]
        );
        assert_eq!(
            statements(migration.down.as_ref().unwrap()),
            ["SELECT 3", "SELECT 6"]
        );
    }

    #[test]
    fn files_run_in_the_order_of_their_names_as_text() {
        let up = "-- migrate:up\nSELECT 1;";
        let files = [("9_c.sql", up), ("10_b.sql", up), ("1_a.sql", up)];
        let read = read(Format::Dbmate, &files).unwrap();
        let names: Vec<_> = read.items.iter().map(|item| item.filename.as_str()).collect();
        assert_eq!(names, ["10_b.sql", "1_a.sql", "9_c.sql"]);
    }

    #[test]
    fn what_dbmate_would_not_understand_is_a_problem() {
        for text in [
            "SELECT 1;",
            "SELECT 0;\n-- migrate:up\nSELECT 1;",
            "-- migrate:down\nSELECT 1;\n-- migrate:up\n",
            "-- migrate:up\n-- migrate:down\n-- migrate:down\n",
            "-- migrate:up transactions:false\nSELECT 1;",
        ] {
            let problems = read(Format::Dbmate, &[("1_a.sql", text)]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/bad-directive"], "{text}");
        }
        assert_eq!(
            codes(&read(Format::Dbmate, &[("a.sql", "")]).unwrap_err()),
            ["migration/unknown-file"]
        );
    }
}
