//! While a server starts, the other tasks of the caller's runtime go on. Every test here has a runtime with one thread, and the start
//! cannot end before another task has run.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::fs::{Mode, OFlags};

use crate::{
    support::{Place, installation},
    wait::until,
};

/// How long the other task may take to run. It has nothing else to do.
const SOON: Duration = Duration::from_secs(20);

/// Programs of which `initdb` begins with making the file `started` and then waits for the file `go`.
pub(crate) fn with_an_initdb_that_waits(place: &mut Place) -> PathBuf {
    let installed = installation(place);
    let folder = place.folder.path().join("programs");
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o777)).unwrap();
    symlink(installed.join("postgres"), folder.join("postgres")).unwrap();
    let script = format!(
        r#"#!/bin/sh
: >'{folder}/started'
looks=0
while [ ! -e '{folder}/go' ]; do
    [ $looks -lt {looks} ] || {{ echo 'no other task has run'; exit 1; }}
    looks=$((looks + 1))
    sleep 0.01
done
exec '{initdb}' "$@"
"#,
        folder = folder.display(),
        looks = SOON.as_millis() / 10,
        initdb = installed.join("initdb").display()
    );
    let initdb = folder.join("initdb");
    fs::write(&initdb, script).unwrap();
    fs::set_permissions(&initdb, fs::Permissions::from_mode(0o755)).unwrap();
    place.config.pg_bin = Some(folder.clone());
    folder
}

#[tokio::test(flavor = "current_thread")]
async fn other_tasks_go_on_while_initdb_runs() {
    let mut place = Place::new();
    place.config.cache = None;
    let programs = with_an_initdb_that_waits(&mut place);
    let other = async {
        let look = async || match programs.join("started").exists() {
            true => Ok(()),
            false => Err("nothing"),
        };
        until("`initdb` has started", look).await;
        fs::write(programs.join("go"), "").unwrap();
    };
    let (server, ()) = tokio::join!(place.start(), other);
    server.stop().await;
}

/// Whether the pipe has a reader, which this ends.
fn end_a_reader_of(pipe: &Path) -> bool {
    rustix::fs::open(pipe, OFlags::WRONLY | OFlags::NONBLOCK, Mode::empty()).is_ok()
}

/// Lets the copying of a pipe end after some time, so that a test fails instead of waiting for ever. The flag says that it had to.
fn rescue(pipe: PathBuf, is_over: Arc<AtomicBool>) -> thread::JoinHandle<bool> {
    thread::spawn(move || {
        let deadline = Instant::now() + SOON;
        while Instant::now() < deadline {
            if is_over.load(Ordering::Relaxed) {
                return false;
            }
            thread::sleep(Duration::from_millis(2));
        }
        end_a_reader_of(&pipe)
    })
}

#[tokio::test(flavor = "current_thread")]
async fn other_tasks_go_on_while_the_data_directory_is_copied() {
    let mut place = Place::new();
    let cache = tempfile::tempdir().unwrap();
    place.config.cache = Some(cache.path().into());
    place.start().await.stop().await;
    // Copying a pipe waits until somebody has opened its other end.
    let cached = cache.path().read_dir().unwrap().next().unwrap().unwrap().path();
    let pipe = cached.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());

    let is_over = Arc::new(AtomicBool::new(false));
    let rescue = rescue(pipe.clone(), Arc::clone(&is_over));
    let other = async {
        let look = async || match end_a_reader_of(&pipe) {
            true => Ok(()),
            false => Err("a pipe without a reader"),
        };
        until("the pipe is being copied", look).await;
        is_over.store(true, Ordering::Relaxed);
    };
    let (server, ()) = tokio::join!(place.start(), other);
    assert!(!rescue.join().unwrap(), "no other task has run");
    server.stop().await;
}
