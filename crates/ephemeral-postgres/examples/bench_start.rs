//! The time from nothing to the first answer, and what `initdb` alone takes:
//! `cargo run --release -p ephemeral-postgres --example bench_start`.
//!
//! Warm starts copy the initialised data directory that an earlier one left in the cache; cold ones have to run `initdb` and to fill
//! the cache. The three take turns, so that a busy moment of the machine hits all of them.

use std::{
    error::Error,
    io::Write,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use ephemeral_postgres::{Choice, Config, acquire};

const ROUNDS: usize = 15;

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}

/// `initdb` as a private server has it run, in a folder that everybody may write to. It refuses to run as root.
fn initdb(program: &Path, folder: &Path) -> Result<Duration, Box<dyn Error>> {
    let command = format!(
        "TZ=UTC exec '{}' --username=postgres --auth=trust --encoding=UTF8 --no-sync --wal-segsize=1 --lc-collate=C \
         --lc-ctype=C.UTF-8 --pgdata '{}'",
        program.display(),
        folder.display()
    );
    let is_root = Command::new("id").arg("-u").output()?.stdout == b"0\n";
    let mut shell = Command::new(if is_root { "su" } else { "/bin/sh" });
    if is_root {
        shell.args(["-s", "/bin/sh", "postgres"]);
    }
    shell
        .args(["-c", &command])
        .env_clear()
        .env("PATH", "/usr/bin:/bin");
    let started = Instant::now();
    let output = shell.output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    Ok(started.elapsed())
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    use std::os::unix::fs::PermissionsExt;

    let warm = Config::from_variables(&|name| std::env::var_os(name));
    let program = |bin: &&std::path::PathBuf| bin.join("initdb").is_file();
    let bin = warm.pg_bin.iter().chain(&warm.usual_places).find(program);
    let program = bin.ok_or("no `initdb` where packages put it")?.join("initdb");
    let base = warm.bases.first().ok_or("no folder for data")?;
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
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
        let folder = tempfile::tempdir_in(base)?;
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
        times[2].push(initdb(&program, &folder.path().join("data"))?);
    }
    let [warm, cold, initdb] = times.map(median);
    writeln!(
        std::io::stdout(),
        "warm {warm:.0} ms, cold {cold:.0} ms, `initdb` alone {initdb:.0} ms (medians of {ROUNDS})"
    )?;
    Ok(())
}
