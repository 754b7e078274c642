"""Events on their way into the log: on the disk before the change, never lost without a word."""

from __future__ import annotations

import errno
import os
import time
from typing import TYPE_CHECKING

import pytest

from inspector.files import Disk
from inspector.trail.event import TrailEvent, TrailKind, happened
from inspector.trail.waiting import CUT_SHORT_S, FOLDER, TrailError, note, recorded, waiting
from tests.logs import told

if TYPE_CHECKING:
    from pathlib import Path


def event(on: str = "bottle") -> TrailEvent:
    return happened(TrailKind.RECIPE, on, before={"model": "a"}, after={"model": "b"}, reason="new light")


def refuse(number: int) -> object:
    def flush(_: Disk, __: object) -> None:
        raise OSError(number, os.strerror(number))

    return flush


def test_a_change_waits_with_its_event_once_it_is_made(tmp_path: Path) -> None:
    first, second = event("one recipe"), event("another")
    with recorded(tmp_path, first, second):
        assert waiting(tmp_path) == []  # not made yet
    note(tmp_path, third := event())

    assert [each.events for each in waiting(tmp_path)] == [(first, second), (third,)]


def test_a_change_that_fails_leaves_no_event(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="refused"), recorded(tmp_path, event()):
        raise ValueError("refused")

    assert waiting(tmp_path) == []
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_on_a_full_disk_the_change_is_not_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Disk, "flush", refuse(errno.ENOSPC))
    begun = False
    with pytest.raises(TrailError, match="the audit trail cannot be written") as caught, recorded(tmp_path, event()):
        begun = True

    assert not begun
    assert caught.value.next_step.startswith("Nothing was changed. Free space")


def test_what_cannot_be_refused_is_said_and_stands_in_the_program_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Disk, "flush", refuse(errno.ENOSPC))
    with told("inspector.trail.waiting") as lines:
        fault = note(tmp_path, event())

    assert "the audit trail cannot be written" in fault
    assert lines == [f"not in the audit trail: Recipe changed, bottle, by {event().who}"]


@pytest.mark.parametrize("clock_s", [2 * CUT_SHORT_S, -2 * CUT_SHORT_S])
def test_a_change_that_was_cut_short_is_told_as_such_also_where_the_clock_was_set_back(
    tmp_path: Path, clock_s: float
) -> None:
    with pytest.raises(KeyboardInterrupt), recorded(tmp_path, event()):
        raise KeyboardInterrupt

    assert waiting(tmp_path) == []  # it may still be going on, in another program
    (held,) = waiting(tmp_path, now_s=time.time() + clock_s)
    assert held.events[0].reason == "new light The program ended while this was being done: look whether it was."


@pytest.mark.parametrize("content", [b"", b"{", b'{"events": 1}', b"\xff\xfe", b'{"events": [{"id": "x"}]}'])
def test_a_damaged_event_is_set_aside_and_told(tmp_path: Path, content: bytes) -> None:
    note(tmp_path, event("first"))
    (damaged,) = (tmp_path / FOLDER).iterdir()
    damaged.write_bytes(content)
    note(tmp_path, event("second"))

    assert [each.events[0].on for each in waiting(tmp_path)] == ["second"]
    assert [each.events[0].kind for each in waiting(tmp_path)] == [TrailKind.RECIPE, TrailKind.TRAIL]
    aside = damaged.with_suffix(".damaged")
    assert aside.read_bytes() == content
    assert waiting(tmp_path)[1].events[0].on == aside.name


def test_events_are_nobody_elses_to_read(tmp_path: Path) -> None:
    note(tmp_path, event())
    (path,) = (tmp_path / FOLDER).iterdir()
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
