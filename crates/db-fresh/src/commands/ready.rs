//! What the levels schema and seeded are about for this project: its migrations, its contracts, its seeds.

use std::sync::Arc;

use migration_core::Late;
use readiness::{Level as Ready, Target};
use schema_contract::contract;

use super::seed;
use crate::{
    cli,
    context::Context,
    database::runner,
    error::Error,
    project::{Origin, Part, Project},
    service::{self, Contract, ExpectedSchema},
};

/// The target, with what this level needs expected of it. What can be wrong without a server, such as a contract that
/// cannot be read or a seed's missing key, is told now.
pub(super) fn expecting(
    target: Target,
    level: Ready,
    project: Project,
    args: &cli::Database,
    context: &Context<'_>,
) -> Result<Target, Error> {
    let Target::Postgres { options, .. } = &target else {
        return Ok(target);
    };
    let options = options.clone();
    let seeding = if level >= Ready::Seeded {
        Some(seed::config(&project, args, context)?)
    } else {
        None
    };
    let expected = Arc::new(ExpectedSchema {
        contracts: contracts(&project)?,
        runner: runner(args, &project, Late::Refuse, context)?,
        migrations: project.migrations,
    });
    let target = target
        .expecting(service::migrations(&expected, &options))
        .expecting(service::contract(&expected));
    let Some(seeding) = seeding else {
        return Ok(target);
    };
    let seeds = project.parts.into_iter().filter_map(|part| part.seeds);
    Ok(target.expecting(service::seeds(seeds.collect(), seeding)))
}

/// One contract a part; a folder has none.
fn contracts(project: &Project) -> Result<Vec<Contract>, Error> {
    if project.origin == Origin::Folder {
        return Ok(Vec::new());
    }
    let read = |part: &Part| {
        Ok(Contract {
            component: part.name.clone(),
            recorded: contract::read(&part.contract)?,
            path: Some(part.contract.display().to_string()),
        })
    };
    project.parts.iter().map(read).collect()
}
