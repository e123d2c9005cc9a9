//! What the fuzzer prints: rounds by target, and of a failure everything that is needed to look into it.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use crate::{case::Target, watch::Failure};

/// So much of one file is shown; all of it is on disk.
const LONGEST: usize = 2_000;

/// A line on standard output.
pub(crate) fn line(text: &str) {
    let _ = writeln!(io::stdout().lock(), "{text}");
}

/// A target without a failure.
pub(crate) fn clean(target: &Target, rounds: u64) {
    line(&format!("{:<14} {rounds:>9} rounds, nothing found", target.name));
}

/// The seed, the target, what is broken, the smallest input, and how to run just that again.
pub(crate) fn failure(failure: &Failure<'_>) {
    let which = &failure.which;
    let name = which.target.name;
    line(&format!(
        "{name:<14} failed in round {} of seed {}\n",
        which.round, which.seed
    ));
    line(&failure.broken);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(format!("../../target/fuzz/{name}-{}-{}", which.seed, which.round));
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    line("\nthe smallest input:");
    let files = which.case((which.target.inputs)().as_ref()).files();
    for (at, (name, bytes)) in files.iter().enumerate() {
        // Names are as odd as contents.
        fs::write(folder.join(format!("{at}")), bytes).unwrap();
        line(&format!("  {at}: {name:?}, {} bytes", bytes.len()));
        let shown = bytes[..bytes.len().min(LONGEST)].escape_ascii().to_string();
        line(&format!("     {}", shown.replace("\\n", "\\n\n     ")));
    }
    line(&format!(
        "\nits files are in `{}`",
        fs::canonicalize(&folder).unwrap_or(folder).display()
    ));
    let steps = if which.steps.is_empty() {
        String::new()
    } else {
        format!(" --steps {}", which.steps)
    };
    line(&format!(
        "again: `cargo xtask fuzz --seed {} --target {name} --round {}{steps}`",
        which.seed, which.round
    ));
}
