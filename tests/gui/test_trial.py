"""A picture that is tried by hand has a place of its own, and an end."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest

from inspector.engine.faces import Face
from inspector.engine.status import EngineStatus, RunState, SourceState
from inspector.gui.live import page as live_page
from inspector.gui.live.page import TRIAL_S
from tests.gui.conftest import Station, picture


def drop(station: Station, *paths: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    station.window.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, left, none))


def start(station: Station) -> None:
    """Start the line by hand, and wait for its first part."""
    picture(station.pictures / f"good {time.time_ns()}.png", bad=False)
    station.qtbot.mouseClick(station.window.live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: station.window.live.verdict.face is Face.PASS)


def test_the_verdict_panel_shows_the_line_and_nothing_else_while_the_line_runs(
    station: Station, tmp_path: Path
) -> None:
    live = station.window.live
    start(station)
    drop(station, picture(tmp_path / "tried.png", bad=True))
    station.until(lambda: live.trial.isVisible() and live.trial.verdict.face is Face.FAIL)
    assert (live.verdict.face, live.view.isVisible()) == (Face.PASS, True)
    assert live.trial.verdict.accessibleDescription() == "FAIL, trial, not counted"
    station.until(lambda: live.trial.view.shown is not None)
    picture(station.pictures / "bad.png", bad=True)
    station.until(lambda: live.verdict.face is Face.FAIL and "part 2 · " in live.verdict.caption)
    assert live.trial.isVisible()


def test_a_trial_ends_by_itself_while_the_line_runs(
    station: Station, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = station.window.live
    start(station)
    drop(station, picture(tmp_path / "tried.png", bad=True))
    station.until(live.trial.isVisible)
    monkeypatch.setattr(live_page, "perf_counter", lambda: time.perf_counter() + TRIAL_S + 0.1)
    station.until(lambda: not live.trial.isVisible())
    assert live.view.isVisible()


def test_a_fault_takes_over(station: Station, tmp_path: Path) -> None:
    live = station.window.live
    start(station)
    drop(station, picture(tmp_path / "tried.png", bad=False))
    station.until(live.trial.isVisible)
    running = EngineStatus(state=RunState.RUNNING, source="camera:0", source_state=SourceState.LIVE)
    station.session.status_changed.emit(replace(running, source_state=SourceState.LOST))
    assert (live.verdict.face, live.trial.isVisible()) == (Face.NO_CAMERA, False)


def test_the_start_of_the_line_ends_the_trials(station: Station, tmp_path: Path) -> None:
    live = station.window.live
    drop(station, *(picture(tmp_path / f"{number}.png", bad=True) for number in range(12)))
    station.until(live.trial.isVisible)
    assert not live.view.isVisible()  # there is no line's picture: the trial has its place
    start(station)
    assert (live.trial.isVisible(), live.view.isVisible()) == (False, True)
    station.settle()
    assert not live.trial.isVisible()


def test_escape_and_the_cross_end_a_trial(station: Station, tmp_path: Path) -> None:
    live = station.window.live
    for end in (
        lambda: QTest.keyClick(station.window.windowHandle(), Qt.Key.Key_Escape),
        lambda: station.qtbot.mouseClick(live.trial.close_button, Qt.MouseButton.LeftButton),
    ):
        drop(station, picture(tmp_path / "tried.png", bad=True))
        station.until(live.trial.isVisible)
        end()
        station.until(lambda: not live.trial.isVisible())
        assert live.verdict.face is Face.STOPPED
