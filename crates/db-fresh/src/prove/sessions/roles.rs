//! Roles that a prelude and migrations make belong to the whole server: while another build runs there, those of the build before it
//! have other names.

use ephemeral_postgres::Provider;
use sqlx::{AssertSqlSafe, PgConnection, Row, postgres::PgConnectOptions, raw_sql};

use crate::{
    error::Error,
    prove::{acquire::connect, inputs::Inputs},
    schema::{SchemaProblem, close, connect_to},
};

/// The beginning of the names that they have meanwhile.
const PARKED: &str = "db_fresh_parked_";

/// The roles that somebody made on the server.
const MADE: &str = "SELECT rolname::text AS name FROM pg_catalog.pg_roles WHERE oid >= 16384 ORDER BY 1";

/// Roles that have other names meanwhile.
#[derive(Debug, Default)]
pub(in crate::prove) struct Parked {
    prefix: String,
    names: Vec<String>,
}

/// Gives the roles that were made other names, which say of which build they are. On a server of somebody else's roles are left alone.
pub(super) async fn park(inputs: &Inputs<'_>, build: &str) -> Result<Parked, Error> {
    let mut parked = Parked {
        prefix: format!("{PARKED}{build}_"),
        names: Vec::new(),
    };
    if inputs.server.provider() == Provider::Server {
        return Ok(parked);
    }
    let mut connection = connect(inputs).await?;
    for name in made(&mut connection).await? {
        let to = quoted(&format!("{}{name}", parked.prefix));
        run(
            &mut connection,
            &format!("ALTER ROLE {} RENAME TO {to}", quoted(&name)),
        )
        .await?;
        parked.names.push(name);
    }
    close(connection).await;
    Ok(parked)
}

/// Drops the roles that were made and are not parked: their database is gone.
pub(super) async fn drop_made(inputs: &Inputs<'_>) -> Result<(), Error> {
    if inputs.server.provider() == Provider::Server {
        return Ok(());
    }
    let mut connection = connect(inputs).await?;
    for name in made(&mut connection).await? {
        run(&mut connection, &format!("DROP ROLE {}", quoted(&name))).await?;
    }
    close(connection).await;
    Ok(())
}

impl Parked {
    /// Gives them their names again.
    pub(super) async fn back(self, inputs: &Inputs<'_>) -> Result<(), Error> {
        self.each(inputs.database.options(), |parked, name| {
            format!("ALTER ROLE {parked} RENAME TO {name}")
        })
        .await
    }

    /// Drops them: their database is gone.
    pub(in crate::prove) async fn drop(self, options: &PgConnectOptions) -> Result<(), Error> {
        self.each(options, |parked, _| format!("DROP ROLE {parked}"))
            .await
    }

    async fn each(self, options: &PgConnectOptions, sql: impl Fn(&str, &str) -> String) -> Result<(), Error> {
        if self.names.is_empty() {
            return Ok(());
        }
        let mut connection = connect_to(options).await?;
        for name in &self.names {
            let parked = quoted(&format!("{}{name}", self.prefix));
            run(&mut connection, &sql(&parked, &quoted(name))).await?;
        }
        close(connection).await;
        Ok(())
    }
}

/// The roles that were made and are not parked.
async fn made(connection: &mut PgConnection) -> Result<Vec<String>, Error> {
    let rows = raw_sql(MADE).fetch_all(connection).await;
    let rows = rows.map_err(SchemaProblem::Gone)?;
    let name = |row: &sqlx::postgres::PgRow| row.try_get_unchecked::<String, _>("name").unwrap_or_default();
    let names = rows.iter().map(name);
    Ok(names.filter(|name| !name.starts_with(PARKED)).collect())
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), Error> {
    let ended = raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await;
    ended.map_err(SchemaProblem::Gone)?;
    Ok(())
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
