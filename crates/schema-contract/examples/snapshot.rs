//! Prints the text form of a database's schema: `cargo run --example snapshot -- postgres:///app`.
#![expect(clippy::print_stdout, reason = "an example for the command line")]

use schema_contract::{Scope, snapshot};
use sqlx::{Connection, PgConnection};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let url = std::env::args()
        .nth(1)
        .ok_or("name a database: postgres:///app")?;
    let mut conn = PgConnection::connect(&url).await?;
    let snapshot = snapshot(&mut conn, &Scope::default()).await?;
    print!("{}", snapshot.to_text());
    Ok(())
}
