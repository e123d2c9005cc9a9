//! What consumers need, read before a server is started: from this checkout, another one, or a revision of either.
//!
//! A revision stands for the application that still runs while the schema moves: it is checked against the schema to come.

use std::path::{Path, PathBuf};

use diagnostic::Values;
use schema_contract::{
    consumers::{self, ConsumerConfig, Execution, Query},
    expectations::{self, Expectations},
};

use super::{
    load::{Extent, Origin, Project},
    problem::ProjectProblem,
};
use crate::{
    config::Consumer,
    context::Context,
    error::{Error, ShownPath},
    schema::Revision,
};

/// A consumer with what it said it needs.
#[derive(Debug)]
pub(crate) struct Loaded {
    pub(crate) name: String,
    role: Option<String>,
    search_path: Option<String>,
    pub(crate) execution: Execution,
    values: Values,
    pub(crate) queries: Vec<Query>,
    pub(crate) expectations: Option<(PathBuf, Expectations)>,
}

impl Loaded {
    /// How its queries are checked.
    pub(crate) fn config(&self) -> ConsumerConfig {
        ConsumerConfig {
            consumer: self.name.clone(),
            role: self.role.clone(),
            search_path: self.search_path.clone(),
            execution: self.execution,
            values: self.values,
        }
    }
}

/// Reads what all consumers need, and tells of every file that cannot be read.
pub(crate) fn read(project: &Project, context: &Context<'_>) -> Result<Vec<Loaded>, Error> {
    if project.origin == Origin::Folder || project.extent == Extent::Part {
        return Ok(Vec::new());
    }
    let (mut loaded, mut failures) = (Vec::new(), Vec::<Error>::new());
    for consumer in &context.config.consumers {
        match one(project, consumer) {
            Ok(consumer) => loaded.push(Loaded {
                values: context.console.values(),
                ..consumer
            }),
            Err(failure) => failures.push(failure),
        }
    }
    Error::all(failures)?;
    Ok(loaded)
}

fn one(project: &Project, consumer: &Consumer) -> Result<Loaded, Error> {
    let base = consumer
        .checkout
        .as_ref()
        .map_or_else(|| project.at(Path::new("")), |path| project.at(path));
    match &consumer.revision {
        None => {
            must_be_there(consumer, &base, consumer.checkout.as_deref())?;
            at(consumer, &base)
        }
        Some(name) => at_revision(consumer, &base, name),
    }
}

/// What the consumer needed at a revision. The files are gone before anything is checked; what is shown of one from then on
/// is what `git show` takes.
fn at_revision(consumer: &Consumer, base: &Path, name: &str) -> Result<Loaded, Error> {
    // The empty path is this folder for us, and none for git.
    let folder = if base.as_os_str().is_empty() {
        Path::new(".")
    } else {
        base
    };
    let paths: Vec<&Path> = consumer
        .queries
        .iter()
        .chain(&consumer.expectations)
        .map(PathBuf::as_path)
        .collect();
    let extracted = Revision::find(folder, name)?.extract(&paths)?;
    must_be_there(consumer, extracted.path(), Some(Path::new(name)))?;
    let label = match &consumer.checkout {
        Some(checkout) => format!("{}@{name}:", checkout.display()),
        None => format!("{name}:"),
    };
    let shown = ShownPath {
        folder: format!("{}/", extracted.path().display()),
        label,
    };
    let mut loaded = at(consumer, extracted.path()).map_err(|source| Error::AtRevision {
        shown: shown.clone(),
        source: Box::new(source),
    })?;
    for query in &mut loaded.queries {
        query.file = shown.of(&query.file);
    }
    if let Some((path, _)) = &mut loaded.expectations {
        *path = PathBuf::from(shown.of(&path.display().to_string()));
    }
    Ok(loaded)
}

/// A consumer whose files are not there needs nothing, and would pass for one that is served.
fn must_be_there(consumer: &Consumer, base: &Path, place: Option<&Path>) -> Result<(), Error> {
    let missing = consumer
        .queries
        .iter()
        .chain(&consumer.expectations)
        .filter(|path| !base.join(path).exists());
    Error::all(missing.map(|path| ProjectProblem::MissingConsumerFile {
        consumer: consumer.name.clone(),
        path: path.display().to_string(),
        looked_in: place.map(|place| place.display().to_string()),
    }))
}

fn at(consumer: &Consumer, base: &Path) -> Result<Loaded, Error> {
    let queries = consumer.queries.as_ref().map(|path| {
        let path = base.join(path);
        if path.ends_with(".sqlx") {
            consumers::read_sqlx_folder(&path)
        } else {
            consumers::read_sql_folder(&path)
        }
    });
    let expected = consumer.expectations.as_ref().map(|path| {
        let path = base.join(path);
        expectations::read(&path).map(|expectations| (path, expectations))
    });
    match (queries.transpose(), expected.transpose()) {
        (Ok(queries), Ok(expectations)) => Ok(Loaded {
            name: consumer.name.clone(),
            role: consumer.role.clone(),
            search_path: consumer.search_path.clone(),
            execution: if consumer.run {
                Execution::RolledBack
            } else {
                Execution::Never
            },
            values: Values::Hidden,
            queries: queries.unwrap_or_default(),
            expectations,
        }),
        (Err(queries), Err(expected)) => Err(Error::Several(vec![queries.into(), expected.into()])),
        (Err(error), _) | (_, Err(error)) => Err(error.into()),
    }
}
