//! `adopt` and `export`: a database taken over from another tool, and given back.

use std::fmt::Write;

use diagnostic::visible;
use migration_core::{
    AdoptItem, AdoptPlan, AdoptState, AdoptedLedger, Config, ExportPlan, ForeignLedger, Late, LedgerTable,
    Migrations, Progress, Tool,
};
use schema_contract::{Diff, Scope};
use serde_json::json;

use super::confirm::{Consent, confirm};
use super::problem::CommandProblem;
use crate::cli::UsageProblem;
use crate::{
    cli,
    context::Context,
    database::{RealDatabase, refuse_in_folder, runner, selection},
    error::Error,
    output::Level,
    project::{Project, Selection},
    schema::{ScratchServer, foreign_ledgers, leave_out, only, order_note, without_column_order},
};

/// Compares, shows, asks, and writes our ledger.
pub(super) async fn adopt(args: &cli::Adopt, context: &Context<'_>) -> Result<(), Error> {
    let project = load(&args.database, args.from, context)?;
    let set = the_one(&project, &args.database, context)?;
    let real = RealDatabase::of(&args.database, context)?;
    let config = runner(&args.database, &project, Late::Refuse, context)?;
    refuse_in_folder(&real, &project, &config, context).await?;
    let source = foreign(args.from, args.table.as_deref())?;
    let plan = migration_core::adopt_plan(&real.options, set, &source, &config).await?;
    context.console.data(&describe(&plan, set, &config));
    if !plan.problems.is_empty() {
        let problems = plan.problems;
        return Err(migration_core::Error::Unadoptable { problems }.into());
    }
    let difference = compare(args, &project, set, &plan, &real, &config, context).await?;
    say_difference(difference, &plan, args, context)?;
    if args.care.dry_run {
        return Ok(());
    }
    let count = plan.applied().count();
    let what = format!("take over {count} migrations from {} in {}", args.from, real.url);
    let files: Vec<_> = plan.applied().map(ToOwned::to_owned).collect();
    confirm(Consent::of(&args.care), &what, &files, context).await?;
    let mut listen = |progress| waiting(&progress, context);
    migration_core::adopt(&real.options, set, &source, &plan, &config, &mut listen).await?;
    let facts = json!({ "adopted": count, "from": args.from.name() });
    context.console.say(
        Level::Info,
        &format!("took over {count} migrations from {}", args.from),
        facts,
    );
    Ok(())
}

/// Shows, asks, and writes the other tool's ledger.
pub(super) async fn export(args: &cli::Export, context: &Context<'_>) -> Result<(), Error> {
    let project = load(&args.database, args.to, context)?;
    let set = the_one(&project, &args.database, context)?;
    let real = RealDatabase::of(&args.database, context)?;
    let config = runner(&args.database, &project, Late::Refuse, context)?;
    refuse_in_folder(&real, &project, &config, context).await?;
    let target = foreign(args.to, args.table.as_deref())?;
    let plan = migration_core::export_plan(&real.options, set, &target, &config).await?;
    context.console.data(&describe_export(&plan));
    if !plan.problems.is_empty() {
        let problems = plan.problems;
        return Err(migration_core::Error::Unadoptable { problems }.into());
    }
    if args.care.dry_run || plan.is_empty() {
        return Ok(());
    }
    let what = format!("write `{}` in {}", shown(&plan.table), real.url);
    let changes = [
        ("add", &plan.add),
        ("remove", &plan.remove),
        ("change", &plan.change),
    ];
    let files: Vec<_> = changes
        .iter()
        .flat_map(|(verb, rows)| rows.iter().map(move |row| format!("{verb} {row}")))
        .collect();
    confirm(Consent::of(&args.care), &what, &files, context).await?;
    let mut listen = |progress| waiting(&progress, context);
    let done = migration_core::export(&real.options, set, &target, &config, &mut listen).await?;
    let facts =
        json!({ "added": done.add.len(), "removed": done.remove.len(), "changed": done.change.len() });
    context.console.say(Level::Info, "done", facts);
    Ok(())
}

/// The folder is read as the tool reads it, unless another format is asked for.
fn load(args: &cli::Database, tool: Tool, context: &Context<'_>) -> Result<Project, Error> {
    let chosen = selection(args);
    let format = match tool.format() {
        Some(format) if chosen.format == "auto" => format.name().to_owned(),
        _ => chosen.format.clone(),
    };
    let chosen = Selection { format, ..chosen };
    Project::load(&context.config, &chosen, &context.variables)
}

/// The component in question comes last: those before it are what it needs.
fn the_one<'p>(
    project: &'p Project,
    args: &cli::Database,
    context: &Context<'_>,
) -> Result<&'p Migrations, Error> {
    let component = context.variables.component(args.component.as_deref())?;
    let named = component.is_some() || project.migrations.len() == 1;
    match project.migrations.last() {
        Some(set) if named => Ok(set),
        _ => {
            let names = project
                .migrations
                .iter()
                .map(|set| set.component.clone())
                .collect();
            Err(CommandProblem::WhichComponent { names }.into())
        }
    }
}

fn foreign(tool: Tool, table: Option<&str>) -> Result<ForeignLedger, Error> {
    let table = table.map(|name| match name.split_once('.') {
        Some((schema, table)) if !schema.is_empty() && !table.is_empty() => Ok(LedgerTable {
            schema: schema.to_owned(),
            table: table.to_owned(),
        }),
        _ => Err(UsageProblem::NotATable {
            name: name.to_owned(),
        }),
    });
    Ok(ForeignLedger {
        tool,
        table: table.transpose()?,
    })
}

