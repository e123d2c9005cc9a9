//! Proves that a second run of the seeds changes nothing, and takes the second run back.
//!
//! Writing equal values is no change: a table that was written is compared with what it held before, and only a
//! difference counts. `updated_at = now()` is one.

use std::time::Instant;

use sqlx::{Connection, PgConnection};

use super::{
    apply::skipped,
    file, locate, lock,
    measure::{counts, digest, written},
};
use crate::{
    Config, Error, FileReport, Outcome, Progress, Repeat, Report, SeedFile, Seeds, TableReport, load::Travel,
};

/// Runs seeds that were applied once more, file by file, and rolls each of them back.
///
/// # Errors
/// [`Error::NotIdempotent`] with every table that any of the files would change; else as [`apply`](crate::apply).
pub async fn verify_unchanged(
    conn: &mut PgConnection,
    seeds: &Seeds,
    config: &Config,
    progress: &mut (dyn FnMut(Progress<'_>) + Send),
) -> Result<Report, Error> {
    seeds.check(config)?;
    let begun = Instant::now();
    let (mut files, mut repeats) = (Vec::new(), Vec::new());
    for file in &seeds.files {
        progress(Progress::Started { file: &file.path });
        let report = match skipped(file, config) {
            Some(report) => report,
            None => run_when_free(conn, file, config, &mut repeats).await?,
        };
        progress(Progress::Finished(&report));
        files.push(report);
    }
    if !repeats.is_empty() {
        return Err(Error::NotIdempotent { repeats });
    }
    Ok(Report {
        component: seeds.component.clone(),
        files,
        duration: begun.elapsed(),
    })
}

async fn run_when_free(
    conn: &mut PgConnection,
    file: &SeedFile,
    config: &Config,
    repeats: &mut Vec<Repeat>,
) -> Result<FileReport, Error> {
    let deadline = Instant::now() + config.lock_timeout;
    loop {
        match run_again(conn, file, config, repeats).await {
            Err(Error::Busy { .. }) => lock::wait_until_free(conn, config, deadline).await?,
            Err(error) => return Err(locate::locate(conn, file, config, error).await),
            Ok(report) => return Ok(report),
        }
    }
}

async fn run_again(
    conn: &mut PgConnection,
    file: &SeedFile,
    config: &Config,
    repeats: &mut Vec<Repeat>,
) -> Result<FileReport, Error> {
    let begun = Instant::now();
    let mut outer = conn.begin().await.map_err(Error::Connection)?;
    let mut inner = outer.begin().await.map_err(Error::Connection)?;
    let before = counts(&mut inner).await.map_err(Error::Connection)?;
    let given = match file::run(&mut inner, file, config, Travel::Fastest).await {
        Ok(given) => given,
        Err(error) => {
            // After a COMMIT of the file's own there may be no savepoint left to return to; the error says so.
            let _ = inner.rollback().await;
            let _ = outer.rollback().await;
            return Err(error);
        }
    };
    let after = counts(&mut inner).await.map_err(Error::Connection)?;
    let touched = written(&before, &after);
    let mut contents = Vec::with_capacity(touched.len());
    for (table, counted) in touched {
        let content = digest(&mut inner, &table).await.map_err(Error::Connection)?;
        contents.push((table, counted, content));
    }
    inner.rollback().await.map_err(Error::Connection)?;
    let mut tables = Vec::new();
    for (table, counted, content) in contents {
        let was = digest(&mut outer, &table).await.map_err(Error::Connection)?;
        let columns = was.differing(&content);
        if columns.is_empty() {
            tables.push(TableReport {
                table: table.shown(),
                rewritten: counted.inserted + counted.updated,
                ..TableReport::default()
            });
        } else {
            repeats.push(Repeat {
                file: file.path.clone(),
                table: table.shown(),
                inserted: counted.inserted,
                updated: counted.updated,
                deleted: counted.deleted,
                columns,
            });
        }
    }
    outer.rollback().await.map_err(Error::Connection)?;
    for (name, given) in given {
        if !tables.iter().any(|table| table.table == name.shown()) {
            tables.push(TableReport {
                table: name.shown(),
                unchanged: Some(given.rows),
                ..TableReport::default()
            });
        }
    }
    Ok(FileReport {
        file: file.path.clone(),
        outcome: Outcome::Unchanged,
        tables,
        duration: begun.elapsed(),
    })
}
