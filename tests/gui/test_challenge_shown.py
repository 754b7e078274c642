"""A challenge as it is done at the station: twelve parts before a camera, in the window."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from inspector.domain.challenge import ChallengeConfig, ChallengePart, KnownAs
from inspector.domain.config import TriggerConfig, TriggerMode
from inspector.engine.status import RunState
from inspector.paths import Home
from inspector.recipes.recipe import Recipe, save_recipe
from inspector.release.pictures import ChallengePictures
from tests.gui.conftest import Station, picture
from tests.stream_camera import StreamCamera

_SPOT = np.s_[44:68, 44:68]


@pytest.fixture
def camera() -> Iterator[StreamCamera]:
    with closing(StreamCamera()) as made:
        yield made


def test_twelve_parts_before_a_camera_release_the_station(
    qtbot: QtBot, home: Home, tmp_path: Path, camera: StreamCamera
) -> None:
    good, bad = picture(tmp_path / "good.png", bad=False), picture(tmp_path / "bad.png", bad=True)
    shown = [bad if number % 3 == 2 else good for number in range(12)]
    pictures = ChallengePictures(home.root)
    parts = tuple(
        ChallengePart(
            name=f"part {number}",
            expected=KnownAs.DEFECTIVE if path == bad else KnownAs.GOOD,
            picture=pictures.take(path),
        )
        for number, path in enumerate(shown, 1)
    )
    recipe = Recipe(
        name="Test",
        source=camera.address,
        model="tiny",
        trigger=TriggerConfig(mode=TriggerMode.MANUAL),
        challenge=ChallengeConfig(required=True, parts=parts, reason="first set"),
    )
    save_recipe(recipe, home.recipes)
    camera.show(good)
    station = Station(qtbot, home)
    seen = [np.zeros((128, 128, 3), np.uint8)]
    station.session.frame_arrived.connect(lambda frame: seen.append(frame.image))
    QTest.keyClick(station.window.live, Qt.Key.Key_F5)
    station.until_status(lambda now: now.state is RunState.RUNNING)
    panel = station.window.live.challenge
    station.until(panel.begin_button.isVisible)
    QTest.mouseClick(panel.begin_button, Qt.MouseButton.LeftButton)
    station.until(panel.take_button.isVisible)
    for number, path in enumerate(shown, 1):
        wanted = camera.show(path)[_SPOT].mean(axis=(0, 1))
        before = len(seen)
        station.until(lambda: len(seen) > before + 2 and np.abs(seen[-1][_SPOT].mean(axis=(0, 1)) - wanted).max() < 20)  # noqa: B023 - asked at once
        QTest.keyClick(station.window.live, Qt.Key.Key_Space)
        station.until_status(lambda now: (said := now.release.attempt) is None or len(said.answers) >= number)  # noqa: B023 - likewise
    station.until_status(lambda now: not now.release.holds)
    assert "Released" in panel.title.text()
    with closing(sqlite3.connect(home.log)) as log:
        rows = log.execute("SELECT kind, verdict, who FROM challenges WHERE attempt != '' ORDER BY number").fetchall()
        counted = log.execute("SELECT count(*) FROM inspections").fetchone()
    right = ["FAIL" if path == bad else "PASS" for path in shown]
    assert [row[:2] for row in rows] == [*(("part", verdict) for verdict in right), ("passed", None)]
    assert all(row[2] for row in rows)  # who showed them
    assert counted == (0,)
    assert len(list((home.root / "challenges" / "shown").rglob("*.png"))) == len(shown)
    station.close()
