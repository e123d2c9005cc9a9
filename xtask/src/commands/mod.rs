//! The commands beside `db-fresh`, one file each, and what they share.

mod adopt;
mod ci;
pub(crate) mod command;
mod connect;
mod contract_diff;
mod contract_docs;
mod decide;
mod drift;
mod guard;
mod left_behind;
mod migrate;
mod new;
mod plan;
mod preflight;
mod provision;
mod ready;
mod redis_health;
mod rollback;
mod seed;
mod side;
mod smoke;
mod test;
mod wait;

use std::{future::Future, process::ExitCode};

use diagnostic::Diagnostic;

use crate::{
    cli::{Command, ContractAction, Given},
    config::{self, Config, Variables},
    db_fresh::{self, Purpose},
    exit::Exit,
    failure::Failure,
    output::Console,
};

/// What every command works with.
pub(crate) struct Context<'c> {
    pub(crate) console: &'c Console,
    pub(crate) config: Config,
    pub(crate) variables: Variables,
}

impl<'c> Context<'c> {
    fn new(console: &'c Console, given: &Given) -> Result<Self, Failure> {
        let variables = Variables::load(given.env_file.as_deref(), &given.values)?;
        let secrets = ["MIGRATION_EMAIL_HASH_KEY", "EMAIL_HASH_KEY", "PGPASSWORD"];
        console.keep_secret(secrets.iter().filter_map(|name| variables.text(name)));
        Ok(Self {
            console,
            config: config::load()?,
            variables,
        })
    }

    /// Ends when Ctrl-C is pressed or the process is asked to terminate.
    pub(crate) async fn interrupted(&self) -> Failure {
        use tokio::signal::unix::{SignalKind, signal};
        let mut listeners = [
            SignalKind::interrupt(),
            SignalKind::terminate(),
            SignalKind::hangup(),
        ]
        .into_iter()
        .filter_map(|kind| signal(kind).ok())
        .collect::<Vec<_>>();
        std::future::poll_fn(|task| {
            let heard = listeners
                .iter_mut()
                .any(|listener| listener.poll_recv(task).is_ready());
            if heard {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
        Failure::new(
            Exit::Interrupted,
            Diagnostic::new("xtask/interrupted", "interrupted"),
        )
    }

    /// The work, unless it is interrupted first. Dropping it closes its connections, and the server undoes what was
    /// not committed.
    async fn unless_interrupted<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            // First of all it listens: a signal that comes before would end the process without a word.
            biased;
            failure = self.interrupted() => Err(failure),
            ended = work => ended,
        }
    }
}

/// Runs the command and says how the process should end.
pub(crate) async fn run(command: Command, given: &Given, console: &Console) -> Result<ExitCode, Failure> {
    let context = Context::new(console, given)?;
    let context = &context;
    let work = async {
        match command {
            // It has a server to take down and so listens to interruptions itself.
            Command::DbFresh(args) => return db_fresh::run(&args, Purpose::Prove, context).await,
            Command::Contract(contract) => match contract.action {
                ContractAction::Check(args) => {
                    return db_fresh::run(&args, Purpose::CheckContract, context).await;
                }
                ContractAction::Accept(args) => {
                    let purpose = if args.review {
                        Purpose::ProposeContract
                    } else {
                        Purpose::AcceptContract
                    };
                    return db_fresh::run(&args.run, purpose, context).await;
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
            Command::Resume(args) => context.unless_interrupted(decide::resume(&args, context)).await?,
            Command::MarkApplied(args) => {
                context
                    .unless_interrupted(decide::mark_applied(&args, context))
                    .await?;
            }
            Command::Abandon(args) => {
                context
                    .unless_interrupted(decide::abandon(&args, context))
                    .await?;
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
            Command::Test(args) => return test::run(&args, context).await,
            Command::Ci => return ci::run(),
        }
        Ok(ExitCode::SUCCESS)
    };
    work.await
}
