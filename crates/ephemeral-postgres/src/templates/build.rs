//! Building a template: once, under a lock, by the first process that needs it.
//!
//! The database is filled under a private name and renamed at the very end, so that a template with its final name is complete.
//! What a process that died left under a private name is dropped by the next one that builds the same template.

use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use super::{
    key::{PREFIX, TemplateKey},
    lock::lock,
    strategy::Strategy,
};
use crate::{Error, databases::Admin, name};

/// Names of databases that are being filled start with it; the key's hash follows.
const UNFINISHED: &str = "db_fresh_b_";

/// Between two attempts to rename.
const PAUSE: Duration = Duration::from_millis(10);

/// How long the sessions that filled the database may take to close.
const CLOSING: Duration = Duration::from_secs(5);

/// A database that is to become a template.
#[derive(Debug, Clone)]
pub struct Unfinished {
    options: PgConnectOptions,
    done: usize,
}

impl Unfinished {
    /// How to connect to it.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// How many of the key's parts are in it already; those after them are to be put in.
    pub fn done(&self) -> usize {
        self.done
    }
}

/// The names of the key's template and of those of its beginnings, the longest first, with the number of parts in each.
fn candidates(chain: &[String]) -> Vec<(usize, String)> {
    let named = |(done, hash): (usize, &String)| (done, format!("{PREFIX}{hash}"));
    chain.iter().enumerate().skip(1).rev().map(named).collect()
}

/// The first of the candidates that exists.
async fn longest(admin: &Admin, candidates: &[(usize, String)]) -> Result<Option<(usize, String)>, Error> {
    let names = candidates.iter().map(|(_, name)| name.clone()).collect();
    let there = admin
        .names(
            "look for templates".into(),
            "SELECT datname::text FROM pg_catalog.pg_database WHERE datname = ANY ($1) AND datistemplate",
            names,
        )
        .await?;
    Ok(candidates.iter().find(|(_, name)| there.contains(name)).cloned())
}

/// Finds the template, or builds it. Returns its name.
pub(super) async fn ensure<F, E>(
    admin: &Admin,
    key: &TemplateKey,
    version: &str,
    strategy: Strategy,
    fill: impl FnOnce(Unfinished) -> F,
) -> Result<String, Error>
where
    F: Future<Output = Result<(), E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let chain = key.chain(version);
    let hash = chain.last().cloned().unwrap_or_default();
    let name = format!("{PREFIX}{hash}");
    let mut candidates = candidates(&chain);
    if key.is_empty() {
        candidates.push((0, name.clone()));
    }
    let is_whole = |found: &Option<(usize, String)>| found.as_ref().is_some_and(|(_, found)| *found == name);
    if is_whole(&longest(admin, &candidates).await?) {
        return Ok(name);
    }
    let lock = lock(admin, &name).await?;
    let base = longest(admin, &candidates).await?;
    let built = if is_whole(&base) {
        Ok(())
    } else {
        build(admin, &hash, key, version, strategy, base, fill).await
    };
    // The lock is free once the connection is closed, on every path.
    let _ = lock.close().await;
    built.map(|()| name)
}

async fn build<F, E>(
    admin: &Admin,
    hash: &str,
    key: &TemplateKey,
    version: &str,
    strategy: Strategy,
    base: Option<(usize, String)>,
    fill: impl FnOnce(Unfinished) -> F,
) -> Result<(), Error>
where
    F: Future<Output = Result<(), E>>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    drop_leftovers(admin, hash).await?;
    let (done, base) = base.unwrap_or_else(|| (0, "template0".to_owned()));
    let private = format!("{UNFINISHED}{}_{}", &hash[..16], name::unique());
    let what = || format!("make the template `{private}`");
    admin.execute(what(), strategy.statement(&private, &base)).await?;
    let options = admin.options.clone().database(&private);
    let filled = fill(Unfinished {
        options: options.clone(),
        done,
    })
    .await;
    let sealed = match filled {
        Ok(()) => match warm(strategy, &options).await {
            Ok(()) => seal(admin, &private, hash, &key.manifest(version)).await,
            failed => failed,
        },
        Err(error) => Err(Error::Build { source: error.into() }),
    };
    if sealed.is_err() {
        let gone = format!("DROP DATABASE IF EXISTS \"{private}\" WITH (FORCE)");
        // The caller gets the first error.
        let _ = admin.execute(what(), gone).await;
    }
    sealed
}

/// The first session after a change of the schema writes a file with the part of the catalog that every session needs, which saves
/// later sessions a third of their start. Where files are copied, clones get it from the template.
async fn warm(strategy: Strategy, options: &PgConnectOptions) -> Result<(), Error> {
    if !strategy.copies_every_file() {
        return Ok(());
    }
    let failed = || Error::sql("connect to the template");
    let connection = PgConnection::connect_with(options).await.map_err(failed())?;
    connection.close().await.map_err(failed())
}

/// Closes it to connections and gives it its final name.
async fn seal(admin: &Admin, private: &str, hash: &str, manifest: &str) -> Result<(), Error> {
    let what = || format!("seal the template `{private}`");
    let literal = manifest.replace('\'', "''");
    let seal = format!(
        "COMMENT ON DATABASE \"{private}\" IS '{literal}';
         ALTER DATABASE \"{private}\" WITH ALLOW_CONNECTIONS false IS_TEMPLATE true"
    );
    admin.execute(what(), seal).await?;
    let rename = format!("ALTER DATABASE \"{private}\" RENAME TO \"{PREFIX}{hash}\"");
    let started = Instant::now();
    loop {
        match admin.execute(what(), rename.clone()).await {
            // 55006: a session is still connected. Sessions close a moment after their clients.
            Err(Error::Sql {
                source: sqlx::Error::Database(refused),
                ..
            }) if refused.code().as_deref() == Some("55006") && started.elapsed() < CLOSING => {
                tokio::time::sleep(PAUSE).await;
            }
            ended => return ended,
        }
    }
}

async fn drop_leftovers(admin: &Admin, hash: &str) -> Result<(), Error> {
    let what = "look for half-built templates";
    let pattern = format!("{UNFINISHED}{}_", &hash[..16]);
    let left = admin
        .names(
            what.into(),
            "SELECT datname::text FROM pg_catalog.pg_database WHERE starts_with(datname, ($1::text[])[1])",
            vec![pattern],
        )
        .await?;
    for name in left {
        let open = format!("ALTER DATABASE \"{name}\" WITH IS_TEMPLATE false");
        admin.execute(what.into(), open).await?;
        let gone = format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)");
        admin.execute(what.into(), gone).await?;
    }
    Ok(())
}
