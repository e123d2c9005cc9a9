//! `new`: the next migration file, numbered as its folder is, with its down half.

use std::{fs, io::Write, path::Path};

use serde_json::json;

use super::problem::CommandProblem;
use crate::{
    cli::New,
    context::Context,
    error::Error,
    output::Level,
    project::{Project, Selection},
};

/// Makes both files and says so. Existing files are never written over.
pub(crate) fn run(args: &New, context: &Context<'_>) -> Result<(), Error> {
    let name = checked(&args.name)?;
    let component = context.variables.component(args.component.as_deref())?;
    let selection = Selection {
        component: component.clone(),
        ..Selection::default()
    };
    let project = Project::load(&context.config, &selection, &context.variables)?;
    // With a component named, it is the last one: those before it are what it comes after.
    let wanted = component.as_ref();
    let set = project
        .migrations
        .iter()
        .find(|set| wanted.is_none_or(|name| set.component == *name));
    let Some(set) = set else { return Ok(()) };

    let prefix = next_prefix(set.items.iter().map(|migration| migration.filename.as_str()));
    for (half, text) in [("up", UP), ("down", DOWN)] {
        let path = set.dir.join(format!("{prefix}_{name}.{half}.sql"));
        write_new(&path, &text.replace("{name}", &name.replace('_', " ")))?;
        context
            .console
            .say(Level::Info, &format!("made `{}`", path.display()), json!({}));
    }
    Ok(())
}

const UP: &str = "-- Why: {name}\n\n";
const DOWN: &str =
    "-- Undoes: {name}\n-- The schema must come out exactly as it was; db-fresh checks it.\n\n";

/// A name that is safe as a file name and needs no quoting.
fn checked(name: &str) -> Result<String, Error> {
    let name = name.trim().to_lowercase().replace([' ', '-'], "_");
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !name.is_empty() && name.chars().all(fits) {
        return Ok(name);
    }
    Err(CommandProblem::BadName { name }.into())
}

/// The number after the highest one, as wide as that one is written.
fn next_prefix<'f>(filenames: impl Iterator<Item = &'f str>) -> String {
    let digits = |name: &'f str| {
        name.split(|c: char| !c.is_ascii_digit())
            .next()
            .unwrap_or_default()
    };
    let highest = filenames
        .map(digits)
        .filter_map(|text| Some((text.parse::<u128>().ok()?, text.len())))
        .max();
    let (number, width) = highest.unwrap_or((0, 4));
    format!("{:0width$}", number + 1)
}

fn write_new(path: &Path, text: &str) -> Result<(), Error> {
    let file = fs::File::options().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    Ok(written.map_err(|source| CommandProblem::MigrationNotWritten {
        file: path.display().to_string(),
        source,
    })?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn the_next_number_is_as_wide_as_the_highest() {
        assert_eq!(
            next_prefix(["0009_a.up.sql", "0010_b.up.sql"].into_iter()),
            "0011"
        );
        assert_eq!(next_prefix(["9_a.sql"].into_iter()), "10");
        assert_eq!(next_prefix(std::iter::empty()), "0001");
    }

    #[test]
    fn names_become_file_names_or_are_refused() {
        assert_eq!(checked("Add invoices").unwrap(), "add_invoices");
        assert_eq!(checked("../evil").unwrap_err().exit(), Exit::Usage);
    }
}
