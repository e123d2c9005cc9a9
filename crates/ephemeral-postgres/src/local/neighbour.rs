//! Letting a session of one's own server stand back for the tests.
//!
//! Left out on purpose: servers that were not started here. A process number says nothing about a server in a container or elsewhere.

use std::fs;

use rustix::process::{Pid, setpriority_process};
use sqlx::{PgConnection, postgres::PgConnectOptions};

use super::run_dir::DATA;

/// Of 19: enough to let a test's session go first, and not so much that a lock which this session holds is held for long.
const NICENESS: i32 = 10;

/// Lets the connection's session have the processor after everybody else, where it is a child of the private server that listens on
/// this socket. Elsewhere, and where the system does not tell, nothing happens.
pub(crate) async fn stand_back(connection: &mut PgConnection, options: &PgConnectOptions) {
    let Some(server) = server_behind(options) else {
        return;
    };
    let session = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(&mut *connection);
    let Ok(session) = session.await else { return };
    if parent(session) == Some(server) {
        let _ = setpriority_process(Pid::from_raw(session), NICENESS);
    }
}

/// The process number in the pid file that lies beside the socket of a private server.
fn server_behind(options: &PgConnectOptions) -> Option<i32> {
    let file = options.get_socket()?.join(DATA).join("postmaster.pid");
    fs::read_to_string(file).ok()?.lines().next()?.trim().parse().ok()
}

/// The parent of a process: the second field behind its name, which is in parentheses and may hold anything.
fn parent(process: i32) -> Option<i32> {
    let facts = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    facts.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}
