//! Folders of migrations in every format: what is read twice is the same, from a disk too, and every byte has its place.

use std::path::{Path, PathBuf};

use diagnostic::Explain as _;
use migration_core::{FolderConfig, FolderProblems, Format, Migration, Migrations, Script, split};
use proptest::{
    bool::weighted,
    collection::vec,
    prop_oneof,
    sample::select,
    strategy::{BoxedStrategy, Strategy as _},
};

use super::{names, sql::SQL};
use crate::{
    case::{Inputs, Of, Target},
    errors::{self, Lines, same},
    example_files,
    files::Files,
    scratch,
    text::texts,
};

pub(crate) const TARGET: Target = Target {
    name: "folder",
    inputs,
};

#[derive(Debug, Clone)]
struct Folder {
    /// What it is read as; detected without it.
    format: Option<Format>,
    files: Files,
}

fn inputs() -> Box<dyn Inputs> {
    let examples = example_files::ending(&["migrations", "fixtures/recorded", "seeds"], ".sql");
    let wild = texts(&SQL, examples);
    let folder = (select(&Format::ALL[..]), weighted(0.8)).prop_flat_map(move |(named_like, is_told)| {
        let content = prop_oneof![calm(named_like), wild.clone()];
        let formats = if is_told {
            vec![Some(named_like)]
        } else {
            Format::ALL.into_iter().map(Some).chain([None; 11]).collect()
        };
        (select(formats), vec((names::name(named_like), content), 1..5))
    });
    let folder = folder.prop_map(|(format, files)| Folder { format, files });
    Box::new(Of {
        strategy: folder.boxed(),
        check,
        files: |folder| {
            let format = folder
                .format
                .map_or("detected".to_owned(), |format| format.to_string());
            folder
                .files
                .iter()
                .map(|(name, bytes)| (format!("{name} ({format})"), bytes.clone()))
                .collect()
        },
    })
}

/// What the format takes.
fn calm(format: Format) -> BoxedStrategy<Vec<u8>> {
    let statements = |most| vec(select(&CALM[..]), 0..most).prop_map(|statements| statements.concat());
    let parts = (statements(8), statements(3));
    let text = parts.prop_map(move |(up, down)| match format {
        Format::Goose => format!("-- +goose Up\n{up}-- +goose Down\n{down}"),
        Format::Dbmate => format!("-- migrate:up\n{up}-- migrate:down\n{down}"),
        Format::SqlMigrate => format!("-- +migrate Up\n{up}-- +migrate Down\n{down}"),
        Format::NodePgMigrate => format!("-- Up Migration\n{up}-- Down Migration\n{down}"),
        Format::Tern => format!("SELECT 1;\n{up}---- create above / drop below ----\n{down}"),
        _ => up,
    });
    text.prop_map(String::into_bytes).boxed()
}

const CALM: [&str; 22] = [
    "SELECT 1;\n",
    "-- a comment; with ' and $$\n",
    "/* one /* inside */ the other; */\n",
    "CREATE TABLE t (a int, b text DEFAULT ';');\n",
    "SELECT E'\\';', U&'x', \"a;b\", $q$ ; $$ $q$",
    ";\n",
    ";;\r\n",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END;\n",
    "CREATE RULE r AS ON INSERT TO t DO ALSO (DELETE FROM a; DELETE FROM b);\n",
    "CREATE INDEX CONCURRENTLY i ON t (a);\n",
    "VACUUM;\n",
    "ALTER TYPE e ADD VALUE 'x';\n",
    "BEGIN;\n",
    "COMMIT;\n",
    "DO $$ BEGIN NULL; END $$;\n",
    "-- db-fresh: no-transaction\n",
    "-- DEV/TEST ONLY\n",
    "SELECT '${a}', '{{.a}}', $1;\n",
    "INSERT INTO ä VALUES ('→', '\u{202e}');\n",
    "UPDATE t SET a = 1 WHERE b = 'pl4nted-S3cret';\n",
    "\\echo x\n",
    "SELECT 2 -- no end",
];

fn read(folder: &Folder) -> Result<Migrations, FolderProblems> {
    let files = folder
        .files
        .iter()
        .map(|(name, bytes)| (PathBuf::from(name), bytes.clone()));
    Migrations::from_files("fuzz", files, folder.format, &config())
}

fn config() -> FolderConfig {
    let values = [("a", "a value; 'that' is longer"), ("b", "")];
    let mut config = FolderConfig::default();
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    config.variables.extend(values);
    config
}

fn check(folder: &Folder) -> Result<(), String> {
    let mut texts = folder
        .files
        .iter()
        .filter_map(|(_, bytes)| str::from_utf8(bytes).ok());
    texts.try_for_each(is_split_soundly)?;
    let found = read(folder);
    let told = outcome(&found, Path::new(""));
    same(
        &told,
        &outcome(&read(folder), Path::new("")),
        "reading twice differs",
    )?;
    match &found {
        Ok(migrations) => migrations_are_sound(migrations)?,
        Err(problems) => errors::check(&problems.diagnostics(), &folder.files, Lines::Some)?,
    }
    from_disk(folder, &told)
}

