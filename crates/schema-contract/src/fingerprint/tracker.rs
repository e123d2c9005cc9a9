//! The fingerprints of a schema as it changes: what is known of the rows of all catalogs, brought up to date from look to look.

use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::{
    objects::Kinds,
    renamed,
    rows::{Effect, Rows},
    statement::{self, Part, RELATIONS, SEPARATOR},
    value::Fingerprint,
};
use crate::{Diff, Error, Scope};

/// The fingerprints of a schema as it changes.
///
/// Each costs a pass over the row headers of the catalogs, and a second round trip for the rows that changed. Left out on purpose:
/// rows of tables, the last values of sequences, roles, large objects, and the order of columns.
#[derive(Debug, Clone)]
pub struct Fingerprints {
    /// In the order of the catalogs of the statements.
    rows: Vec<Rows>,
    /// The place of the first that is outside.
    first_outside: usize,
    usual: Changes,
    /// Operators, text search, foreign data, replication: what few migrations touch.
    outside: Changes,
    scope: Scope,
    kinds: Kinds,
    /// How many there were.
    looks: usize,
}

/// What asks a part of the catalogs for changes.
#[derive(Debug, Clone)]
struct Changes {
    sql: String,
    /// The first transaction whose rows are new.
    since: String,
}

/// Compiling a statement takes longer than any of these runs.
const SETTINGS: &str = "SET search_path = ''; SET plan_cache_mode = force_generic_plan; SET jit = off";
/// Before every transaction.
const THE_START: &str = "0";

impl Fingerprints {
    /// Reads everything that [`next`](Self::next) looks at once. The connection is for this alone from now on: its `search_path` is
    /// empty, so that names come out qualified, and its plans are made once, which takes longer than to run them.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] with what the server said.
    pub async fn start(conn: &mut PgConnection, scope: &Scope) -> Result<(Self, Fingerprint), Error> {
        sqlx::raw_sql(SETTINGS)
            .execute(&mut *conn)
            .await
            .map_err(failed)?;
        let major = conn.server_version_num().map_or(0, |number| number / 10_000);
        let catalogs = statement::catalogs(major);
        let changes = |part| Changes {
            sql: statement::changes(&catalogs, part),
            since: THE_START.into(),
        };
        let (usual, outside) = (changes(Part::Usual), changes(Part::Outside));
        let first_outside = catalogs.partition_point(|(part, _)| *part == Part::Usual);
        let rows = catalogs.into_iter().enumerate();
        let mut this = Self {
            first_outside,
            rows: rows
                .map(|(place, (_, catalog))| Rows::new(place, catalog, major))
                .collect(),
            usual,
            outside,
            scope: scope.clone(),
            kinds: Kinds::default(),
            looks: 0,
        };
        let first = this.next(conn).await?;
        Ok((this, first))
    }

    /// The schema as it is now, without looking whether operators, collations, casts, languages, event triggers, and objects of text
    /// search, foreign data and replication changed: a [`whole`](Self::whole) look takes twice as long.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] with what the server said.
    pub async fn next(&mut self, conn: &mut PgConnection) -> Result<Fingerprint, Error> {
        let look = self.looks;
        self.looks += 1;
        self.rows.iter_mut().for_each(|rows| rows.history.look = look);
        self.look(conn, Part::Usual).await?;
        Ok(self.seen(Part::Usual))
    }

    /// The schema as it is now.
    ///
    /// # Errors
    ///
    /// [`Error::Read`] with what the server said.
    pub async fn whole(&mut self, conn: &mut PgConnection) -> Result<Fingerprint, Error> {
        self.look(conn, Part::Usual).await?;
        self.look(conn, Part::Outside).await?;
        Ok(self.seen(Part::Outside))
    }

    fn seen(&self, look: Part) -> Fingerprint {
        let mut seen = Fingerprint {
            extensions: 0,
            usual: 0,
            outside: (look == Part::Outside).then_some(0),
        };
        for (place, rows) in self.rows.iter().enumerate() {
            let sum = match &mut seen.outside {
                _ if rows.are_extensions() => &mut seen.extensions,
                Some(outside) if place >= self.first_outside => outside,
                None if place >= self.first_outside => continue,
                _ => &mut seen.usual,
            };
            *sum = sum.wrapping_add(rows.total());
        }
        seen
    }

    /// What lets the server forget the statements.
    pub(super) fn deallocate(&self) -> String {
        self.rows.iter().map(Rows::deallocate).collect()
    }

    fn changes(&mut self, part: Part) -> &mut Changes {
        match part {
            Part::Usual => &mut self.usual,
            Part::Outside => &mut self.outside,
        }
    }

