"""``python -m tests.bench.chain``: what the chain costs a commit, and what checking a long record costs.

Processor time only. Commits with the chain and without it take turns on two logs in one run. The long record is checked
row by row; its pictures are not read.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.outputs.chain import install
from inspector.outputs.chain_check import ChainWalk
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.rows import to_row
from tests.outputs.samples import inspection

if TYPE_CHECKING:
    from collections.abc import Sequence

_AT_ONCE = 20_000


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--blocks", type=int, default=10, help="of each kind")
    parser.add_argument("--parts", type=int, default=200, help="commits in a block")
    parser.add_argument("--rows", type=int, default=1_000_000, help="of the record that is checked")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        figures = commits(Path(folder), arguments.blocks, arguments.parts) | check(Path(folder), arguments.rows)
    print(json.dumps(figures) if arguments.json else "\n".join(f"{key:52}{value}" for key, value in figures.items()))
    return 0


def commits(folder: Path, blocks: int, parts: int) -> dict[str, float]:
    """Commit with and without the chain, in turns."""
    with_chain, without = folder / "with.sqlite3", folder / "without.sqlite3"
    SqliteResultLog(without).close()
    with closing(sqlite3.connect(without)) as plain:
        for (name,) in plain.execute(
            "SELECT name FROM sqlite_master WHERE name LIKE '%\\_chained' ESCAPE '\\'"
        ).fetchall():
            plain.execute(f"DROP TRIGGER {name}")
        plain.commit()
    took = {with_chain: 0.0, without: 0.0}
    with closing(SqliteResultLog(with_chain)) as one, closing(SqliteResultLog(without)) as other:
        for log in (one, other):
            assert log.wait_looked_through(60)
        for _ in range(blocks):
            for log in (one, other):
                some = [inspection(number) for number in range(parts)]
                began = time.process_time()
                for part in some:
                    log.append(part)
                    log.note_commit(part.id, 1.0)
                took[log.path] += time.process_time() - began
    return {
        "commits of each kind": blocks * parts,
        "processor time of a commit, ratio to one without": round(took[with_chain] / took[without], 3),
    }


def check(folder: Path, rows: int) -> dict[str, float]:
    """Fill a record and check it."""
    path = folder / "long.sqlite3"
    SqliteResultLog(path).close()
    row = to_row(inspection(1))
    names, signs = ", ".join(f'"{name}"' for name in row), ", ".join(f":{name}" for name in row)
    with closing(sqlite3.connect(path, isolation_level=None)) as log:
        install(log)
        log.execute("PRAGMA synchronous=OFF")
        statement = f"INSERT INTO inspections ({names}) VALUES ({signs})"  # noqa: S608 - names of the schema
        for begin in range(0, rows, _AT_ONCE):
            some = range(begin, min(rows, begin + _AT_ONCE))
            log.execute("BEGIN")
            log.executemany(statement, ({**row, "id": f"{number:036}", "part_number": number} for number in some))
            log.execute("COMMIT")
        began = time.process_time()
        walk = ChainWalk(log)
        for _ in walk.steps():
            pass
        took = time.process_time() - began
    assert not walk.changes
    return {"rows checked": walk.entries, "processor time of that, s": round(took, 1)}


if __name__ == "__main__":
    raise SystemExit(main())
