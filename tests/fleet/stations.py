"""A station whose rows are sent, for tests."""

from __future__ import annotations

import threading
from pathlib import Path

from inspector.domain.records import Inspection, Verdict
from inspector.fleet.pusher import Forwarder
from inspector.fleet.status import ForwardStatus, read_forward
from inspector.outputs.outbox import FLEET, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.settings import Settings
from inspector.settings_file import load_settings, save_settings
from tests.fleet.server import PostgresServer
from tests.outputs.samples import inspection


class FleetBench:
    """One station and what it sends to."""

    def __init__(self, server: PostgresServer, database: str, folder: Path) -> None:
        self.server, self.database = server, database
        self.home = Home(root=folder)
        self.log = SqliteResultLog(self.home.log)
        self.outbox = Outbox(self.home.log, FLEET)
        self.outbox.subscribe()
        self._number = 0

    def settings(self) -> Settings:
        return load_settings(self.home.settings)[0]

    def set(self, **changes: str) -> None:
        save_settings(self.settings().model_copy(update=changes), self.home.settings)

    def add(self, count: int, verdict: Verdict = Verdict.PASS) -> list[Inspection]:
        parts = [inspection(self._number + number, verdict) for number in range(1, count + 1)]
        self._number += count
        for part in parts:
            self.log.append(part)
        return parts

    def send(self) -> int:
        """Send what waits; return how many rows that were."""
        forwarder = Forwarder(self.home.root, self.home.log, self.settings)
        forwarder.run_once(threading.Event())
        return forwarder.sent

    def status(self) -> ForwardStatus:
        status = read_forward(self.home.log)
        assert status is not None
        return status

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        return self.server.sql(statement, self.database)

    def ids(self) -> list[object]:
        return [row[0] for row in self.rows("SELECT id FROM inspector.results ORDER BY part_number, time")]

    def close(self) -> None:
        self.log.close()