fn waiting(progress: &Progress, context: &Context<'_>) {
    if let Progress::Waiting {
        holder: Some(holder), ..
    } = progress
    {
        context
            .console
            .say(Level::Info, &format!("waiting for {holder}"), json!({}));
    }
}

/// The live schema held against one that the same migrations make from nothing.
async fn compare(
    args: &cli::Adopt,
    project: &Project,
    set: &Migrations,
    plan: &AdoptPlan,
    real: &RealDatabase,
    config: &Config,
    context: &Context<'_>,
) -> Result<Diff, Error> {
    let scope = scope(project, plan);
    let mut connection = real.connect().await?;
    let live = real.snapshot(&mut connection, &scope).await?;
    drop(connection);
    let applied: Vec<_> = plan.applied().collect();
    let sets = only(&project.migrations, |of, file| {
        of.component != set.component || applied.contains(&file)
    });
    let throwaway = ScratchServer::acquire(&args.scratch, context).await?;
    let config = Config {
        foreign_ledgers: foreign_ledgers(project),
        ..config.clone()
    };
    let fresh = throwaway.builder().schema(&[sets], &config, &scope).await;
    throwaway.stop().await;
    Ok(schema_contract::diff(&fresh?, &live))
}

/// What the component owns, without the two ledgers.
fn scope(project: &Project, plan: &AdoptPlan) -> Scope {
    let part = project.parts.iter().rfind(|part| part.name == plan.component);
    let mut scope = part.map_or_else(|| project.whole(), |part| part.scope.clone());
    if let Some(table) = &plan.table {
        let ledger = AdoptedLedger {
            table: table.clone(),
            fills_schema: plan.fills_schema,
        };
        leave_out(&mut scope, ledger);
    }
    scope
}

fn say_difference(
    difference: Diff,
    plan: &AdoptPlan,
    args: &cli::Adopt,
    context: &Context<'_>,
) -> Result<(), Error> {
    let (difference, reordered) = without_column_order(difference);
    if difference.is_empty() {
        let same = "the schema is the one that these migrations make from nothing";
        let note = order_note(&reordered);
        context.console.data(&format!("{same}{note}"));
        return Ok(());
    }
    let rendered = difference.render();
    let left_out = plan
        .items
        .iter()
        .filter(|item| matches!(item.state, AdoptState::LeftOut { .. }));
    let problem = CommandProblem::SchemaDiffers {
        left_out: left_out.map(|item| item.file.clone()).collect(),
        difference: Box::new(difference),
    };
    if args.allow_differences {
        let text = format!("{problem}\n{rendered}");
        context.console.data(&text);
        return Ok(());
    }
    Err(problem.into())
}

fn shown(table: &LedgerTable) -> String {
    visible(&format!("{}.{}", table.schema, table.table)).into_owned()
}

fn describe(plan: &AdoptPlan, set: &Migrations, config: &Config) -> String {
    let Some(table) = &plan.table else {
        return format!("nothing to take over from {}", plan.tool);
    };
    let mut out = format!(
        "component `{}`, migrated by {} (`{}`):\n",
        plan.component,
        plan.tool,
        shown(table)
    );
    let width = plan
        .items
        .iter()
        .map(|item| visible(&item.file).chars().count())
        .max()
        .unwrap_or(0);
    let left_out = |item: &AdoptItem| {
        let migration = set
            .items
            .iter()
            .find(|migration| migration.filename == item.file)?;
        config.environment.excludes(migration.only.as_deref())
    };
    for item in &plan.items {
        let (word, detail) = match &item.state {
            AdoptState::Applied { at, check } => {
                let at = at.as_deref().map(|at| format!("{at}, ")).unwrap_or_default();
                ("applied", format!("{at}{}", check.word()))
            }
            AdoptState::LeftOut { why } => ("left out", format!("{why}; {} applied it", plan.tool)),
            AdoptState::Pending | AdoptState::Late if left_out(item).is_some() => {
                ("left out", left_out(item).unwrap_or_default())
            }
            AdoptState::Pending => ("pending", "the next `migrate` applies it".to_owned()),
            AdoptState::Late => (
                "late",
                "the next `migrate` refuses it unless `--allow-late` is given".to_owned(),
            ),
        };
        let _ = writeln!(out, "  {word:<8} {:<width$}  {detail}", visible(&item.file));
    }
    let keys: Vec<_> = plan.locks.iter().map(ToString::to_string).collect();
    let locks = if keys.is_empty() {
        format!(
            "the advisory lock of db-fresh and a lock on the table of {}",
            plan.tool
        )
    } else {
        format!(
            "the advisory locks of {} ({}) and of db-fresh, and a lock on its table",
            plan.tool,
            keys.join(", ")
        )
    };
    let _ = writeln!(
        out,
        "would take {locks}; write {} rows into `{}` and as many into its audit; leave `{}` alone",
        plan.applied().count(),
        shown(&config.ledger),
        shown(table)
    );
    out
}

fn describe_export(plan: &ExportPlan) -> String {
    let table = shown(&plan.table);
    if plan.is_empty() {
        return format!("`{table}` says what our ledger says");
    }
    let mut out = if plan.creates {
        format!("would make `{table}`, a ledger of {}:\n", plan.tool)
    } else {
        format!("would change `{table}`, the ledger of {}:\n", plan.tool)
    };
    for (word, files) in [
        ("add", &plan.add),
        ("remove", &plan.remove),
        ("checksum anew", &plan.change),
    ] {
        for file in files {
            let _ = writeln!(out, "  {word:<13} {}", visible(file));
        }
    }
    out
}
