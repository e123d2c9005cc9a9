//! Kills a process that starts a server, at many moments, and looks for what is left:
//! `cargo run -p ephemeral-postgres --example soak_kills -- [local|embedded|docker] [HOW MANY]`.
//!
//! Needs the example `hold`, built the same way. The moments are spread evenly over the time that a start takes and half as much
//! again. After each kill nothing is waited for; after the last one the next start sweeps, and then nothing may be there.

use std::{
    collections::BTreeSet,
    error::Error,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use ephemeral_postgres::{Choice, Config, acquire};

fn left(folder: &Path) -> Result<Vec<String>, Box<dyn Error>> {
    let mut left: Vec<_> = folder
        .read_dir()?
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    let processes = Command::new("ps").args(["-eo", "pid=,args="]).output()?;
    let named = folder.to_string_lossy().into_owned();
    let me = std::process::id().to_string();
    for line in String::from_utf8_lossy(&processes.stdout).lines() {
        if line.contains(&named) && line.split_whitespace().next() != Some(&me) {
            left.push(line.chars().take(60).collect());
        }
    }
    Ok(left)
}

/// Segments of shared memory that no process has any more. Only those that were not there before count.
fn segments() -> BTreeSet<String> {
    let system_v = std::fs::read_to_string("/proc/sysvipc/shm").unwrap_or_default();
    let is_left = |line: &&str| line.split_whitespace().nth(6) == Some("0");
    let name = |line: &str| line.split_whitespace().nth(1).unwrap_or_default().to_owned();
    let mut segments: BTreeSet<_> = system_v.lines().filter(is_left).map(name).collect();
    let posix = Path::new("/dev/shm").read_dir().into_iter().flatten().flatten();
    let names = posix.map(|entry| entry.file_name().to_string_lossy().into_owned());
    segments.extend(names.filter(|name| name.starts_with("PostgreSQL.")));
    segments
}

fn containers() -> Vec<String> {
    let list = Command::new("docker")
        .args(["ps", "--all", "--quiet", "--filter", "label=db-fresh.stamp"])
        .output();
    list.map_or_else(
        |_| Vec::new(),
        |list| {
            String::from_utf8_lossy(&list.stdout)
                .lines()
                .map(str::to_owned)
                .collect()
        },
    )
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let provider = std::env::args().nth(1).unwrap_or_else(|| "local".into());
    let kills: u32 = std::env::args().nth(2).map_or(Ok(50), |count| count.parse())?;
    let base = if Path::new("/dev/shm").is_dir() {
        "/dev/shm"
    } else {
        "/tmp"
    };
    let folder = tempfile::Builder::new()
        .prefix("k")
        .rand_bytes(4)
        .tempdir_in(base)?;
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
    let config = Config {
        bases: vec![folder.path().into()],
        ..Config::from_variables(&|name| std::env::var_os(name))
    };
    let choice = match provider.as_str() {
        "docker" => Choice::Docker,
        "embedded" => Choice::Embedded,
        _ => Choice::Local,
    };
    let started = Instant::now();
    acquire(&choice, &config).await?.stop().await;
    let start = started.elapsed();
    let before = segments();
    let hold: PathBuf = std::env::current_exe()?.with_file_name("hold");
    for number in 0..kills {
        let mut child = Command::new(&hold)
            .arg("wait")
            .arg(folder.path())
            .arg(&provider)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        tokio::time::sleep(start * 3 / 2 * number / kills).await;
        child.kill()?;
        child.wait()?;
    }
    acquire(&choice, &config).await?.stop().await;
    // What was being taken down when the last start looked has its own time for it.
    let deadline = Instant::now() + Duration::from_secs(20);
    let all = || {
        left(folder.path()).map(|left| {
            (
                left,
                if provider == "docker" {
                    containers()
                } else {
                    Vec::new()
                },
            )
        })
    };
    let mut found = all()?;
    while !(found.0.is_empty() && found.1.is_empty()) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(20)).await;
        found = all()?;
    }
    writeln!(
        std::io::stdout(),
        "{provider}: {kills} kills over {:.0?} each; left: files and processes {:?}, containers {:?}, shared memory {:?}",
        start * 3 / 2,
        found.0,
        found.1,
        segments().difference(&before).collect::<Vec<_>>()
    )?;
    Ok(())
}
