//! Where a private server listens: on a socket always, and on a port where one is asked for.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    io::Write,
    path::PathBuf,
};

use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use super::{
    files::{give, make},
    run_dir::RunDir,
    user::User,
};
use crate::{
    Error, Listen, name,
    private_server::{SUPERUSER, options},
};

/// The port in the name of the socket's file, where the server listens on no port.
const USUAL: u16 = 5432;

/// How many ports are tried.
const ATTEMPTS: usize = 20;

const HOST: &str = "127.0.0.1";

/// Where a private server listens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Address {
    Socket,
    Port(u16),
}

impl Address {
    /// The addresses to try, one after the other.
    pub(super) fn candidates(listen: &Listen) -> Vec<Self> {
        let Listen::Loopback(ports) = listen else {
            return vec![Self::Socket];
        };
        // Two servers that start at the same moment should not begin with the same port.
        let skipped = random() % ports.len().max(1);
        let around = ports.clone().cycle().skip(skipped);
        around.take(ports.len().min(ATTEMPTS)).map(Self::Port).collect()
    }

    /// The port, which is part of the socket's name as well.
    pub(super) fn port(self) -> u16 {
        match self {
            Self::Socket => USUAL,
            Self::Port(port) => port,
        }
    }

    /// What the server is started with.
    pub(super) fn arguments(self, run: &RunDir) -> Vec<String> {
        let host = match self {
            Self::Socket => "",
            Self::Port(_) => HOST,
        };
        let mut arguments = vec![
            "-h".to_owned(),
            host.to_owned(),
            "-p".to_owned(),
            self.port().to_string(),
        ];
        if matches!(self, Self::Port(_)) {
            arguments.extend(["-c".to_owned(), format!("hba_file={}", rules(run).display())]);
        }
        arguments
    }

    /// Writes the rules for who may connect: the socket is protected by its folder, the port by a password.
    pub(super) fn allow(self, run: &RunDir, user: User) -> Result<(), Error> {
        if self == Self::Socket {
            return Ok(());
        }
        let file = rules(run);
        let text = format!("local all all trust\nhost all all {HOST}/32 scram-sha-256\n");
        let mut made = make(&file)?;
        made.write_all(text.as_bytes())
            .map_err(Error::io("write", &file))?;
        give(&file, user)
    }

    /// Whether the server ended because another program has the port.
    pub(super) fn is_taken(self, log: &str) -> bool {
        self != Self::Socket && log.contains("could not create any TCP/IP sockets")
    }

    /// How to connect from outside, given how to connect by the socket.
    pub(super) async fn open(self, socket: PgConnectOptions) -> Result<PgConnectOptions, Error> {
        let Self::Port(port) = self else { return Ok(socket) };
        let password = name::password()?;
        let failed = || Error::sql("set the superuser's password");
        let set = format!(
            "SET password_encryption = 'scram-sha-256'; ALTER ROLE {SUPERUSER} PASSWORD '{password}'"
        );
        let mut connection = PgConnection::connect_with(&socket).await.map_err(failed())?;
        connection
            .execute(sqlx::AssertSqlSafe(set))
            .await
            .map_err(failed())?;
        connection.close().await.map_err(failed())?;
        Ok(options().host(HOST).port(port).password(&password))
    }
}

fn rules(run: &RunDir) -> PathBuf {
    run.path.join("hba.conf")
}

/// Different for two processes, and for two servers of one.
fn random() -> usize {
    let mut hasher = DefaultHasher::new();
    name::unique().hash(&mut hasher);
    usize::try_from(hasher.finish() % 1_000_003).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_attempt_is_another_port_of_those_that_may_be_used() {
        for last in [15_000, 15_001, 31_999] {
            let ports: Vec<_> = Address::candidates(&Listen::Loopback(15_000..=last))
                .into_iter()
                .map(Address::port)
                .collect();
            let different: BTreeSet<_> = ports.iter().collect();
            assert_eq!(different.len(), ports.len(), "{ports:?}");
            assert_eq!(ports.len(), ATTEMPTS.min(usize::from(last) - 14_999));
            assert!(
                ports.iter().all(|port| (15_000..=last).contains(port)),
                "{ports:?}"
            );
        }
        assert_eq!(Address::candidates(&Listen::Socket), [Address::Socket]);
    }

    #[test]
    fn only_a_port_that_somebody_else_has_is_worth_another_attempt() {
        let taken = "LOG:  could not bind IPv4 address\nFATAL:  could not create any TCP/IP sockets";
        assert!(Address::Port(15_000).is_taken(taken));
        assert!(!Address::Socket.is_taken(taken));
        assert!(!Address::Port(15_000).is_taken("FATAL:  invalid value for parameter"));
    }
}
