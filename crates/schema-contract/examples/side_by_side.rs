//! Runs the tests' mutations and equal pairs through this crate and through `pg_dump --schema-only`, and counts what each
//! notices: `cargo run --example side_by_side -- postgres:///postgres`. It makes and drops databases of its own on that server.
#![expect(clippy::print_stdout, reason = "an example for the command line")]

use std::process::Command;

use schema_contract::{Scope, snapshot};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const BASE: &str = include_str!("../tests/it/base.sql");
const MUTATIONS: &str = include_str!("../tests/it/mutations.sql");
const PAIRS: &str = include_str!("../tests/it/equal.sql");
const TEMPLATE: &str = "side_by_side_template";
const SCRATCH: &str = "side_by_side_scratch";

struct Server {
    options: PgConnectOptions,
    conn: PgConnection,
    major: u32,
}

/// What both say about one database.
#[derive(PartialEq)]
struct Seen {
    ours: String,
    dump: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let url = std::env::args()
        .nth(1)
        .ok_or("name a database of a server: postgres:///postgres")?;
    let options: PgConnectOptions = url.parse()?;
    let conn = options.connect().await?;
    let major = conn.server_version_num().unwrap_or_default() / 10_000;
    let mut server = Server { options, conn, major };
    server.create(TEMPLATE, "template0").await?;
    server.seen(TEMPLATE, BASE).await?;
    let result = count(&mut server).await;
    server.drop(SCRATCH).await?;
    server.drop(TEMPLATE).await?;
    result
}

async fn count(server: &mut Server) -> Result<()> {
    let before = server.fresh(TEMPLATE, "").await?;
    let (mut all, mut ours, mut dump) = (0, 0, 0);
    for case in format!("\n{MUTATIONS}").split("\n-- ").skip(1) {
        let (title, sql) = case.split_once('\n').ok_or("a mutation without statements")?;
        let since = title
            .split_once(" since ")
            .map_or(Ok(0), |(_, since)| since.parse::<u32>())?;
        if since > server.major {
            continue;
        }
        let after = server.fresh(TEMPLATE, sql).await?;
        all += 1;
        ours += usize::from(after.ours != before.ours);
        dump += usize::from(after.dump != before.dump);
        if after.dump == before.dump {
            println!("pg_dump does not notice: {}", sql.trim());
        }
    }
    println!("mutations: {all}, noticed here: {ours}, by pg_dump: {dump}");
    let (mut all, mut ours, mut dump) = (0, 0, 0);
    for pair in PAIRS.split("-- == ").skip(1) {
        let (title, histories) = pair.split_once('\n').ok_or("a pair without statements")?;
        let (one, other) = histories.split_once("-- versus\n").ok_or("a pair of one")?;
        let one = server.fresh("template0", one).await?;
        let other = server.fresh("template0", other).await?;
        all += 1;
        ours += usize::from(one.ours != other.ours);
        dump += usize::from(one.dump != other.dump);
        if one.dump != other.dump {
            println!("pg_dump calls different: {title}");
        }
    }
    println!("equal pairs: {all}, called different here: {ours}, by pg_dump: {dump}");
    Ok(())
}

impl Server {
    async fn create(&mut self, name: &str, template: &str) -> Result<()> {
        self.drop(name).await?;
        let sql = format!("CREATE DATABASE {name} TEMPLATE {template}");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.conn).await?;
        Ok(())
    }

    async fn drop(&mut self, name: &str) -> Result<()> {
        let sql = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut self.conn).await?;
        Ok(())
    }

    /// Both views of a database made for this and changed by these statements.
    async fn fresh(&mut self, template: &str, sql: &str) -> Result<Seen> {
        self.create(SCRATCH, template).await?;
        self.seen(SCRATCH, sql).await
    }

    async fn seen(&self, name: &str, sql: &str) -> Result<Seen> {
        let mut conn = self.options.clone().database(name).connect().await?;
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut conn).await?;
        let ours = snapshot(&mut conn, &Scope::default()).await?.to_text();
        conn.close().await?;
        let mut url = self.options.to_url_lossy();
        url.set_path(name);
        // What only sqlx understands would be refused by pg_dump.
        let pairs = url
            .query_pairs()
            .filter(|(key, _)| key != "statement-cache-capacity");
        let pairs: Vec<(String, String)> = pairs
            .map(|(key, value)| (key.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        let output = Command::new("pg_dump")
            .args(["--schema-only", "--create", "--dbname", url.as_str()])
            .output()?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let dump = String::from_utf8(output.stdout)?;
        // Its fresh key on every run would make every dump different from every other.
        let kept = dump
            .lines()
            .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
        Ok(Seen {
            ours,
            dump: kept.collect::<Vec<_>>().join("\n"),
        })
    }
}
