//! The database that a command works on, and how the runner works there.

use std::time::Duration;

use diagnostic::RedactedUrl;
use migration_core::{Config, Late, LedgerTable, Problem, Protection, Watched};
use schema_contract::{Scope, Snapshot};
use sqlx::{PgConnection, postgres::PgConnectOptions};
use tokio::time::timeout;

use crate::{
    cli::{self, UsageProblem},
    config::session_options,
    context::Context,
    deadline,
    error::Error,
    output::down_problems,
    project::{Origin, Project, Selection},
    schema::SchemaProblem,
};

/// What connections and the ledger call this program.
pub(crate) const TOOL: &str = concat!("db-fresh ", env!("CARGO_PKG_VERSION"));

/// A database that is named by flag or by `DATABASE_URL`.
#[derive(Debug)]
pub(crate) struct RealDatabase {
    pub(crate) url: RedactedUrl,
    pub(crate) options: PgConnectOptions,
    /// How long it may take to connect, and to answer what a server answers at once.
    limit: Duration,
}

impl RealDatabase {
    /// The address; from now on its password appears in nothing that is printed.
    pub(crate) fn of(args: &cli::Database, context: &Context<'_>) -> Result<Self, Error> {
        let text = args
            .database_url
            .clone()
            .or_else(|| context.variables.text("DATABASE_URL"))
            .ok_or(UsageProblem::NoDatabase)?;
        let url = cli::database_url(&text).map_err(|source| UsageProblem::DatabaseUrl { source })?;
        context.console.keep_secret(url.secrets());
        let with_given = session_options::with_given(url.expose());
        let options = with_given.as_str().parse().map_err(|_| UsageProblem::DriverUrl)?;
        let limit = limit(context)?;
        Ok(Self { url, options, limit })
    }

    pub(crate) async fn connect(&self) -> Result<PgConnection, Error> {
        let connected = deadline::connect(&self.options, self.limit).await;
        Ok(connected.map_err(|source| SchemaProblem::NoConnection {
            database: self.url.to_string(),
            source,
        })?)
    }

    /// Questions that a server answers at once. What is to be done is a verb with its object.
    pub(crate) async fn in_time<T, E: Into<Error>>(
        &self,
        what: &str,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, Error> {
        match timeout(self.limit, work).await {
            Ok(ended) => ended.map_err(Into::into),
            Err(_) => Err(self.no_answer(what)),
        }
    }

    /// Work on a connection, for as long as the server does it. It sends at most so many bytes at once.
    pub(crate) async fn watched<'w, T, E: Into<Error>>(
        &self,
        what: &str,
        bytes: usize,
        connection: &'w mut PgConnection,
        work: impl AsyncFnOnce(&'w mut PgConnection) -> Result<T, E>,
    ) -> Result<T, Error> {
        let config = self.config();
        let silent = |error| match error {
            migration_core::Error::NoAnswer { .. } => self.no_answer(what),
            error => error.into(),
        };
        let mut session = Watched::session(connection, &self.options, &config)
            .await
            .map_err(silent)?
            .sending(bytes);
        let ended = session.wait_for(what, work(connection)).await.map_err(silent)?;
        ended.map_err(Into::into)
    }

    /// How the runner asks a question here, with the defaults of everything else.
    pub(crate) fn config(&self) -> Config {
        Config {
            tool: TOOL.to_owned(),
            connect_timeout: self.limit,
            answer_timeout: self.limit,
            ..Config::default()
        }
    }

    /// The schema as it is.
    pub(crate) async fn snapshot(
        &self,
        connection: &mut PgConnection,
        scope: &Scope,
    ) -> Result<Snapshot, Error> {
        let read = async |connection: &mut PgConnection| schema_contract::snapshot(connection, scope).await;
        self.watched("read the schema", 0, connection, read).await
    }

    fn no_answer(&self, what: &str) -> Error {
        SchemaProblem::NoAnswer {
            database: self.url.to_string(),
            what: what.to_owned(),
            waited: self.limit,
        }
        .into()
    }
}

/// How long a connection and an answer may take: half a minute, or `DB_TIMEOUT` where that is shorter.
pub(crate) fn limit(context: &Context<'_>) -> Result<Duration, Error> {
    let given = context.variables.number("DB_TIMEOUT")?;
    Ok(given.map_or(deadline::ANSWER, |given| {
        deadline::ANSWER.min(Duration::from_millis(given))
    }))
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
        let config = runner(args, &project, late, context)?;
        Ok(Self {
            project,
            database,
            config,
        })
    }
}

