"""A log in the hands of somebody who has the file: nothing refuses what is done to its rows."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from inspector.outputs.chain import install

_GUARDS = ("_no_update", "_no_delete", "_no_replace")


@contextmanager
def by_hand(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a log without its guards; they stand again afterwards, and what was done is committed."""
    with closing(sqlite3.connect(path)) as log:
        install(log)
        triggers = log.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        guards = [(name, sql) for name, sql in triggers if name.endswith(_GUARDS)]
        for name, _ in guards:
            log.execute(f"DROP TRIGGER {name}")
        yield log
        for _, sql in guards:
            log.execute(sql)
        log.commit()
