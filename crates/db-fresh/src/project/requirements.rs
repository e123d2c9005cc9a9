//! What must be there before a database is asked for: folders, variables, programs. All that is missing is said at once.

use std::path::Path;

use preflight::Requirement;

use super::folders::Folders;
use crate::{
    config::{Component, Config, Variables},
    error::Error,
};

/// What the configuration asks for, and the folders of these components.
pub(super) fn check(
    config: &Config,
    components: &[&Component],
    folders: &Folders,
    variables: &Variables,
) -> Result<(), Error> {
    let mut requirements = Vec::new();
    for component in components {
        let purpose = format!("the migrations of component `{}`", component.name);
        requirements.push(Requirement::folder(folders.migrations(component), purpose));
    }
    for folder in &config.preflight.folders {
        requirements.push(Requirement::folder(
            folders.at(folder),
            "the configuration asks for it",
        ));
    }
    for names in &config.preflight.variables {
        requirements.push(Requirement::any_variable(
            names.split('|'),
            "the configuration asks for it",
        ));
    }
    for program in &config.preflight.programs {
        requirements.push(Requirement::program(program, "the configuration asks for it"));
    }
    refuse_unless_met(&requirements, variables)
}

/// The folder that a flag names.
pub(super) fn check_folder(folder: &Path, variables: &Variables) -> Result<(), Error> {
    refuse_unless_met(&[Requirement::folder(folder, "the migrations to run")], variables)
}

fn refuse_unless_met(requirements: &[Requirement], variables: &Variables) -> Result<(), Error> {
    preflight::check(requirements, &variables.look_up())?;
    Ok(())
}
