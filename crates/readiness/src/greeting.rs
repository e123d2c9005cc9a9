//! The least that tells Postgres from anything else: a request for TLS, and the one byte that answers it.
//!
//! The driver is not asked here, because it takes a silent or foreign server for a slow one.
//! See <https://www.postgresql.org/docs/current/protocol-message-formats.html>, `SSLRequest`.

use std::{io, path::PathBuf};

use sqlx::postgres::PgConnectOptions;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Class, Level, seen::Seen};

const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];

/// Whether something accepts connections there.
pub(crate) async fn knock(host: &str, port: u16) -> Result<(), Seen> {
    TcpStream::connect((host, port))
        .await
        .map(drop)
        .map_err(|error| Seen::of_io(&error))
}

/// Whether something accepts connections where the server should be.
pub(crate) async fn open(options: &PgConnectOptions) -> Result<(), Seen> {
    match socket_file(options) {
        #[cfg(unix)]
        Some(path) => tokio::net::UnixStream::connect(path)
            .await
            .map(drop)
            .map_err(|error| Seen::of_io(&error)),
        #[cfg(not(unix))]
        Some(path) => Err(Seen::new(
            Class::UNKNOWN,
            format!("`{}` is a Unix socket", path.display()),
        )),
        None => knock(options.get_host(), options.get_port()).await,
    }
}

/// Whether Postgres answers there. `reached` says how far it got, for when time runs out on the way.
pub(crate) async fn greet(options: &PgConnectOptions, reached: &mut Option<Level>) -> Result<(), Seen> {
    let failed = |error: io::Error| Seen::of_io(&error);
    if let Some(path) = socket_file(options) {
        #[cfg(unix)]
        {
            let stream = tokio::net::UnixStream::connect(path).await.map_err(failed)?;
            *reached = Some(Level::Tcp);
            return ask(stream).await;
        }
        #[cfg(not(unix))]
        return Err(Seen::new(
            Class::UNKNOWN,
            format!("`{}` is a Unix socket", path.display()),
        ));
    }
    let stream = TcpStream::connect((options.get_host(), options.get_port()))
        .await
        .map_err(failed)?;
    *reached = Some(Level::Tcp);
    ask(stream).await
}

/// The file of the socket, by the same rule as the driver's: a folder that is given, or a host that is a path.
fn socket_file(options: &PgConnectOptions) -> Option<PathBuf> {
    let folder = match options.get_socket() {
        Some(folder) => folder.clone(),
        None if options.get_host().starts_with('/') => PathBuf::from(options.get_host()),
        None => return None,
    };
    Some(folder.join(format!(".s.PGSQL.{}", options.get_port())))
}

async fn ask(mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Result<(), Seen> {
    let failed = |error: io::Error| Seen::of_io(&error).at_least(Some(Level::Tcp));
    stream.write_all(&SSL_REQUEST).await.map_err(failed)?;
    let mut answer = [0_u8; 64];
    let length = stream.read(&mut answer).await.map_err(failed)?;
    judge(&answer[..length])
}

/// Postgres answers `S` or `N` and nothing else, or an error message, which starts with `E` and a length.
fn judge(answer: &[u8]) -> Result<(), Seen> {
    match answer {
        [] => Err(Seen::new(
            Class::RESET,
            "the connection was closed before an answer",
        )),
        [b'S' | b'N'] | [b'E', 0, ..] => Ok(()),
        other => {
            let first_line = other
                .split(|byte| *byte < b' ')
                .find(|line| !line.is_empty())
                .unwrap_or_default();
            let text: String = String::from_utf8_lossy(first_line).chars().take(40).collect();
            Err(Seen::new(Class::NOT_POSTGRES, format!("it answered `{text}`")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answers_of_postgres_are_known_and_those_of_others_are_not() {
        for answer in [&b"S"[..], b"N", b"E\0\0\0\x40SFATAL\0"] {
            assert_eq!(judge(answer), Ok(()));
        }
        for answer in [
            &b"HTTP/1.1 400 Bad Request\r\n"[..],
            b"SSH-2.0-OpenSSH_9.2\r\n",
            b"-ERR unknown command\r\n",
            b"\x4a\0\0\0\x0a8.0.36\0",
        ] {
            assert_eq!(
                judge(answer).unwrap_err().class,
                Class::NOT_POSTGRES,
                "{answer:?}"
            );
        }
        assert_eq!(judge(b"").unwrap_err().class, Class::RESET);
    }

    #[test]
    fn another_service_is_named_by_its_first_line() {
        let seen = judge(b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n").unwrap_err();
        assert_eq!(seen.detail, "it answered `HTTP/1.1 400 Bad Request`");
    }
}
