"""Answers, for each line of two URLs, whether migra sees a difference: equal, different or failed."""

import sys

from migra import Migration
from sqlalchemy.pool import NullPool
from sqlbag import S


def differ(before, after):
    # A connection that is kept would outlive its database.
    with S(before, poolclass=NullPool) as one, S(after, poolclass=NullPool) as other:
        migration = Migration(one, other)
        migration.set_safety(False)
        migration.add_all_changes(privileges=True)
        return bool(migration.statements)


for line in sys.stdin:
    try:
        verdict = "different" if differ(*line.split()) else "equal"
    except Exception as error:
        verdict = "failed"
        print(error, file=sys.stderr)
    print(verdict, flush=True)
