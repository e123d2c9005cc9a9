#!/usr/bin/env python3
"""Proves recorded folders with one or more programs, and prints what each came to, with times.

    crates/migration-core/checks/recorded_folders.py folders.json ROOT target/debug/db-fresh [OTHER …] [--rounds 5] [--only NAME,…]

The file says `{"folders": [{"name", "path", "format", "applied", "schema", "first_failure", "prelude", "variables"}]}`; all but the
first two may be missing. A folder lies in ROOT/name/path; `prelude` is SQL, `variables` an object, `schema` the counts of the JSON
document, `first_failure` an object with `file` and `sqlstate`. Each round runs every program once, in turn, so that a busy moment
meets all of them; printed are medians, the smallest and the largest in parentheses. Ends with 1 where a result is another one than recorded, or a folder is
absent. Left out on purpose: getting the folders.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("recorded", type=pathlib.Path)
    parser.add_argument("root", type=pathlib.Path)
    parser.add_argument("programs", nargs="+", type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--only", type=lambda names: names.split(","))
    return parser.parse_args()


def prove(program, folder, recorded, scratch):
    """One run: the JSON document."""
    command = [program, "--migrations", folder, "--json"]
    if "prelude" in recorded:
        prelude = pathlib.Path(scratch) / "prelude.sql"
        prelude.write_text(recorded["prelude"])
        command += ["--prelude", prelude]
    for name, value in recorded.get("variables", {}).items():
        command += ["--variable", f"{name}={value}"]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=scratch)
    try:
        return json.loads(ended.stdout)
    except ValueError:
        sys.exit(f"{recorded['name']}: no JSON document from {program}: {ended.stderr[-400:]}")


def differences(document, recorded):
    """What is another way than recorded, as clauses."""
    found = []
    applied = (document.get("migrations") or {}).get("applied", 0)
    if "applied" in recorded and applied != recorded["applied"]:
        found.append(f"applied {applied}, recorded {recorded['applied']}")
    for what, count in (recorded.get("schema") or {}).items():
        other = (document.get("schema") or {}).get(what, 0)
        if other != count:
            found.append(f"{other} {what}, recorded {count}")
    failure, errors = recorded.get("first_failure"), document.get("errors") or []
    if failure:
        text = json.dumps(errors[:1])
        missing = [str(failure[key]) for key in ("file", "sqlstate") if key in failure and str(failure[key]) not in text]
        found += [f"the first error lacks {what}" for what in missing]
    elif "first_failure" in recorded and not document["ok"]:
        found.append("failed: " + (errors[0]["what"] if errors else "nothing said"))
    return found


def spread(values):
    values = [value for value in values if value is not None]
    if not values:
        return "-"
    return f"{statistics.median(values):.0f} ({min(values):.0f}–{max(values):.0f})"


def main():
    args = arguments()
    folders = json.loads(args.recorded.read_text())["folders"]
    differs = False
    print("| folder | result | " + " | ".join(f"{name.name}: total, migrate [ms]" for name in args.programs) + " |")
    print("| --- | --- | " + "--- | " * len(args.programs))
    for recorded in folders:
        if args.only and recorded["name"] not in args.only:
            continue
        folder = (args.root / recorded["name"] / recorded["path"]).resolve()
        if not folder.is_dir():
            print(f"| {recorded['name']} | absent |")
            differs = True
            continue
        times = [([], []) for _ in args.programs]
        results = set()
        with tempfile.TemporaryDirectory() as scratch:
            for _ in range(args.rounds):
                for program, (total, migrate) in zip(args.programs, times):
                    document = prove(program, folder, recorded, scratch)
                    steps = {step["name"]: step["duration_ms"] for step in document.get("steps") or []}
                    total.append(document["duration_ms"])
                    migrate.append(steps.get("migrate"))
                    results.update(f"{program.name}: {text}" for text in differences(document, recorded))
        differs |= bool(results)
        cells = " | ".join(f"{spread(total)}, {spread(migrate)}" for total, migrate in times)
        print(f"| {recorded['name']} | {'; '.join(sorted(results)) or 'as recorded'} | {cells} |", flush=True)
    sys.exit(differs)


main()
