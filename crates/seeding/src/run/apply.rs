//! Seeds into a database, each file in one transaction.

use std::{collections::BTreeMap, time::Instant};

use sqlx::{Connection, PgConnection};

use super::{
    file::{self, Given},
    locate, lock,
    measure::{Counts, counts, written},
    place,
};
use crate::{
    Config, Error, FileReport, Outcome, Progress, Report, SeedFile, Seeds, TableReport,
    folder::{TableName, left_out},
    load::Travel,
};

/// Applies the seeds in order, each file in a transaction of its own. Safe to run again at any time.
///
/// # Errors
/// [`Error::MissingKey`] before anything is touched. Later errors stop at the file that they name: nothing of it
/// stays, and those before it are in place.
pub async fn apply(
    conn: &mut PgConnection,
    seeds: &Seeds,
    config: &Config,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Report, Error> {
    seeds.check(config)?;
    let begun = Instant::now();
    let mut files = Vec::with_capacity(seeds.files.len());
    for file in &seeds.files {
        progress(Progress::Started { file: &file.path });
        let report = match skipped(file, config) {
            Some(report) => report,
            None => apply_when_free(conn, file, config).await?,
        };
        progress(Progress::Finished(&report));
        files.push(report);
    }
    Ok(Report {
        component: seeds.component.clone(),
        files,
        duration: begun.elapsed(),
    })
}

/// The report of a file that does not run in this environment; none when it does.
pub(crate) fn skipped(file: &SeedFile, config: &Config) -> Option<FileReport> {
    let why = left_out(&file.header, config)?;
    Some(FileReport {
        file: file.path.clone(),
        outcome: Outcome::Skipped { why },
        tables: Vec::new(),
        duration: std::time::Duration::ZERO,
    })
}

async fn apply_when_free(
    conn: &mut PgConnection,
    file: &SeedFile,
    config: &Config,
) -> Result<FileReport, Error> {
    let deadline = Instant::now() + config.lock_timeout;
    loop {
        match apply_file(conn, file, config).await {
            Err(Error::Busy { .. }) => lock::wait_until_free(conn, config, deadline).await?,
            Err(error) => return Err(locate::locate(conn, file, config, error).await),
            Ok(report) => return Ok(report),
        }
    }
}

async fn apply_file(conn: &mut PgConnection, file: &SeedFile, config: &Config) -> Result<FileReport, Error> {
    let begun = Instant::now();
    let mut transaction = conn.begin().await.map_err(Error::Connection)?;
    let before = counts(&mut transaction).await.map_err(Error::Connection)?;
    let given = match file::run(&mut transaction, file, config, Travel::Fastest).await {
        Ok(given) => given,
        Err(error) => {
            transaction.rollback().await.map_err(Error::Connection)?;
            return Err(error);
        }
    };
    let after = counts(&mut transaction).await.map_err(Error::Connection)?;
    // Deferred constraints speak up only now, and are an error of the file like any other.
    transaction
        .commit()
        .await
        .map_err(|error| place::at_commit(file, config, error))?;
    tracing::debug!(file = file.path, "seed applied");
    Ok(FileReport {
        file: file.path.clone(),
        outcome: Outcome::Applied,
        tables: tables(&written(&before, &after), &given),
        duration: begun.elapsed(),
    })
}

fn tables(written: &Counts, given: &BTreeMap<TableName, Given>) -> Vec<TableReport> {
    let mut names: Vec<&TableName> = written.keys().chain(given.keys()).collect();
    names.sort();
    names.dedup();
    let report = |name: &TableName| {
        let counted = written.get(name).cloned().unwrap_or_default();
        let given = given.get(name);
        TableReport {
            table: name.shown(),
            inserted: counted.inserted,
            updated: counted.updated,
            deleted: counted.deleted,
            unchanged: given.map(|given| given.rows.saturating_sub(counted.inserted + counted.updated)),
            rewritten: 0,
            ids: given.map(|given| given.ids.clone()).unwrap_or_default(),
        }
    };
    names.into_iter().map(report).collect()
}
