//! One build on a database of its own: each file in a session of its own up to one, and from that one on in one session, as the tool
//! keeps it.

use ephemeral_postgres::Database;
use migration_core::{
    Applied, Config, Format, Late, Leftover, Migration, Migrations, Omitted, Progress, Sessions, SqlFailure,
    Statement, Unknown, apply,
};
use schema_contract::{Snapshot, snapshot};

use super::{
    left::Left,
    looks::Looked,
    roles,
    rows::{Rows, rows},
    tools::Keeps,
};
use crate::{
    error::Error,
    prove::inputs::Inputs,
    schema::{close, connect_to},
};

/// What is built, and where.
pub(super) struct Trials<'t> {
    pub(super) inputs: &'t Inputs<'t>,
    pub(super) looked: &'t [Looked],
}

/// What came of a build.
#[derive(Debug, Default)]
pub(super) struct Built {
    pub(super) applied: Vec<Applied>,
    pub(super) skipped: Vec<Omitted>,
    pub(super) failure: Option<Box<SqlFailure>>,
    pub(super) schema: Snapshot,
    pub(super) rows: Rows,
}

/// A file: of which set, and which of its files.
pub(super) type Place = (usize, usize);

impl Trials<'_> {
    pub(super) fn sets(&self) -> &[Migrations] {
        &self.inputs.project.migrations
    }

    pub(super) fn item(&self, place: Place) -> &Migration {
        &self.sets()[place.0].items[place.1]
    }

    /// The place of a file.
    pub(super) fn place(&self, component: &str, file: &str) -> Option<Place> {
        let set = self.sets().iter().position(|set| set.component == component)?;
        let item = self.sets()[set]
            .items
            .iter()
            .position(|item| item.filename == file)?;
        Some((set, item))
    }

    /// All files, in order.
    pub(super) fn places(&self) -> Vec<Place> {
        let sets = self.sets().iter().enumerate();
        sets.flat_map(|(set, all)| (0..all.items.len()).map(move |item| (set, item)))
            .collect()
    }

    /// Builds up to a file, in one session from another one on. The database is dropped, and so are the roles made on the way.
    pub(super) async fn passing(&self, kept_from: Option<Place>, to: Place) -> Result<Built, Error> {
        let database = self.inputs.server.create_database("db_fresh_session").await?;
        let built = self.build(&database, kept_from, to).await;
        // A server of ours takes it along in any case.
        let _ = database.drop_now().await;
        roles::drop_made(self.inputs).await?;
        built
    }

    /// The same on a database that stays.
    pub(super) async fn build(
        &self,
        database: &Database,
        kept_from: Option<Place>,
        to: Place,
    ) -> Result<Built, Error> {
        let options = database.options();
        if let Some(prelude) = self.inputs.prelude {
            prelude.run(options).await?;
        }
        let mut built = Built::default();
        for (sets, sessions) in self.rounds(kept_from, to) {
            let config = Config {
                late: Late::Allow,
                unknown: Unknown::Allow,
                sessions,
                ..self.inputs.runner()
            };
            let mut listen = |progress| {
                if let Progress::Applied(one) = progress {
                    built.applied.push(one);
                }
            };
            match apply(options, &sets, &config, &mut listen).await {
                Ok(report) => built.skipped.extend(report.skipped),
                Err(migration_core::Error::Sql(failure)) => {
                    built.failure = Some(failure);
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        let mut connection = connect_to(options).await?;
        let scope = self.inputs.project.whole();
        built.schema = snapshot(&mut connection, &scope).await?;
        built.rows = rows(&mut connection, &scope).await?;
        close(connection).await;
        Ok(built)
    }

    /// The files of each run one after the other, all sets with those of their files that belong to it: each set has a session of its own.
    fn rounds(&self, kept_from: Option<Place>, to: Place) -> Vec<(Vec<Migrations>, Sessions)> {
        let mut rounds: Vec<(Vec<Migrations>, Sessions)> = Vec::new();
        let mut last = None;
        for place in self.places().into_iter().take_while(|place| *place <= to) {
            let format = self.sets()[place.0].format;
            let is_kept = kept_from.is_some_and(|from| place >= from) && Keeps::of(format) != Keeps::Nothing;
            let key = is_kept.then_some(place.0);
            if last != Some(key) {
                let empty = |set: &Migrations| Migrations {
                    items: Vec::new(),
                    ..set.clone()
                };
                let sessions = if is_kept {
                    Sessions::Kept
                } else {
                    Sessions::Isolated
                };
                rounds.push((self.sets().iter().map(empty).collect(), sessions));
                last = Some(key);
            }
            let mut item = self.item(place).clone();
            if is_kept {
                self.put_back(format, &self.sets()[place.0].component, &mut item);
            }
            if let Some((sets, _)) = rounds.last_mut() {
                sets[place.0].items.push(item);
            }
        }
        rounds
    }

    /// Adds to a file what its tool puts back after it.
    fn put_back(&self, format: Format, component: &str, item: &mut Migration) {
        let keeps = Keeps::of(format);
        let is_it = |one: &&Looked| one.component == component && one.file == item.filename;
        let left = self.looked.iter().filter(is_it).flat_map(|one| &one.left);
        for left in left.filter(|left| !keeps.keeps(left)) {
            let sql = match left {
                Left::Seen(Leftover::Setting { name, new, .. }) => {
                    format!(
                        "SELECT pg_catalog.set_config({}, {}, false)",
                        literal(name),
                        literal(new)
                    )
                }
                Left::Seen(Leftover::Role { .. }) => "RESET ROLE".to_owned(),
                _ => continue,
            };
            let script = &mut item.up;
            script.sql.push_str("\n;");
            let start = script.sql.len();
            script.sql.push_str(&sql);
            let end = script.sql.len();
            script.statements.push(Statement { start, end });
        }
    }
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
