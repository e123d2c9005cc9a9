//! Which command the command line asks for, and how the process should end.

use std::process::ExitCode;

use super::{
    abandon, adopt, contract_diff, contract_docs, drift, guard, mark_applied, migrate, new, plan, preflight,
    provision, redis_health, resume, rollback, seed, smoke, wait,
};
use crate::{
    cli::{Command, ContractAction, Given},
    context::Context,
    error::Error,
    output::Console,
    prove::{self, Purpose},
};

/// Runs the command and says how the process should end.
pub(crate) async fn run(command: Command, given: &Given, console: &Console) -> Result<ExitCode, Error> {
    let context = Context::new(console, given)?;
    let context = &context;
    let work = async {
        match command {
            // It has a server to take down and so listens to interruptions itself.
            Command::Prove(args) => return prove::run(&args, Purpose::Prove, context).await,
            Command::Contract(contract) => match contract.action {
                ContractAction::Check(args) => {
                    return prove::run(&args, Purpose::CheckContract, context).await;
                }
                ContractAction::Accept(args) => {
                    let purpose = if args.review {
                        Purpose::ProposeContract
                    } else {
                        Purpose::AcceptContract
                    };
                    return prove::run(&args.run, purpose, context).await;
                }
                ContractAction::Diff(args) => {
                    let work = contract_diff::run(&args, context);
                    context.unless_interrupted(work).await?;
                }
                ContractAction::Docs(args) => contract_docs::run(&args, context)?,
            },
            Command::Provision(args) => context.unless_interrupted(provision::run(&args, context)).await?,
            Command::Wait(args) => context.unless_interrupted(wait::run(&args, context)).await?,
            Command::Preflight(args) => context.unless_interrupted(preflight::run(&args, context)).await?,
            Command::Migrate(args) => context.unless_interrupted(migrate::run(&args, context)).await?,
            Command::Plan(args) => context.unless_interrupted(plan::plan(&args, context)).await?,
            Command::Status(args) => context.unless_interrupted(plan::status(&args, context)).await?,
            Command::Rollback(args) => context.unless_interrupted(rollback::run(&args, context)).await?,
            Command::Adopt(args) => context.unless_interrupted(adopt::adopt(&args, context)).await?,
            Command::Export(args) => context.unless_interrupted(adopt::export(&args, context)).await?,
            Command::Resume(args) => context.unless_interrupted(resume::run(&args, context)).await?,
            Command::MarkApplied(args) => {
                context
                    .unless_interrupted(mark_applied::run(&args, context))
                    .await?;
            }
            Command::Abandon(args) => {
                context.unless_interrupted(abandon::run(&args, context)).await?;
            }
            Command::New(args) => new::run(&args, context)?,
            Command::Seed(args) => context.unless_interrupted(seed::run(&args, context)).await?,
            Command::Drift(args) => context.unless_interrupted(drift::run(&args, context)).await?,
            Command::Guard(args) => context.unless_interrupted(guard::run(&args, context)).await?,
            Command::Smoke(args) => context.unless_interrupted(smoke::run(&args, context)).await?,
            Command::RedisHealth(args) => {
                context
                    .unless_interrupted(redis_health::run(&args, context))
                    .await?;
            }
        }
        Ok(ExitCode::SUCCESS)
    };
    work.await
}
