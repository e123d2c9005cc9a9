//! The migrations that were interrupted, for the commands with which a person decides about them.

use diagnostic::visible;
use migration_core::{Direction, Interrupted};

use crate::{
    context::Context,
    database::{Deployment, refuse_in_folder},
    error::Error,
};

/// What was interrupted in this database. That of another environment than the run names is an error.
pub(super) async fn interrupted(on: &Deployment, context: &Context<'_>) -> Result<Vec<Interrupted>, Error> {
    refuse_in_folder(&on.database, &on.project, &on.config, context).await?;
    let found = migration_core::interrupted(&on.database.options, &on.project.migrations, &on.config);
    Ok(found.await?)
}

/// The migration, and how far it came.
pub(super) fn heading(one: &Interrupted) -> String {
    let script = match one.direction {
        Direction::Up => "",
        Direction::Down => "the down script of ",
    };
    let of = one.of.map(|of| format!(" of {of}")).unwrap_or_default();
    format!(
        "{script}`{}` ({}): {}{of} steps are done\n",
        visible(&one.file),
        visible(&one.component),
        one.done
    )
}
