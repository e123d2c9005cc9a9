//! The command: which crates are looked at, and what is said.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::Context as _;
use cargo_metadata::MetadataCommand;

use super::{circles::circles, imports, rust_files};

/// Files that are longer than this are listed.
const LONG: usize = 400;

/// `tidy`
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo xtask tidy")]
pub(crate) struct Tidy {
    /// The workspace to look at [default: the one of the current folder]
    #[arg(long, value_name = "FILE")]
    manifest_path: Option<PathBuf>,
}

/// Prints what is wrong, and fails where anything is.
pub(crate) fn run(args: &Tidy) -> anyhow::Result<ExitCode> {
    let mut metadata = MetadataCommand::new();
    if let Some(manifest) = &args.manifest_path {
        metadata.manifest_path(manifest);
    }
    let metadata = metadata.no_deps().exec().context("cannot read the workspace")?;
    let root = metadata.workspace_root.as_std_path();
    let mut out = std::io::stdout().lock();
    let mut wrong = 0;
    for package in metadata.workspace_packages() {
        // Tests and examples import what they like.
        let crates = package
            .targets
            .iter()
            .filter(|target| target.is_lib() || target.is_proc_macro() || target.is_bin());
        for target in crates {
            let imports = imports::of_crate(target.src_path.as_std_path(), root)?;
            for circle in circles(&imports) {
                writeln!(
                    out,
                    "{}: {} files import each other in a circle:\n{circle}",
                    package.name,
                    circle.len()
                )?;
                wrong += 1;
            }
        }
    }
    wrong += files(root, &mut out)?;
    if wrong > 0 {
        anyhow::bail!("found {wrong} problems");
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows how long files are, and counts those that do not say what they are for.
fn files(root: &Path, out: &mut impl Write) -> anyhow::Result<usize> {
    let files = rust_files::under(root)?;
    let without = files.iter().filter(|file| !file.has_purpose);
    let mut wrong = 0;
    for file in without {
        writeln!(
            out,
            "{}: does not begin with `//!` and its purpose",
            file.path.display()
        )?;
        wrong += 1;
    }
    let (median, most) = rust_files::lengths(&files);
    writeln!(
        out,
        "{} files: half of them have up to {median} lines, nine of ten up to {most}",
        files.len()
    )?;
    for file in files.iter().filter(|file| file.lines > LONG) {
        writeln!(out, "  long: {} has {} lines", file.path.display(), file.lines)?;
    }
    Ok(wrong)
}
