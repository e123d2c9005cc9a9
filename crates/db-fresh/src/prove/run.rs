//! `db-fresh`: the steps, in order.
//!
//! Whatever can be known without a server is read first. From the moment a database exists every way out
//! passes through `close`, which drops it or says how to reach it; a signal drops everything.

use std::{process::ExitCode, time::Instant};

use ephemeral_postgres::{Database, Server};
use migration_core::Sessions;

use super::{
    Purpose, acquire, both_ways::Another, command, consumers as consumer_step, contract, inputs::Inputs,
    late, levels::Levels, migrate, migrate::Migrated, prelude as prelude_step, reader::Reader,
    report::Report, rollback, seed, steps::Steps,
};
use crate::{
    cli::{Keep, Prove},
    context::Context,
    error::Error,
    output::{Ending, down_problems, print_proof},
    project::{Project, Selection, consumers},
    schema::Prelude,
};

/// Runs the steps and reports. The exit code is that of the failure, or of the command that was to run.
pub(crate) async fn run(args: &Prove, purpose: Purpose, context: &Context<'_>) -> Result<ExitCode, Error> {
    let started = Instant::now();
    let mut report = Report::default();
    let mut steps = Steps::new(context.console);
    let proving = prove(args, purpose, context, &mut steps, &mut report);
    // Where a signal comes first, the server and the database are dropped, and cleaned up at the end of the program.
    let ended = context.unless_interrupted(proving).await;

    report.duration = started.elapsed();
    report.steps = steps.taken;
    let code = match &ended {
        Ok(code) => *code,
        Err(failure) => failure.exit_code(),
    };
    (report.ok, report.exit_code) = (code == 0, code);
    if let Err(failure) = &ended {
        report.errors = context.console.shown(failure);
        context.console.failure(failure);
    }
    let ending = if ended.is_ok() {
        Ending::Proven
    } else {
        Ending::Failed
    };
    print_proof(args, purpose, context.console, &report, ending);
    Ok(code.into())
}

async fn prove(
    args: &Prove,
    purpose: Purpose,
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
) -> Result<u8, Error> {
    let selection = Selection {
        folder: args.migrations.clone(),
        format: args.format.clone(),
        component: args.component.clone(),
        sessions: args.sessions,
    };
    let variables = context.variables.for_scratch(args.database_url.as_deref());
    let project = Project::load(&context.config, &selection, &variables)?;
    down_problems(&project.migrations, context.console);
    let seeding = seed::config(&project, context)?;
    let consumers = consumers::read(&project, context)?;
    let limit = context.config.max_file_size;
    let prelude = args.prelude.as_deref();
    let prelude = prelude.map(|path| Prelude::read(path, limit)).transpose()?;

    let (server, database) = acquire::acquire(args, context, steps, report).await?;
    let (reader, other_reader) = (Reader::default(), Reader::default());
    let inputs = Inputs {
        project: &project,
        seeding: &seeding,
        consumers: &consumers,
        prelude: prelude.as_ref(),
        server: &server,
        database: &database,
        reader: &reader,
        sessions: project.sessions.map(Into::into).unwrap_or_default(),
    };
    let (ended, another) = match migrated(context, steps, report, &inputs, purpose).await {
        Err(failure) => (Err(failure), None),
        Ok((base, Migrated { another, ended })) => {
            let inputs = match &another {
                None => inputs,
                Some(another) => Inputs {
                    database: &another.database,
                    reader: &other_reader,
                    sessions: Sessions::Kept,
                    ..inputs
                },
            };
            // The other database has numbers of its own.
            let base = base.filter(|_| another.is_none());
            let ended = on_database(args, purpose, steps, report, &inputs, base, ended).await;
            (ended, another)
        }
    };
    reader.close().await;
    other_reader.close().await;
    let database = match another {
        None => database,
        Some(another) => instead(database, another).await,
    };
    let closed = close(args, context, server, database, ended.as_ref().err(), report).await;
    // What went wrong first is what the person should read.
    ended.and_then(|code| closed.map(|()| code))
}

/// Drops the first database with its roles; the other one stays.
async fn instead(first: Database, another: Another) -> Database {
    let Another { database, others } = another;
    // A server of ours takes them along in any case.
    let _ = first.drop_now().await;
    let _ = others.drop(database.options()).await;
    database
}

/// Everything up to the migrations, with a look at the schema before the first of them where it is needed later.
async fn migrated(
    context: &Context<'_>,
    steps: &mut Steps<'_>,
    report: &mut Report,
    inputs: &Inputs<'_>,
    purpose: Purpose,
) -> Result<(Option<Levels>, Migrated), Error> {
    acquire::wait(inputs, steps).await?;
    acquire::preflight(inputs, steps).await?;
    prelude_step::step(inputs, steps).await?;
    let base = match purpose {
        Purpose::Prove => rollback::begin(inputs).await,
        _ => None,
    };
    Ok((base, migrate::all(inputs, context, steps, report).await))
}

/// Everything after them.
async fn on_database(
    args: &Prove,
    purpose: Purpose,
    steps: &mut Steps<'_>,
    report: &mut Report,
    inputs: &Inputs<'_>,
    base: Option<Levels>,
    migrated: Result<(), Error>,
) -> Result<u8, Error> {
    if let Err(failure) = migrated {
        // What there is so far says how far it came; that it cannot be read adds nothing to the failure.
        let _ = contract::read(inputs, report).await;
        return Err(failure);
    }
    migrate::again(inputs, steps).await?;
    let schema = contract::read(inputs, report).await?;
    if matches!(purpose, Purpose::AcceptContract | Purpose::ProposeContract) {
        contract::record(inputs, steps, &schema, purpose).await?;
        return Ok(0);
    }
    if purpose == Purpose::Prove {
        late::prove(args, inputs, steps, &schema).await?;
    }
    contract::check(inputs, steps, report, &schema).await?;
    if purpose == Purpose::CheckContract {
        return Ok(0);
    }
    consumer_step::check(inputs, steps, report).await?;
    let seeded = seed::twice(inputs, steps, report).await?;
    rollback::and_reapply(inputs, steps, report, base, &schema).await?;
    if args.command.is_empty() && args.keep != Keep::Always {
        return Ok(0);
    }
    // Rolling back took some of the rows with it; whoever looks at the database now should find them.
    if seeded == seed::Outcome::Seeded {
        seed::restore(inputs, steps).await?;
    }
    if args.command.is_empty() {
        Ok(0)
    } else {
        inputs.reader.close().await;
        command::run(&args.command, &inputs.database.url(), inputs.server.provider()).await
    }
}

/// Drops the database and stops the server, or keeps both and says how to reach them.
async fn close(
    args: &Prove,
    context: &Context<'_>,
    server: Server,
    database: Database,
    failure: Option<&Error>,
    report: &mut Report,
) -> Result<(), Error> {
    let keep = match args.keep {
        Keep::Always => true,
        Keep::OnFailure => failure.is_some() && !context.variables.is_on("CI"),
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
