//! Scratch databases on a server that somebody else runs.

use diagnostic::{Explain, RedactedUrl};
use ephemeral_postgres::{Choice, Config, Provider, TestServer, acquire};
use sqlx::{Executor, PgConnection};

use crate::support::ask;

async fn databases(connection: &mut PgConnection) -> Vec<String> {
    let names = sqlx::query_scalar(
        "SELECT datname::text FROM pg_database WHERE datname LIKE 'db\\_fresh\\_scratch\\_proof\\_%' ORDER BY 1",
    );
    names.fetch_all(connection).await.unwrap()
}

// One test, since what it counts are all databases of this kind on the server.
#[tokio::test]
async fn a_scratch_database_is_made_and_dropped_and_the_dead_are_swept() {
    let host = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    let named = host.database().await.unwrap();
    let mut observer = named.connect().await.unwrap();
    observer.execute("CREATE TABLE precious (id int)").await.unwrap();
    let choice = Choice::Server(named.url().parse::<RedactedUrl>().unwrap());
    let config = Config::default();

    let alive = acquire(&choice, &config).await.unwrap();
    assert_eq!(alive.provider(), Provider::Server);
    let in_use = alive.create_database("proof").await.unwrap();
    assert!(in_use.name().starts_with("db_fresh_scratch_proof_"));
    assert_eq!(
        ask(in_use.options(), "SELECT current_database()::text")
            .await
            .unwrap(),
        in_use.name()
    );

    // A runner that dies: its connection closes and its database stays.
    let dying = acquire(&choice, &config).await.unwrap();
    let orphan = dying.create_database("proof").await.unwrap().name().to_owned();
    dying.stop().await;
    assert!(databases(&mut observer).await.contains(&orphan));

    let next = acquire(&choice, &config).await.unwrap();
    assert_eq!(
        databases(&mut observer).await,
        [in_use.name()],
        "the orphan went, the one in use stayed"
    );
    next.stop().await;

    in_use.drop_now().await.unwrap();
    alive.stop().await;
    assert_eq!(databases(&mut observer).await, Vec::<String>::new());
    observer.execute("SELECT FROM precious").await.unwrap();
}

#[tokio::test]
async fn a_role_that_may_not_make_databases_is_told_which_right_it_lacks() {
    let host = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    let named = host.database().await.unwrap();
    let role = format!("plain_{}", std::process::id());
    let mut owner = named.connect().await.unwrap();
    owner
        .execute(sqlx::AssertSqlSafe(format!("CREATE ROLE {role} LOGIN")))
        .await
        .unwrap();
    let mut url: url::Url = named.url().parse().unwrap();
    url.set_username(&role).unwrap();
    let server = acquire(&Choice::Server(url.into()), &Config::default())
        .await
        .unwrap();
    let error = server.create_database("proof").await.unwrap_err();
    assert!(
        error.facts().iter().any(|fact| fact.value == "42501"),
        "{error:?}"
    );
    assert!(error.hints()[0].contains("CREATEDB"));
    owner
        .execute(sqlx::AssertSqlSafe(format!("DROP ROLE {role}")))
        .await
        .unwrap();
}
