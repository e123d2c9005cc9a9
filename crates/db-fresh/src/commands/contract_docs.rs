//! `contract docs`: pictures and a data dictionary, drawn from the recorded contracts. No server is needed.

use std::{fs, path::Path};

use schema_contract::{
    Snapshot, contract,
    docs::{Group, dictionary, mermaid, svg},
};
use serde_json::json;

use super::problem::CommandProblem;
use crate::{
    cli,
    context::Context,
    error::Error,
    output::Level,
    project::{Project, Selection},
};

/// Writes the three files.
pub(super) fn run(args: &cli::Docs, context: &Context<'_>) -> Result<(), Error> {
    let project = Project::load(&context.config, &Selection::default(), &context.variables)?;
    let (mut read, mut failures) = (Vec::<(&str, Snapshot)>::new(), Vec::new());
    for part in &project.parts {
        match contract::read(&part.contract) {
            Ok(snapshot) => read.push((&part.name, snapshot)),
            Err(error) => failures.push(error),
        }
    }
    Error::all(failures)?;
    let groups: Vec<Group<'_>> = read
        .iter()
        .map(|(name, snapshot)| Group { name, snapshot })
        .collect();
    let folder = project.at(&args.out);
    write(&folder, "schema.svg", &svg(&groups), context)?;
    write(&folder, "schema.mmd", &mermaid(&groups), context)?;
    write(&folder, "dictionary.md", &dictionary(&groups), context)
}

fn write(folder: &Path, name: &str, text: &str, context: &Context<'_>) -> Result<(), Error> {
    let path = folder.join(name);
    let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
    written.map_err(|source| CommandProblem::DocsNotWritten {
        file: path.display().to_string(),
        source,
    })?;
    context
        .console
        .say(Level::Info, &format!("wrote `{}`", path.display()), json!({}));
    Ok(())
}
