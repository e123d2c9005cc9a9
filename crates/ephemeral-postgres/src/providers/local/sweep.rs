//! Removing the servers and folders that an earlier crash left, and nothing else.

use std::{
    fs::{self, File},
    os::unix::fs::MetadataExt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, geteuid, kill_process, test_kill_process};

use super::{
    run_dir::{DATA, PREFIX, STAMP, UNFINISHED, pid_file},
    user::User,
};
use crate::{Config, providers::staging::is_older_than};

/// A folder without its final name is being made, unless it is older than this.
const UNFINISHED_FOR: Duration = Duration::from_secs(600);

/// How long a server without a watchdog may take to end.
const GRACE: Duration = Duration::from_secs(5);

/// Between two looks at whether it has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// Stops servers without a watchdog and removes their folders. What cannot be removed is left: it does no harm.
pub(super) fn sweep(config: &Config, user: User) {
    for base in &config.bases {
        let Ok(entries) = fs::read_dir(base) else { continue };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let path = entry.path();
            let abandoned = if name.starts_with(PREFIX) {
                is_ours(&path, user) && is_unwatched(&path)
            } else {
                name.starts_with(UNFINISHED) && is_ours(&path, user) && is_older_than(&path, UNFINISHED_FOR)
            };
            if abandoned {
                remove(&path);
            }
        }
    }
}

/// Ends the server of a folder whose watchdog has ended, and removes the folder, where they are still there.
pub(super) fn remove(folder: &Path) {
    stop(folder);
    let _ = fs::remove_dir_all(folder);
}

fn is_ours(path: &Path, user: User) -> bool {
    let owner = fs::symlink_metadata(path).map(|facts| (facts.is_dir(), facts.uid()));
    owner.is_ok_and(|(is_dir, uid)| is_dir && (uid == geteuid().as_raw() || uid == user.uid()))
}

/// The watchdog holds the lock as long as it lives.
fn is_unwatched(path: &Path) -> bool {
    let stamp = File::options().append(true).open(path.join(STAMP));
    stamp.is_ok_and(|stamp| stamp.try_lock().is_ok())
}

/// Ends the server of this folder, if it still runs. Its pid file names the process and, to be sure, the folder.
fn stop(path: &Path) {
    let Some(server) = server_of(path) else { return };
    let _ = kill_process(server, Signal::QUIT);
    let deadline = Instant::now() + GRACE;
    while test_kill_process(server).is_ok() && Instant::now() < deadline {
        thread::sleep(PAUSE);
    }
}

fn server_of(path: &Path) -> Option<Pid> {
    let file = fs::read_to_string(pid_file(path)).ok()?;
    let mut lines = file.lines();
    let pid: i32 = lines.next()?.trim().parse().ok()?;
    let names_this_folder = Path::new(lines.next()?.trim()) == path.join(DATA);
    // The number may be another process's by now; where the system tells, its command line has to name the folder too.
    let command = fs::read(format!("/proc/{pid}/cmdline"));
    let says = |line: Vec<u8>| String::from_utf8_lossy(&line).contains(&*path.to_string_lossy());
    let is_it = command.map_or(!Path::new("/proc/self").exists(), says);
    (names_this_folder && is_it).then(|| Pid::from_raw(pid)).flatten()
}
