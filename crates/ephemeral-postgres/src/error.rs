//! Why there is no server or no database.

use std::{io, path::PathBuf};

use diagnostic::{Explain, Fact};

use crate::{PassedOver, Provider};

/// Why there is no server or no database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No provider works on this machine.
    #[error("found no way to get a Postgres server")]
    Nothing {
        /// What was tried, in order.
        passed_over: Vec<PassedOver>,
    },
    /// The provider that was asked for cannot work here.
    #[error("cannot get a server from `{}`: {}", .0.provider, .0.why)]
    Unavailable(PassedOver),
    /// Postgres does not run as root, and there is nobody to run it as.
    #[error("there is no unprivileged user to run Postgres as")]
    NoUser,
    /// `initdb` failed.
    #[error("`initdb` failed")]
    InitDb {
        /// What it printed, the last lines.
        output: String,
    },
    /// The server ended before it answered.
    #[error("the server ended before it answered")]
    Ended {
        /// The last lines of its log.
        log: String,
    },
    /// The server did not answer in time.
    #[error("the server did not answer within {} s", .seconds)]
    Silent {
        /// How long it was waited for.
        seconds: u64,
        /// The last lines of its log.
        log: String,
        /// What came of the last attempt.
        source: sqlx::Error,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {what} `{}`", .path.display())]
    Io {
        /// What was to be done, as a verb.
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// A program could not be started.
    #[error("cannot run `{}`", .program.display())]
    Run {
        /// The program.
        program: PathBuf,
        /// The system's word.
        source: io::Error,
    },
    /// Programs could not be fetched or unpacked.
    #[error("cannot {what}")]
    Fetch {
        /// What was to be done, as a verb.
        what: String,
        /// What the program printed.
        output: String,
    },
    /// The container engine refused something.
    #[error("cannot {what} the container")]
    Container {
        /// What was to be done, as a verb.
        what: &'static str,
        /// The engine's word.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The work was ended before it was done, because the process ends.
    #[error("the process ends")]
    Interrupted,
    /// What the caller does to fill a template failed.
    #[error("cannot build the template database")]
    Build {
        /// What it said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Another process builds the same template and does not come to an end.
    #[error("another process builds the template `{template}` and is not ready after {seconds} s")]
    Building {
        /// The template.
        template: String,
        /// How long it was waited for.
        seconds: u64,
        /// The process of the server that holds the lock.
        holder: Option<i32>,
    },
    /// The URL is not one of a Postgres server.
    #[error("the URL is not one of a Postgres server")]
    Url {
        /// The driver's word; it does not repeat the URL.
        source: sqlx::Error,
    },
    /// The server refused something.
    #[error("cannot {what}")]
    Sql {
        /// What was to be done, as a verb.
        what: String,
        /// The server's word.
        source: sqlx::Error,
    },
}

impl Error {
    /// Whether something has to be installed before this can work.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Nothing { .. } | Self::Unavailable(_) | Self::NoUser)
    }

    pub(crate) fn unavailable(provider: Provider, why: impl Into<String>) -> Self {
        Self::Unavailable(PassedOver {
            provider,
            why: why.into(),
            searched: Vec::new(),
        })
    }

    pub(crate) fn io(what: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { what, path, source }
    }

    #[cfg(feature = "docker")]
    pub(crate) fn container<E>(what: &'static str) -> impl FnOnce(E) -> Self
    where
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        move |source| Self::Container {
            what,
            source: source.into(),
        }
    }

    pub(crate) fn sql(what: impl Into<String>) -> impl FnOnce(sqlx::Error) -> Self {
        let what = what.into();
        move |source| Self::Sql { what, source }
    }

    fn passed_over(&self) -> &[PassedOver] {
        match self {
            Self::Nothing { passed_over } => passed_over,
            Self::Unavailable(one) => std::slice::from_ref(one),
            _ => &[],
        }
    }
}

impl Explain for Error {
    fn code(&self) -> &'static str {
        match self {
            Self::Nothing { .. } | Self::Unavailable(_) => "postgres/not-installed",
            Self::NoUser => "postgres/no-user",
            Self::InitDb { .. } => "postgres/initdb",
            Self::Ended { .. } => "postgres/ended",
            Self::Silent { .. } => "postgres/silent",
            Self::Io { .. } => "postgres/file",
            Self::Run { .. } => "postgres/program",
            Self::Fetch { .. } => "postgres/fetch",
            Self::Container { .. } => "postgres/container",
            Self::Interrupted => "postgres/interrupted",
            Self::Build { .. } => "postgres/template",
            Self::Building { .. } => "postgres/template-lock",
            Self::Url { .. } => "postgres/url",
            Self::Sql { .. } => "postgres/refused",
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts = Vec::new();
        for tried in self.passed_over() {
            facts.push(Fact::new(tried.provider.to_string(), tried.why.clone()));
            for place in &tried.searched {
                facts.push(Fact::new("searched", place.display().to_string()));
            }
        }
        if let Self::InitDb { output: lines }
        | Self::Fetch { output: lines, .. }
        | Self::Ended { log: lines }
        | Self::Silent { log: lines, .. } = self
        {
            facts.extend(lines.lines().map(|line| Fact::new("log", line)));
        }
        if let Self::Building {
            holder: Some(pid), ..
        } = self
        {
            facts.push(Fact::new("held by", format!("server process {pid}")));
        }
        if let Self::Sql {
            source: sqlx::Error::Database(refused),
            ..
        } = self
        {
            facts.extend(refused.code().map(|state| Fact::new("SQLSTATE", state)));
        }
        facts
    }

    fn why(&self) -> Option<String> {
        match self {
            Self::Nothing { .. } | Self::Unavailable(_) => {
                Some("this runs on a real server, which is started for the run and removed after it".into())
            }
            Self::NoUser => Some("Postgres refuses to run as root".into()),
            _ => None,
        }
    }

    fn hints(&self) -> Vec<String> {
        match self {
            Self::Nothing { .. } | Self::Unavailable(_) => vec![
                "Debian, Ubuntu: `apt-get install postgresql`".into(),
                "macOS: `brew install postgresql@17`".into(),
                "programs elsewhere: set `PG_BIN=/path/to/postgresql/bin`".into(),
                "nothing may be installed: npm on the `PATH`, or set `DB_FRESH_ARCHIVE=/path/to/postgresql.tar.gz`".into(),
            ],
            Self::Run { program, .. } if program.as_os_str() == "openssl" => {
                vec!["Debian, Ubuntu: `apt-get install openssl`".into()]
            }
            Self::NoUser => vec!["make one: `useradd --system postgres`".into()],
            Self::Url { .. } => vec!["the form is `postgres://USER:PASSWORD@HOST:PORT/DATABASE`; in a password, `@ : / # ? %` are written percent-encoded".into()],
            Self::Sql { source: sqlx::Error::Database(refused), .. } if refused.code().as_deref() == Some("42501") => {
                vec!["the role needs the right to make databases: `ALTER ROLE … CREATEDB`".into()]
            }
            _ => Vec::new(),
        }
    }
}
