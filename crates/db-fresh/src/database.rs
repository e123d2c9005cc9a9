//! The database that a command works on, and how the runner works there.

use diagnostic::RedactedUrl;
use migration_core::{Config, Environment, Late, LedgerTable, Protection};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use crate::{
    cli::{self, UsageProblem},
    config,
    context::Context,
    error::Error,
    project::{Project, Selection},
    schema::SchemaProblem,
};

/// What connections and the ledger call this program.
pub(crate) const TOOL: &str = concat!("db-fresh ", env!("CARGO_PKG_VERSION"));

/// A database that is named by flag or by `DATABASE_URL`.
#[derive(Debug)]
pub(crate) struct RealDatabase {
    pub(crate) url: RedactedUrl,
    pub(crate) options: PgConnectOptions,
}

impl RealDatabase {
    /// The address; from now on its password appears in nothing that is printed.
    pub(crate) fn of(args: &cli::Database, context: &Context<'_>) -> Result<Self, Error> {
        let text = args
            .database_url
            .clone()
            .or_else(|| context.variables.text("DATABASE_URL"))
            .ok_or(UsageProblem::NoDatabase)?;
        let url: RedactedUrl = text
            .parse()
            .map_err(|source| UsageProblem::DatabaseUrl { source })?;
        context.console.keep_secret(url.secrets());
        let options = text.parse().map_err(|_| UsageProblem::DriverUrl)?;
        Ok(Self { url, options })
    }

    pub(crate) async fn connect(&self) -> Result<PgConnection, Error> {
        let connected = PgConnection::connect_with(&self.options).await;
        Ok(connected.map_err(|source| SchemaProblem::NoConnection {
            database: self.url.to_string(),
            source,
        })?)
    }
}

/// The project on a real database, and how the runner works there.
pub(crate) struct Deployment {
    pub(crate) project: Project,
    pub(crate) database: RealDatabase,
    pub(crate) config: Config,
}

impl Deployment {
    /// Reads the project first: what is wrong with it is told before anything about the database.
    pub(crate) fn of(args: &cli::Database, late: Late, context: &Context<'_>) -> Result<Self, Error> {
        let project = load_project(args, context)?;
        let database = RealDatabase::of(args, context)?;
        let config = runner(args, &project.ledger, late, context);
        Ok(Self {
            project,
            database,
            config,
        })
    }
}

/// The project that the flags select.
pub(crate) fn load_project(args: &cli::Database, context: &Context<'_>) -> Result<Project, Error> {
    Project::load(&context.config, &selection(args), &context.variables)
}

/// Which migrations the flags select.
pub(crate) fn selection(args: &cli::Database) -> Selection {
    Selection {
        folder: args.migrations.clone(),
        format: args.format.clone(),
        component: args.component.clone(),
    }
}

/// How the runner works on a real database.
pub(crate) fn runner(
    args: &cli::Database,
    ledger: &LedgerTable,
    late: Late,
    context: &Context<'_>,
) -> Config {
    Config {
        ledger: ledger.clone(),
        environment: environment(&args.environment, &context.config),
        actor: context.variables.text("MIGRATION_ACTOR").unwrap_or_default(),
        tool: TOOL.to_owned(),
        late,
        values: context.console.values(),
        ..Config::default()
    }
}

/// A name that the configuration does not know is taken for one that is not protected, unless it looks like production.
pub(crate) fn environment(name: &str, config: &config::Config) -> Environment {
    let known = config
        .environments
        .iter()
        .find(|known| known.name.eq_ignore_ascii_case(name));
    let looks_like_production = name.to_ascii_lowercase().starts_with("prod");
    let protected = known.map_or(looks_like_production, |known| known.protected);
    let protection = if protected {
        Protection::Protected
    } else {
        Protection::Open
    };
    Environment {
        name: name.to_owned(),
        protection,
    }
}
