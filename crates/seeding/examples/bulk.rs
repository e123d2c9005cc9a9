//! How fast many rows are seeded, beside the ways that people write by hand.
//!
//! ```sh
//! cargo run --release -p seeding --example bulk -- postgres://localhost/scratch 100000 5
//! ```
//!
//! Works in a table of its own, `seeding_bulk`, which it drops. Every round runs every way once, in turn, so that a
//! noisy machine disturbs all of them alike; the figures are medians in thousand rows a second.

use std::{
    collections::BTreeMap, error::Error, fmt::Write as _, fs, io::Write as _, path::Path, time::Instant,
};

use seeding::{Config, FolderConfig, Seeds, apply, verify_unchanged};
use sqlx::{AssertSqlSafe, Connection, PgConnection};

const TABLE: &str = "DROP TABLE IF EXISTS seeding_bulk;
    CREATE TABLE seeding_bulk (id int PRIMARY KEY, code text NOT NULL UNIQUE, amount int NOT NULL, note text);";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("usage: bulk DATABASE_URL [ROWS] [ROUNDS]")?;
    let rows: u32 = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let rounds: usize = arguments.next().map_or(Ok(5), |text| text.parse())?;
    let mut conn = PgConnection::connect(&url).await?;

    let dir = tempfile::tempdir()?;
    fs::write(dir.path().join("10_seeding_bulk.csv"), csv(rows))?;
    let seeds = Seeds::from_dir("bulk", dir.path(), &FolderConfig::default())?;
    let mut taken: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for _ in 0..rounds {
        measure(&mut conn, &seeds, dir.path(), rows, &mut taken).await?;
    }
    execute(&mut conn, "DROP TABLE seeding_bulk").await?;

    let mut out = std::io::stdout().lock();
    for (way, mut seconds) in taken {
        seconds.sort_by(f64::total_cmp);
        let median = seconds[seconds.len() / 2];
        writeln!(
            out,
            "{way:<34} {:>7.0}k rows/s  {median:.3} s",
            f64::from(rows) / median / 1000.0
        )?;
    }
    Ok(())
}

async fn measure(
    conn: &mut PgConnection,
    seeds: &Seeds,
    dir: &Path,
    rows: u32,
    taken: &mut BTreeMap<&'static str, Vec<f64>>,
) -> Result<(), Box<dyn Error>> {
    let config = Config::default();
    let mut note = |way, begun: Instant| taken.entry(way).or_default().push(begun.elapsed().as_secs_f64());

    execute(conn, TABLE).await?;
    let begun = Instant::now();
    apply(conn, seeds, &config, &mut |_| ()).await?;
    note("first run: seeding, CSV", begun);

    let begun = Instant::now();
    apply(conn, seeds, &config, &mut |_| ()).await?;
    note("run again: seeding, CSV", begun);

    let begun = Instant::now();
    verify_unchanged(conn, seeds, &config, &mut |_| ()).await?;
    note("run again: verify_unchanged", begun);

    execute(conn, TABLE).await?;
    let text = fs::read(dir.join("10_seeding_bulk.csv"))?;
    let begun = Instant::now();
    let mut copy = conn
        .copy_in_raw("COPY seeding_bulk FROM STDIN WITH (FORMAT csv, HEADER true)")
        .await?;
    copy.send(text).await?;
    copy.finish().await?;
    note("first run: plain COPY", begun);

    for (way, guard) in [
        ("run again: upsert", ""),
        (
            "run again: guarded upsert",
            " WHERE (t.code, t.amount, t.note) IS DISTINCT FROM (excluded.code, excluded.amount, excluded.note)",
        ),
    ] {
        let begun = Instant::now();
        upsert(conn, rows, guard).await?;
        note(way, begun);
    }

    execute(conn, TABLE).await?;
    let begun = Instant::now();
    upsert(conn, rows, "").await?;
    note("first run: INSERT of 1,000 rows", begun);
    Ok(())
}

async fn upsert(conn: &mut PgConnection, rows: u32, guard: &str) -> Result<(), sqlx::Error> {
    let mut transaction = conn.begin().await?;
    for start in (0..rows).step_by(1_000) {
        let mut values = String::new();
        for row in start..rows.min(start + 1_000) {
            let comma = if row == start { "" } else { "," };
            let _ = write!(values, "{comma}({row},'code-{row}',{},'note {row}')", row % 97);
        }
        let sql = format!(
            "INSERT INTO seeding_bulk AS t VALUES {values} ON CONFLICT (id) DO UPDATE
             SET code = excluded.code, amount = excluded.amount, note = excluded.note{guard}"
        );
        execute(&mut transaction, &sql).await?;
    }
    transaction.commit().await
}

async fn execute(conn: &mut PgConnection, sql: &str) -> Result<(), sqlx::Error> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(conn).await?;
    Ok(())
}

fn csv(rows: u32) -> String {
    let mut text = String::from("id,code,amount,note\n");
    for row in 0..rows {
        let _ = writeln!(text, "{row},code-{row},{},note {row}", row % 97);
    }
    text
}
