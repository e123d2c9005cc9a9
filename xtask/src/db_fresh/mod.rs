//! `cargo xtask db-fresh`: the steps, in order.
//!
//! Whatever can be known without a server is read first. From the moment a database exists every way out, Ctrl-C included,
//! passes through `close`, which drops it or says how to reach it.

mod acquire;
pub(crate) mod built;
mod causes;
mod consumers;
mod contract;
mod late;
mod levels;
mod migrate;
mod needs;
mod prelude;
mod replay;
mod report;
mod rollback;
mod seed;
mod steps;
mod text;
mod throwaway;
mod trace;

use std::{process::ExitCode, time::Instant};

use ephemeral_postgres::{Database, Server};
use prelude::Prelude;
use report::Report;
use steps::Steps;
use text::Ending;
pub(crate) use throwaway::Throwaway;

use crate::{
    cli::{DbFresh, Keep},
    commands::Context,
    exit::Exit,
    failure::Failure,
    project::{Project, Selection},
};

/// What the contract step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// All steps.
    Prove,
    /// Up to the contract, which is compared.
    CheckContract,
    /// Up to the contract, which is recorded.
    AcceptContract,
    /// Up to the contract, which is written for a review.
    ProposeContract,
}

/// Runs the steps and reports. The exit code is that of the failure, or of the command that was to run.
pub(crate) async fn run(
    args: &DbFresh,
    purpose: Purpose,
    context: &Context<'_>,
) -> Result<ExitCode, Failure> {
    let started = Instant::now();
    let mut report = Report::default();
    let mut steps = Steps::new(context.console);
    let ended = prove(args, purpose, context, &mut steps, &mut report).await;

    report.duration = started.elapsed();
    report.steps = steps.taken;
    let code = match &ended {
        Ok(code) => *code,
        Err(failure) => failure.exit.code(),
    };
    (report.ok, report.exit_code) = (code == 0, code);
    if let Err(failure) = &ended {
        let redactor = context.console.redactor();
        report.errors = failure
            .diagnostics
            .iter()
            .map(|d| d.clone().redacted(&redactor))
            .collect();
        context.console.failure(failure);
    }
    let ending = if ended.is_ok() {
        Ending::Proven
    } else {
        Ending::Failed
    };
    text::print(args, purpose, context.console, &report, ending);
    Ok(code.into())
}

async fn prove(
    args: &DbFresh,
    purpose: Purpose,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<u8, Failure> {
    let selection = Selection {
        folder: args.migrations.clone(),
        format: args.format.clone(),
        component: args.component.clone(),
    };
    let project = Project::load(&context.config, &selection, &context.variables)?;
    let seeding = seed::config(&project, context)?;
    let consumers = needs::read(&project, context)?;
    let prelude = args.prelude.as_deref().map(Prelude::read).transpose()?;

    let (server, database) = acquire::acquire(args, context, steps, report).await?;
    let ground = Ground {
        project: &project,
        seeding: &seeding,
        consumers: &consumers,
        prelude: prelude.as_ref(),
        server: &server,
        database: &database,
    };
    let ended = tokio::select! {
        ended = on_database(args, purpose, context, steps, report, &ground) => ended,
        failure = context.interrupted() => Err(failure),
    };
    let closed = close(args, context, server, database, ended.as_ref().err(), report).await;
    // What went wrong first is what the person should read.
    ended.and_then(|code| closed.map(|()| code))
}

/// What the steps after the acquisition stand on.
struct Ground<'g> {
    project: &'g Project,
    seeding: &'g seeding::Config,
    consumers: &'g [needs::Loaded],
    prelude: Option<&'g Prelude>,
    server: &'g Server,
    database: &'g Database,
}

async fn on_database(
    args: &DbFresh,
    purpose: Purpose,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
    ground: &Ground<'_>,
) -> Result<u8, Failure> {
    acquire::wait(ground, steps).await?;
    acquire::preflight(ground, steps).await?;
    prelude::step(ground, steps).await?;
    if let Err(failure) = migrate::all(ground, context, steps, report).await {
        // What there is so far says how far it came; that it cannot be read adds nothing to the failure.
        let _ = contract::read(ground, report).await;
        return Err(failure);
    }
    migrate::again(ground, steps).await?;
    let schema = contract::read(ground, report).await?;
    if matches!(purpose, Purpose::AcceptContract | Purpose::ProposeContract) {
        contract::record(ground, steps, &schema, purpose).await?;
        return Ok(0);
    }
    if purpose == Purpose::Prove {
        late::prove(args, ground, steps, &schema).await?;
    }
    contract::check(ground, steps, report, &schema).await?;
    if purpose == Purpose::CheckContract {
        return Ok(0);
    }
    consumers::check(ground, steps, report).await?;
    let seeded = seed::twice(ground, steps, report).await?;
    rollback::and_reapply(ground, steps, report, &schema).await?;
    if args.command.is_empty() && args.keep != Keep::Always {
        return Ok(0);
    }
    // Rolling back took some of the rows with it; whoever looks at the database now should find them.
    if seeded == seed::Outcome::Seeded {
        seed::restore(ground, steps).await?;
    }
    if args.command.is_empty() {
        Ok(0)
    } else {
        crate::commands::command::run(&args.command, &ground.database.url()).await
    }
}

/// Drops the database and stops the server, or keeps both and says how to reach them.
async fn close(
    args: &DbFresh,
    context: &Context<'_>,
    server: Server,
    database: Database,
    failure: Option<&Failure>,
    report: &mut Report,
) -> Result<(), Failure> {
    let failed = failure.is_some_and(|failure| failure.exit != Exit::Interrupted);
    let keep = match args.keep {
        Keep::Always => true,
        Keep::OnFailure => failed && !context.variables.is_on("CI"),
        Keep::Never => false,
    };
    if keep {
        report.kept = Some(acquire::keep(server, &database).await);
        return Ok(());
    }
    let dropped = database.drop_now().await;
    server.stop().await;
    Ok(dropped?)
}