    /// What differs after one look from what differs after another: the objects, without their facts. The number of the first look
    /// is 0, that of the n-th call of [`next`](Self::next) is n.
    #[must_use]
    pub fn difference(&self, before: usize, after: usize) -> Diff {
        let (from, to, sign) = if before < after {
            (before, after, 1)
        } else {
            (after, before, -1)
        };
        let events = self.rows.iter().flat_map(|rows| rows.history.between(from, to));
        let events = events.map(|(row, came, label)| (row, came * sign, label));
        self.kinds.difference(events)
    }

    async fn look(&mut self, conn: &mut PgConnection, part: Part) -> Result<(), Error> {
        let is_first = self.changes(part).since == THE_START;
        match self.read(conn, part).await? {
            _ if is_first => {}
            Effect::Itself => {}
            Effect::Parts(relations) => self.read_again(conn, &relations).await?,
            Effect::Everything => {
                self.rows.iter_mut().for_each(Rows::clear);
                for part in [Part::Usual, Part::Outside] {
                    self.changes(part).since = THE_START.into();
                    self.read(conn, part).await?;
                }
            }
        }
        Ok(())
    }

    /// Reads what is new.
    async fn read(&mut self, conn: &mut PgConnection, part: Part) -> Result<Effect, Error> {
        let changes = self.changes(part);
        let since = changes.since.clone();
        let sql = AssertSqlSafe(changes.sql.clone());
        let (counts, sums): (Vec<_>, Vec<_>) = self.rows.iter().map(Rows::numbers).unzip();
        let query = sqlx::query(sql).bind(&since).bind(counts).bind(sums);
        let found = query.fetch_all(&mut *conn).await.map_err(failed)?;
        let mut message = String::new();
        for row in found {
            let place = usize::try_from(row.try_get::<i32, _>(0).map_err(failed)?).unwrap_or_default();
            let count: i64 = row.try_get(1).map_err(failed)?;
            let sum: String = row.try_get(2).map_err(failed)?;
            let changed: Option<Vec<i64>> = row.try_get(3).map_err(failed)?;
            self.changes(part).since = row.try_get(4).map_err(failed)?;
            let (changed, sum) = (changed.unwrap_or_default(), sum.parse().unwrap_or_default());
            let Some(rows) = self.rows.get_mut(place) else {
                continue;
            };
            if let Some(gone) = rows.ask(&changed, (count, sum), &since, &mut message) {
                self.are_gone(place, &[gone]);
            }
        }
        self.answers(conn, message).await
    }

    /// Reads again what quotes columns and indexes of these relations.
    async fn read_again(&mut self, conn: &mut PgConnection, relations: &[i64]) -> Result<(), Error> {
        let found = sqlx::query_as(renamed::DEPENDENTS).bind(relations);
        let found: Vec<(String, i64)> = found.fetch_all(&mut *conn).await.map_err(failed)?;
        let mut message = String::new();
        for rows in &mut self.rows {
            let objects = found.iter().filter(|(class, _)| rows.is_about(class));
            let objects: Vec<i64> = objects.map(|(_, object)| *object).collect();
            rows.ask_for(&objects, THE_START, &mut message);
        }
        self.answers(conn, message).await?;
        Ok(())
    }

    async fn answers(&mut self, conn: &mut PgConnection, message: String) -> Result<Effect, Error> {
        let mut effect = Effect::Itself;
        if message.is_empty() {
            return Ok(effect);
        }
        let answers = sqlx::raw_sql(AssertSqlSafe(message)).fetch_all(conn).await;
        for answer in answers.map_err(failed)? {
            let answer: &str = answer.try_get_unchecked(0).map_err(failed)?;
            effect = effect.and(self.take(answer));
        }
        Ok(effect)
    }

    /// Takes a row, or the list of those that are left.
    fn take(&mut self, answer: &str) -> Effect {
        let mut parts = answer.splitn(3, SEPARATOR);
        let mut part = || parts.next().unwrap_or_default();
        let (place, mark, rest) = (part(), part(), part());
        let Ok(place) = place.parse::<usize>() else {
            return Effect::Itself;
        };
        let Some(rows) = self.rows.get_mut(place) else {
            return Effect::Itself;
        };
        if mark != "=" {
            self.kinds.learn(rows.table(), rest);
            return rows.put(mark, rest, &self.scope);
        }
        let mut left: Vec<i64> = rest.split(' ').filter_map(|id| id.parse().ok()).collect();
        left.sort_unstable();
        let gone = rows.others(&left);
        self.are_gone(place, &gone);
        Effect::Itself
    }

    fn are_gone(&mut self, place: usize, gone: &[i64]) {
        if let Some(rows) = self.rows.get_mut(place) {
            gone.iter().for_each(|id| rows.remove(*id));
        }
        if place == RELATIONS {
            for rows in &mut self.rows {
                gone.iter().for_each(|relation| rows.remove_relation(*relation));
            }
        }
    }
}

pub(super) fn failed(source: sqlx::Error) -> Error {
    Error::Read { source }
}
