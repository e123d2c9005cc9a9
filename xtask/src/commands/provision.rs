//! `provision`: wait, preflight, migrate, seed, on a real database. Twice is the same as once.

use migration_core::Late;

use super::{
    Context,
    connect::{Real, runner, selection},
    migrate, preflight, seed, wait,
};
use crate::{cli, failure::Failure, project::Project};

/// What can be known without the database is checked first: a seed's missing key must not be found after a wait of minutes.
pub(super) async fn run(args: &cli::Provision, context: &Context<'_>) -> Result<(), Failure> {
    let project = Project::load(&context.config, &selection(&args.database), &context.variables)?;
    let real = Real::of(&args.database, context)?;
    let seeding = if args.skip_seed || context.variables.is_on("SKIP_SEED") {
        None
    } else {
        Some(seed::config(&project, &args.database, context)?)
    };
    wait::until_ready(&real, None, context).await?;
    preflight::database(&real, &project, context).await?;
    let config = runner(&args.database, &project.ledger, Late::Refuse, context);
    let report = migrate::apply(&real, &project, &config, context).await?;
    migrate::say(&report, context);
    if let Some(seeding) = seeding {
        seed::apply(&real, &project, &seeding, context).await?;
    }
    Ok(())
}
