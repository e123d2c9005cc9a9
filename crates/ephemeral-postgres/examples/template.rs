//! A test process of its own, for the tests of templates.
//!
//! `build KEY` builds the template of that key, or finds it; `die KEY` ends in the middle of it; `fail` fails like a test does; `hold`
//! prints the name of its database and waits until standard input ends.

use std::{
    error::Error,
    io::{Read, Write},
    process,
};

use ephemeral_postgres::{TemplateKey, TestServer};
use sqlx::{Connection, Executor, PgConnection};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let how = std::env::args().nth(1).unwrap_or_default();
    let name = std::env::args().nth(2).unwrap_or_default();
    let server = TestServer::shared(|name| std::env::var_os(name)).await?;
    let key = TemplateKey::new("example").part("accounts", &name);
    let fill = async |unfinished: ephemeral_postgres::Unfinished| {
        let mut connection = PgConnection::connect_with(unfinished.options()).await?;
        connection
            .execute("CREATE TABLE accounts (id int); INSERT INTO accounts VALUES (1)")
            .await?;
        if how == "die" {
            process::abort();
        }
        writeln!(std::io::stdout(), "built")?;
        connection.close().await?;
        Ok::<_, Box<dyn Error + Send + Sync>>(())
    };
    let template = server.template(&key, fill).await?;
    let database = template.database().await?;
    let mut connection = database.connect().await?;
    connection.execute("SELECT FROM accounts").await?;
    if how == "hold" {
        writeln!(std::io::stdout(), "{}", database.name())?;
        connection.close().await?;
        std::io::stdin().read_to_end(&mut Vec::new())?;
    }
    if how == "fail" {
        panic!("as asked for");
    }
    Ok(())
}
