//! What keeps a server from being ready, as data: what each thing means, and whether waiting can help.
//!
//! The rows are told apart by SQLSTATE wherever the server sends one, because its messages may be in any language.
//! What is not in the table stops a wait: waiting five minutes for what nobody knows helps no one.

use serde::Serialize;

use crate::Level;

/// Whether to try again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It passes by itself: try again.
    Retry,
    /// It may pass by itself soon: try again for a short while only.
    Briefly,
    /// It never passes by itself: stop at once.
    Stop,
}

/// A row of the table.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Class {
    /// The stable name, `readiness/…`.
    pub code: &'static str,
    /// What is the case, as a clause: `nothing listens at the address`.
    pub meaning: &'static str,
    /// Whether waiting helps.
    pub verdict: Verdict,
    /// The SQLSTATEs that lead here; none where it is found in another way.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub sqlstates: &'static [&'static str],
    /// The level that is known to be reached when this is met.
    pub reached: Option<Level>,
    /// The way out. `{host}`, `{port}`, `{database}` and `{role}` stand for those of the target; [`crate::Target::remedy`]
    /// puts them in.
    #[serde(skip)]
    pub remedy: &'static str,
}

macro_rules! classes {
    ($($(#[$doc:meta])* $name:ident: $code:literal, $verdict:ident, $reached:expr, [$($state:literal),*], $meaning:literal, $remedy:literal;)*) => {
        impl Class {
            $($(#[$doc])* pub const $name: &'static Class = &Class {
                code: concat!("readiness/", $code),
                meaning: $meaning,
                verdict: Verdict::$verdict,
                sqlstates: &[$($state),*],
                reached: $reached,
                remedy: $remedy,
            };)*
            /// The whole table.
            pub const ALL: &'static [&'static Class] = &[$(Class::$name),*];
        }
    };
}

const TCP: Option<Level> = Some(Level::Tcp);
const PROTOCOL: Option<Level> = Some(Level::Protocol);
const AUTHENTICATED: Option<Level> = Some(Level::Authenticated);
const DATABASE: Option<Level> = Some(Level::Database);
const WRITABLE: Option<Level> = Some(Level::Writable);
const STABLE: Option<Level> = Some(Level::Stable);

classes! {
    /// Connection refused, or no socket file yet.
    REFUSED: "refused", Retry, None, [], "nothing listens at the address",
        "start the server, or correct host and port";
    /// No route, host down, network down, or no answer to the connection at all.
    UNREACHABLE: "unreachable", Retry, None, [], "the host cannot be reached",
        "check the network, the firewall and the host's address";
    /// The name does not resolve.
    UNKNOWN_HOST: "unknown-host", Briefly, None, [], "the host's name does not resolve",
        "correct the host name; inside a container stack it is the name of the service";
    /// The socket may not be used by this user.
    SOCKET_FORBIDDEN: "socket-forbidden", Stop, None, [], "the server's socket may not be opened by this user",
        "run as a user who may enter the socket's folder, or connect to a host and port";
    /// The connection broke before an answer.
    RESET: "reset", Retry, TCP, [], "the connection was closed before an answer",
        "look into the server's log: it closes connections before it answers";
    /// It accepted, and said nothing.
    SILENT: "silent", Retry, TCP, [], "the address accepts connections and stays silent",
        "check what listens there: a proxy without a server behind it, or a server that hangs";
    /// What answers is something else.
    NOT_POSTGRES: "not-postgres", Stop, TCP, [], "something else than Postgres answers",
        "correct host and port: another service listens there";
    /// TLS was asked for, and the server has none.
    TLS_MISSING: "tls-missing", Stop, PROTOCOL, [], "the server offers no TLS, and it was asked for",
        "turn `ssl` on at the server, or connect with `sslmode=prefer` where the network is trusted";
    /// TLS was tried and failed, mostly for the certificate.
    TLS_FAILED: "tls-failed", Stop, PROTOCOL, [], "no TLS connection could be agreed on",
        "check the server's certificate, its host name and `sslrootcert`";
    /// 57P03: starting up, shutting down, or recovering.
    NOT_YET_ACCEPTING: "not-accepting", Retry, PROTOCOL, ["57P03"], "the server does not take connections now: it starts, stops or recovers",
        "the server's log says how far it is";
    /// 57P01, 57P02, 57P05: the session was ended from the server's side.
    TERMINATED: "terminated", Retry, PROTOCOL, ["57P01", "57P02", "57P05"], "the server ended the connection",
        "the server's log says why it ended the session";
    /// 53300: all connections are taken.
    TOO_MANY_CONNECTIONS: "too-many-connections", Retry, PROTOCOL, ["53300"], "all connections are taken",
        "raise `max_connections` or the limit of the role or database, or end idle sessions";
    /// Out of memory or another resource.
    OUT_OF_RESOURCES: "out-of-resources", Retry, PROTOCOL, ["53000", "53200"], "the server is out of memory or another resource",
        "the server's log says what it lacks";
    /// 08xxx: the server, or a pooler before it, lost its connection.
    CONNECTION_LOST: "connection-lost", Retry, TCP, ["08000", "08001", "08003", "08004", "08006"], "the connection was lost on the way to the server",
        "a pooler before the server cannot reach it: look into the pooler's log";
    /// 28P01: wrong password.
    WRONG_PASSWORD: "wrong-password", Stop, PROTOCOL, ["28P01"], "the password is wrong, or the role does not exist",
        "correct user and password in the URL; a volume that was made with another password keeps that one";
    /// 28000: no rule lets this user in, or the role does not exist or may not log in.
    NOT_LET_IN: "not-let-in", Stop, PROTOCOL, ["28000"], "the server does not let this user in",
        "the role `{role}` must exist and have LOGIN (`createuser -h {host} -p {port} {role}`), and a rule of `pg_hba.conf` must fit user, database, address and TLS";
    /// The password is asked for in a way the driver does not know, or none was given.
    AUTHENTICATION_METHOD: "authentication-method", Stop, PROTOCOL, [], "the server asks for an authentication that this client has not",
        "use `scram-sha-256` in `pg_hba.conf`";
    /// 3D000: no such database.
    NO_DATABASE: "no-database", Stop, AUTHENTICATED, ["3D000"], "the database does not exist",
        "make it: `createdb -h {host} -p {port} -U {role} {database}`, or correct the name in the URL";
    /// 42501: no right to connect.
    NO_RIGHT: "no-right", Stop, AUTHENTICATED, ["42501"], "a right is missing",
        "as the database's owner: `GRANT CONNECT ON DATABASE {database} TO {role}`";
    /// 55000: the database takes no connections.
    DATABASE_CLOSED: "database-closed", Stop, AUTHENTICATED, ["55000"], "the database takes no connections (`datallowconn` is false)",
        "connect to another database; this one is a template, or `ALTER DATABASE {database} ALLOW_CONNECTIONS true`";
    /// 57P04: the database was dropped meanwhile.
    DATABASE_DROPPED: "database-dropped", Stop, AUTHENTICATED, ["57P04"], "the database was dropped",
        "make it again: `createdb -h {host} -p {port} -U {role} {database}`";
    /// A standby.
    IN_RECOVERY: "in-recovery", Retry, DATABASE, [], "the server is in recovery and takes no writes",
        "a standby never takes writes: connect to the primary, or promote this server";
    /// 25006: read-only by a setting.
    READ_ONLY: "read-only", Stop, DATABASE, ["25006"], "the database is read-only",
        "`ALTER DATABASE {database} RESET default_transaction_read_only`, or connect as another role than `{role}`";
    /// 53100: no space left. A full disk can already refuse the session, so this proves no more than the protocol.
    DISK_FULL: "disk-full", Retry, PROTOCOL, ["53100"], "the server's disk is full",
        "make room on the server's disk";
    /// Connected, and a query was not answered in time.
    QUERY_SILENT: "query-silent", Retry, AUTHENTICATED, [], "the server let us in and does not answer a query",
        "look at `pg_stat_activity` for locks and waits: a synchronous standby that is gone holds every commit";
    /// The postmaster changed between two looks.
    RESTARTED: "restarted", Retry, WRITABLE, [], "the server was restarted between two looks",
        "the server's log says why it restarts";
    /// The schema is not there or not at its version yet.
    SCHEMA_BEHIND: "schema-behind", Retry, STABLE, [], "the schema is not there yet",
        "apply the migrations";
    /// The schema will not fit by waiting.
    SCHEMA_UNFIT: "schema-unfit", Stop, STABLE, [], "the schema does not fit",
        "compare the schema with what is expected of it";
    /// 42501 for something in the database.
    NO_RIGHT_INSIDE: "no-right-inside", Stop, STABLE, [], "a right on what is expected is missing",
        "as the owner of what the message names: `GRANT USAGE ON SCHEMA public TO {role}`, `GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}`";
    /// The data is not there yet.
    UNSEEDED: "unseeded", Retry, Some(Level::Schema), [], "the data is not there yet",
        "seed the database";
    /// The data will not fit by waiting.
    DATA_UNFIT: "data-unfit", Stop, Some(Level::Schema), [], "the data does not fit",
        "look at the rows that the message names";
    /// Anything else.
    UNKNOWN: "unknown", Stop, None, [], "the server answered with an error that is not known to pass",
        "the server's message says what is wrong";
}

impl Class {
    /// The row of an SQLSTATE.
    pub fn of_sqlstate(sqlstate: &str) -> &'static Self {
        let row = Self::ALL.iter().find(|class| class.sqlstates.contains(&sqlstate));
        row.copied().unwrap_or(Self::UNKNOWN)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_code_and_no_sqlstate_stands_in_two_rows() {
        let codes: BTreeSet<_> = Class::ALL.iter().map(|class| class.code).collect();
        assert_eq!(codes.len(), Class::ALL.len());
        let states: Vec<_> = Class::ALL.iter().flat_map(|class| class.sqlstates).collect();
        assert_eq!(states.iter().collect::<BTreeSet<_>>().len(), states.len());
    }

    #[test]
    fn what_passes_is_retried_and_what_does_not_stops() {
        for state in ["57P03", "57P01", "53300"] {
            assert_eq!(Class::of_sqlstate(state).verdict, Verdict::Retry, "{state}");
        }
        for state in [
            "28P01", "28000", "3D000", "42501", "55000", "25006", "XX000", "42P01",
        ] {
            assert_eq!(Class::of_sqlstate(state).verdict, Verdict::Stop, "{state}");
        }
    }
}
