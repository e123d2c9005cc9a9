//! Times a snapshot against `pg_dump --schema-only`, and a thousand queries, in a scratch database that it fills:
//! `cargo run --release --example bench -- postgres:///scratch`. It makes tables there and leaves them.
#![expect(clippy::print_stdout, reason = "an example for the command line")]

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use schema_contract::{
    Scope,
    consumers::{ConsumerConfig, Query, check},
    snapshot,
};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RUNS: usize = 5;

#[tokio::main]
async fn main() -> Result<()> {
    let url = std::env::args()
        .nth(1)
        .ok_or("name an empty scratch database: postgres:///scratch")?;
    let mut conn = PgConnection::connect(&url).await?;
    let mut made = 0;
    println!("tables  snapshot  pg_dump  ratio");
    for tables in [25, 100, 1_000, 5_000] {
        fill(&mut conn, made, tables).await?;
        made = tables;
        let (mut ours, mut dump) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let started = Instant::now();
            snapshot(&mut conn, &Scope::default()).await?;
            ours.push(started.elapsed());
            dump.push(pg_dump(&url)?);
        }
        let (ours, dump) = (median(ours), median(dump));
        let ratio = ours.as_secs_f64() / dump.as_secs_f64();
        println!(
            "{tables:>6}  {:>5} ms  {:>4} ms  {ratio:.2}",
            ours.as_millis(),
            dump.as_millis()
        );
    }
    queries(&mut conn).await
}

/// Ten columns, two indexes and a foreign key each.
async fn fill(conn: &mut PgConnection, from: usize, to: usize) -> Result<()> {
    for n in from + 1..=to {
        let before = n.saturating_sub(1).max(1);
        let sql = format!(
            "CREATE TABLE t{n} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a text NOT NULL, b varchar(20), \
             c integer DEFAULT 0, d timestamptz NOT NULL DEFAULT now(), e jsonb, f numeric(10, 2), \
             g boolean NOT NULL DEFAULT false, h uuid, r bigint REFERENCES t{before}); CREATE INDEX ON t{n} (b)"
        );
        sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *conn).await?;
    }
    sqlx::raw_sql("VACUUM ANALYZE").execute(conn).await?;
    Ok(())
}

fn pg_dump(url: &str) -> Result<Duration> {
    let started = Instant::now();
    let status = Command::new("pg_dump")
        .args(["--schema-only", "--dbname", url])
        .stdout(Stdio::null())
        .status()?;
    if status.success() {
        Ok(started.elapsed())
    } else {
        Err("pg_dump failed".into())
    }
}

async fn queries(conn: &mut PgConnection) -> Result<()> {
    let queries: Vec<Query> = (1..=1_000)
        .map(|n| {
            let sql = format!(
                "SELECT x.id, x.a, y.b FROM t{n} x JOIN t{} y ON y.id = x.r WHERE x.c > $1 AND y.b = $2 ORDER BY x.d LIMIT 10",
                n + 1
            );
            Query {
                file: format!("q{n}.sql"),
                text: sql.as_str().into(),
                offset: Some(0),
                sql,
                described: None,
            }
        })
        .collect();
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let started = Instant::now();
        let findings = check(conn, &ConsumerConfig::default(), &queries).await?;
        times.push(started.elapsed());
        if let Some(finding) = findings.first() {
            return Err(finding.message.clone().into());
        }
    }
    println!(
        "1000 join queries prepared and planned: {} ms",
        median(times).as_millis()
    );
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}
