//! One thing that preflight found wrong, and what to do about it.

use std::{io, path::PathBuf};

use diagnostic::{Explain, Fact, Place};

use crate::{Right, SecretKind};

/// One thing that is missing or unfit. No variant holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// None of the variables is set.
    #[error("{} set", none_of(names))]
    MissingVariable {
        /// The names that would do.
        names: Vec<String>,
        /// Those of them that are set to nothing.
        empty: Vec<String>,
        /// What it is for.
        purpose: String,
    },
    /// A folder is not there, or cannot be listed.
    #[error("there is no folder `{}`", path.display())]
    MissingFolder {
        /// The path.
        path: PathBuf,
        /// What it is for.
        purpose: String,
        /// The last folder on the way there that exists.
        nearest: Option<PathBuf>,
        /// What the system said.
        error: io::ErrorKind,
    },
    /// In the place of a folder is something else.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
        /// What it is for.
        purpose: String,
    },
    /// A file is not there, or cannot be read.
    #[error("there is no file `{}`", path.display())]
    MissingFile {
        /// The path.
        path: PathBuf,
        /// What it is for.
        purpose: String,
        /// What the system said.
        error: io::ErrorKind,
    },
    /// A path leads to something that is not a regular file.
    #[error("`{}` is {what}, not a file", path.display())]
    NotAFile {
        /// The path.
        path: PathBuf,
        /// What it is for.
        purpose: String,
        /// What it is, such as `a named pipe`.
        what: &'static str,
    },
    /// None of the programs is on `PATH`.
    #[error("{} installed", none_of(names))]
    MissingProgram {
        /// The names that would do.
        names: Vec<String>,
        /// What it is for.
        purpose: String,
        /// How to get it.
        install_hint: Option<String>,
    },
    /// The server is older than what is supported.
    #[error("the server is Postgres {found}, and the oldest that will do is {oldest}")]
    OldServer {
        /// The server's major version.
        found: u32,
        /// The oldest major version that will do.
        oldest: u32,
    },
    /// The database takes no writes.
    #[error("database `{database}` takes no writes: {reason}")]
    ReadOnly {
        /// The database.
        database: String,
        /// Why.
        reason: &'static str,
    },
    /// The database stores text in something else than UTF-8.
    #[error("database `{database}` has the encoding {found}, not UTF8")]
    Encoding {
        /// The database.
        database: String,
        /// Its encoding.
        found: String,
    },
    /// A right is missing that will be needed. The server would say 42501, later.
    #[error("role `{role}` lacks {right}")]
    MissingRight {
        /// The role that is connected.
        role: String,
        /// The right.
        right: Right,
    },
    /// Two connections ended at one session of the server: a pooler shares it.
    #[error("a transaction pooler stands between here and the server")]
    TransactionPooler,
    /// A tracked file holds a credential. The credential is not repeated.
    #[error("a tracked file holds {kind}")]
    TrackedSecret {
        /// File, line and column; never the text that stands there.
        place: Place,
        /// What it is.
        kind: SecretKind,
    },
    /// A marker that allows a credential does not say why.
    #[error("a marker allows a credential without a reason")]
    MarkerWithoutReason {
        /// File and line.
        place: Place,
    },
}

/// `A` is not …, or none of `A`, `B` and `C` is ….
fn none_of(names: &[String]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("none of {} and {last} is", rest.join(", ")),
        _ => format!("{} is not", quoted.concat()),
    }
}

