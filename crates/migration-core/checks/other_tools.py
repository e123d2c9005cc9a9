#!/usr/bin/env python3
"""Hands databases back and forth between db-fresh and the tools themselves.

    python3 other_tools.py XTASK SERVER_URL [TOOL ...]

XTASK is the built program, SERVER_URL a server on which databases may be made (user and password in it, no database). Tools are
taken from the PATH; those that are not there are left out, aloud. Prisma's configuration imports its adapter: CHECK_NODE_MODULES
names the folder `node_modules` that has it. Of each, with a folder of its own format:

  taken over  the tool migrates, db-fresh takes over, finds nothing to do, migrates on, undoes, gives back; the tool goes on
  new         the same from an empty database that the tool never saw
  ledger      a ledger that db-fresh makes is the one that the tool makes: the table by pg_dump, and its rows but for times and keys
  edited      a file that changed after it ran is told, where the tool keeps checksums
  broken      a migration that fails half-way is told, where the tool says so in its ledger
  schema      what the tool made of the folder is what db-fresh makes of it, by pg_dump
  lock        the advisory locks that the tool holds while it migrates are those that db-fresh takes before it takes over

Ends with 1 where one of them does not hold.
"""

import dataclasses
import os
import re
import shutil
import subprocess
import sys
import tempfile

# What is run by hand leaves nothing beside itself.
sys.dont_write_bytecode = True
from tools import FIRST, FOUR, LAST, THREE, TOOLS, TWO


def run(arguments, url, cwd):
    # Prisma fetches native engines that it does not use, unless something is in their place.
    engines = {"PRISMA_QUERY_ENGINE_LIBRARY": sys.executable, "PRISMA_SCHEMA_ENGINE_BINARY": sys.executable}
    environment = {**os.environ, **engines, "CHECK_URL": url, "CI": "true", "DO_NOT_TRACK": "1", "CHECKPOINT_DISABLE": "1"}
    ended = subprocess.run(arguments, cwd=cwd, env=environment, capture_output=True, text=True)
    return ended.returncode, ended.stdout + ended.stderr


def must(arguments, url, cwd):
    code, said = run(arguments, url, cwd)
    if code != 0:
        raise RuntimeError(f"`{' '.join(arguments)}` ended with {code}:\n{said}")
    return said


def expect(holds, what):
    if not holds:
        raise RuntimeError(what)


