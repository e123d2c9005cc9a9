//! Starts a private server, prints its URL and waits until standard input ends.
//!
//! Kill it in any way: a moment later neither the server nor its folder is there. With the argument `keep` it ends at once and
//! the server stays, until the command that it prints; a second argument is where its folder should lie, a third the provider.

use std::io::{Read, Write};

use ephemeral_postgres::{Choice, Config, acquire};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut config = Config::from_variables(&|name| std::env::var_os(name));
    if let Some(base) = std::env::args_os().nth(2) {
        config.bases = vec![base.into()];
    }
    let choice = match std::env::args().nth(3).as_deref() {
        Some("docker") => Choice::Docker,
        Some("embedded") => Choice::Embedded,
        _ => Choice::Local,
    };
    let server = acquire(&choice, &config).await?;
    let database = server.create_database("held").await?;
    let mut out = std::io::stdout();
    writeln!(out, "{}", database.url().expose())?;
    match std::env::args().nth(1).as_deref() {
        Some("keep") => writeln!(out, "{}", server.keep().await.how_to_stop.unwrap_or_default())?,
        Some("panic") => panic!("as asked for"),
        _ => {
            std::io::stdin().read_to_end(&mut Vec::new())?;
            server.stop().await;
        }
    }
    Ok(())
}
