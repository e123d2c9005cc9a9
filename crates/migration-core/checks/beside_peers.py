#!/usr/bin/env python3
"""Measures applying a folder beside other tools, in the same rounds, as ratios to `psql -1`.

    cargo build --release -p migration-core --example apply
    checks/beside_peers.py --server postgres://postgres@127.0.0.1:5432 --rounds 7 --files 19,200,1000 \
        --ours target/release/examples/apply [--sqlx PATH] [--refinery PATH] [--dbmate PATH]

Each round makes a database for each tool, in turn, so that a busy moment of the machine meets all of them; the ratio is taken
round by round, and its median is printed. The files are made here: tables of ten columns with a primary key, a unique index,
a plain index and a foreign key to the table before; every fifth one alters a table. Nothing-to-do runs follow on the same
databases. Left out on purpose: making servers. Give it one with the settings you want to know about.
"""

import argparse
import os
import pathlib
import statistics
import subprocess
import tempfile
import time
import urllib.parse

COLUMNS = (
    "id bigint PRIMARY KEY, code text NOT NULL, a integer NOT NULL DEFAULT 0, b numeric(10,2), "
    "c timestamptz NOT NULL DEFAULT now(), d boolean NOT NULL DEFAULT false, e jsonb, f uuid, g date, prev bigint"
)


def statements(count):
    last = None
    for number in range(1, count + 1):
        if number % 5 == 0:
            yield number, f"ALTER TABLE t{last} ADD COLUMN extra{number} text;\n"
            continue
        reference = f" REFERENCES t{last} (id)" if last else ""
        yield number, (
            f"CREATE TABLE t{number} ({COLUMNS}{reference});\n"
            f"CREATE UNIQUE INDEX t{number}_code ON t{number} (code);\n"
            f"CREATE INDEX t{number}_prev ON t{number} (prev);\n"
        )
        last = number


def write_sets(folder, count):
    for name in ("plain", "refinery", "dbmate"):
        (folder / name).mkdir()
    whole = []
    for number, sql in statements(count):
        (folder / "plain" / f"{number:04d}_t{number}.sql").write_text(sql)
        (folder / "refinery" / f"V{number}__t{number}.sql").write_text(sql)
        (folder / "dbmate" / f"{number:04d}_t{number}.sql").write_text(f"-- migrate:up\n{sql}\n-- migrate:down\n")
        whole.append(sql)
    (folder / "all.sql").write_text("".join(whole))


def tools(arguments, folder):
    known = {
        "psql -1": lambda url: ["psql", "-X", "-q", "-1", "-v", "ON_ERROR_STOP=1", "-f", folder / "all.sql", url],
        "ours": lambda url: [arguments.ours, url, folder / "plain"],
    }
    if arguments.sqlx:
        known["sqlx"] = lambda url: [arguments.sqlx, "migrate", "run", "--source", folder / "plain", "--database-url", url]
    if arguments.refinery:
        known["refinery"] = lambda url: [arguments.refinery, "migrate", "-e", "BENCH_URL", "-p", folder / "refinery"]
        known["refinery -g"] = lambda url: [*known["refinery"](url), "-g"]
    if arguments.dbmate:
        known["dbmate"] = lambda url: [
            arguments.dbmate, "--no-dump-schema", "--url", url + "?sslmode=disable", "--migrations-dir", folder / "dbmate", "migrate"
        ]
    return known


def timed(command, url):
    environment = dict(os.environ, BENCH_URL=url)
    started = time.perf_counter()
    done = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True)
    took = time.perf_counter() - started
    if done.returncode:
        raise SystemExit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    return took


def admin(server, sql):
    subprocess.run(["psql", "-X", "-q", "-c", sql, server + "/postgres"], check=True, capture_output=True)


def measure(arguments, count):
    fresh, again = {}, {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        write_sets(folder, count)
        known = tools(arguments, folder)
        for round_number in range(arguments.rounds):
            for tool, command in known.items():
                database = f"bench_{round_number}_{len(fresh)}"
                admin(arguments.server, f'DROP DATABASE IF EXISTS "{database}"')
                admin(arguments.server, f'CREATE DATABASE "{database}"')
                url = f"{arguments.server}/{urllib.parse.quote(database)}"
                fresh.setdefault(tool, []).append(timed(command(url), url))
                nothing = ["psql", "-X", "-q", "-c", "select 1", url] if tool == "psql -1" else command(url)
                again.setdefault(tool, []).append(timed(nothing, url))
                admin(arguments.server, f'DROP DATABASE "{database}"')
    for title, times in (("fresh", fresh), ("nothing to do", again)):
        for tool, taken in times.items():
            ratios = [mine / psql for mine, psql in zip(taken, times["psql -1"])]
            median, low, high = statistics.median(ratios), min(ratios), max(ratios)
            milliseconds = statistics.median(taken) * 1000
            print(f"{count:5} {title:14} {tool:12} {median:5.2f}  ({low:.2f} to {high:.2f})  {milliseconds:8.1f} ms", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--sqlx")
    parser.add_argument("--refinery")
    parser.add_argument("--dbmate")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--files", default="19,200,1000")
    arguments = parser.parse_args()
    for count in arguments.files.split(","):
        measure(arguments, int(count))


if __name__ == "__main__":
    main()
