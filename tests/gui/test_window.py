"""The window as a hand uses it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.records import Verdict
from inspector.domain.tally import Tally
from inspector.engine.faces import Face, face_of
from inspector.engine.status import EngineStatus, Pace, RunState, SourceState
from inspector.gui.widgets.question import Question
from inspector.gui.window import CLOSE_WITHIN_S
from inspector.outputs.base import LogQuery
from inspector.outputs.result_log import SqliteResultLog
from inspector.paths import Home
from inspector.recipes.recipe import save_next_version
from inspector.settings import Settings
from tests.bundles import make_bundle
from tests.gui.conftest import Station, picture
from tests.waits import WAIT_MS, WAIT_S

RUNNING = EngineStatus(state=RunState.RUNNING, source="camera:0", source_state=SourceState.LIVE)


@pytest.mark.parametrize(
    ("changes", "last", "face"),
    [
        ({}, Verdict.PASS, Face.PASS),
        ({}, Verdict.FAIL, Face.FAIL),
        ({}, Verdict.REVIEW, Face.REVIEW),
        ({}, Verdict.ERROR, Face.ERROR),
        ({}, None, Face.WAITING),
        ({"source_state": SourceState.LOST}, Verdict.PASS, Face.NO_CAMERA),
        ({"source_state": SourceState.LOST, "source": "folder:/x"}, Verdict.PASS, Face.NO_SOURCE),
        ({"source_state": SourceState.CONNECTING}, Verdict.PASS, Face.STARTING),
        ({"state": RunState.STARTING}, Verdict.PASS, Face.STARTING),
        ({"state": RunState.IDLE}, Verdict.PASS, Face.STOPPED),
        ({"state": RunState.STOPPING}, Verdict.PASS, Face.STOPPED),
        ({"state": RunState.FAULT}, Verdict.PASS, Face.FAULT),
        ({"log_fault": "locked"}, Verdict.PASS, Face.NO_LOG),
        ({"unseen": "Learning the empty belt."}, None, Face.STARTING),
        ({"unseen": "No picture for 2 s.", "silent": True}, Verdict.PASS, Face.TOO_SLOW),
        ({"pace": Pace.STRAINED}, Verdict.PASS, Face.PASS),
        ({"pace": Pace.TOO_SLOW}, Verdict.PASS, Face.TOO_SLOW),
        ({"pace": Pace.TOO_SLOW}, None, Face.TOO_SLOW),
        ({"pace": Pace.TOO_SLOW, "unseen": "Learning the empty belt."}, Verdict.PASS, Face.STARTING),
        ({"pace": Pace.TOO_SLOW, "log_fault": "locked"}, Verdict.PASS, Face.NO_LOG),
    ],
)
def test_a_pass_is_shown_only_while_everything_works(
    changes: dict[str, object], last: Verdict | None, face: Face
) -> None:
    from dataclasses import replace

    assert face_of(replace(RUNNING, **changes), last) is face  # type: ignore[arg-type]


def test_the_line_runs_and_the_window_shows_what_the_log_says(station: Station) -> None:
    for number in range(3):
        picture(station.pictures / f"{number}.png", bad=number == 2)
    live = station.window.live
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.counters.texts()["inspected"] == "3")
    station.until(lambda: live.verdict.face is Face.FAIL)
    assert (live.counters.texts()["passed"], live.counters.texts()["failed"]) == ("2", "1")
    station.until(lambda: len(live.strip.buttons()) == 1)
    station.qtbot.mouseClick(live.strip.buttons()[0], Qt.MouseButton.LeftButton)
    station.until(lambda: live.pin_view.isVisible() and live.pin_view.shown is not None)
    station.qtbot.keyClick(station.window, Qt.Key.Key_Escape)
    station.until(lambda: not live.pin_view.isVisible())
    station.qtbot.mouseClick(live.run_button, Qt.MouseButton.LeftButton)
    station.until(lambda: live.verdict.face is Face.STOPPED)
    station.close()
    with closing(SqliteResultLog(station.home.log)) as log:
        assert log.tally(LogQuery()) == Tally(passed=2, failed=1)


def inspect_one(station: Station) -> None:
    station.until_status(lambda now: now.parts == 1)
    station.until(lambda: station.window.live.counters.texts()["inspected"] not in ("–", "0"))
    station.close()


def test_counters_are_right_again_after_a_restart(qtbot: QtBot, home: Home, tmp_path: Path) -> None:
    for _ in range(2):
        station = Station(qtbot, home)
        picture(station.pictures / f"{time.time_ns()}.png", bad=True)
        station.session.start()
        inspect_one(station)
    station = Station(qtbot, home)
    station.until(lambda: station.window.live.counters.texts()["inspected"] == "2")
    assert station.window.live.counters.texts()["failed"] == "2"
    station.until(lambda: len(station.window.live.strip.buttons()) == 2)
    station.close()


def test_a_dropped_picture_is_judged_on_the_spot_and_not_counted(station: Station, tmp_path: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(picture(tmp_path / "bad one 😀.png", bad=True)))])
    drop = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    station.window.dropEvent(drop)
    live = station.window.live
    station.until(lambda: live.trial.verdict.face is Face.FAIL)
    assert live.trial.verdict.caption == "trial, not counted"
    assert live.verdict.face is Face.STOPPED
    station.qtbot.keyClick(station.window, Qt.Key.Key_Escape)
    station.until(lambda: not live.trial.isVisible() and live.view.isVisible())
    with closing(SqliteResultLog(station.home.log, read_only=True)) as log:
        assert log.tally(LogQuery()) == Tally()


def test_an_unreadable_dropped_file_is_an_error_with_its_reason(station: Station, tmp_path: Path) -> None:
    (tmp_path / "broken.png").write_bytes(b"")
    station.session.try_pictures([tmp_path / "broken.png"])
    station.until(lambda: station.window.live.trial.verdict.face is Face.ERROR)
    assert "empty" in station.window.live.trial.score.reason.text()


def test_everything_that_can_be_pressed_is_at_least_44_pixels(station: Station) -> None:
    for page in station.window.bar.names:
        station.window.show_page(page)
        small = [
            (type(widget).__name__, widget.accessibleName() or widget.toolTip(), widget.width(), widget.height())
            for widget in station.window.findChildren(QWidget)
            if isinstance(widget, QAbstractButton | QComboBox | QLineEdit)
            and widget.isVisible()
            and not isinstance(widget.parent(), QComboBox)
            and not widget.objectName().startswith("qt_")
            and min(widget.width(), widget.height()) < 44
        ]
        assert small == []


def test_the_precision_is_shown_with_its_reason_and_can_be_set(station: Station) -> None:
    window, session = station.window, station.session
    session.start()
    station.until(lambda: "/s" in window.footer.device.toolTip() or "only one" in window.footer.device.toolTip())
    chosen = window.footer.device.text()
    assert chosen.startswith("CPU (openvino ")
    station.window.show_page("settings")
    window.settings.show_section("Station")
    window.settings.station.set_value("precision", "fp32")
    hint = window.settings.station.editors["precision"].accessibleDescription()
    assert f"tiny: {window.footer.device.toolTip()}" in hint
    station.qtbot.mouseClick(window.settings.apply_button, Qt.MouseButton.LeftButton)
    station.qtbot.mouseClick(window.findChildren(Question)[0].yes_button, Qt.MouseButton.LeftButton)
    station.until(lambda: window.footer.device.toolTip() == "fp32: as set")
    assert window.footer.device.text() == "CPU (openvino fp32)"
    assert window.header.model_pill.toolTip().startswith("fp32: as set\nThis model has no memory of good")
    session.stop()


def test_what_the_watched_folder_holds_and_is_not_taken_stands_in_the_header(station: Station) -> None:
    (station.pictures / "a.heic").write_bytes(b"x")
    (station.pictures / "notes.txt").write_text("x", encoding="utf-8")
    pill = station.window.header.source_pill
    station.session.start()
    station.until(
        lambda: pill.accessibleDescription().endswith("Not taken: 1 .heic file (a.heic), 1 .txt file (notes.txt)")
    )
    assert pill.state == "review"  # a picture may be missed
    (station.pictures / "a.heic").unlink()
    station.until(lambda: pill.accessibleDescription().endswith("Not taken: 1 .txt file (notes.txt)"))
    assert pill.state == "good"
    station.session.stop()


def test_a_fault_stands_beside_its_field(station: Station) -> None:
    page = station.window.settings
    station.window.show_page("settings")
    page.recipe_form.set_value("trigger.mode", "part-crossing")
    page.recipe_form.set_value("trigger.line_fraction", 7)
    assert page.recipe_form.faulty_fields() == ["trigger.line_fraction"]
    page.revert()
    assert page.recipe_form.faulty_fields() == []


def test_the_source_can_be_previewed_without_the_line(station: Station) -> None:
    page = station.window.settings
    station.window.show_page("settings")
    page.recipe_form.set_value("source", "demo:")
    station.qtbot.mouseClick(page.picture.preview_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.picture.view.picture_size == (1280, 1024))
    assert page.picture.preview_button.text() == "Stop preview"
    station.qtbot.mouseClick(page.picture.preview_button, Qt.MouseButton.LeftButton)
    station.until(lambda: page.picture.preview_button.text() == "Live preview")
    page.recipe_form.set_value("source", "camera:77")
    station.qtbot.mouseClick(page.picture.preview_button, Qt.MouseButton.LeftButton)
    station.until(
        lambda: (
            "camera:77" in page.picture.view.words_when_empty and page.picture.preview_button.text() == "Live preview"
        )
    )


def test_another_log_is_opened_without_a_restart(station: Station, tmp_path: Path) -> None:
    other = tmp_path / "elsewhere" / "log.sqlite3"
    done: list[bool] = []
    settings = station.session.settings.model_copy(update={"log_path": str(other), "station": "Line 9"})
    station.session.apply_settings(settings, lambda: done.append(True))
    station.until(lambda: done and station.session.log_path == other)
    assert other.is_file()


def test_a_log_that_another_station_holds_is_a_banner_with_a_way_out(qtbot: QtBot, home: Home) -> None:
    with closing(SqliteResultLog(home.log)):
        session_settings = Settings(recipe="Test")
        from inspector.gui.composition import Composition
        from inspector.gui.station.store import Store

        composition = Composition(Store(home, session_settings))
        session, window = composition.session, composition.window()
        window.painted.connect(lambda: session.begin(start=True))
        window.show()
        qtbot.waitUntil(lambda: "another station" in window.banners.texts().get("log", ""), timeout=WAIT_MS)
        assert not session.running
    session.open_log()
    qtbot.waitUntil(lambda: session.log_path is not None, timeout=WAIT_MS)
    assert "log" not in window.banners.texts()
    with qtbot.waitSignal(window.closed, timeout=WAIT_MS):
        window.close()


def test_the_window_is_gone_within_two_seconds_whatever_hangs(qtbot: QtBot, home: Home) -> None:
    before = set(threading.enumerate())
    station, hangs, go_on = Station(qtbot, home), threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        go_on.wait(WAIT_S)

    station.session.work.do(hang)
    assert hangs.wait(WAIT_S)
    station.close()
    (work,) = (thread for thread in set(threading.enumerate()) - before if thread.name == "work")  # it hangs still
    go_on.set()
    work.join(WAIT_S)
    assert not work.is_alive()
    assert CLOSE_WITHIN_S < 2.0


def test_closing_while_the_line_runs_leaves_no_thread(qtbot: QtBot, home: Home) -> None:
    before = set(threading.enumerate())
    station = Station(qtbot, home)
    station.session.start()
    station.until_status(lambda now: now.state is RunState.RUNNING)
    station.close()
    names = {"capture", "trigger", "inspection", "prediction", "housekeeping", "control", "work", "render"}
    for thread in set(threading.enumerate()) - before:
        if thread.name in names:
            thread.join(WAIT_S)
            assert not thread.is_alive(), thread.name


def test_an_unexpected_error_shows_a_dialog_and_stops_the_line(
    station: Station, capsys: pytest.CaptureFixture[str]
) -> None:
    station.session.start()
    station.until_status(lambda now: now.state is RunState.RUNNING)
    catcher = station.window.catcher
    try:
        raise ZeroDivisionError("for the test")
    except ZeroDivisionError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    station.until(lambda: catcher.dialog is not None and catcher.dialog.isVisible())
    assert catcher.dialog is not None
    assert "ZeroDivisionError: for the test" in catcher.dialog.details
    catcher.dialog.accept()
    station.until_status(lambda now: now.state is RunState.IDLE)


def test_the_size_of_the_window_is_remembered(qtbot: QtBot, home: Home) -> None:
    station = Station(qtbot, home)
    station.window.resize(1024, 750)
    station.close()
    again = Station(qtbot, home)
    assert (again.window.width(), again.window.height()) == (1024, 750)
    again.close()


def test_calls_into_qt_keep_their_references() -> None:
    """PySide6 6.12.0 lost a reference to None with every call on Python < 3.12, until the interpreter died."""
    from PySide6.QtCore import QObject

    thing = QObject()
    before = sys.getrefcount(None)
    for _ in range(1000):
        thing.setObjectName("x")
    assert sys.getrefcount(None) > before - 500


def test_the_window_is_up_without_torch(home: Home) -> None:
    code = (
        "import sys\n"
        "from PySide6.QtCore import QTimer\n"
        "from inspector.app import AppOptions, main\n"
        "from inspector.engine.status import RunState\n"
        "from inspector.overrides import Overrides\n"
        "from inspector.gui.window import MainWindow\n"
        "from inspector.paths import Home\n"
        "from pathlib import Path\n"
        "begin = MainWindow.__init__\n"
        "def init(self, session, **k):\n"
        "    begin(self, session, **k)\n"
        "    self.closed.connect(say)\n"
        "    self.look = QTimer(self)\n"
        "    self.look.timeout.connect(lambda: session.status().state is RunState.RUNNING and self.leave())\n"
        "    self.look.start(20)\n"
        "def say():\n"  # here, as the process may end before `main` returns
        "    print(sorted({'torch', 'torchvision', 'sklearn', 'nncf'} & set(sys.modules)))\n"
        "MainWindow.__init__ = init\n"
        f"sys.exit(main(AppOptions(home=Home(root=Path({str(home.root)!r})), overrides=Overrides(recipe='Test'), start=True)))\n"
    )
    import os

    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.stdout.strip() == "[]"
    assert "QThread" not in done.stderr


def test_without_a_camera_no_old_picture_and_no_old_verdict_stays(station: Station) -> None:
    picture(station.pictures / "good.png", bad=False)
    live = station.window.live
    station.session.start()
    station.until(lambda: live.verdict.face is Face.PASS and live.view.shown is not None)
    for path in station.pictures.iterdir():
        path.unlink()
    station.pictures.rmdir()
    station.until(lambda: live.verdict.face is Face.NO_SOURCE)
    assert live.view.shown is None
    absent = f"There is no folder {station.pictures}."
    said = (
        live.score.reason.text(),
        station.window.banners.texts()["source"],
        station.window.header.source_pill.toolTip(),
    )
    assert [words.startswith(absent) for words in said] == [True] * 3
    station.pictures.mkdir()
    picture(station.pictures / "bad.png", bad=True)
    station.until(lambda: live.verdict.face is Face.FAIL)
    assert "source" not in station.window.banners.texts()


def test_a_version_saved_by_somebody_else_reaches_the_running_line(station: Station) -> None:
    make_bundle(station.home.models / "other", seed=1)
    session = station.session
    session.start()
    picture(station.pictures / "1.png", bad=True)
    station.until_status(lambda now: now.parts == 1)
    assert session.recipe is not None
    save_next_version(session.recipe.model_copy(update={"model": "other"}), station.home.recipes)

    def model_of_the_line() -> str:
        model = session.status().model
        return model.name if model is not None else ""

    station.until(lambda: model_of_the_line() == "other")
    assert session.recipe.version == 2
    picture(station.pictures / "2.png", bad=False)
    station.until_status(lambda now: now.parts == 1)  # counted anew since this line's start
