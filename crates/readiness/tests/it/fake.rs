//! Small servers that do one thing wrong.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// Answers as a web server does.
    Http,
    /// Accepts, reads, and never answers.
    Silent,
    /// Accepts and closes.
    Closes,
    /// Refuses TLS, then answers the start-up message with this SQLSTATE.
    Refuses(&'static str),
    /// Lets everybody in, and answers a query with this SQLSTATE.
    Fails(&'static str),
    /// Lets everybody in, and never answers a query.
    Hangs,
}

pub(crate) struct Fake {
    pub(crate) port: u16,
    task: JoinHandle<()>,
}

impl Fake {
    pub(crate) async fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                // A client that goes away in the middle is what many of these tests are about.
                tokio::spawn(async move { serve(stream, manner).await.ok() });
            }
        });
        Self { port, task }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, manner: Manner) -> std::io::Result<()> {
    match manner {
        Manner::Closes => return Ok(()),
        Manner::Silent => return drain(stream).await,
        Manner::Http => {
            let mut some = [0; 8];
            stream.read_exact(&mut some).await?;
            return stream
                .write_all(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
                .await;
        }
        Manner::Refuses(_) | Manner::Fails(_) | Manner::Hangs => {}
    }
    let mut length = stream.read_u32().await?;
    if length == 8 {
        stream.read_u32().await?;
        stream.write_all(b"N").await?;
        length = stream.read_u32().await?;
    }
    let mut startup = vec![0; usize::try_from(length).unwrap() - 4];
    stream.read_exact(&mut startup).await?;
    if let Manner::Refuses(sqlstate) = manner {
        return stream.write_all(&error(sqlstate)).await;
    }
    stream.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await?;
    if let Manner::Fails(sqlstate) = manner {
        let mut some = [0; 5];
        stream.read_exact(&mut some).await?;
        stream.write_all(&error(sqlstate)).await?;
        stream.write_all(b"Z\0\0\0\x05I").await?;
    }
    drain(stream).await
}

async fn drain(mut stream: TcpStream) -> std::io::Result<()> {
    tokio::io::copy(&mut stream, &mut tokio::io::sink())
        .await
        .map(drop)
}

fn error(sqlstate: &str) -> Vec<u8> {
    let body = format!("SFATAL\0VFATAL\0C{sqlstate}\0Mthe fake says so\0\0");
    let length = u32::try_from(body.len()).unwrap() + 4;
    [b"E", &length.to_be_bytes()[..], body.as_bytes()].concat()
}
