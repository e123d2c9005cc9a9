//! What runs inside the container.
//!
//! Not the image's own entry point: that starts a server, fills it, stops it and starts another one, which takes seconds, and
//! images that were not made by the PostgreSQL image's authors have none. All this needs is `sh`, `initdb` and `postgres`.

/// Where the data lies in the container: in memory.
pub(super) const HOME: &str = "/db-fresh";

/// How long a server runs that is not claimed, in seconds: its parent died between starting it and claiming it.
const UNCLAIMED_FOR: u32 = 60;

/// Makes a cluster and becomes the server. The arguments are the server's.
pub(super) fn server(flags: &[&str]) -> String {
    let flags = flags.join(" ");
    format!(
        r#"umask 077
for bin in /usr/lib/postgresql/*/bin /usr/local/pgsql/bin; do
    [ -x "$bin/initdb" ] && PATH=$bin:$PATH
done
cd {HOME} || exit 1
(sleep {UNCLAIMED_FOR}; while [ ! -e claimed ] && kill -QUIT 1; do sleep 1; done) >/dev/null 2>&1 &
printf %s "$DB_FRESH_PASSWORD" >password
unset DB_FRESH_PASSWORD
for ctype in C.UTF-8 C; do
    initdb {flags} --lc-ctype=$ctype --pwfile=password --pgdata=data >log 2>&1 && break
    rm -rf data
done
rm password
[ -e data/PG_VERSION ] || {{ cat log; exit 1; }}
echo "host all all all $DB_FRESH_AUTH" >data/pg_hba.conf
exec postgres -D data "$@"
"#
    )
}

/// Ends the server when standard input does, or some seconds after a line `keep SECONDS`.
///
/// Again and again: until the server has started, process 1 is a shell, which ignores the signal.
pub(super) fn watchdog() -> String {
    format!(
        r#": >{HOME}/claimed
read -r word seconds
[ "$word" = keep ] && sleep "$seconds"
while kill -QUIT 1; do sleep 1; done"#
    )
}
