//! The migrations of one folder, read, checked and put in order.
//!
//! Left out on purpose: the disk, beyond listing and reading; everything else works on paths and bytes.

use std::{
    cmp::Ordering,
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    config::FolderConfig,
    detect::detect,
    divided, foreign_markers, formats, near_markers,
    reader::Reader,
    skipped::Skipped,
    source::{FileKind, RawFile},
    unread_tools, walk,
};
use crate::{FolderProblem, FolderProblems, Format, Migration, Version};

/// The migrations of a component, in the order in which they run.
#[derive(Debug, Clone)]
pub struct Migrations {
    /// Whose they are; the ledger keeps components apart.
    pub component: String,
    /// The format they were read as.
    pub format: Format,
    /// The folder they were read from; empty when they were not read from one.
    pub dir: PathBuf,
    /// The migrations in the order in which they run.
    pub items: Vec<Migration>,
    /// What looks like SQL and is left out because the format leaves it out.
    pub skipped: Vec<Skipped>,
    /// What keeps down scripts from being run: they cannot be read, or belong to no up script. The migrations count as ones without a
    /// down script.
    pub down_problems: Arc<[FolderProblem]>,
}

impl Migrations {
    /// Reads a folder; without a format, in the one that its files speak for.
    ///
    /// # Errors
    /// Everything that keeps the folder from being run.
    pub fn from_dir(
        component: &str,
        dir: &Path,
        format: Option<Format>,
        config: &FolderConfig,
    ) -> Result<Self, FolderProblems> {
        let found = walk::read(dir, config.size_limit).map_err(FolderProblems)?;
        Self::assemble(component, dir, found, format, config)
    }

    /// Reads migrations from paths below a folder and their bytes, in any order, such as files that are built into a
    /// program with `include_bytes!`.
    ///
    /// ```
    /// use migration_core::{FolderConfig, Migrations};
    ///
    /// let files = [
    ///     ("0002_add_total.sql", "ALTER TABLE invoices ADD COLUMN total int;"),
    ///     ("0001_create_invoices.sql", "CREATE TABLE invoices (id int);"),
    /// ];
    /// let files = files.map(|(path, sql)| (path.into(), sql.into()));
    /// let migrations = Migrations::from_files("billing", files, None, &FolderConfig::default())?;
    /// assert_eq!(migrations.items[0].filename, "0001_create_invoices.sql");
    /// # Ok::<(), migration_core::FolderProblems>(())
    /// ```
    ///
    /// # Errors
    /// Everything that keeps the files from being run.
    pub fn from_files(
        component: &str,
        files: impl IntoIterator<Item = (PathBuf, Vec<u8>)>,
        format: Option<Format>,
        config: &FolderConfig,
    ) -> Result<Self, FolderProblems> {
        let files = files
            .into_iter()
            .map(|(relative, bytes)| RawFile { relative, bytes });
        let found = walk::Found {
            files: files.collect(),
            too_deep: Vec::new(),
            down_problems: Vec::new(),
        };
        Self::assemble(component, Path::new(""), found, format, config)
    }

    fn assemble(
        component: &str,
        dir: &Path,
        found: walk::Found,
        format: Option<Format>,
        config: &FolderConfig,
    ) -> Result<Self, FolderProblems> {
        let mut files = found.files;
        files.retain(|file| file.kind() != FileKind::Other);
        files.sort_by(|a, b| a.relative.cmp(&b.relative));
        let format = match format {
            Some(format) => format,
            None => detect(dir, &files).map_err(FolderProblems)?,
        };
        let mut reader = Reader {
            dir,
            format,
            config,
            files: &files,
            problems: Vec::new(),
            noted: BTreeMap::new(),
            down_problems: found.down_problems,
            skipped: Vec::new(),
        };
        let mut items = formats::read(&mut reader);
        items.sort_by(|a, b| order(format, a, b));
        reader.skip_look_alikes();
        reader.skip_too_deep(&found.too_deep);
        let Reader {
            problems: of_files,
            down_problems,
            skipped,
            ..
        } = reader;
        let mut problems = misread(dir, format, &files, &items);
        problems.extend(of_files);
        if !matches!(
            format,
            Format::Supabase | Format::SqlMigrate | Format::NodePgMigrate
        ) {
            problems.extend(duplicates(&items));
        }
        if items.is_empty() && problems.is_empty() {
            problems.push(FolderProblem::EmptyFolder {
                dir: dir.to_owned(),
                looked_for: format.pattern().to_owned(),
                near: walk::near(dir, &files),
            });
        }
        if !problems.is_empty() {
            problems.extend(down_problems);
            return Err(FolderProblems(problems));
        }
        Ok(Self {
            component: component.to_owned(),
            format,
            dir: dir.to_owned(),
            items,
            skipped,
            down_problems: down_problems.into(),
        })
    }
}

/// Files that another tool, or a reader, takes for something else than this format does: the surest signs that there are.
fn misread(dir: &Path, format: Format, files: &[RawFile], items: &[Migration]) -> Vec<FolderProblem> {
    let mut problems = foreign_markers::check(format, items);
    problems.extend(near_markers::check(format, items));
    if problems.is_empty() {
        problems = unread_tools::check(dir, files);
    }
    if problems.is_empty() {
        problems = divided::check(format, items);
    }
    problems
}

/// dbmate and Supabase order the names of files, which is not the order of the versions when these differ in length.
fn order(format: Format, a: &Migration, b: &Migration) -> Ordering {
    let by_name = a.filename.cmp(&b.filename);
    match format {
        Format::Dbmate | Format::Supabase => by_name,
        _ => a.version.cmp(&b.version).then(by_name),
    }
}

/// Each migration that has the version of one before it.
fn duplicates(items: &[Migration]) -> Vec<FolderProblem> {
    let mut seen: BTreeMap<&Version, &Migration> = BTreeMap::new();
    let mut problems = Vec::new();
    for item in items {
        if let Some(first) = seen.insert(&item.version, item) {
            problems.push(FolderProblem::DuplicateVersion {
                version: item.version.to_string(),
                first: first.up.file.clone(),
                second: item.up.file.clone(),
            });
        }
    }
    problems
}
