//! What a run leaves out of the folders that it reads, and why.

use diagnostic::Explain;
use migration_core::{Migrations, Omitted};
use serde_json::json;

use super::{Console, Level};

/// A line for each file that a run leaves out.
pub(crate) fn left_out(files: &[Omitted], console: &Console) {
    for one in files {
        let what = format!("left out {}: {}", one.file, one.why);
        console.say(
            Level::Info,
            &what,
            json!({ "filename": one.file, "reason": one.why }),
        );
    }
}

/// A warning for each down script that cannot be run.
pub(crate) fn down_problems(sets: &[Migrations], console: &Console) {
    for problem in sets.iter().flat_map(|set| set.down_problems.iter()) {
        let place = problem.place();
        let line = place.as_ref().and_then(|place| place.line);
        let at = place.as_ref().map(|place| match line {
            Some(line) => format!(" ({}:{line})", place.file),
            None => format!(" ({})", place.file),
        });
        let what = format!("down script cannot be run: {problem}{}", at.unwrap_or_default());
        console.say(Level::Warn, &what, json!({}));
    }
}
