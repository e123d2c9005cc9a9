//! The database that a command works on, and how the runner works there.

use diagnostic::{Diagnostic, RedactedUrl};
use migration_core::{Config, Environment, Late, LedgerTable, Protection};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use crate::{cli, config, context::Context, exit::Exit, failure::Failure, project::Selection};

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
    pub(crate) fn of(args: &cli::Database, context: &Context<'_>) -> Result<Self, Failure> {
        let text = args
            .database_url
            .clone()
            .or_else(|| context.variables.text("DATABASE_URL"))
            .ok_or_else(|| {
                let mut diagnostic = Diagnostic::new("xtask/no-database", "no database is named");
                diagnostic.hints.push(
                    "give `--database-url postgres://USER@HOST/DATABASE`, or set `DATABASE_URL`".into(),
                );
                Failure::new(Exit::Usage, diagnostic)
            })?;
        let unusable = |why: String| {
            let what = format!("the database's URL cannot be used: {why}");
            Failure::new(Exit::Usage, Diagnostic::new("xtask/url", what))
        };
        let url: RedactedUrl = text
            .parse()
            .map_err(|error: diagnostic::NotAUrl| unusable(error.to_string()))?;
        context.console.keep_secret(url.secrets());
        // The driver's own message may repeat parts of the text.
        let options = text
            .parse()
            .map_err(|_| unusable("the driver does not understand it".into()))?;
        Ok(Self { url, options })
    }

    pub(crate) async fn connect(&self) -> Result<PgConnection, Failure> {
        PgConnection::connect_with(&self.options).await.map_err(|error| {
            let mut diagnostic = Diagnostic::new(
                "readiness/no-connection",
                format!("cannot connect to `{}`", self.url),
            );
            diagnostic.causes.push(error.to_string());
            diagnostic
                .hints
                .push("`db-fresh wait` says what stands in the way".into());
            Failure::new(Exit::Readiness, diagnostic)
        })
    }
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
