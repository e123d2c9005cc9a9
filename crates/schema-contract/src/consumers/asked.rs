//! The queries of a consumer on their way through the layers.

use std::{collections::HashSet, ops::Range};

use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{
    ConsumerConfig, Finding, Layer, Query,
    catalog::Catalog,
    compare,
    made::Made,
    named::Named,
    names,
    parse::{Parsed, lacks_own_setting, parameters, parse},
    plan::{self, Failure, Plannable, RowSecurity},
    report::{from_server, told},
    row_security, run,
    session::UNDO,
    statement::Statement,
};

/// As many statements are kept prepared; the driver would close each further one by a round trip of its own.
const PREPARED: usize = 50;

/// The queries of a consumer and what is wrong with each.
pub(super) struct Asked<'q> {
    config: &'q ConsumerConfig,
    queries: &'q [Query],
    findings: Vec<Vec<Finding>>,
    /// What can be planned.
    plannable: Vec<Plannable<'q>>,
    /// The queries that can be run.
    runnable: Vec<usize>,
}

impl<'q> Asked<'q> {
    pub(super) fn new(config: &'q ConsumerConfig, queries: &'q [Query]) -> Self {
        Self {
            config,
            queries,
            findings: vec![Vec::new(); queries.len()],
            plannable: Vec::new(),
            runnable: Vec::new(),
        }
    }

    /// All that is wrong, in the order of the queries.
    pub(super) fn findings(self) -> Vec<Finding> {
        self.findings.into_iter().flatten().collect()
    }

    /// The layers that only read.
    pub(super) async fn look(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let mut made = Made::default();
        for at in 0..self.queries.len() {
            self.parse(conn, at, &mut made).await?;
            if conn.cached_statements_size() >= PREPARED {
                conn.clear_cached_statements().await?;
            }
        }
        self.plan(conn).await?;
        self.row_security(conn).await?;
        self.compare(conn).await
    }

    async fn parse(
        &mut self,
        conn: &mut PgConnection,
        at: usize,
        made: &mut Made,
    ) -> Result<(), sqlx::Error> {
        let query = &self.queries[at];
        let statement = Statement::read(&query.sql);
        made.enter(query);
        let is_query = statement.is_query(&query.sql);
        if is_query && self.parse_query(conn, at, 0..query.sql.len()).await? {
            self.runnable.push(at);
            return Ok(());
        }
        if let Parsed::Refused(error) = parse(conn, &query.sql).await? {
            if !made.explains(&error, query) && !lacks_own_setting(&error) {
                self.found(at, from_server(self.config, query, Layer::Prepare, &error, 0));
            }
        } else if !is_query {
            self.parse_inside(conn, at, statement.planned, made).await?;
            for named in statement.names {
                if !made.has(&named.name) {
                    self.look_up(conn, at, &named).await?;
                }
            }
        }
        made.add(statement.makes);
        Ok(())
    }

    /// Whether a part of a query can be parsed as one. If so, it is planned later.
    async fn parse_query(
        &mut self,
        conn: &mut PgConnection,
        at: usize,
        range: Range<usize>,
    ) -> Result<bool, sqlx::Error> {
        let query = &self.queries[at].sql;
        let sql = &query[range.clone()];
        let Some(parameters) = parameters(conn, sql).await? else {
            return Ok(false);
        };
        self.plannable.push(Plannable {
            query: at,
            start: characters(&query[..range.start]),
            sql,
            parameters,
        });
        Ok(true)
    }

    /// The query inside of a statement, which the server parses only when it runs.
    async fn parse_inside(
        &mut self,
        conn: &mut PgConnection,
        at: usize,
        range: Option<Range<usize>>,
        made: &Made,
    ) -> Result<(), sqlx::Error> {
        let Some(range) = range else {
            return Ok(());
        };
        if self.parse_query(conn, at, range.clone()).await? {
            return Ok(());
        }
        let query = &self.queries[at];
        if let Parsed::Refused(error) = parse(conn, &query.sql[range.clone()]).await?
            && !made.explains(&error, query)
        {
            let before = -characters(&query.sql[..range.start]);
            self.found(
                at,
                from_server(self.config, query, Layer::Prepare, &error, before),
            );
        }
        Ok(())
    }

