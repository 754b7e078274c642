"""No work for what nobody sees."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from inspector.domain.records import Frame, Origin, Part
from inspector.engine.faces import Face
from inspector.engine.status import EngineStatus, Pace, PartInspected, RunState, SourceState
from inspector.gui.settings.page import SettingsPage
from inspector.gui.station import session as session_module
from inspector.gui.station.events import PIXELS_OF, Listener
from inspector.gui.station.session import HIDDEN_POLL_MS
from inspector.gui.widgets.picture import PictureView
from inspector.gui.widgets.render import Renderer, Scene
from tests.gui.conftest import Station, picture
from tests.outputs.samples import MODEL, inspection


def frame(number: int) -> Frame:
    return Frame(
        image=np.full((32, 48, 3), number, np.uint8),
        sequence=number,
        time_s=number / 30,
        origin=Origin(captured_at=datetime.now(UTC), captured_s=time.perf_counter(), source="camera:0"),
    )


def event(number: int) -> PartInspected:
    part = Part(frame=frame(number % 250), region=None, triggered_s=time.perf_counter(), trigger="interval")
    return PartInspected(
        inspection=inspection(number),
        part=part,
        prediction=None,
        captured_s=time.perf_counter(),
        committed_ms=1.0,
        commit_ms=0.5,
    )


def test_a_verdict_is_as_old_as_its_picture(station: Station) -> None:
    live = station.window.live
    running = EngineStatus(state=RunState.RUNNING, source="camera:0", source_state=SourceState.LIVE)
    station.session.status_changed.emit(running)
    station.session.part_inspected.emit(event(1))
    assert (live.verdict.face, live.verdict.dimmed) == (Face.PASS, False)
    station.session.part_inspected.emit(replace(event(2), captured_s=time.perf_counter() - 8.0))
    assert (live.verdict.face, live.verdict.dimmed) == (Face.PASS, True)
    assert live.verdict.caption.startswith("last: part 2 · ")


def test_too_slow_is_said_with_the_figure_in_place_of_the_verdict(station: Station) -> None:
    window, words = station.window, "Too late: 2.40 s from trigger to verdict, 1.00 s are allowed."
    running = EngineStatus(state=RunState.RUNNING, source="camera:0", source_state=SourceState.LIVE, model=MODEL)
    colours = []
    for pace in (Pace.IN_TIME, Pace.STRAINED, Pace.TOO_SLOW, Pace.IN_TIME):
        message = words if pace is Pace.TOO_SLOW else ""
        station.session.status_changed.emit(replace(running, pace=pace, pace_message=message))
        if pace is Pace.IN_TIME:
            station.session.part_inspected.emit(event(1))
        colours.append(window.header.model_pill.state)
        wanted = Face.TOO_SLOW if pace is Pace.TOO_SLOW else Face.PASS
        assert window.live.verdict.face is wanted
        assert (window.live.score.reason.text() == words) is (pace is Pace.TOO_SLOW)
    assert colours == ["good", "review", "fail", "good"]


def text_of(field: QWidget) -> str:
    assert isinstance(field, QLineEdit | QComboBox)
    return field.text() if isinstance(field, QLineEdit) else field.currentText()


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
    station.beat()
    assert asked.scenes == []
    station.window.show_page("live")
    station.until(lambda: asked.scenes)
    assert {int(scene.image[0, 0, 0]) for scene in asked.scenes} == {19}


def test_a_hidden_window_gets_no_frames_and_is_asked_less_often(station: Station) -> None:
    session = station.session
    got: list[Frame] = []
    session.frame_arrived.connect(got.append)
    station.until(lambda: session.pace_ms < HIDDEN_POLL_MS)
    station.window.hide()
    station.until(lambda: session.pace_ms == HIDDEN_POLL_MS)
    picture(station.pictures / "good.png", bad=False)
    session.start()
    station.until(lambda: station.window.live.counters.texts()["inspected"] == "1")
    station.beat()
    assert got == []
    station.window.show()
    station.until(lambda: got)
    assert session.pace_ms < HIDDEN_POLL_MS


def test_parts_are_counted_while_the_window_is_hidden(station: Station) -> None:
    picture(station.pictures / "bad.png", bad=True)
    station.window.hide()
    station.session.start()
    station.until(lambda: station.window.live.counters.texts()["failed"] == "1")


def test_thumbnails_are_drawn_when_the_strip_is_seen(station: Station) -> None:
    strip = station.window.live.strip
    station.window.show_page("settings")
    station.beat()
    picture(station.pictures / "bad.png", bad=True)
    station.session.start()
    station.until(strip.buttons)
    station.beat()
    assert strip.buttons()[0].failure.thumbnail is None
    assert strip.buttons()[0].failure.image is not None
    station.window.show_page("live")
    station.until(lambda: strip.buttons()[0].failure.thumbnail is not None)
    assert len(strip.buttons()) == 1


def test_what_the_log_tells_of_a_part_does_not_replace_what_is_in_memory(station: Station) -> None:
    picture(station.pictures / "bad.png", bad=True)
    station.session.start()
    strip = station.window.live.strip
    station.until(lambda: strip.buttons() and strip.buttons()[0].failure.image is not None)
    known = strip.buttons()[0].failure
    station.session.failures.merge([replace(known, image=None, prediction=None)])
    assert [button.failure.image is known.image for button in strip.buttons()] == [True]


def test_the_trend_is_read_only_while_live_is_seen(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    session = station.session
    station.window.show_page("settings")
    station.beat()
    station.settle()  # what was read when the log was opened
    told: list[object] = []
    session.trend_changed.connect(told.append)
    monkeypatch.setattr(session_module, "perf_counter", lambda: time.perf_counter() + 60)
    station.beat()
    station.settle()
    assert told == []
    station.window.show_page("live")
    station.until(lambda: len(told) == 1)


def test_a_window_that_does_not_come_keeps_every_part_but_pixels_of_few() -> None:
    listener = Listener()
    for number in range(3000):
        listener.on_part(event(number))
    taken = listener.take_parts()
    assert [part.inspection.part_number for part in taken] == list(range(3000))
    assert [part.part is not None for part in taken] == [False] * (3000 - PIXELS_OF) + [True] * PIXELS_OF
    assert listener.take_parts() == []
    listener.on_part(event(1))
    assert listener.take_parts()[0].part is not None


def test_settings_are_made_when_wanted_with_the_recipe_in_force(station: Station) -> None:
    assert station.window.findChildren(SettingsPage) == []
    assert station.session.recipe is not None
    assert station.session.recipe.name == "Test"
    assert text_of(station.window.settings.recipe_form.editors["name"]) == "Test"
    assert text_of(station.window.settings.recipe_form.editors["model"]) == "tiny"
    assert station.window.settings is station.window.settings


def test_the_preview_ends_when_its_page_is_left(station: Station) -> None:
    page = station.window.settings
    station.window.show_page("settings")
    page.recipe_form.set_value("source", "demo:")
    page.toggle_preview()
    station.until(lambda: page.picture.view.picture_size is not None)
    station.window.show_page("live")
    assert page.question is not None
    station.qtbot.mouseClick(page.question.discard_button, Qt.MouseButton.LeftButton)
    station.until(lambda: "preview" not in {thread.name for thread in threading.enumerate()})


def test_the_stages_open_from_the_footer(station: Station, tmp_path: Path) -> None:
    footer = station.window.footer
    picture(station.pictures / "good.png", bad=False)
    footer.latency.click()
    assert footer.panel.isVisible()
    assert footer.panel.bars.accessibleDescription() == ""
    station.session.start()
    station.until(lambda: "Writing the log" in footer.panel.bars.accessibleDescription())
    assert "Network and heatmap" in footer.panel.bars.accessibleDescription()
    assert "LAST 1 PARTS" in footer.panel.heading.text()
    assert not footer.panel.grab().isNull()
    station.qtbot.mouseClick(footer.panel.bars, Qt.MouseButton.LeftButton)
    assert footer.panel.isVisible()
    station.qtbot.keyClick(station.window, Qt.Key.Key_Escape)
    assert not footer.panel.isVisible()
    station.qtbot.mouseClick(footer.latency, Qt.MouseButton.LeftButton)
    assert footer.panel.isVisible()
    station.qtbot.mouseClick(station.window.live.counters, Qt.MouseButton.LeftButton)
    assert not footer.panel.isVisible()
    assert station.session.status().state is RunState.RUNNING
