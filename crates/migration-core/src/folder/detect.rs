//! Telling a folder's format from the names and the content of its files.
//!
//! Where two formats would do the same with these files, the first of them is taken; only where they would differ
//! does somebody have to say which it is.
//!
//! Left out on purpose: the ledger of a database. A folder is read before there is one.

use std::path::Path;

use super::{
    formats::{self, MARKERS},
    problems::MOST_OF_A_FILE,
    reader::is_program,
    source::{FileKind, RawFile},
};
use crate::{FolderProblem, Format};

/// The format of a folder, or the formats it could be of.
pub(super) fn detect(dir: &Path, files: &[RawFile]) -> Result<Format, Vec<FolderProblem>> {
    let evidence = evidence(dir, files);
    match evidence.as_slice() {
        [] => {
            let programs = programs(dir, files);
            if programs.is_empty() {
                Ok(by_names(files))
            } else {
                Err(programs)
            }
        }
        [(format, _)] => Ok(*format),
        several => Err(vec![FolderProblem::AmbiguousFormat {
            dir: dir.to_owned(),
            candidates: several.to_vec(),
        }]),
    }
}

/// Programs that are named like migrations. Where nothing says whose folder it is, they are as likely to be migrations as the SQL files.
fn programs(dir: &Path, files: &[RawFile]) -> Vec<FolderProblem> {
    let programs = files
        .iter()
        .filter(|file| file.kind() == FileKind::Code && file.is_at_top() && is_program(file));
    programs
        .take(MOST_OF_A_FILE)
        .map(|file| FolderProblem::Program {
            file: dir.join(&file.relative),
        })
        .collect()
}

/// The formats that something in the folder speaks for, each with what it is.
fn evidence(dir: &Path, files: &[RawFile]) -> Vec<(Format, String)> {
    let mut found = Vec::new();
    let sql: Vec<&RawFile> = files.iter().filter(|file| file.kind() == FileKind::Sql).collect();
    let at_top: Vec<&RawFile> = sql.iter().copied().filter(|file| file.is_at_top()).collect();
    let mut add = |format, file: Option<&&RawFile>| {
        found.extend(file.map(|file| (format, format!("there is `{}`", file.relative.display()))));
    };
    let numbered = |file: &&RawFile| file.name().starts_with(|first: char| first.is_ascii_digit());
    let first_numbered = at_top.iter().find(|file| numbered(file));
    let in_folder = |name| {
        let mut files = sql.iter().filter(|file| file.relative.components().count() == 2);
        // Beside numbered files, a folder with another name is somebody's archive or examples.
        files.find(move |file| {
            let folder = file.parent().to_string_lossy();
            file.name() == name
                && (first_numbered.is_none() || folder.starts_with(|first: char| first.is_ascii_digit()))
        })
    };
    add(Format::Diesel, in_folder("up.sql"));
    add(Format::Prisma, in_folder("migration.sql"));
    let versioned = if first_numbered.is_some() { &at_top } else { &sql };
    let flyway = versioned.iter().find(|file| formats::is_flyway_name(file.name()));
    for format in formats::formats_of_names(files) {
        add(*format, flyway);
    }
    for (format, is_marker) in MARKERS {
        let marked = at_top.iter().find(|file| file.has_comment(is_marker));
        found.extend(marked.map(|file| (format, format!("`{}` holds a marker of {format}", file.name()))));
    }
    let divided = at_top
        .iter()
        .find(|file| file.has_text(formats::is_node_pg_migrate));
    found.extend(divided.map(|file| {
        let format = Format::NodePgMigrate;
        (format, format!("`{}` has the two parts of {format}", file.name()))
    }));
    let in_folders = |(format, _): &(Format, String)| matches!(format, Format::Diesel | Format::Prisma);
    if let (Some(file), true) = (first_numbered, found.iter().all(in_folders) && !found.is_empty()) {
        found.push((by_names(files), format!("there is `{}`", file.name())));
    }
    if found.is_empty() && is_supabase(dir) {
        found.push((Format::Supabase, "it lies in `supabase`".to_owned()));
    }
    found
}

fn is_supabase(dir: &Path) -> bool {
    dir.ends_with("supabase/migrations")
}

/// Numbered files without a mark of any tool: all of these formats do the same with them, except that sqlx has a
/// directive.
fn by_names(files: &[RawFile]) -> Format {
    let at_top = || {
        let files = files.iter().filter(|file| file.kind() == FileKind::Sql);
        files.filter(|file| file.is_at_top())
    };
    if at_top().any(|file| file.bytes.starts_with(b"-- no-transaction")) {
        return Format::Sqlx;
    }
    let is_timestamp = |file: &RawFile| {
        let digits = file.name().bytes().take_while(u8::is_ascii_digit).count();
        digits >= 11
    };
    let has_direction = |file: &RawFile| {
        let name = file.name().to_ascii_lowercase();
        name.ends_with(".up.sql") || name.ends_with(".down.sql")
    };
    // Atlas sends the statements one by one, as we do.
    let is_atlas = |file: &RawFile| file.has_comment(|line| line.starts_with("-- atlas:txmode"));
    if !at_top().any(is_timestamp) {
        Format::Native
    } else if at_top().all(has_direction) {
        Format::GolangMigrate
    } else if at_top().any(is_atlas) {
        Format::Native
    } else {
        Format::Sqlx
    }
}
