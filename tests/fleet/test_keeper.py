"""The station starts what sends its rows, starts it again, and ends it; nothing of this needs a database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from inspector.fleet.kept import FORWARD
from inspector.fleet.status import status_path
from inspector.outputs.outbox import FLEET, Outbox
from inspector.outputs.result_log import SqliteResultLog
from inspector.runs import companion
from inspector.sending import keeper as module
from inspector.sending.keeper import SenderKeeper
from inspector.sending.status import only_sender
from inspector.settings import Settings
from tests.waits import until

#: Notes its arguments and its number, then waits until it is ended.
PROGRAM = "import os, sys, threading; print(os.getpid(), *sys.argv[1:], file=open({!r}, 'a')); threading.Event().wait()"
DATABASE = "postgresql:///nowhere"


class Kept:
    def __init__(self, folder: Path) -> None:
        self.notes, self.log = folder / "notes", folder / "log.sqlite3"
        self.settings = Settings()
        command = (sys.executable, "-c", PROGRAM.format(str(self.notes)))
        self.keeper = SenderKeeper(
            FORWARD, folder, settings=lambda: self.settings, log=lambda: self.log, command=command
        )

    def started(self) -> list[list[str]]:
        return [line.split() for line in self.notes.read_text().splitlines()] if self.notes.exists() else []


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    monkeypatch.setattr(module, "_LOOK_EVERY_S", 0.05)
    monkeypatch.setattr(companion, "_FIRST_WAIT_S", 0.2)
    kept = Kept(tmp_path)
    with closing(SqliteResultLog(kept.log)):
        kept.keeper.start()
        yield kept
        kept.keeper.stop()
    for pid, *_ in kept.started():
        until(lambda pid=int(pid): not psutil.pid_exists(pid))  # type: ignore[misc]


def test_with_a_database_it_is_started_and_started_again(kept: Kept) -> None:
    kept.settings = Settings(forward_to=DATABASE)
    until(kept.started)
    pid, *arguments = kept.started()[0]
    assert arguments[:4] == ["--home", str(kept.log.parent), "--log", str(kept.log)]
    assert arguments[4] == "--beside"
    assert Outbox(kept.log, FLEET).is_subscribed()
    psutil.Process(int(pid)).kill()
    until(lambda: len(kept.started()) == 2)


def test_without_one_it_is_ended_and_nothing_waits_any_more(kept: Kept) -> None:
    kept.settings = Settings(forward_to=DATABASE)
    until(kept.started)
    kept.settings = Settings()
    until(lambda: not psutil.pid_exists(int(kept.started()[0][0])))
    until(lambda: not Outbox(kept.log, FLEET).is_subscribed())


def test_settings_that_were_lost_forget_nothing_that_waits(kept: Kept) -> None:
    Outbox(kept.log, FLEET).subscribe()
    looked: list[None] = []
    asked = kept.settings

    def settings() -> Settings:
        looked.append(None)
        return asked

    kept.keeper.stop()
    again = SenderKeeper(
        FORWARD, kept.log.parent, settings=settings, log=lambda: kept.log, command=(sys.executable, "-c", "")
    )
    again.start()
    until(lambda: len(looked) > 3)
    again.stop()
    assert Outbox(kept.log, FLEET).is_subscribed()


def test_beside_a_service_that_sends_none_is_started(kept: Kept) -> None:
    with only_sender(status_path(kept.log), kept.log):
        kept.settings = Settings(forward_to=DATABASE)
        until(lambda: Outbox(kept.log, FLEET).is_subscribed())
        assert kept.started() == []
    until(kept.started)
