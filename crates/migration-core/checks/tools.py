"""What `other_tools.py` knows of each tool: how it lays out a folder, how it is called, and what its ledger is."""

import dataclasses
import re
from typing import Callable, Optional

ONE = """CREATE TABLE one (id bigint PRIMARY KEY, note text DEFAULT 'a;b'); -- it's "one"
CREATE INDEX one_note ON one (note);
"""
FUNCTION = """CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1; -- not the end;
  RETURN 1;
END;
$$;
"""
TWO = "CREATE TABLE two (id int);\r\n-- ünïcode\r\n"
# What the tool locks while it migrates.
HELD = """CREATE TABLE held AS SELECT (classid::bigint << 32) | objid::bigint AS key FROM pg_catalog.pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database());
"""
BROKEN = "CREATE INDEX CONCURRENTLY broken ON nowhere (id);\n"


@dataclasses.dataclass
class Step:
    number: int
    name: str
    up: str
    down: str
    # The whole of it is one statement that cannot run in a transaction.
    alone: bool = False
    # A function's body, which some formats want marked.
    function: str = ""

    @property
    def stamp(self):
        return f"2026010{self.number}000000"


FIRST = [
    Step(1, "one", ONE, "DROP FUNCTION f();\nDROP TABLE one;\n", function=FUNCTION),
    Step(2, "two_more", TWO, "DROP TABLE two;\n"),
    Step(3, "index", "CREATE INDEX CONCURRENTLY two_id ON two (id);\n", "DROP INDEX CONCURRENTLY two_id;\n", alone=True),
    Step(4, "held", HELD, "DROP TABLE held;\n"),
]
THREE = Step(5, "three", "CREATE TABLE three (id int);\n", "DROP TABLE three;\n")
FOUR = Step(6, "four", "CREATE TABLE four (id int);\n", "DROP TABLE four;\n")
LAST = Step(5, "broken", BROKEN, "SELECT 1;\n", alone=True)


def pair(step, head=""):
    both = {"up": step.up + step.function, "down": step.down}
    return [(f"{step.number}_{step.name}.{way}.sql", head + text) for way, text in both.items()]


def sqlx(step):
    return pair(step, "-- no-transaction\n" if step.alone else "")


def refinery(step):
    # It has no way to say that a file is to run outside of its transaction.
    return [(f"V{step.number}__{step.name}.sql", (step.up + step.function).replace("CONCURRENTLY ", ""))]


def diesel(step):
    folder = f"2026-01-0{step.number}-000000_{step.name}"
    files = [(f"{folder}/up.sql", step.up + step.function), (f"{folder}/down.sql", step.down)]
    return files + ([(f"{folder}/metadata.toml", "run_in_transaction = false\n")] if step.alone else [])


def dbmate(step):
    option = " transaction:false" if step.alone else ""
    text = f"-- migrate:up{option}\n{step.up}{step.function}-- migrate:down{option}\n{step.down}"
    return [(f"{step.stamp}_{step.name}.sql", text)]


def goose(step):
    head = "-- +goose NO TRANSACTION\n" if step.alone else ""
    function = f"-- +goose StatementBegin\n{step.function}-- +goose StatementEnd\n" if step.function else ""
    text = f"{head}-- +goose Up\n{step.up}{function}-- +goose Down\n{step.down}"
    return [(f"0000{step.number}_{step.name}.sql", text)]


def tern(step):
    head = "---- tern: disable-tx ----\n" if step.alone else ""
    line = "---- create above / drop below ----\n"
    return [(f"00{step.number}_{step.name}.sql", f"{head}{step.up}{step.function}{line}{head}{step.down}")]


def flyway(step):
    # A file with a byte order mark, and a placeholder: both have a part in the checksum of the one that is repeatable.
    files = [(f"V1_{step.number}__{step.name}.sql", step.up + step.function)]
    view = "\ufeffCREATE OR REPLACE VIEW region AS SELECT '${flyway:database}' AS name;\r\n-- end\n"
    return files + ([("R__the_view.sql", view.replace("${flyway:database}", "eu"))] if step.number == 1 else [])


def prisma(step):
    lock = [("migration_lock.toml", 'provider = "postgresql"\n')] if step.number == 1 else []
    # Its schema engine in JavaScript ends a statement at every semicolon, also in a text, a comment or a body.
    up = "CREATE TABLE one (id bigint PRIMARY KEY);\n" if step.number == 1 else step.up
    return lock + [(f"{step.stamp}_{step.name}/migration.sql", up)]


def supabase(step):
    return [(f"{step.stamp}_{step.name}.sql", step.up + step.function)]


PRISMA_CONFIG = """import { PrismaPg } from "@prisma/adapter-pg";
export default {
  engine: "js",
  experimental: { adapter: true },
  schema: "schema.prisma",
  migrations: { path: "migrations" },
  adapter: async () => new PrismaPg({ connectionString: process.env.CHECK_URL }),
};
"""
PRISMA_SCHEMA = 'datasource db {\n  provider = "postgresql"\n  url = env("CHECK_URL")\n}\n'


@dataclasses.dataclass
class Tool:
    layout: Callable
    # The commands get the database's address and the folder.
    run: Callable
    ask: Callable
    # Whether that says that nothing is left to do.
    is_idle: Callable
    # Takes two migrations back.
    undo: Optional[Callable] = None
    # Its ledger, and what is the same in it on every database.
    ledger: str = ""
    columns: str = "version"
    keeps_checksums: bool = False
    # Whether its ledger tells of a migration that failed outside of a transaction.
    tells_failures: bool = False
    program: str = ""
    folder: str = "migrations"
    beside: tuple = ()


