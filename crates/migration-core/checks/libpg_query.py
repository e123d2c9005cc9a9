"""Compares the statement boundaries that migration-core finds with those of libpg_query, the server's own parser.

    pip install pglast
    cargo build -p migration-core --example statements
    python3 crates/migration-core/checks/libpg_query.py target/debug/examples/statements FILE-OR-FOLDER...

Every difference is printed, and its exit code is 1 when there is one. Beside the files it compares random texts. What
does not parse is taken apart by the tokens of the server's scanner instead, and what that cannot scan is counted.
Lines that only psql understands are taken out for both.

It is run by hand: building libpg_query would cost everybody else minutes.
"""

import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

import pglast
from pglast.parser import ParseError, scan, split

COMMENTS = {"SQL_COMMENT", "C_COMMENT"}
PSQL = re.compile(r"^\\.*$", re.MULTILINE)

# Pieces for random texts, each closed, with what they hold made to mislead.
PIECES = [
    "'a;b'", "''''", r"E'\';'", r"e'\\'", "E'a'\n'b\\';'", "U&'x'", '"a;b"', 'U&"x"', "$$;'$$", "$a$ $$ ; $a$", "/* ; ' */",
    "/* /* */ */", "-- ; '\n", "\n", "\r\n", " ", "\t", ";", ";", "(a; b)", "(", ")", "SELECT", "x", ".", "ä", "1", "->>", "$1", "b'01'",
    "x'1f'", "a$b$", "n'y'", "+--c\n", "*/**/", "e1", "1.5e3", "::", "@-",
]


def theirs(text):
    """The ranges in bytes, from the first to the last token that is no comment, and what found them."""
    tokens = [token for token in scan(text) if token.name not in COMMENTS]
    if any(token.name == "ASCII_92" for token in tokens):
        # A backslash outside of literals: the server would refuse it, and here it is reported as psql's.
        raise ParseError("a backslash")
    try:
        pieces, how = by_parser(text, tokens), "parser"
    except ParseError:
        pieces, how = by_scanner(tokens), "scanner"
    offsets = [0]
    for character in text:
        offsets.append(offsets[-1] + len(character.encode()))
    return [[offsets[piece[0].start], offsets[piece[-1].end + 1]] for piece in pieces if piece], how


def by_parser(text, tokens):
    pieces, at = [], 0
    for piece in split(text, only_slices=True):
        inside = []
        while at < len(tokens) and tokens[at].start < piece.stop:
            if tokens[at].start >= piece.start:
                inside.append(tokens[at])
            at += 1
        pieces.append(inside)
    return pieces


def by_scanner(tokens):
    """For what does not parse: the server's tokens, apart at each semicolon outside of parentheses."""
    pieces, depth = [[]], 0
    for token in tokens:
        if token.name == "ASCII_59" and depth == 0:
            pieces.append([])
            continue
        depth += (token.name == "ASCII_40") - (token.name == "ASCII_41" and depth > 0)
        pieces[-1].append(token)
    return pieces


def ours(program, texts):
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for number, text in enumerate(texts):
            path = pathlib.Path(folder, f"{number}.sql")
            path.write_bytes(text.encode())
            names.append(str(path))
        found = []
        for start in range(0, len(names), 500):
            command = [program, *names[start : start + 500]]
            output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
            found += [json.loads(line) for line in output.splitlines()]
        return found


def files(arguments):
    for argument in map(pathlib.Path, arguments):
        yield from sorted(argument.rglob("*.sql")) if argument.is_dir() else [argument]


def random_texts(count):
    generator = random.Random(20261121)
    for number in range(count):
        separator = generator.choice(["", " "])
        yield f"random {number}", separator.join(generator.choices(PIECES, k=generator.randrange(30)))


def main(program, *arguments):
    named = []
    for path in files(arguments):
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
        named.append((str(path), PSQL.sub("", text)))
    named += random_texts(100_000)
    counts = {"parser": 0, "scanner": 0, "neither": 0}
    statements = differences = 0
    for (name, text), found in zip(named, ours(program, [text for _, text in named])):
        try:
            expected, how = theirs(text)
        except ParseError:
            counts["neither"] += 1
            continue
        counts[how] += 1
        statements += len(expected)
        if found != expected:
            differences += 1
            if differences <= 20:
                first = next((pair for pair in zip(found, expected) if pair[0] != pair[1]), None)
                print(f"{name} ({how}): {len(found)} statements here, {len(expected)} there, first difference {first}")
                if name.startswith("random"):
                    print(f"  {text!r}")
    version = pglast.get_postgresql_version()
    print(f"libpg_query of PostgreSQL {version}: {len(named)} texts, {statements} statements, {counts}")
    print(f"{differences} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