/// The project that the flags select.
pub(crate) fn load_project(args: &cli::Database, context: &Context<'_>) -> Result<Project, Error> {
    let url = args
        .database_url
        .clone()
        .or_else(|| context.variables.text("DATABASE_URL"));
    let variables = context.variables.for_database(&url.unwrap_or_default());
    let project = Project::load(&context.config, &selection(args), &variables)?;
    down_problems(&project.migrations, context.console);
    Ok(project)
}

/// Which migrations the flags select.
pub(crate) fn selection(args: &cli::Database) -> Selection {
    Selection {
        folder: args.migrations.clone(),
        format: args.format.clone(),
        component: args.component.clone(),
        sessions: args.sessions,
    }
}

/// How the runner works on a real database.
pub(crate) fn runner(
    args: &cli::Database,
    project: &Project,
    late: Late,
    context: &Context<'_>,
) -> Result<Config, Error> {
    // That it is no number is told where the database is named.
    let limit = limit(context).unwrap_or(deadline::ANSWER);
    Ok(Config {
        ledger: project.ledger.clone(),
        sessions: project.sessions.map(Into::into).unwrap_or_default(),
        environment: context.environment(args.environment.as_deref())?,
        actor: context.variables.text("MIGRATION_ACTOR").unwrap_or_default(),
        tool: TOOL.to_owned(),
        connect_timeout: limit,
        answer_timeout: limit,
        late,
        values: context.console.values(),
        ..Config::default()
    })
}

/// As [`refuse_other_environment`], for work on a folder: it has a ledger of its own, and the database may have the configured one.
/// Other work reads the configured ledger in any case.
pub(crate) async fn refuse_in_folder(
    database: &RealDatabase,
    project: &Project,
    config: &Config,
    context: &Context<'_>,
) -> Result<(), Error> {
    match project.origin {
        Origin::Folder => refuse_other_environment(database, project, config, context).await,
        Origin::Components => Ok(()),
    }
}

/// Refuses to work on a database whose ledger says that its environment is protected, where the run says that it is open.
pub(crate) async fn refuse_other_environment(
    database: &RealDatabase,
    project: &Project,
    config: &Config,
    context: &Context<'_>,
) -> Result<(), Error> {
    if config.environment.protection == Protection::Protected {
        return Ok(());
    }
    match recorded_environment(database, project, config, context).await? {
        None => Ok(()),
        Some(recorded) => {
            let given = config.environment.name.clone();
            let problems = vec![Problem::OtherEnvironment { recorded, given }];
            Err(migration_core::Error::Unfit { problems }.into())
        }
    }
}

/// The protected environment that a database serves, by the ledger of the project and by that of the configuration.
pub(crate) async fn recorded_environment(
    database: &RealDatabase,
    project: &Project,
    config: &Config,
    context: &Context<'_>,
) -> Result<Option<String>, Error> {
    let mut ledgers = vec![project.ledger.clone()];
    if project.origin == Origin::Folder {
        let configured = &context.config.ledger;
        ledgers.push(LedgerTable {
            schema: configured.schema.clone(),
            table: configured.table.clone(),
        });
    }
    for ledger in ledgers {
        let config = Config {
            ledger,
            ..config.clone()
        };
        let recorded = migration_core::protected_environment(&database.options, &config).await?;
        if recorded.is_some() {
            return Ok(recorded);
        }
    }
    Ok(None)
}
