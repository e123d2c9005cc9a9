#!/bin/sh
# Counts what this crate, pg_dump and three other tools notice of the tests' mutations, and which equal pairs they call
# different. Run by hand with the URL of a server over TCP where databases may be made:
#
#     crates/schema-contract/checks/side_by_side.sh postgres://postgres@127.0.0.1:5432/postgres
#
# It installs the other tools with npm and pip into a folder of its own and takes a few minutes on two cores.
set -eu

url=${1:?name a database of a server}
here=$(cd "$(dirname "$0")" && pwd)
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT

npm install --silent --prefix "$tools" @supabase/pg-delta@1.0.0-alpha.34 @pgkit/migra@0.6.1 @pgkit/client@0.6.1
python3 -m venv "$tools/venv"
# migra is no longer kept up: it needs what was current in its time.
"$tools/venv/bin/pip" install --quiet migra==3.0.1663481299 psycopg2-binary 'sqlalchemy<2' 'setuptools<70'

cargo run --release --quiet --package schema-contract --example side_by_side -- "$url" \
    "pg-delta=node $here/other_tools.mjs $tools pg-delta" \
    "pgkit migra=node $here/other_tools.mjs $tools pgkit" \
    "migra=$tools/venv/bin/python $here/other_tools.py"