def flyway_command(command):
    def build(url, folder):
        user, password, rest = re.fullmatch(r"\w+://([^:@]+):?([^@]*)@(.*)", url).groups()
        options = [f"-url=jdbc:postgresql://{rest}", f"-user={user}", f"-password={password}", f"-locations=filesystem:{folder}"]
        # Its lock in a transaction is in the way of an index that is built concurrently.
        return ["flyway", *options, "-postgresql.transactional.lock=false", command]

    return build


def plain(url):
    return url + "?sslmode=disable"


TOOLS = {
    "sqlx": Tool(
        layout=sqlx,
        run=lambda url, folder: ["sqlx", "migrate", "run", "--source", folder, "--database-url", url],
        ask=lambda url, folder: ["sqlx", "migrate", "info", "--source", folder, "--database-url", url],
        is_idle=lambda said: "pending" not in said,
        undo=lambda url, folder: [["sqlx", "migrate", "revert", "--source", folder, "--database-url", url]] * 2,
        ledger="_sqlx_migrations",
        columns="version, description, success, encode(checksum, 'hex')",
        keeps_checksums=True,
    ),
    "refinery": Tool(
        layout=refinery,
        run=lambda url, folder: ["refinery", "migrate", "-e", "CHECK_URL", "-p", folder],
        ask=lambda url, folder: ["refinery", "migrate", "-e", "CHECK_URL", "-p", folder],
        is_idle=lambda said: "applying migration:" not in said,
        ledger="refinery_schema_history",
        columns="version, name, checksum",
        keeps_checksums=True,
    ),
    "diesel": Tool(
        layout=diesel,
        run=lambda url, folder: ["diesel", "--database-url", url, "migration", "run", "--migration-dir", folder],
        ask=lambda url, folder: ["diesel", "--database-url", url, "migration", "list", "--migration-dir", folder],
        is_idle=lambda said: "[ ]" not in said,
        undo=lambda url, folder: [["diesel", "--database-url", url, "migration", "revert", "-n", "2", "--migration-dir", folder]],
        ledger="__diesel_schema_migrations",
        beside=(("diesel.toml", ""),),
    ),
    "dbmate": Tool(
        layout=dbmate,
        run=lambda url, folder: ["dbmate", "-u", plain(url), "-d", folder, "--no-dump-schema", "up"],
        ask=lambda url, folder: ["dbmate", "-u", plain(url), "-d", folder, "status"],
        is_idle=lambda said: "[ ]" not in said,
        undo=lambda url, folder: [["dbmate", "-u", plain(url), "-d", folder, "--no-dump-schema", "down"]] * 2,
        ledger="schema_migrations",
    ),
    "supabase": Tool(
        layout=supabase,
        run=lambda url, folder: ["supabase", "migration", "up", "--yes", f"--remote={url}"],
        ask=lambda url, folder: ["supabase", "db", "push", "--dry-run", f"--remote={url}"],
        is_idle=lambda said: "up to date" in said and "Would push" not in said,
        ledger="supabase_migrations.schema_migrations",
        columns="version, name, to_json(statements)",
        keeps_checksums=True,
        folder="supabase/migrations",
        beside=(("supabase/config.toml", 'project_id = "check"\n'),),
    ),
    "goose": Tool(
        layout=goose,
        run=lambda url, folder: ["goose", "-dir", folder, "postgres", plain(url), "up"],
        ask=lambda url, folder: ["goose", "-dir", folder, "postgres", plain(url), "status"],
        is_idle=lambda said: "Pending" not in said,
        undo=lambda url, folder: [["goose", "-dir", folder, "postgres", plain(url), "down"]] * 2,
        ledger="goose_db_version",
        columns="version_id, is_applied",
    ),
    "golang-migrate": Tool(
        layout=pair,
        run=lambda url, folder: ["migrate", "-path", folder, "-database", plain(url), "up"],
        ask=lambda url, folder: ["migrate", "-path", folder, "-database", plain(url), "up"],
        is_idle=lambda said: "no change" in said,
        undo=lambda url, folder: [["migrate", "-path", folder, "-database", plain(url), "down", "2"]],
        ledger="schema_migrations",
        tells_failures=True,
        program="migrate",
    ),
    "tern": Tool(
        layout=tern,
        run=lambda url, folder: ["tern", "migrate", "-m", folder, "--conn-string", url],
        ask=lambda url, folder: ["tern", "status", "-m", folder, "--conn-string", url],
        is_idle=lambda said: "up to date" in said,
        undo=lambda url, folder: [["tern", "migrate", "-m", folder, "--conn-string", url, "-d", "-2"]],
        ledger="schema_version",
    ),
    "prisma": Tool(
        layout=prisma,
        run=lambda url, folder: ["prisma", "migrate", "deploy"],
        ask=lambda url, folder: ["prisma", "migrate", "status"],
        is_idle=lambda said: "up to date" in said,
        ledger="_prisma_migrations",
        columns="migration_name, checksum, finished_at IS NULL, logs, rolled_back_at, applied_steps_count",
        keeps_checksums=True,
        tells_failures=True,
        beside=(("prisma.config.ts", PRISMA_CONFIG), ("schema.prisma", PRISMA_SCHEMA)),
    ),
    "flyway": Tool(
        layout=flyway,
        run=flyway_command("migrate"),
        ask=flyway_command("info"),
        is_idle=lambda said: "Pending" not in said and "Outdated" not in said,
        ledger="flyway_schema_history",
        columns="installed_rank, version, description, type, script, checksum, installed_by, success",
        keeps_checksums=True,
        tells_failures=True,
    ),
}
