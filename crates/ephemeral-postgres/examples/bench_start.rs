//! The time from nothing to the first answer: `cargo run --release -p ephemeral-postgres --example bench_start`.
//!
//! Warm starts copy the initialised data directory that an earlier one left in the cache; cold ones have to run `initdb` and to fill
//! the cache.

use std::{error::Error, io::Write, time::Duration};

use ephemeral_postgres::{Choice, Config, acquire};

const ROUNDS: usize = 15;

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let warm = Config::from_variables(&|name| std::env::var_os(name));
    let mut times = [Vec::new(), Vec::new()];
    acquire(&Choice::Local, &warm).await?.stop().await;
    for _ in 0..ROUNDS {
        let empty = tempfile::tempdir()?;
        let cold = Config {
            cache: Some(empty.path().into()),
            ..warm.clone()
        };
        for (config, times) in [&warm, &cold].into_iter().zip(&mut times) {
            let server = acquire(&Choice::Local, config).await?;
            times.push(server.ready_after());
            server.stop().await;
        }
    }
    let [warm, cold] = times.map(median);
    writeln!(
        std::io::stdout(),
        "warm {warm:.0} ms, cold {cold:.0} ms (medians of {ROUNDS})"
    )?;
    Ok(())
}
