//! Applying with a look at the session after those files that may leave something in it.

use migration_core::{ApplyReport, Config, Progress, Runner};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;

use super::{left::Left, plan::Looks};
use crate::project::Project;

/// What a file left in the session.
#[derive(Debug, Clone)]
pub(in crate::prove) struct Looked {
    pub(super) component: String,
    pub(super) file: String,
    pub(super) left: Vec<Left>,
}

impl Looked {
    /// For the document.
    pub(in crate::prove) fn report(&self) -> Value {
        let left: Vec<_> = self.left.iter().map(ToString::to_string).collect();
        json!({ "component": self.component, "file": self.file, "left": left })
    }
}

/// Applies, and says how that ended and what was left where.
pub(in crate::prove) async fn apply(
    options: &PgConnectOptions,
    project: &Project,
    config: &Config,
    looks: &Looks,
    listen: &mut (dyn FnMut(Progress) + Send),
) -> (Result<ApplyReport, migration_core::Error>, Vec<Looked>) {
    let mut found = Vec::new();
    if looks.count() == 0 {
        let ended = migration_core::apply(options, &project.migrations, config, listen).await;
        return (ended, found);
    }
    let ended = run(options, project, config, looks, listen, &mut found).await;
    (ended, found)
}

async fn run(
    options: &PgConnectOptions,
    project: &Project,
    config: &Config,
    looks: &Looks,
    listen: &mut (dyn FnMut(Progress) + Send),
    found: &mut Vec<Looked>,
) -> Result<ApplyReport, migration_core::Error> {
    let runner = Runner::connect(options, config).await?;
    let mut run = runner.start_apply(&project.migrations, config, listen).await?;
    loop {
        let is_looked_at = |(component, file): (&str, &str)| looks.is_after(component, file);
        let plain = run.pending().take_while(|one| !is_looked_at(*one)).count();
        run.up_to(plain).await?;
        let Some((component, file)) = run.pending().next() else {
            break;
        };
        let (component, file) = (component.to_owned(), file.to_owned());
        let left = run.next_with_leftovers(&looks.own_settings).await?;
        let left = left
            .into_iter()
            .map(Left::Seen)
            .filter(|left| !left.is_the_same());
        let left: Vec<_> = left.collect();
        if !left.is_empty() {
            found.push(Looked {
                component,
                file,
                left,
            });
        }
    }
    Ok(run.finish().await)
}