/// Whatever a text is: its statements lie apart, each begins and ends with something, and each alone is the same statement.
fn is_split_soundly(text: &str) -> Result<(), String> {
    let mut end = 0;
    for statement in split(text) {
        let inside = text.get(statement.start..statement.end).unwrap_or_default();
        if statement.start < end
            || inside.is_empty()
            || inside.starts_with("--")
            || inside.trim_ascii_start() != inside
        {
            return Err(format!(
                "a statement overlaps another one, or is not trimmed: {inside:?}"
            ));
        }
        let again: Vec<_> = split(inside)
            .iter()
            .map(|again| (again.start, again.end))
            .collect();
        same(
            &again,
            &vec![(0, inside.len())],
            "a statement alone is split in another way",
        )?;
        end = statement.end;
    }
    Ok(())
}

/// What a reading came to, whatever folder the files were read from.
fn outcome(found: &Result<Migrations, FolderProblems>, dir: &Path) -> String {
    let text = match found {
        Ok(migrations) => format!(
            "{:?} {:?} {:?}",
            migrations.format, migrations.items, migrations.skipped
        ),
        Err(problems) => format!("{:?}", problems.diagnostics()),
    };
    if dir.as_os_str().is_empty() {
        text
    } else {
        text.replace(&format!("{}/", dir.display()), "")
    }
}

/// A folder on disk reads as the same files in memory, where the disk can hold them and none of them is passed over.
fn from_disk(folder: &Folder, told: &str) -> Result<(), String> {
    let is_passed_over = |name: &String| {
        let depth = Path::new(name).components().count();
        depth > 4 || name.split('/').any(|part| part.starts_with('.'))
    };
    let dir = scratch::folder();
    if folder.files.iter().any(|(name, _)| is_passed_over(name)) || !scratch::write(dir.path(), &folder.files)
    {
        return Ok(());
    }
    let found = Migrations::from_dir("fuzz", dir.path(), folder.format, &config());
    // What names the folder itself, and what lies near it, differs.
    let names_the_folder = |text: &str| {
        ["EmptyFolder", "empty-folder", "ambiguous"]
            .iter()
            .any(|word| text.contains(word))
    };
    let from_disk = outcome(&found, dir.path());
    if names_the_folder(told) {
        Ok(())
    } else {
        same(&from_disk.as_str(), &told, "a disk differs from memory")
    }
}

fn migrations_are_sound(migrations: &Migrations) -> Result<(), String> {
    let by_name = matches!(migrations.format, Format::Dbmate | Format::Supabase);
    let is_ordered = |pair: &[Migration]| {
        if by_name {
            pair[0].filename <= pair[1].filename
        } else {
            pair[0].version <= pair[1].version
        }
    };
    if !migrations.items.windows(2).all(is_ordered) {
        return Err("the migrations are not in order".to_owned());
    }
    for item in &migrations.items {
        for script in [Some(&item.up), item.down.as_ref()].into_iter().flatten() {
            script_is_sound(script, migrations.format)
                .map_err(|broken| format!("{}: {broken}", script.file.display()))?;
        }
    }
    Ok(())
}

/// Every byte belongs to one statement or to what lies between two, and nothing between them is a statement.
fn script_is_sound(script: &Script, format: Format) -> Result<(), String> {
    let sql = script.sql.as_str();
    let mut end = 0;
    let mut statements = Vec::new();
    for statement in &script.statements {
        let between = sql
            .get(end..statement.start)
            .ok_or("statements overlap, or cut a character")?;
        if !split(between).is_empty() {
            return Err(format!("between two statements lies another one: {between:?}"));
        }
        let text = sql
            .get(statement.start..statement.end)
            .ok_or("a statement cuts a character")?;
        // To the server other white space is the beginning of a word.
        if text.trim_ascii().is_empty() {
            return Err("a statement is empty".to_owned());
        }
        statements.push(text);
        end = statement.end;
    }
    if !split(&sql[end..]).is_empty() {
        return Err(format!(
            "behind the last statement lies another one: {:?}",
            &sql[end..]
        ));
    }
    let places = [0, end, sql.len(), sql.len() + 1].map(|offset| script.place(offset));
    if places.iter().any(|place| place.line.is_none()) {
        return Err("an offset has no line".to_owned());
    }
    if script.origins.len() == 1 && sql.len() != script.text.len() {
        return Err("nothing was put in, and the text has another length".to_owned());
    }
    // Printing commands of psql end a statement and are blanked after that.
    if format == Format::Native && !script.text.contains('\\') {
        let joined = statements.join(";\n");
        let again: Vec<_> = split(&joined)
            .iter()
            .map(|range| &joined[range.start..range.end])
            .collect();
        // A transaction of the file's own is one statement to the runner, whatever statements it holds.
        let expected: Vec<_> = statements
            .iter()
            .flat_map(|text| split(text).into_iter().map(|range| &text[range.start..range.end]))
            .collect();
        same(&again, &expected, "splitting what was joined differs")?;
    }
    Ok(())
}
