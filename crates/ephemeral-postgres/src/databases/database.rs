//! A database that was created for the caller.

use diagnostic::RedactedUrl;
use sqlx::{
    ConnectOptions, Connection, Executor, PgConnection,
    postgres::{PgConnectOptions, PgSslMode},
};

use crate::{Error, leaving, name};

/// A database that was created for the caller.
///
/// Dropping the value does not drop the database: that takes a connection. A runner calls [`Database::drop_now`]; tests have
/// [`crate::TestDatabase`]. A private server takes its databases with it.
#[derive(Debug, Clone)]
pub struct Database {
    name: String,
    options: PgConnectOptions,
    admin: PgConnectOptions,
}

impl Database {
    pub(crate) fn new(name: String, admin: &PgConnectOptions) -> Self {
        let options = admin.clone().database(&name);
        Self {
            name,
            options,
            admin: admin.clone(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How to connect to it.
    pub fn options(&self) -> &PgConnectOptions {
        &self.options
    }

    /// The same as a URL that `psql` and drivers take.
    pub fn url(&self) -> RedactedUrl {
        url(&self.options)
    }

    /// Drops it, also where somebody is connected.
    ///
    /// # Errors
    /// [`Error::Sql`] when the server is gone or the role may not.
    pub async fn drop_now(self) -> Result<(), Error> {
        let failed = || Error::sql(format!("drop the database `{}`", self.name));
        let mut connection = connect_to_administer(&self.admin).await.map_err(failed())?;
        let statement = format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name);
        connection
            .execute(sqlx::AssertSqlSafe(statement))
            .await
            .map_err(failed())?;
        leaving::forget(&self.name);
        connection.close().await.map_err(failed())
    }
}

/// Connects for making and dropping databases, which a role or a server that is set to read only would refuse.
pub(crate) async fn connect_to_administer(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let mut connection = PgConnection::connect_with(options).await?;
    connection
        .execute("SET default_transaction_read_only = off")
        .await?;
    Ok(connection)
}

/// Creates an empty database under a unique name.
pub(crate) async fn create(admin: &PgConnectOptions, hint: &str) -> Result<Database, Error> {
    let name = format!("{}_{}", name::plain(hint), name::unique());
    let failed = || Error::sql(format!("make the database `{name}`"));
    let mut connection = connect_to_administer(admin).await.map_err(failed())?;
    create_as(&mut connection, &name).await?;
    connection.close().await.map_err(failed())?;
    Ok(Database::new(name, admin))
}

/// Creates an empty database with this name: from `template0`, so that it does not contain what somebody put into `template1`.
pub(crate) async fn create_as(connection: &mut PgConnection, name: &str) -> Result<(), Error> {
    let statement = format!("CREATE DATABASE \"{name}\" TEMPLATE template0");
    connection
        .execute(sqlx::AssertSqlSafe(statement))
        .await
        .map_err(Error::sql(format!("make the database `{name}`")))?;
    Ok(())
}

/// The options as a URL. A socket goes into `host`, with a host name beside it that URL parsers insist on.
pub(crate) fn url(options: &PgConnectOptions) -> RedactedUrl {
    let mut url = options.to_url_lossy();
    if let Some(socket) = options.get_socket() {
        let _ = url.set_host(Some("localhost"));
        let port = options.get_port().to_string();
        let _ = url.set_port(None);
        url.query_pairs_mut()
            .clear()
            .append_pair("host", &socket.to_string_lossy())
            .append_pair("port", &port);
        // A blank is written as `+` in forms, and libpq takes that for a plus.
        let query = url.query().map(|query| query.replace('+', "%20"));
        url.set_query(query.as_deref());
    } else {
        let pairs: Vec<(String, String)> = match options.get_ssl_mode() {
            // The default of every driver: written down it only makes the URL longer.
            PgSslMode::Prefer => Vec::new(),
            // Certificates may have come from the environment, and say nothing here.
            PgSslMode::Disable => vec![("sslmode".into(), "disable".into())],
            _ => {
                // The driver writes down what only it knows, how it read a file, and whole certificates.
                let given = url.query_pairs().into_owned();
                let given = given.filter(|(name, value)| {
                    name != "statement-cache-capacity" && !value.contains("-----BEGIN")
                });
                let file = |value: String| value.strip_prefix("file: ").map(str::to_owned).unwrap_or(value);
                given.map(|(name, value)| (name, file(value))).collect()
            }
        };
        url.set_query(None);
        if !pairs.is_empty() {
            url.query_pairs_mut().extend_pairs(pairs);
        }
    }
    RedactedUrl::from(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_says_what_every_driver_understands() {
        let options = || {
            PgConnectOptions::new_without_pgpass()
                .host("db")
                .port(5433)
                .username("dev")
                .password("x")
                .database("app")
        };
        let disabled = url(&options().ssl_mode(PgSslMode::Disable).ssl_root_cert("/root.crt"));
        assert_eq!(
            disabled.expose().as_str(),
            "postgres://dev:x@db:5433/app?sslmode=disable"
        );
        let required = url(&options()
            .ssl_mode(PgSslMode::VerifyFull)
            .ssl_root_cert("/root.crt"));
        assert!(
            required
                .expose()
                .as_str()
                .ends_with("/app?sslmode=verify-full&sslrootcert=%2Froot.crt")
        );
        let private = crate::private_server::options()
            .password("")
            .host("127.0.0.1")
            .port(1);
        assert_eq!(url(&private).expose().password(), None);
    }
}
