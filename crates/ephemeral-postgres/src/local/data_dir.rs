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

use super::{
    binaries::Binaries,
    files::{copy, copy_file, make_private},
    run_dir::RunDir,
    user::User,
};
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

/// What `initdb` made and the cache does not have yet. Nobody waits until it has.
#[derive(Debug)]
pub(super) struct Unsaved {
    data: PathBuf,
    aside: PathBuf,
    cached: PathBuf,
}

/// The folder of the databases. A start changes nothing in it before the first session.
const DATABASES: &str = "base";

impl Unsaved {
    /// Copies what a start changes.
    fn begin(&self) -> Result<(), Error> {
        make_private(&self.aside)?;
        for entry in fs::read_dir(&self.data).map_err(Error::io("read", &self.data))? {
            let entry = entry.map_err(Error::io("read", &self.data))?;
            let target = self.aside.join(entry.file_name());
            if entry.path().is_file() {
                copy_file(&entry.path(), &target, User::Me)?;
            } else if entry.file_name() != DATABASES {
                copy(&entry.path(), &target, User::Me)?;
            }
        }
        Ok(())
    }

    /// Copies the rest, while the server starts.
    pub(super) fn complete(self) -> Option<Self> {
        let copied = copy(&self.data.join(DATABASES), &self.aside.join(DATABASES), User::Me);
        copied.ok().map(|()| self)
    }

    /// Puts it into the cache. A cache that cannot be written costs time the next time, and is no reason to fail now.
    pub(super) fn save(self) {
        let _ = remember(&self.aside, &self.cached);
        let _ = fs::remove_dir_all(&self.aside);
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
    let unsaved = cached.map(|cached| Unsaved {
        data: run.data(),
        aside: run.path.join("initialised"),
        cached,
    });
    Ok(unsaved.filter(|unsaved| unsaved.begin().is_ok()))
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
    hash.update("trimmed 2");
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
/// Without them a table grows where it could have reused space, and an index-only scan looks at the table. The server makes them
/// anew when it needs them. What `initdb`'s own sessions wrote down of the catalog is removed by every start.
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