impl Explain for Failure {
    fn code(&self) -> &'static str {
        match self {
            Self::MissingVariable { .. } => "preflight/missing-variable",
            Self::MissingFolder { .. } | Self::NotAFolder { .. } => "preflight/missing-folder",
            Self::MissingFile { .. } => "preflight/missing-file",
            Self::NotAFile { .. } => "preflight/missing-file",
            Self::MissingProgram { .. } => "preflight/missing-program",
            Self::OldServer { .. } => "preflight/old-server",
            Self::ReadOnly { .. } => "preflight/read-only",
            Self::Encoding { .. } => "preflight/encoding",
            Self::MissingRight { .. } => "preflight/missing-right",
            Self::TransactionPooler => "preflight/transaction-pooler",
            Self::TrackedSecret { .. } => "preflight/tracked-secret",
            Self::MarkerWithoutReason { .. } => "preflight/marker-without-reason",
        }
    }

    fn place(&self) -> Option<Place> {
        match self {
            Self::TrackedSecret { place, .. } | Self::MarkerWithoutReason { place } => Some(place.clone()),
            _ => None,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let needed = |purpose: &String| vec![Fact::new("needed for", purpose.clone())];
        match self {
            Self::MissingVariable { purpose, empty, .. } => {
                let mut facts = needed(purpose);
                if !empty.is_empty() {
                    facts.push(Fact::new("set but empty", format!("`{}`", empty.join("`, `"))));
                }
                facts
            }
            Self::MissingFolder {
                purpose,
                nearest,
                error,
                ..
            } => {
                let mut facts = needed(purpose);
                if *error != io::ErrorKind::NotFound {
                    facts.push(Fact::new("system", error.to_string()));
                }
                let nearest = nearest
                    .as_ref()
                    .map(|path| Fact::new("there is", format!("`{}`", path.display())));
                facts.extend(nearest);
                facts
            }
            Self::MissingFile { purpose, error, .. } => {
                let mut facts = needed(purpose);
                if *error != io::ErrorKind::NotFound {
                    facts.push(Fact::new("system", error.to_string()));
                }
                facts
            }
            Self::NotAFile { purpose, .. }
            | Self::NotAFolder { purpose, .. }
            | Self::MissingProgram { purpose, .. } => needed(purpose),
            Self::MissingRight { right, .. } => vec![Fact::new("needed for", right.purpose.clone())],
            _ => Vec::new(),
        }
    }

    fn why(&self) -> Option<String> {
        let why = match self {
            Self::MissingRight { .. } => {
                "the server would refuse it with SQLSTATE 42501 in the middle of the work"
            }
            Self::Encoding { .. } => {
                "texts of the migrations and seeds could not be stored as they are written"
            }
            Self::TransactionPooler => {
                "locks, settings and temporary tables of a session would be another session's at the next statement"
            }
            Self::TrackedSecret { .. } => {
                "whoever can read the repository, now or in its history, can use it"
            }
            Self::MarkerWithoutReason { .. } => "nobody could tell later whether it is still right",
            _ => return None,
        };
        Some(why.to_owned())
    }

    fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::MissingVariable { names, .. } => {
                let name = names.first().map_or("NAME", String::as_str);
                format!("set it in the environment: `{name}=…`")
            }
            Self::MissingFolder {
                path,
                error: io::ErrorKind::NotFound,
                ..
            } => {
                format!("correct the path, or make it: `mkdir -p {}`", path.display())
            }
            Self::MissingFolder { .. } => {
                "give this user the right to list it, or correct the path".to_owned()
            }
            Self::NotAFolder { path, .. } => {
                match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
                    Some(parent) => format!("name the folder that holds it: `{}`", parent.display()),
                    None => "name the folder that holds it: `.`".to_owned(),
                }
            }
            Self::MissingFile { .. } | Self::NotAFile { .. } => {
                "correct the path, or bring the file there".to_owned()
            }
            Self::MissingProgram {
                install_hint: Some(hint),
                ..
            } => format!("install it: {hint}"),
            Self::MissingProgram { .. } => "install it, or add its folder to `PATH`".to_owned(),
            Self::OldServer { oldest, .. } => format!("use a server of version {oldest} or newer"),
            Self::ReadOnly { .. } => {
                "connect to the primary, as a role whose transactions may write".to_owned()
            }
            Self::Encoding { database, .. } => {
                format!("make the database anew: `createdb --encoding=UTF8 --template=template0 {database}`")
            }
            Self::MissingRight { role, right } => {
                format!("as the owner or a superuser: `{}`", right.grant_to(role))
            }
            Self::TransactionPooler => {
                "connect to the server itself, or to the pooler's port for session mode".to_owned()
            }
            Self::TrackedSecret { .. } => {
                return vec![
                    "make it useless first: change the password or revoke the token; the history keeps it".to_owned(),
                    "then read it from the environment; where it is no secret, write `preflight: allow-secret REASON` in the line or above it".to_owned(),
                ];
            }
            Self::MarkerWithoutReason { .. } => {
                "write why behind it: `preflight: allow-secret REASON`".to_owned()
            }
        };
        vec![hint]
    }
}
