#!/usr/bin/env python3
"""Hands databases back and forth between db-fresh and the tools themselves.

    python3 other_tools.py XTASK SERVER_URL

XTASK is the built program, SERVER_URL a server on which databases may be made, without a database. Tools are taken from the
PATH: sqlx (sqlx-cli), refinery (refinery_cli), diesel (diesel_cli), dbmate; those that are not there are left out, aloud.
Of each: the tool migrates, db-fresh takes over, migrates on and gives back, and the tool finds nothing to do; then the same from
an empty database that the tool never saw. Ends with 1 where one of them does not hold.
"""

import os
import shutil
import subprocess
import sys
import tempfile

ONE = "CREATE TABLE one (id int);\n"
TWO = "CREATE TABLE two (id int);\r\n-- ünïcode\r\n"
THREE = "CREATE TABLE three (id int);\n"


def dbmate_text(sql, table):
    return f"-- migrate:up\n{sql}-- migrate:down\nDROP TABLE {table};\n"


# For each tool: its files, how it migrates, how it is asked, and what it says when nothing is left to do.
TOOLS = {
    "sqlx": {
        "files": [("1_one.sql", ONE), ("2_two_more.sql", TWO), ("3_three.sql", THREE)],
        "run": lambda url, folder: ["sqlx", "migrate", "run", "--source", folder, "--database-url", url],
        "ask": lambda url, folder: ["sqlx", "migrate", "info", "--source", folder, "--database-url", url],
        "left": "pending",
    },
    "refinery": {
        "files": [("V1__one.sql", ONE), ("V2__two_more.sql", TWO), ("V3__three.sql", THREE)],
        "run": lambda url, folder: ["refinery", "migrate", "-e", "CHECK_URL", "-p", folder],
        "ask": lambda url, folder: ["refinery", "migrate", "-e", "CHECK_URL", "-p", folder],
        "left": "applying migration:",
    },
    "diesel": {
        "files": [
            ("00000000000000_one/up.sql", ONE),
            ("2026-01-02-030405_two/up.sql", TWO),
            ("2026-01-03-030405_three/up.sql", THREE),
        ],
        "run": lambda url, folder: ["diesel", "--database-url", url, "migration", "run", "--migration-dir", folder],
        "ask": lambda url, folder: ["diesel", "--database-url", url, "migration", "list", "--migration-dir", folder],
        "left": "[ ]",
    },
    "dbmate": {
        "files": [
            ("20260101000000_one.sql", dbmate_text(ONE, "one")),
            ("20260102000000_two.sql", dbmate_text("CREATE TABLE two (id int);\n", "two")),
            ("20260103000000_three.sql", dbmate_text(THREE, "three")),
        ],
        "run": lambda url, folder: ["dbmate", "-u", url + "?sslmode=disable", "-d", folder, "--no-dump-schema", "up"],
        "ask": lambda url, folder: ["dbmate", "-u", url + "?sslmode=disable", "-d", folder, "status"],
        "left": "[ ]",
    },
}


def run(arguments, url, cwd):
    ended = subprocess.run(
        arguments, cwd=cwd, env={**os.environ, "CHECK_URL": url, "CI": "true"}, capture_output=True, text=True
    )
    said = ended.stdout + ended.stderr
    if ended.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} ended with {ended.returncode}:\n{said}")
    return said


def write(folder, files):
    for name, text in files:
        path = os.path.join(folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)


def check(tool, xtask, server):
    about = TOOLS[tool]
    with tempfile.TemporaryDirectory() as base:
        folder = os.path.join(base, "migrations")
        os.makedirs(folder)
        open(os.path.join(base, "diesel.toml"), "w").close()
        for start in ("taken over", "new"):
            name = f"check_{tool}_{start.split()[0]}_{os.getpid()}"
            subprocess.run(["psql", "-qc", f"CREATE DATABASE {name}", server + "/postgres"], check=True)
            url = f"{server}/{name}"
            ours = ["--migrations", folder, "--database-url", url, "--yes"]
            try:
                write(folder, about["files"][:2])
                if start == "taken over":
                    run(about["run"](url, folder), url, base)
                    run([xtask, "adopt", "--from", tool, *ours], url, base)
                write(folder, about["files"])
                run([xtask, "migrate", *ours], url, base)
                run([xtask, "export", "--to", tool, *ours], url, base)
                said = run(about["ask"](url, folder), url, base)
                if about["left"] in said:
                    raise RuntimeError(f"{tool} has something left to do:\n{said}")
                print(f"{tool}: {start}: holds")
            finally:
                subprocess.run(["psql", "-qc", f"DROP DATABASE {name}", server + "/postgres"], check=True)
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failed = False
    for tool in TOOLS:
        if shutil.which(tool) is None:
            print(f"{tool}: not on the PATH, left out")
            continue
        try:
            check(tool, os.path.abspath(sys.argv[1]), sys.argv[2])
        except RuntimeError as error:
            failed = True
            print(f"{tool}: FAILED: {error}")
    sys.exit(failed)


main()