    async fn look_up(
        &mut self,
        conn: &mut PgConnection,
        at: usize,
        named: &Named,
    ) -> Result<(), sqlx::Error> {
        let query = &self.queries[at];
        let mut finding = match names::fault(conn, named).await {
            Ok(None) => return Ok(()),
            Ok(Some(fault)) => {
                let layer = if fault.sqlstate == names::DENIED {
                    Layer::Plan
                } else {
                    Layer::Prepare
                };
                let sqlstate = Some(fault.sqlstate.to_owned());
                Finding {
                    sqlstate,
                    ..told(self.config, query, layer, fault.message)
                }
            }
            Err(error @ sqlx::Error::Database(_)) => {
                sqlx::raw_sql(UNDO).execute(conn).await?;
                from_server(self.config, query, Layer::Plan, &error, 0)
            }
            Err(error) => return Err(error),
        };
        if let Some(offset) = query.sql.find(&named.name) {
            finding.place = query.place(offset);
        }
        self.found(at, finding);
        Ok(())
    }

    async fn plan(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let failures = plan::plan(conn, &self.plannable, RowSecurity::AsSet).await?;
        let failed: HashSet<usize> = failures.iter().map(|failure| failure.at).collect();
        for Failure { at, error, before } in failures {
            let Plannable {
                query, start, sql, ..
            } = self.plannable[at];
            let (layer, error, before) = match parse(conn, sql).await? {
                // The server rewrites a query when it is prepared, and EXPLAIN only when it plans.
                Parsed::Refused(error) => (Layer::Prepare, error, 0),
                _ => (Layer::Plan, error, before),
            };
            let finding = from_server(self.config, &self.queries[query], layer, &error, before - start);
            self.found(query, finding);
        }
        let findings = &self.findings;
        self.runnable.retain(|at| findings[*at].is_empty());
        let mut at = 0..;
        self.plannable
            .retain(|_| at.next().is_some_and(|at| !failed.contains(&at)));
        Ok(())
    }

    /// Row security leaves rows out in silence, or all of them.
    async fn row_security(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        if !row_security::is_used(conn).await? {
            return Ok(());
        }
        for failure in plan::plan(conn, &self.plannable, RowSecurity::Off).await? {
            let Plannable { query: at, sql, .. } = self.plannable[failure.at];
            if row_security::is_changed_by_it(&failure.error) {
                for message in row_security::refused(conn, sql).await? {
                    let finding = told(self.config, &self.queries[at], Layer::Plan, message);
                    self.found(at, finding);
                }
            }
        }
        Ok(())
    }

    /// With what they were compiled against.
    async fn compare(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let mut catalog = None;
        for at in self.runnable.clone() {
            let query = &self.queries[at];
            let Some(described) = &query.described else {
                continue;
            };
            let Parsed::Described(statement) = parse(conn, &query.sql).await? else {
                continue;
            };
            let catalog = match &mut catalog {
                Some(catalog) => catalog,
                none => none.insert(Catalog::read(conn).await?),
            };
            for message in compare::differences(described, &statement, catalog) {
                self.found(at, told(self.config, query, Layer::Described, message));
            }
            if conn.cached_statements_size() >= PREPARED {
                conn.clear_cached_statements().await?;
            }
        }
        Ok(())
    }

    /// Runs what can be run, each undone before the next.
    pub(super) async fn run(&mut self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let begin = format!("{}; SAVEPOINT schema_contract", run::TIME_LIMIT);
        sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut *conn).await?;
        for at in std::mem::take(&mut self.runnable) {
            let query = &self.queries[at];
            if let Some((error, before)) = run::run(conn, query).await? {
                self.found(at, from_server(self.config, query, Layer::Run, &error, before));
            }
        }
        Ok(())
    }

    fn found(&mut self, at: usize, finding: Finding) {
        self.findings[at].push(finding);
    }
}

/// How the server counts.
fn characters(text: &str) -> i64 {
    i64::try_from(text.chars().count()).unwrap_or(i64::MAX)
}
