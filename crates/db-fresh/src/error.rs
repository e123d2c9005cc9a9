//! Why a command or the proof did not do what it was asked to, and the exit code that says so.
//!
//! Which error leads to which exit code is decided here and in the `exit` of each room's problems, and nowhere else.

use diagnostic::{Diagnostic, Explain, Fact};

#[cfg(feature = "cli")]
use crate::{
    cli::UsageProblem, commands::CommandProblem, config::ConfigProblem, project::ProjectProblem,
    prove::ProofProblem, schema::SchemaProblem, signal::Signal,
};
use crate::{exit::Exit, hints, service::ServiceProblem};

/// Why a command or the proof did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No server could be had.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Server(#[from] ephemeral_postgres::Error),
    /// The database is not as ready as it has to be.
    #[error(transparent)]
    Readiness(#[from] readiness::Error),
    /// Redis did not do what it was asked to.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Redis(#[from] readiness::RedisError),
    /// Something that is needed is missing.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Preflight(#[from] preflight::Error),
    /// Migrating failed.
    #[error(transparent)]
    Migration(#[from] migration_core::Error),
    /// A folder of migrations is not fit to run.
    #[error(transparent)]
    Folder(#[from] migration_core::FolderProblems),
    /// Down scripts of the project cannot be run; what they would undo is applied.
    #[cfg(feature = "cli")]
    #[error("down scripts cannot be run")]
    DownScripts(Vec<std::sync::Arc<[migration_core::FolderProblem]>>),
    /// The schema is not as recorded, or what depends on it no longer works.
    #[error(transparent)]
    Contract(#[from] schema_contract::Error),
    /// A service asks for something that it cannot have.
    #[error(transparent)]
    Service(#[from] ServiceProblem),
    /// Seeding failed.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Seeding(#[from] seeding::Error),
    /// The command line asks for something that does not fit together.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Usage(#[from] UsageProblem),
    /// The configuration or a variable is wrong.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Config(#[from] ConfigProblem),
    /// The project is not as it is configured.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Project(#[from] ProjectProblem),
    /// A schema to work with cannot be had.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Schema(#[from] SchemaProblem),
    /// The proof found something.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Proof(#[from] ProofProblem),
    /// A command found something, or cannot be carried out.
    #[cfg(feature = "cli")]
    #[error(transparent)]
    Command(#[from] CommandProblem),
    /// The process was asked to end.
    #[cfg(feature = "cli")]
    #[error("interrupted by {signal}")]
    Interrupted {
        /// How.
        signal: Signal,
    },
    /// The operating system refused something.
    #[error("{what}")]
    System {
        /// What was to be done: `cannot start the runtime`.
        what: String,
        /// What the system said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Migrations failed that ran in another order than usual.
    #[error("{source}")]
    InOrder {
        /// The order, in words.
        order: String,
        /// How they failed.
        source: Box<Error>,
    },
    /// Files of a git revision are to blame, which were read from a temporary folder.
    #[error("{}", shown.of(&source.to_string()))]
    AtRevision {
        /// How their paths are shown.
        shown: ShownPath,
        /// What is wrong with them.
        source: Box<Error>,
    },
    /// Several things at once. The exit code is that of the first.
    #[error("{}", sentences(.0))]
    Several(Vec<Error>),
}

/// A folder that is gone when a message is read, and what stands for it.
#[derive(Debug, Clone)]
pub struct ShownPath {
    /// The folder, with a slash at the end.
    pub folder: String,
    /// What is shown instead: `v1.4:`, so that the whole is what `git show` takes.
    pub label: String,
}

impl ShownPath {
    /// The text with the path as it is shown.
    pub fn of(&self, text: &str) -> String {
        text.replace(&self.folder, &self.label)
    }
}

fn sentences(errors: &[Error]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}

impl Error {
    #[cfg(feature = "cli")]
    pub(crate) fn system(
        what: impl Into<String>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self::System {
            what: what.into(),
            source: source.into(),
        }
    }

    /// Nothing where there are no errors, the error itself where there is one.
    pub(crate) fn all(errors: impl IntoIterator<Item = impl Into<Self>>) -> Result<(), Self> {
        let mut errors: Vec<_> = errors.into_iter().map(Into::into).collect();
        match errors.len() {
            0 => Ok(()),
            1 => Err(errors.remove(0)),
            _ => Err(Self::Several(errors)),
        }
    }

    /// How the process should end.
    pub fn exit(&self) -> Exit {
        match self {
            #[cfg(feature = "cli")]
            Self::Server(error) if error.is_missing() => Exit::NotInstalled,
            #[cfg(feature = "cli")]
            Self::Server(_) => Exit::Readiness,
            Self::Readiness(_) => Exit::Readiness,
            #[cfg(feature = "cli")]
            Self::Redis(error) => of_redis(error),
            #[cfg(feature = "cli")]
            Self::Preflight(error) => of_preflight(error),
            // A database that cannot be reached, or does not answer, has nothing to do with its migrations.
            Self::Migration(
                migration_core::Error::Connect(_)
                | migration_core::Error::NoAnswer { .. }
                | migration_core::Error::OutcomeUnknown { .. },
            ) => Exit::Readiness,
            Self::Migration(_) | Self::Folder(_) => Exit::Migration,
            #[cfg(feature = "cli")]
            Self::DownScripts(_) => Exit::Migration,
            Self::Contract(_) => Exit::Contract,
            // What a program says about itself is as wrong as what is said to it.
            Self::Service(_) => Exit::Usage,
            #[cfg(feature = "cli")]
            Self::Seeding(_) => Exit::Seeding,
            #[cfg(feature = "cli")]
            Self::Usage(problem) => problem.exit(),
            #[cfg(feature = "cli")]
            Self::Config(problem) => problem.exit(),
            #[cfg(feature = "cli")]
            Self::Project(problem) => problem.exit(),
            #[cfg(feature = "cli")]
            Self::Schema(problem) => problem.exit(),
            #[cfg(feature = "cli")]
            Self::Proof(problem) => problem.exit(),
            #[cfg(feature = "cli")]
            Self::Command(problem) => problem.exit(),
            #[cfg(feature = "cli")]
            Self::Interrupted { signal } => signal.exit(),
            Self::System { .. } => Exit::Other,
            Self::InOrder { source, .. } | Self::AtRevision { source, .. } => source.exit(),
            Self::Several(errors) => errors.first().map_or(Exit::Other, Self::exit),
        }
    }

    /// The exit code: part of the public interface, listed in the help and the README.
    pub fn exit_code(&self) -> u8 {
        self.exit().code()
    }

    /// What there is to tell, each with its place and what helps. Commands are written as the program `db-fresh` has them;
    /// `Program::spell` writes them as another caller has to type them.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        match self {
            #[cfg(feature = "cli")]
            Self::Server(error) => hints::server(error),
            Self::Readiness(error) => hints::readiness(error),
            #[cfg(feature = "cli")]
            Self::Redis(error) => hints::redis(error),
            #[cfg(feature = "cli")]
            Self::Preflight(error) => hints::preflight(error),
            Self::Migration(error) => hints::migration(error),
            Self::Folder(error) => hints::folder(error),
            #[cfg(feature = "cli")]
            Self::DownScripts(sets) => sets
                .iter()
                .flat_map(|set| set.iter())
                .map(hints::folder_problem)
                .collect(),
            Self::Contract(error) => hints::contract(error),
            Self::Service(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Seeding(error) => hints::seeding(error),
            #[cfg(feature = "cli")]
            Self::Usage(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Config(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Project(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Schema(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Proof(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Command(problem) => problem.diagnostics(),
            #[cfg(feature = "cli")]
            Self::Interrupted { .. } => vec![Diagnostic::new("run/interrupted", self.to_string())],
            Self::System { what, source } => vec![system(what, source.as_ref())],
            Self::InOrder { order, source } => with_fact(source.diagnostics(), &Fact::new("order", order)),
            Self::AtRevision { shown, source } => at_revision(source.diagnostics(), shown),
            Self::Several(errors) => errors.iter().flat_map(Self::diagnostics).collect(),
        }
    }
}

#[cfg(feature = "cli")]
/// A prefix or a confirmation that is wrong is wrong usage; a Redis that did not do it is not ready.
fn of_redis(error: &readiness::RedisError) -> Exit {
    use readiness::RedisError::{BadPrefix, NotConfirmed};
    match error {
        BadPrefix(_) | NotConfirmed { .. } => Exit::Usage,
        _ => Exit::Readiness,
    }
}

#[cfg(feature = "cli")]
/// Where nothing but programs is missing, that is what a script wants to know: exit code 127.
fn of_preflight(error: &preflight::Error) -> Exit {
    let is_program =
        |failure: &preflight::Failure| matches!(failure, preflight::Failure::MissingProgram { .. });
    match error {
        preflight::Error::Refused { failures } if failures.iter().all(is_program) => Exit::NotInstalled,
        _ => Exit::Preflight,
    }
}

fn system(what: &str, source: &(dyn std::error::Error + 'static)) -> Diagnostic {
    let mut diagnostic = Diagnostic::new("run/system", what);
    let chain = std::iter::successors(Some(source), |error| error.source());
    diagnostic.causes = chain.map(ToString::to_string).collect();
    diagnostic
}

fn with_fact(mut diagnostics: Vec<Diagnostic>, fact: &Fact) -> Vec<Diagnostic> {
    for diagnostic in &mut diagnostics {
        diagnostic.facts.push(fact.clone());
    }
    diagnostics
}

fn at_revision(mut diagnostics: Vec<Diagnostic>, shown: &ShownPath) -> Vec<Diagnostic> {
    for diagnostic in &mut diagnostics {
        diagnostic.what = shown.of(&diagnostic.what);
        if let Some(place) = &mut diagnostic.place {
            place.file = shown.of(&place.file);
        }
    }
    diagnostics
}

#[cfg(feature = "cli")]
impl From<Vec<ConfigProblem>> for Error {
    fn from(problems: Vec<ConfigProblem>) -> Self {
        let mut errors: Vec<_> = problems.into_iter().map(Self::from).collect();
        if errors.len() == 1 {
            errors.remove(0)
        } else {
            Self::Several(errors)
        }
    }
}