class Bench:
    """A tool, its folder, and databases for it."""

    def __init__(self, name, xtask, server, base):
        self.name, self.tool, self.xtask, self.server, self.base = name, TOOLS[name], xtask, server, base
        self.folder = os.path.join(base, self.tool.folder)
        self.made = []

    def database(self):
        name = f"check_{self.name.replace('-', '_')}_{os.getpid()}_{len(self.made)}"
        subprocess.run(["psql", "-qc", f"CREATE DATABASE {name}", self.server + "/postgres"], check=True)
        self.made.append(name)
        return f"{self.server}/{name}"

    def drop_all(self):
        for name in self.made:
            subprocess.run(["psql", "-qc", f"DROP DATABASE {name} WITH (FORCE)", self.server + "/postgres"], check=True)

    def write(self, steps):
        """Makes the folder anew, with these steps."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.makedirs(self.folder)
        modules, link = os.environ.get("CHECK_NODE_MODULES"), os.path.join(self.base, "node_modules")
        if modules and not os.path.lexists(link):
            os.symlink(modules, link)
        files = [file for step in steps for file in self.tool.layout(step)]
        paths = [(os.path.join(self.folder, name), text) for name, text in files]
        paths += [(os.path.join(self.base, name), text) for name, text in self.tool.beside]
        for path, text in paths:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)

    def theirs(self, url):
        return must(self.tool.run(url, self.folder), url, self.base)

    def ours(self, url, *arguments):
        return [self.xtask, *arguments, "--migrations", self.folder, "--format", self.name, "--database-url", url, "--yes"]

    def give_back(self, url):
        must(self.ours(url, "export", "--to", self.name), url, self.base)
        said = must(self.tool.ask(url, self.folder), url, self.base)
        expect(self.tool.is_idle(said), f"something is left to do after it was given back:\n{said}")

    def tables(self, url):
        return set(self.ask(url, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"))

    def ask(self, url, question):
        return subprocess.run(["psql", "-XAtc", question, url], check=True, capture_output=True, text=True).stdout.splitlines()

    def schema(self, url):
        return self.dump(url, f"--exclude-table={self.tool.ledger}", "--exclude-schema=db_fresh", "--exclude-schema=supabase_migrations")

    def dump(self, url, *options):
        dump = must(["pg_dump", "--schema-only", *options, url], url, self.base)
        return [line for line in dump.splitlines() if line and not line.startswith(("--", "\\"))]

    def go_on(self, url):
        """The tool applies one more, and takes two back of which one is ours."""
        self.write([*FIRST, THREE, FOUR])
        self.theirs(url)
        expect({"three", "four"} <= self.tables(url), "it did not go on")
        for command in self.tool.undo(url, self.folder) if self.tool.undo else []:
            must(command, url, self.base)
        if self.tool.undo:
            left = self.tables(url) & {"three", "four", "held"}
            expect(left == {"held"}, f"it did not take back what was given to it: {left}")

    def taken_over(self):
        url = self.database()
        self.write(FIRST)
        self.theirs(url)
        said = must(self.ours(url, "adopt", "--from", self.name), url, self.base)
        fresh = self.database()
        must(self.ours(fresh, "migrate"), fresh, self.base)
        theirs, ours = self.schema(url), self.schema(fresh)
        expect(theirs == ours, f"the schemas differ: {sorted(set(theirs) ^ set(ours))}")
        held = self.ask(url, "SELECT key FROM held")
        taken = re.findall(r"-?\d+", (re.search(r"\(([-\d, ]+)\)", said) or [""])[0])
        expect(set(held) <= set(taken), f"it locks {held}, and what is taken is {taken}")
        expect("applied 0" in must(self.ours(url, "migrate"), url, self.base), "something was left to do")
        self.write([*FIRST, THREE])
        expect("applied 1" in must(self.ours(url, "migrate"), url, self.base), "the next one did not run")
        self.give_back(url)
        if self.tool.undo:
            must(self.ours(url, "rollback", "--last", "1"), url, self.base)
            must(self.ours(url, "export", "--to", self.name), url, self.base)
            expect("three" not in self.tables(url), "the rollback did nothing")
        self.go_on(url)
        return f"locks {', '.join(held)}" if held else "no advisory lock"

    def new(self):
        url = self.database()
        self.write([*FIRST, THREE])
        must(self.ours(url, "migrate"), url, self.base)
        self.give_back(url)
        self.go_on(url)

    def ledger(self):
        self.write(FIRST)
        theirs, ours = self.database(), self.database()
        self.theirs(theirs)
        must(self.ours(ours, "migrate"), ours, self.base)
        must(self.ours(ours, "export", "--to", self.name), ours, self.base)
        rows = f"SELECT {self.tool.columns} FROM {self.tool.ledger} ORDER BY 1"
        for read in (lambda url: self.dump(url, f"--table={self.tool.ledger}"), lambda url: self.ask(url, rows)):
            one, other = read(theirs), read(ours)
            expect(one == other, "theirs is\n  {}\nand ours\n  {}".format("\n  ".join(one), "\n  ".join(other)))

    def edited(self):
        if not self.tool.keeps_checksums:
            return "no checksums"
        url = self.database()
        self.write(FIRST)
        self.theirs(url)
        changed = dataclasses.replace(FIRST[1], up=TWO.replace("id int", "id bigint"))
        self.write([FIRST[0], changed, *FIRST[2:]])
        code, said = run(self.ours(url, "adopt", "--from", self.name, "--allow-differences"), url, self.base)
        expect(code != 0 and "adopt/edited" in said, f"an edited file was not told:\n{said}")

    def broken(self):
        url = self.database()
        self.write([*FIRST, LAST])
        code, said = run(self.tool.run(url, self.folder), url, self.base)
        expect(code != 0, f"it ran what cannot run:\n{said}")
        code, said = run(self.ours(url, "adopt", "--from", self.name, "--allow-differences"), url, self.base)
        if self.tool.tells_failures:
            expect(code != 0 and "adopt/failed" in said, f"a failure was not told:\n{said}")
            return "told"
        expect(code == 0 and "pending" in said, f"what did not run is not pending:\n{said}")
        return "pending"


CHECKS = ("taken_over", "new", "ledger", "edited", "broken")


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    xtask, server, *wanted = sys.argv[1:]
    failed = False
    for name in wanted or TOOLS:
        if shutil.which(TOOLS[name].program or name) is None:
            print(f"{name}: not on the PATH, left out")
            continue
        for check in CHECKS:
            with tempfile.TemporaryDirectory() as base:
                bench = Bench(name, os.path.abspath(xtask), server, base)
                try:
                    detail = getattr(bench, check)()
                    print(f"{name}: {check.replace('_', ' ')}: holds{f' ({detail})' if detail else ''}")
                except RuntimeError as error:
                    failed = True
                    print(f"{name}: {check.replace('_', ' ')}: FAILED: {error}")
                finally:
                    bench.drop_all()
    sys.exit(failed)


main()
