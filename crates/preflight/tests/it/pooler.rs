//! A transaction pooler gives two connections one session; a server never does.

use diagnostic::Explain;
use ephemeral_postgres::TestServer;
use preflight::check_no_pooler;
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// Answers every query with the same session's number, as a pooler does between two transactions.
async fn share_one_session(mut client: TcpStream) -> std::io::Result<()> {
    let length = client.read_u32().await?;
    let mut startup = vec![0; usize::try_from(length).unwrap() - 4];
    client.read_exact(&mut startup).await?;
    client.write_all(b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I").await?;
    while client.read_u8().await? == b'Q' {
        let length = client.read_u32().await?;
        let mut query = vec![0; usize::try_from(length).unwrap() - 4];
        client.read_exact(&mut query).await?;
        // One column `pid` of type int4 (OID 23), as text, and one row that holds 42.
        client
            .write_all(b"T\0\0\0\x1c\0\x01pid\0\0\0\0\0\0\0\0\0\0\x17\0\x04\xff\xff\xff\xff\0\0")
            .await?;
        client
            .write_all(b"D\0\0\0\x0c\0\x01\0\0\0\x0242C\0\0\0\x0dSELECT 1\0Z\0\0\0\x05I")
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_pooler_is_told_from_a_server() {
    let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    let database = server.database().await.unwrap();
    let (mut first, mut second) = (
        database.connect().await.unwrap(),
        database.connect().await.unwrap(),
    );
    check_no_pooler(&mut first, &mut second).await.unwrap();

    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let pooler = tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(async move { share_one_session(client).await.ok() });
        }
    });
    let options = PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .ssl_mode(PgSslMode::Disable);
    let options = options.username("dev");
    let (mut first, mut second) = (options.connect().await.unwrap(), options.connect().await.unwrap());
    let error = check_no_pooler(&mut first, &mut second).await.unwrap_err();
    assert_eq!(error.diagnostics()[0].code, "preflight/transaction-pooler");
    pooler.abort();
}
