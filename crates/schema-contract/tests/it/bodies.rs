//! PL/pgSQL bodies that a change made stale, where the server has `plpgsql_check`.

use schema_contract::{Scope, consumers::check_bodies, snapshot};
use sqlx::Row;

use crate::server;

const SCHEMA: &str = "CREATE SCHEMA app; CREATE TABLE app.users (id bigint, name text);
    CREATE FUNCTION app.first() RETURNS text LANGUAGE plpgsql AS $$
    BEGIN
        RETURN (SELECT name FROM app.users);
    END$$;
    CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        NEW.name := lower(NEW.name);
        RETURN NEW;
    END$$;
    CREATE FUNCTION app.unused() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NEW.nothing; END$$;
    CREATE TRIGGER touch BEFORE INSERT ON app.users FOR EACH ROW EXECUTE FUNCTION app.touch();
    CREATE FUNCTION public.other() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT nothing FROM app.users); END$$";

#[tokio::test]
async fn a_stale_body_is_found_and_nothing_is_left_behind() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(SCHEMA).execute(&mut conn).await.unwrap();
    let scope = Scope {
        include: Some(vec!["app".into()]),
        ..Scope::default()
    };
    let available = "SELECT count(*) FROM pg_available_extensions WHERE name = 'plpgsql_check'";
    let row = sqlx::raw_sql(available).fetch_one(&mut conn).await.unwrap();
    let is_available = row.get::<i64, _>(0) == 1;

    let before = check_bodies(&mut conn, &scope).await.unwrap();
    assert_eq!(
        before.is_some(),
        is_available,
        "without the extension nothing is claimed"
    );
    let Some(before) = before else { return };
    assert_eq!(before.checked, ["app.first()", "app.touch()"]);
    assert_eq!(before.faults, []);

    let schema = snapshot(&mut conn, &Scope::default()).await.unwrap();
    sqlx::raw_sql("ALTER TABLE app.users RENAME name TO full_name")
        .execute(&mut conn)
        .await
        .unwrap();
    let after = check_bodies(&mut conn, &scope).await.unwrap().unwrap();
    let found: Vec<_> = after
        .faults
        .iter()
        .map(|fault| (fault.routine.as_str(), fault.line, fault.sqlstate.as_str()))
        .collect();
    assert!(found.contains(&("app.first()", Some(3), "42703")), "{found:?}");
    assert!(
        found.iter().any(|(routine, ..)| *routine == "app.touch()"),
        "{found:?}"
    );
    sqlx::raw_sql("ALTER TABLE app.users RENAME full_name TO name")
        .execute(&mut conn)
        .await
        .unwrap();
    assert_eq!(snapshot(&mut conn, &Scope::default()).await.unwrap(), schema);
}
