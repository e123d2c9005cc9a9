//! An initialised data directory: from the cache, or by `initdb` and into the cache.
//!
//! `initdb` takes most of the time of a start, and its result is the same for the same programs and flags.

use std::{
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use sha2::{Digest, Sha256};

use super::{binaries::Binaries, files::copy, run_dir::RunDir, user::User};
use crate::{Config, Error, Reuse, half_made};

/// The superuser of every private server.
pub(crate) const SUPERUSER: &str = "postgres";

/// WAL segments of 1 MiB: the folder that is copied at every start is the smaller for it. Text sorts by bytes, the same on
/// every machine.
pub(crate) const FLAGS: [&str; 6] = [
    "--username=postgres",
    "--auth=trust",
    "--encoding=UTF8",
    "--no-sync",
    "--wal-segsize=1",
    "--lc-collate=C",
];

/// Letters beyond ASCII are letters; not every system has the first.
const CTYPES: [&str; 2] = ["--lc-ctype=C.UTF-8", "--lc-ctype=C"];

/// What `initdb` made, aside: the server runs on a copy, so that nobody waits until this is in the cache.
#[derive(Debug)]
pub(super) struct Unsaved {
    made: PathBuf,
    cached: PathBuf,
}

impl Unsaved {
    /// Puts it into the cache. A cache that cannot be written costs time the next time, and is no reason to fail now.
    pub(super) fn save(self) {
        let _ = remember(&self.made, &self.cached);
        let _ = fs::remove_dir_all(&self.made);
    }
}

/// Puts an initialised data directory where the server will look for it. Gives what is to be saved once there is time.
pub(super) fn prepare(
    binaries: &Binaries,
    run: &RunDir,
    config: &Config,
    user: User,
) -> Result<Option<Unsaved>, Error> {
    let cached = config
        .cache
        .as_ref()
        .filter(|_| config.reuse == Reuse::Yes)
        .and_then(|cache| Some(cache.join(key(binaries)?)));
    if let Some(cached) = cached
        .as_ref()
        .filter(|cached| cached.join("PG_VERSION").is_file())
    {
        return copy(cached, &run.data(), user).map(|()| None);
    }
    initialise(binaries, run, user)?;
    trim(&run.data());
    let Some(cached) = cached else { return Ok(None) };
    let made = run.path.join("initialised");
    fs::rename(run.data(), &made).map_err(Error::io("rename", run.data()))?;
    copy(&made, &run.data(), user)?;
    Ok(Some(Unsaved { made, cached }))
}

/// What the result depends on. The programs are known by where they are, how long and how old: asking them costs 5 ms.
fn key(binaries: &Binaries) -> Option<PathBuf> {
    let mut hash = Sha256::new();
    for program in [&binaries.postgres, &binaries.initdb] {
        let facts = fs::metadata(program).ok()?;
        hash.update(format!(
            "{}|{}|{}|{}\n",
            program.display(),
            facts.len(),
            facts.mtime(),
            facts.mtime_nsec()
        ));
    }
    hash.update(FLAGS.join("|"));
    hash.update("trimmed");
    let digest: String = hash
        .finalize()
        .iter()
        .take(12)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Some(format!("cluster-{digest}").into())
}

fn initialise(binaries: &Binaries, run: &RunDir, user: User) -> Result<(), Error> {
    let mut output = String::new();
    for ctype in CTYPES {
        let Output {
            status,
            stdout,
            stderr,
        } = initdb(binaries, run, user, ctype)?;
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

fn initdb(binaries: &Binaries, run: &RunDir, user: User, ctype: &str) -> Result<Output, Error> {
    let mut command = Command::new(&binaries.initdb);
    command
        .args(FLAGS)
        .arg(ctype)
        .arg("--pgdata")
        .arg(run.data())
        .current_dir(&run.path);
    // Only what a program needs to run: the caller's settings of locale and of Postgres would become part of the result.
    command.env_clear().env("PATH", "/usr/bin:/bin");
    user.run(&mut command);
    command.output().map_err(|source| Error::Run {
        program: binaries.initdb.clone(),
        source,
    })
}

/// Removes the maps of free space and of visibility: a quarter of the files, which every start and every clone would copy.
///
/// Without them a table grows where it could have reused space, and an index-only scan looks at the table. The server makes them
/// anew when it needs them.
fn trim(data: &Path) {
    let folders = fs::read_dir(data.join("base")).into_iter().flatten().flatten();
    for folder in folders.map(|entry| entry.path()).chain([data.join("global")]) {
        for file in fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            if name.ends_with("_fsm") || name.ends_with("_vm") {
                let _ = fs::remove_file(file.path());
            }
        }
    }
}

/// Under a private name first: another process must never see half a copy.
fn remember(data: &Path, cached: &Path) -> Result<(), Error> {
    let Some(folder) = cached.parent() else {
        return Ok(());
    };
    fs::create_dir_all(folder).map_err(Error::io("make the folder", folder))?;
    let unfinished = half_made::path_in(folder);
    let copied = copy(data, &unfinished, User::Me)
        .and_then(|()| fs::rename(&unfinished, cached).map_err(Error::io("rename", &unfinished)));
    if copied.is_err() {
        let _ = fs::remove_dir_all(&unfinished);
    }
    copied
}
