//! An initialised data directory: from the cache, or by `initdb` and into the cache.
//!
//! `initdb` takes most of the time of a start, and its result is the same for the same programs and flags.

use std::{
    fs,
    os::unix::process::CommandExt,
    path::Path,
    process::{Command, Output},
};

use super::{
    binaries::Binaries,
    cache::{DATABASES, Unsaved, entry, is_complete},
    files::copy,
    run_dir::RunDir,
    user::User,
};
use crate::{Config, Error, private_server::INITDB_FLAGS};

/// Letters beyond ASCII are letters; not every system has the first.
const CTYPES: [&str; 2] = ["--lc-ctype=C.UTF-8", "--lc-ctype=C"];

/// Puts an initialised data directory where the server will look for it. Returns what the cache does not have yet. `initdb` runs in
/// this process group.
pub(super) fn prepare(
    binaries: &Binaries,
    run: &RunDir,
    config: &Config,
    user: User,
    group: i32,
) -> Result<Option<Unsaved>, Error> {
    let cached = entry(binaries, config);
    if let Some(cached) = cached.as_ref().filter(|cached| is_complete(cached)) {
        return copy(cached, &run.data(), user).map(|()| None);
    }
    initialise(binaries, run, user, group)?;
    trim(&run.data());
    Ok(cached.and_then(|cached| Unsaved::begin(run, cached, user)))
}

fn initialise(binaries: &Binaries, run: &RunDir, user: User, group: i32) -> Result<(), Error> {
    let mut output = String::new();
    for ctype in CTYPES {
        let Output {
            status,
            stdout,
            stderr,
        } = initdb(binaries, run, user, group, ctype)?;
        if status.success() {
            return Ok(());
        }
        output = format!(
            "{}{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
        let _ = fs::remove_dir_all(run.data());
    }
    Err(Error::InitDb {
        output: output.trim().to_owned(),
    })
}

fn initdb(binaries: &Binaries, run: &RunDir, user: User, group: i32, ctype: &str) -> Result<Output, Error> {
    let mut command = Command::new(&binaries.initdb);
    command
        .args(INITDB_FLAGS)
        .arg(ctype)
        .arg("--pgdata")
        .arg(run.data())
        .current_dir(&run.path)
        // The watchdog's: Ctrl-C at the terminal does not reach it, and it ends where this process does.
        .process_group(group);
    // Only what a program needs to run: the caller's settings of locale and of Postgres would become part of the result. Without a time
    // zone it may look through all of them for the one of the machine.
    command.env_clear().env("PATH", "/usr/bin:/bin").env("TZ", "UTC");
    user.run(&mut command);
    command.output().map_err(|source| Error::Run {
        program: binaries.initdb.clone(),
        source,
    })
}

/// Removes the maps of free space and of visibility: a quarter of the files, which every start and every clone would copy.
///
/// Without them a table grows where it could have reused space, and an index-only scan looks at the table. The server makes
/// them again when it needs them. The files with the catalog that `initdb`'s own sessions wrote are removed by every start.
fn trim(data: &Path) {
    let folders = fs::read_dir(data.join(DATABASES)).into_iter().flatten().flatten();
    for folder in folders.map(|entry| entry.path()).chain([data.join("global")]) {
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            if name.ends_with("_fsm") || name.ends_with("_vm") || name == "pg_internal.init" {
                let _ = fs::remove_file(file.path());
            }
        }
    }
}
