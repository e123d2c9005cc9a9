//! A proxy that speaks enough of the protocol to count its messages and to end a conversation at any one of them.

use std::{
    io,
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

/// Where to end it: at the client's message of this number, counted from 1 over all connections, the start-up ones left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cut {
    pub(crate) message: usize,
    pub(crate) when: When,
}

/// At which side of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// The server never gets it.
    Before,
    /// The server gets it, and nobody waits for the answer.
    During,
    /// The server has done it, and the client never learns that.
    After,
}

/// What happens beside the end of the connections; it gets the server's process.
pub(crate) type Action = Arc<dyn Fn(u32) + Send + Sync>;

/// A proxy on a port of its own. Dropping it ends everything.
pub(crate) struct Proxy {
    shared: Arc<Shared>,
    port: u16,
}

struct Shared {
    socket: PathBuf,
    cut: Option<Cut>,
    action: Action,
    messages: AtomicUsize,
    round_trips: AtomicUsize,
    over: watch::Sender<bool>,
}

impl Proxy {
    pub(crate) async fn start(options: &PgConnectOptions, cut: Option<Cut>, action: Action) -> Self {
        let socket = options
            .get_socket()
            .unwrap()
            .join(format!(".s.PGSQL.{}", options.get_port()));
        let shared = Arc::new(Shared {
            socket,
            cut,
            action,
            messages: AtomicUsize::new(0),
            round_trips: AtomicUsize::new(0),
            over: watch::Sender::new(false),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let accepting = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                if !*accepting.over.borrow() {
                    tokio::spawn(Arc::clone(&accepting).converse(client));
                }
            }
        });
        Self { shared, port }
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

    /// Messages that clients sent after their start-up.
    pub(crate) fn messages(&self) -> usize {
        self.shared.messages.load(Ordering::SeqCst)
    }

    /// Times that the server said it was ready for the next message, once for each connection's start included.
    pub(crate) fn round_trips(&self) -> usize {
        self.shared.round_trips.load(Ordering::SeqCst)
    }

    /// Whether the conversation was ended.
    pub(crate) fn is_over(&self) -> bool {
        *self.shared.over.borrow()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.over.send_replace(true);
    }
}

impl Shared {
    async fn converse(self: Arc<Self>, client: TcpStream) {
        client.set_nodelay(true).unwrap();
        let Ok(server) = UnixStream::connect(&self.socket).await else {
            return;
        };
        let mut over = self.over.subscribe();
        let (cut_here, mut was_cut) = watch::channel(false);
        let pid = AtomicUsize::new(0);
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let up = self.upwards(&mut from_client, &mut to_server, &cut_here, &pid);
        let down = self.downwards(&mut from_server, &mut to_client, &mut was_cut, &pid);
        tokio::select! {
            _ = up => {}
            _ = down => {}
            _ = over.wait_for(|over| *over) => {}
        }
    }

    /// From the client to the server.
    async fn upwards(
        &self,
        client: &mut (impl AsyncRead + Unpin),
        server: &mut (impl AsyncWrite + Unpin),
        cut_here: &watch::Sender<bool>,
        pid: &AtomicUsize,
    ) -> io::Result<()> {
        let length = client.read_u32().await?;
        let mut startup = vec![0; usize::try_from(length).unwrap() - 4];
        client.read_exact(&mut startup).await?;
        server.write_u32(length).await?;
        server.write_all(&startup).await?;
        loop {
            let (kind, body) = message(client).await?;
            // A farewell is no step of anything.
            let number = if kind == b'X' {
                0
            } else {
                self.messages.fetch_add(1, Ordering::SeqCst) + 1
            };
            let cut = self.cut.filter(|cut| cut.message == number);
            match cut.map(|cut| cut.when) {
                Some(When::Before) => return self.end(pid),
                Some(When::After) => drop(cut_here.send_replace(true)),
                _ => {}
            }
            forward(server, kind, &body).await?;
            if cut.is_some_and(|cut| cut.when == When::During) {
                return self.end(pid);
            }
        }
    }

    /// From the server to the client.
    async fn downwards(
        &self,
        server: &mut (impl AsyncRead + Unpin),
        client: &mut (impl AsyncWrite + Unpin),
        was_cut: &mut watch::Receiver<bool>,
        pid: &AtomicUsize,
    ) -> io::Result<()> {
        loop {
            let (kind, body) = message(server).await?;
            if kind == b'K' {
                let number = u32::from_be_bytes(body[..4].try_into().unwrap());
                pid.store(usize::try_from(number).unwrap(), Ordering::SeqCst);
            }
            if kind == b'Z' {
                self.round_trips.fetch_add(1, Ordering::SeqCst);
            }
            if *was_cut.borrow() {
                if kind == b'Z' {
                    return self.end(pid);
                }
                continue;
            }
            forward(client, kind, &body).await?;
        }
    }

    fn end(&self, pid: &AtomicUsize) -> io::Result<()> {
        self.over.send_replace(true);
        (self.action)(u32::try_from(pid.load(Ordering::SeqCst)).unwrap());
        Ok(())
    }
}

async fn message(from: &mut (impl AsyncRead + Unpin)) -> io::Result<(u8, Vec<u8>)> {
    let kind = from.read_u8().await?;
    let length = from.read_u32().await?;
    let mut body = vec![0; usize::try_from(length).unwrap() - 4];
    from.read_exact(&mut body).await?;
    Ok((kind, body))
}

async fn forward(to: &mut (impl AsyncWrite + Unpin), kind: u8, body: &[u8]) -> io::Result<()> {
    let mut whole = vec![kind];
    whole.extend(u32::try_from(body.len() + 4).unwrap().to_be_bytes());
    whole.extend(body);
    to.write_all(&whole).await?;
    to.flush().await
}
