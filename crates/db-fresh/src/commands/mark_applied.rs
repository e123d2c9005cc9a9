//! `mark-applied`: writes into the ledger that a migration is applied, without running it.

use migration_core::Late;
use serde_json::json;

use super::{
    confirm::{Consent, confirm},
    interrupted::{heading, interrupted},
};
use crate::{cli, context::Context, database::Deployment, error::Error, output::Level};

/// Writes a row without running anything.
pub(super) async fn run(args: &cli::OneFile, context: &Context<'_>) -> Result<(), Error> {
    let on = Deployment::of(&args.database, Late::Refuse, context)?;
    let found = interrupted(&on, context).await?;
    migration_core::may_be_marked(&on.project.migrations, &args.file, &on.config)?;
    let begun = found.iter().find(|one| args.file.ends_with(&one.file));
    if let Some(one) = begun {
        context.console.data(&heading(one));
    }
    let what = format!(
        "write into the ledger of {} that `{}` is applied, without running it",
        on.database.url, args.file
    );
    if args.care.dry_run {
        context.console.data(&format!("would {what}"));
        return Ok(());
    }
    confirm(Consent::of(&args.care), &what, &[], context).await?;
    let (options, sets) = (&on.database.options, &on.project.migrations);
    let file = migration_core::mark_applied(options, sets, &args.file, &on.config, &mut |_| {}).await?;
    context.console.say(
        Level::Info,
        &format!("`{file}` is on record as applied"),
        json!({ "filename": file }),
    );
    Ok(())
}
