"""No work for what nobody sees."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from inspector.domain.records import Frame, Part
from inspector.engine.status import PartInspected, RunState
from inspector.gui.station.events import PIXELS_OF, Listener
from inspector.gui.station.session import HIDDEN_POLL_MS
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Renderer, Scene
from tests.gui.conftest import Station, picture
from tests.outputs.samples import inspection


def frame(number: int) -> Frame:
    return Frame(
        image=np.full((32, 48, 3), number, np.uint8),
        sequence=number,
        time_s=number / 30,
        captured_at=datetime.now(UTC),
        captured_s=time.perf_counter(),
        source="camera:0",
    )


def event(number: int) -> PartInspected:
    part = Part(frame=frame(number % 250), region=None, triggered_s=time.perf_counter(), trigger="interval")
    return PartInspected(inspection=inspection(number), part=part, prediction=None, committed_ms=1.0, commit_ms=0.5)


class Asked:
    """Notes what a view asks of its renderer."""

    def __init__(self, view: PictureView, monkeypatch: pytest.MonkeyPatch) -> None:
        self.scenes: list[Scene] = []
        ask = Renderer.ask

        def noted(renderer: Renderer, scene: Scene) -> None:
            if renderer is view.renderer:
                self.scenes.append(scene)
            ask(renderer, scene)

        monkeypatch.setattr(Renderer, "ask", noted)


def test_a_hidden_view_renders_nothing_and_then_only_the_newest(
    station: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = station.window.live
    asked = Asked(live.view, monkeypatch)
    station.window.show_page("settings")
    station.until(lambda: not live.isVisible())
    for number in range(20):
        station.session.frame_arrived.emit(frame(number))
    live._on_poll()
    assert asked.scenes == []
    station.window.show_page("live")
    station.until(lambda: asked.scenes)
    assert {int(scene.image[0, 0, 0]) for scene in asked.scenes} == {19}


def test_a_hidden_window_gets_no_frames_and_is_asked_less_often(station: Station) -> None:
    session = station.session
    got: list[Frame] = []
    session.frame_arrived.connect(got.append)
    station.until(lambda: session._timer.interval() < HIDDEN_POLL_MS)
    station.window.hide()
    station.until(lambda: session._timer.interval() == HIDDEN_POLL_MS)
    session._listener.on_frame(frame(1))
    ticks: list[int] = []
    session.polled.connect(lambda: ticks.append(len(got)))
    station.until(lambda: len(ticks) >= 2)
    assert got == []
    station.window.show()
    station.until(lambda: got)
    assert session._timer.interval() < HIDDEN_POLL_MS


def test_parts_are_counted_while_the_window_is_hidden(station: Station) -> None:
    picture(station.pictures / "bad.png", bad=True)
    station.window.hide()
    station.session.start()
    station.until(lambda: station.window.live.counters._tallies["shift"].failed == 1)


def test_thumbnails_are_drawn_when_the_strip_is_seen(station: Station) -> None:
    live, failures = station.window.live, station.session.failures
    station.window.show_page("settings")
    station.until(lambda: not failures._seen)
    picture(station.pictures / "bad.png", bad=True)
    station.session.start()
    station.until(lambda: failures._entries)
    assert failures._entries[0].thumbnail is None
    assert failures._entries[0].image is not None
    station.window.show_page("live")
    station.until(lambda: failures._entries[0].thumbnail is not None)
    station.until(lambda: live.strip._buttons()[0].failure.thumbnail is not None)
    assert len(failures._entries) == 1


def test_what_the_log_tells_of_a_part_does_not_replace_what_is_in_memory(station: Station) -> None:
    picture(station.pictures / "bad.png", bad=True)
    station.session.start()
    failures = station.session.failures
    station.until(lambda: failures._entries and failures._entries[0].image is not None)
    known = failures._entries[0]
    failures.merge([replace(known, image=None, prediction=None)])
    assert [one.image is known.image for one in failures._entries] == [True]


def test_the_trend_is_read_only_while_live_is_seen(station: Station) -> None:
    session = station.session
    station.window.show_page("settings")
    station.until(lambda: not session._live_seen)
    told: list[object] = []
    session.trend_changed.connect(told.append)
    session._next_trend_s = 0.0
    station.until(lambda: session._next_trend_s > 0.0)
    station.window.show_page("live")
    station.until(lambda: len(told) == 1)


def test_a_window_that_does_not_come_keeps_every_part_but_pixels_of_few() -> None:
    listener = Listener()
    for number in range(3000):
        listener.on_part(event(number))
    taken = listener.take_parts()
    assert [one.inspection.part_number for one in taken] == list(range(3000))
    assert [one.part is not None for one in taken] == [False] * (3000 - PIXELS_OF) + [True] * PIXELS_OF
    assert listener.take_parts() == []
    listener.on_part(event(1))
    assert listener.take_parts()[0].part is not None


def test_settings_are_made_when_wanted_with_the_recipe_in_force(station: Station) -> None:
    assert station.window._settings.made is None
    assert station.session.recipe is not None
    assert station.window.settings._recipe == station.session.recipe
    assert station.window.settings is station.window.settings


def test_the_preview_ends_when_its_page_is_left(station: Station) -> None:
    page = station.window.settings
    station.window.show_page("settings")
    page.recipe_form.set_value("source", "demo:")
    page.toggle_preview()
    station.until(lambda: page.view.picture_size is not None)
    station.window.show_page("live")
    station.until(lambda: page._preview is None)


def test_the_stages_open_from_the_footer(station: Station, tmp_path: Path) -> None:
    footer = station.window.footer
    picture(station.pictures / "good.png", bad=False)
    footer.latency.click()
    assert footer.panel.isVisible()
    assert footer.panel.bars.accessibleDescription() == ""
    station.session.start()
    station.until(lambda: "Writing the log" in footer.panel.bars.accessibleDescription())
    assert "Network and heatmap" in footer.panel.bars.accessibleDescription()
    assert "LAST 1 PARTS" in footer.panel._heading.text()
    assert not footer.panel.grab().isNull()
    station.qtbot.mouseClick(footer.panel.bars, Qt.MouseButton.LeftButton)
    assert footer.panel.isVisible()
    station.qtbot.keyClick(station.window, Qt.Key.Key_Escape)
    assert not footer.panel.isVisible()
    station.qtbot.mouseClick(footer.latency, Qt.MouseButton.LeftButton)
    assert footer.panel.isVisible()
    station.qtbot.mouseClick(station.window.live.counters, Qt.MouseButton.LeftButton)
    assert not footer.panel.isVisible()
    assert station.session.engine.status().state is RunState.RUNNING
