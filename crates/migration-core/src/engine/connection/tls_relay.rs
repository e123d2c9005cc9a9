//! TLS connections that do not wait for nothing.
//!
//! The driver leaves Nagle's algorithm on, and the handshake ends in two small writes, twice: each second one waits some 40 ms for the
//! server to acknowledge the first, with nobody doing anything. The driver does not give its socket away, so that its bytes go through
//! a socket pair of ours, of which the far end sends at once. sqlx 0.9.0 is like this, 0.8 was not, and its next release is
//! not (<https://github.com/launchbadge/sqlx/pull/4336>): then this file goes.

use std::io;

use sqlx::{
    ConnectOptions, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    io::copy_bidirectional,
    net::{TcpStream, UnixListener},
};

/// Connects, over a relay where that saves time.
pub(crate) async fn connect(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    if !may_use_tls(options) {
        return options.connect().await;
    }
    let server = TcpStream::connect((options.get_host(), options.get_port())).await?;
    server.set_nodelay(true)?;
    match relay(server, options.get_port()) {
        Ok(folder) => options.clone().socket(folder.path()).connect().await,
        // Without a place for the socket it takes longer, and nothing else.
        Err(_) => options.connect().await,
    }
}

/// Whether TLS is asked for, or likely. A server on this machine mostly speaks none, and there the relay would cost more than it saves.
fn may_use_tls(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let is_socket = options.get_socket().is_some() || host.starts_with('/');
    let is_here = matches!(host, "localhost" | "127.0.0.1" | "::1" | "[::1]");
    match options.get_ssl_mode() {
        PgSslMode::Require | PgSslMode::VerifyCa | PgSslMode::VerifyFull => !is_socket,
        PgSslMode::Prefer => !is_socket && !is_here,
        PgSslMode::Disable | PgSslMode::Allow => false,
    }
}

/// A socket, in a folder that nobody else may enter, behind which the server is. It serves one connection; the folder has to be there until
/// that is made.
fn relay(mut server: TcpStream, port: u16) -> io::Result<tempfile::TempDir> {
    let folder = tempfile::tempdir()?;
    let listener = UnixListener::bind(folder.path().join(format!(".s.PGSQL.{port}")))?;
    tokio::spawn(async move {
        let Ok((mut driver, _)) = listener.accept().await else {
            return;
        };
        drop(listener);
        // Each end learns of the other's end by its own, as it would without us.
        let _ = copy_bidirectional(&mut driver, &mut server).await;
    });
    Ok(folder)
}
