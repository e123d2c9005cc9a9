//! Which command the command line asks for, and how the process should end.

use std::process::ExitCode;

use super::{
    abandon, adopt, contract_diff, contract_docs, drift, guard, mark_applied, migrate, new, plan, preflight,
    provision, redis_health, resume, rollback, seed, smoke, wait,
};
use crate::{
    cli::{Command, Contract, ContractAction, Given},
    context::Context,
    error::Error,
    output::Console,
    prove::{self, Purpose},
};

/// Runs the command and says how the process should end.
pub(crate) async fn run(command: Command, given: &Given, console: &Console) -> Result<ExitCode, Error> {
    let context = &Context::new(console, given)?;
    let (args, purpose) = match command {
        Command::Prove(args) => (args, Purpose::Prove),
        Command::Contract(Contract {
            action: ContractAction::Check(args),
        }) => (args, Purpose::CheckContract),
        Command::Contract(Contract {
            action: ContractAction::Accept(args),
        }) if args.review => (args.run, Purpose::ProposeContract),
        Command::Contract(Contract {
            action: ContractAction::Accept(args),
        }) => (args.run, Purpose::AcceptContract),
        other => {
            context.unless_interrupted(beside(other, context)).await?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    // It reports how far it came, and so listens to signals itself.
    prove::run(&args, purpose, context).await
}

/// The commands beside the proof.
async fn beside(command: Command, context: &Context<'_>) -> Result<(), Error> {
    match command {
        Command::Prove(_) => Ok(()),
        Command::Contract(contract) => match contract.action {
            ContractAction::Check(_) | ContractAction::Accept(_) => Ok(()),
            ContractAction::Diff(args) => contract_diff::run(&args, context).await,
            ContractAction::Docs(args) => contract_docs::run(&args, context),
        },
        Command::Provision(args) => provision::run(&args, context).await,
        Command::Wait(args) => wait::run(&args, context).await,
        Command::Preflight(args) => preflight::run(&args, context).await,
        Command::Migrate(args) => migrate::run(&args, context).await,
        Command::Plan(args) => plan::plan(&args, context).await,
        Command::Status(args) => plan::status(&args, context).await,
        Command::Rollback(args) => rollback::run(&args, context).await,
        Command::Adopt(args) => adopt::adopt(&args, context).await,
        Command::Export(args) => adopt::export(&args, context).await,
        Command::Resume(args) => resume::run(&args, context).await,
        Command::MarkApplied(args) => mark_applied::run(&args, context).await,
        Command::Abandon(args) => abandon::run(&args, context).await,
        Command::New(args) => new::run(&args, context),
        Command::Seed(args) => seed::run(&args, context).await,
        Command::Drift(args) => drift::run(&args, context).await,
        Command::Guard(args) => guard::run(&args, context).await,
        Command::Smoke(args) => smoke::run(&args, context).await,
        Command::RedisHealth(args) => redis_health::run(&args, context).await,
    }
}
