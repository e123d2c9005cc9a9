//! Databases for tests.

use ephemeral_postgres::TestServer;
use sqlx::Executor;

#[tokio::test]
async fn a_test_database_goes_with_its_value() {
    let server = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    let database = server.database().await.unwrap();
    let name = database.name().to_owned();
    let mut forgotten = database.connect().await.unwrap();
    forgotten.execute("CREATE TABLE mine (id int)").await.unwrap();
    let other = server.database().await.unwrap();
    let mut connection = other.connect().await.unwrap();
    drop(database);
    let question = sqlx::query_scalar("SELECT count(*) FROM pg_database WHERE datname = $1").bind(&name);
    let left: i64 = question.fetch_one(&mut connection).await.unwrap();
    assert_eq!(left, 0, "dropped although a connection was still open");
    assert!(
        connection
            .fetch_optional("SELECT FROM pg_class WHERE relname = 'mine'")
            .await
            .unwrap()
            .is_none()
    );
}
