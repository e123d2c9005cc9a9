//! The text of a schema that has one of every kind is the same on every server version.
//!
//! One run compares the server at hand with the text in this folder; `README.md` says how to run it on others.

use schema_contract::{Scope, Snapshot, contract, snapshot};

use crate::server;

#[tokio::test]
async fn the_text_is_the_same_on_every_server_version() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(include_str!("base.sql"))
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql(include_str!("views.sql"))
        .execute(&mut conn)
        .await
        .unwrap();
    let snapshot = snapshot(&mut conn, &Scope::default()).await.unwrap();
    insta::assert_snapshot!(snapshot.to_text());
    let read_back =
        contract::from_file_text(&contract::to_file_text(&snapshot, "app"), "app.contract.snap").unwrap();
    assert_eq!(read_back, snapshot);
    assert_eq!(read_back.digest(), snapshot.digest());
    assert_eq!(
        Snapshot::parse(&snapshot.to_text()).unwrap().counts(),
        snapshot.counts()
    );
}
