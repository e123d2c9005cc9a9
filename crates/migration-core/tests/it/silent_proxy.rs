//! A proxy that stops forwarding and keeps its connections: a server, or the way to it, that hangs.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::watch,
};

/// Which connections are served. What is not forwarded waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Serves {
    All,
    Nobody,
    /// Those that were made after the first so many.
    After(usize),
    /// The first so many.
    First(usize),
    /// The start of each connection, and nothing that is asked on it.
    Start,
}

pub(crate) struct SilentProxy {
    serves: Arc<watch::Sender<Serves>>,
    connections: Arc<AtomicUsize>,
    port: u16,
}

impl SilentProxy {
    pub(crate) async fn start(options: &PgConnectOptions, serves: Serves) -> Self {
        let socket: PathBuf = options
            .get_socket()
            .unwrap()
            .join(format!(".s.PGSQL.{}", options.get_port()));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let serves = Arc::new(watch::Sender::new(serves));
        let connections = Arc::new(AtomicUsize::new(0));
        let (serving, counting) = (Arc::clone(&serves), Arc::clone(&connections));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let number = counting.fetch_add(1, Ordering::SeqCst) + 1;
                let socket = socket.clone();
                tokio::spawn(converse(client, socket, number, serving.subscribe()));
            }
        });
        Self {
            serves,
            connections,
            port,
        }
    }

    pub(crate) fn serve(&self, serves: Serves) {
        self.serves.send_replace(serves);
    }

    /// How many connections there were so far.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The same database, through the proxy.
    pub(crate) fn options(&self, options: &PgConnectOptions) -> PgConnectOptions {
        PgConnectOptions::new_without_pgpass()
            .host("127.0.0.1")
            .port(self.port)
            .username(options.get_username())
            .database(options.get_database().unwrap())
            .ssl_mode(PgSslMode::Disable)
    }
}

async fn converse(client: TcpStream, socket: PathBuf, number: usize, serves: watch::Receiver<Serves>) {
    client.set_nodelay(true).unwrap();
    let Ok(server) = UnixStream::connect(socket).await else {
        return;
    };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // What follows the first bytes of the client, its start, is a question.
    let up = forward(from_client, to_server, number, serves.clone(), 1);
    let down = forward(from_server, to_client, number, serves, usize::MAX);
    tokio::join!(up, down);
}

async fn forward(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    number: usize,
    mut serves: watch::Receiver<Serves>,
    of_start: usize,
) {
    let mut bytes = vec![0; 64 * 1024];
    let mut pieces = 0;
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else {
            return;
        };
        pieces += 1;
        let is_served = |serves: &Serves| match *serves {
            Serves::All => true,
            Serves::Nobody => false,
            Serves::After(first) => number > first,
            Serves::First(first) => number <= first,
            Serves::Start => pieces <= of_start,
        };
        if serves.wait_for(is_served).await.is_err() || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}
