"""The Training page as a hand uses it, with a trainer that does in no time what the real one does in minutes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QAbstractButton, QComboBox, QFileDialog, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.class_words import ClassWords
from inspector.domain.records import Thresholds
from inspector.engine.engine import Engine
from inspector.engine.job import LineJob
from inspector.engine.status import RunState
from inspector.paths import Home
from inspector.recipes.promotions import Promotions
from inspector.runs.state import ProcessState
from inspector.runs.trainings import Trainings
from tests.fake_trainer import COMMAND
from tests.gui.conftest import picture
from tests.gui.training_bench import Bench
from tests.waits import WAIT_S
from trainer.protocol import TrainRequest


@pytest.fixture
def bench(qtbot: QtBot, home: Home) -> Iterator[Bench]:
    opened = Bench(qtbot, home)
    yield opened
    opened.close()
    desk = Trainings(home, command=COMMAND)
    for training in desk.history():
        desk.kill(training)
    for thread in [thread for thread in threading.enumerate() if thread.name in {"training", "work"}]:
        thread.join(WAIT_S)


def test_what_was_recognised_is_shown_before_anything_can_start(bench: Bench) -> None:
    page = bench.page
    assert not page.train.start.isEnabled()
    bench.choose("bottle")
    assert "173 good" in page.data.words.text()
    assert "37 defective" in page.data.words.text()
    assert "near duplicates" in page.data.finding.text()
    bench.until(lambda: [thumb.state for thumb in page.data.strip.thumbs] == ["good", "fail"])
    bench.until(lambda: len(page.method.preview.thumbs) == 2)
    assert page.method.name.text() == "bottle-1"
    assert page.train.start.isEnabled()
    bench.press(page.data.details_button)
    assert page.data.details is not None
    details = page.data.details
    assert "broken/0.png" in details.text.toPlainText()
    bench.until(lambda: [len(strip.thumbs) for strip in details.strips] == [2])  # the pictures of the finding
    page.data.details.accept()


def test_the_pictures_are_looked_at_with_the_bit_depth_that_is_typed(bench: Bench) -> None:
    page = bench.page
    bench.press(page.method.fold_button)
    page.data.choose(str(bench.data("sixteen-bit")))
    bench.until(lambda: "Looked at with []" in page.data.finding.text())
    depth = page.method.form.editors["bit_depth"]
    assert isinstance(depth, QLineEdit)
    page.method.name.setText("of my own")
    bench.qtbot.keyClicks(depth, "1")  # no depth: the pictures are as they were
    assert "Looked at with []" in page.data.finding.text()
    bench.qtbot.keyClicks(depth, "2")
    bench.until(lambda: "Looked at with ['--bit-depth', '12']" in page.data.finding.text())
    assert page.method.name.text() == "of my own"
    depth.selectAll()
    bench.qtbot.keyClick(depth, Qt.Key.Key_Delete)
    bench.until(lambda: "Looked at with []" in page.data.finding.text())


def test_a_file_that_is_not_there_is_said_before_anything_starts(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/nowhere/w.npz", ""))
    page = bench.page
    bench.press(page.method.fold_button)
    bench.choose("bottle")
    row = page.method.form.editors["weights"].parentWidget()
    assert row is not None
    browse = row.findChild(QPushButton)
    assert browse is not None
    bench.press(browse)  # by mouse alone
    bench.press(page.train.start)
    bench.until(page.message.isVisible)
    assert page.message.text().startswith("The file of the backbone's weights is not there: /nowhere/w.npz")
    assert bench.page.train.start.isEnabled()
    assert Trainings(bench.home).history() == []


def test_a_dropped_folder_is_taken_for_training_and_not_inspected(bench: Bench) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(bench.data("bottle")))])
    keys, buttons = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    bench.page.dropEvent(QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, buttons, keys))
    bench.until(lambda: bench.page.data.contents is not None)
    assert bench.page.isVisible()


def test_pictures_that_cannot_be_used_say_why_and_do_not_start(bench: Bench) -> None:
    page = bench.page
    page.data.choose(str(bench.data("empty")))
    bench.until(lambda: "There is no picture in" in page.data.finding.text())
    assert not page.train.start.isEnabled()
    page.data.choose(str(bench.data("one-class")))
    bench.until(lambda: "no defective picture" in page.data.finding.text())
    assert not page.train.start.isEnabled()


def test_words_that_nobody_knows_are_asked_for_and_the_answer_goes_into_the_training(bench: Bench) -> None:
    page, box = bench.page, bench.page.data.class_words
    page.data.choose(str(bench.data("odd-words")))
    bench.until(lambda: box.asking)
    assert list(box.choices) == ["monday", "old stock"]
    assert not box.use.isEnabled()
    assert not page.train.start.isEnabled()
    assert page.train.hint.text() == "Say what the names mean first."
    assert "--good" not in page.data.finding.text() + page.data.words.text() + box.question.text()
    assert "It is not known …. Nothing starts" in page.data.words.text()
    for name, answer in (("monday", "defective"), ("old stock", "neither")):
        box.choices[name].setFocus()
        bench.qtbot.keyClicks(box.choices[name], answer)
    bench.press(box.use)
    bench.until(lambda: page.data.contents is not None)
    assert not box.asking
    assert page.train.start.isEnabled()
    bench.press(page.train.start)
    bench.until(lambda: page.shown is not None)
    assert page.shown is not None
    assert (page.shown.request.good, page.shown.request.defective) == ((), ("monday",))
    assert page.shown.request.no_label == ("old stock",)
    page.data.choose(str(bench.data("bottle")))  # what was said was said of the other pictures
    assert box.said == ClassWords()


@pytest.mark.usefixtures("measured")
def test_the_speed_at_each_size_stands_beside_it(bench: Bench) -> None:
    method = bench.page.method
    box = method.form.editors["input_size"]
    assert isinstance(box, QComboBox)
    bench.until(lambda: "parts/s here" in box.itemText(1))  # measured on this machine
    method.show_rates({224: 178.2, 320: 88.0, 448: 46.4, 512: 35.1, 640: 22.4, 896: 11.3})
    words = [box.itemText(index) for index in range(box.count())]
    assert words == [
        "the method's own",
        "224 pixels, about 178 parts/s here",
        "320 pixels, about 88 parts/s here",
        "448 pixels, about 46 parts/s here",
        "512 pixels, about 35 parts/s here",
        "640 pixels, about 22 parts/s here",
        "896 pixels, about 11 parts/s here",
    ]
    assert method.hint.text().endswith("Inspects about 11 to 178 parts/s here.")
    method.form.set_value("input_size", "320")
    assert method.hint.text().endswith("Inspects about 88 parts/s here.")
    method.form.set_value("input_size", "")
    method.method.setCurrentIndex(method.method.findData("layer4"))
    assert method.hint.text().endswith("Inspects about 178 parts/s here.")
    method.method.setCurrentIndex(method.method.findData("baseline-svm"))
    assert "parts/s" not in method.hint.text()


def test_advanced_has_every_field_of_a_request_and_marks_a_wrong_one(bench: Bench) -> None:
    method = bench.page.method
    assert set(method.form.editors) == set(TrainRequest.model_fields) - {
        *("data", "out", "method", "replace"),
        *("good", "defective", "no_label"),  # asked for where a word is not known
        *("parent", "corrections"),  # put in by “Train with these”; a file of the command line
        "locked",  # the station's own list, put in when a training begins
    }
    bench.choose("bottle")
    bench.press(method.fold_button)
    assert method.fold.isVisible()
    for name, text, good in (
        ("input_size", "448", True),
        ("views", "40", False),
        ("views", "", True),
        ("strength", "much", False),
        ("strength", "0.5", True),
        ("test_fraction", "0.8", False),  # with the validation part too much
        ("test_fraction", "0.3", True),
    ):
        method.form.set_value(name, text)
        assert bool(method.form.faulty_fields()) is not good, (name, text)
        assert bench.page.train.start.isEnabled() is good
    request = method.request("x", Path("models"), ClassWords())
    assert request is not None
    assert (request.input_size, request.strength, request.test_fraction) == (448, 0.5, 0.3)
    assert (request.method, request.pooling, request.views) == ("auto", None, None)
    method.name.setText("a/b")
    assert not bench.page.train.start.isEnabled()


def test_a_training_is_watched_paused_and_stopped_with_its_best(bench: Bench) -> None:
    page = bench.page
    bench.train("hold")
    bench.until(lambda: page.curves.drawn == 2)
    assert page.progress.stage.text() == "Epoch 2 of 6, layer4"
    assert page.progress.bar.value() == 333
    assert page.progress.left.text() == "0:40 left"
    assert page.confusion.heading.text() == "VALIDATION, THRESHOLD 0.47"
    assert page.confusion.texts() == {
        "good_passed": "22",
        "good_rejected": "1",
        "defective_passed": "0",
        "defective_found": "7",
    }
    assert "Escapes 0 of 7: between 0 % and 35 %" in page.confusion.words.text()
    bench.press(page.train.pause)
    bench.until_state(ProcessState.PAUSED)
    bench.until(lambda: page.train.pause.text() == "Go on")
    bench.press(page.train.pause)
    bench.until_state(ProcessState.RUNNING)
    bench.press(page.train.stop)
    bench.until_state(ProcessState.DONE)
    bench.until(lambda: page.result.samples.image is not None)
    bench.until(lambda: page.result.texts(1)["f1"] == "0.800")
    assert page.result.texts(0)["f1"] == "0.933"
    assert page.result.texts(0)["escape"] == "0 of 7  (0 % to 35 %)"
    assert page.result.texts(0)["threshold"] == "0.470"
    bench.until(lambda: page.result.flips_words.text() == "CHANGED SIDES: 1 NOW RIGHT, 0 NOW WRONG")
    assert [thumb.words for thumb in page.result.flips.thumbs] == ["broken, now right: 0.png"]
    item = page.history.table.item(0, 4)
    assert item is not None
    assert item.text() == "0.933"


def test_a_training_goes_on_without_the_window_and_is_found_again(bench: Bench) -> None:
    bench.train("hold")
    bench.until(lambda: bench.page.curves.drawn == 2)
    bench.close()
    assert Trainings(bench.home).history()[0].state is ProcessState.RUNNING
    bench.open()
    page = bench.page
    bench.until(lambda: page.curves.drawn == 2 and page.progress.isVisible())
    bench.press(page.train.cancel)
    assert page.question is not None
    page.question.reject()
    assert page.train.cancel.isVisible()
    bench.press(page.train.cancel)
    assert page.question is not None
    bench.press(page.question.yes_button)
    bench.until_state(ProcessState.CANCELLED)
    assert page.train.start.isVisible()
    assert not (bench.home.models / "hold-1").exists()


def test_a_crash_is_a_message_and_resume_goes_on(bench: Bench) -> None:
    bench.train("crash")
    bench.until(lambda: "MemoryError: 12 GB wanted" in bench.page.message.text())
    bench.press(bench.page.train.resume)
    bench.until_state(ProcessState.DONE)
    bench.until(lambda: bench.page.curves.drawn == 6)
    assert not bench.page.message.isVisible()


def test_a_crash_while_another_page_is_shown_is_a_banner(bench: Bench) -> None:
    bench.train("hold")
    bench.station.window.show_page("live")
    trainings = Trainings(bench.home, command=COMMAND)
    trainings.kill(trainings.history()[0])
    bench.until(lambda: "hold-1" in bench.station.window.banners.texts().get("training", ""))


def test_promotion_takes_effect_while_the_line_runs_and_is_rolled_back_after_a_yes(bench: Bench) -> None:
    session, page = bench.station.session, bench.page
    done: list[object] = []
    assert session.recipe is not None
    session.apply_recipe(session.recipe.model_copy(update={"thresholds": Thresholds(fail_at=0.8)}), done.append)
    bench.until(lambda: done)
    session.start()
    picture(bench.station.pictures / "1.png", bad=True)
    bench.station.until_status(lambda now: now.parts == 1)
    bench.finish()
    bench.press(page.result.buttons["promote"])
    question = page.question
    assert question is not None
    assert not question.yes_button.isEnabled()  # without a reason there is none
    bench.qtbot.keyClicks(question.reason, "fewer escapes")
    bench.press(question.yes_button)
    bench.until(lambda: session.recipe is not None and session.recipe.model == "quick-1")
    assert session.recipe.thresholds is None

    def model_of_the_line() -> str:
        model = session.status().model
        return model.name if model is not None else ""

    bench.until(lambda: model_of_the_line() == "quick-1")
    made = Promotions(bench.home).read()
    assert [(promotion.from_model, promotion.to_model, promotion.why) for promotion in made] == [
        ("tiny", "quick-1", "fewer escapes")
    ]
    bench.until(lambda: page.result.buttons["promote"].text() == "Promoted")
    assert not page.result.buttons["delete"].isEnabled()
    bench.until(lambda: page.result.buttons["back"].text() == "Roll back to tiny")
    bench.press(page.result.buttons["back"])
    assert page.question is not None
    bench.until(page.question.isActiveWindow)
    bench.qtbot.keyClick(page.question.focusWidget(), Qt.Key.Key_Space)  # a heavy thumb says no
    bench.until(lambda: not page.question.isVisible())
    bench.press(page.result.buttons["back"])
    bench.press(page.question.yes_button)
    bench.until(lambda: session.recipe is not None and session.recipe.model == "tiny")
    back = session.recipe
    assert (back.version, back.thresholds) == (4, Thresholds(fail_at=0.8))
    bench.until(lambda: model_of_the_line() == "tiny")
    bench.until(lambda: not page.result.buttons["back"].isVisible())
    assert [promotion.rollback for promotion in Promotions(bench.home).read()] == [False, True]
    bench.station.window.settings.show_section("Model and thresholds")
    versions = bench.station.window.settings.history
    bench.until(lambda: len(versions.lines) == 4)
    assert [(what, why) for _, _, what, why in versions.lines[:2]] == [
        ("changed: model tiny instead of quick-1, fail from 0.8, model hashes", "Rolled back from quick-1"),
        ("changed: model quick-1 instead of tiny, the model's own thresholds, model hashes", "fewer escapes"),
    ]


def test_between_two_models_the_line_is_still_wanted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seen as stopped in that moment, the next change of the model (a roll-back) would not reach the line."""
    session = bench.station.session
    session.start()
    picture(bench.station.pictures / "1.png", bad=True)
    bench.station.until_status(lambda now: now.parts == 1)
    go_on, replace = threading.Event(), Engine.replace

    def held(engine: Engine, job: LineJob) -> None:
        engine.stop()
        assert go_on.wait(WAIT_S)
        replace(engine, job)

    monkeypatch.setattr(Engine, "replace", held)
    session.start()
    bench.station.until_status(lambda now: now.state is RunState.IDLE)
    seen: list[object] = []
    session.status_changed.connect(seen.append)
    bench.until(lambda: len(seen) >= 2)
    assert session.status().state is RunState.IDLE
    assert session.running
    go_on.set()
    bench.station.until_status(lambda now: now.state is RunState.RUNNING)


def test_a_damaged_model_is_not_promoted(bench: Bench) -> None:
    bench.finish()
    (bench.home.models / "quick-1" / "graph.bin").write_bytes(b"")
    bench.press(bench.page.result.buttons["promote"])
    bench.until(lambda: "has been altered" in bench.page.message.text())
    assert bench.station.session.recipe is not None
    assert bench.station.session.recipe.model == "tiny"
    assert Promotions(bench.home).read() == []


def test_the_report_is_read_in_the_window(bench: Bench) -> None:
    bench.finish()
    bench.press(bench.page.result.buttons["report"])
    bench.until(lambda: bench.page.reports.dialog is not None and bench.page.reports.dialog.isVisible())
    report = bench.page.reports.dialog
    assert report is not None
    assert report.windowTitle() == "Report of quick-1"
    assert report.browser.toPlainText() == "Report"
    report.close()
    (bench.home.models / "quick-1" / "report" / "report.html").unlink()
    bench.press(bench.page.result.buttons["report"])
    bench.until(lambda: "report.html" in bench.page.message.text())


def test_keep_changes_nothing_and_delete_asks(bench: Bench) -> None:
    page = bench.page
    bench.finish()
    bench.press(page.result.buttons["keep"])
    assert not page.result.isVisible()
    assert (bench.home.models / "quick-1").is_dir()
    page.history.table.selectRow(0)
    bench.press(page.result.buttons["delete"])
    assert page.question is not None
    bench.press(page.question.yes_button)
    bench.until(lambda: not page.history.isVisible())
    assert page.history.table.rowCount() == 0
    assert not (bench.home.models / "quick-1").exists()


def test_everything_that_can_be_pressed_is_at_least_44_pixels(bench: Bench) -> None:
    bench.finish()
    bench.press(bench.page.method.fold_button)
    small = [
        (type(widget).__name__, widget.accessibleName() or widget.toolTip(), widget.width(), widget.height())
        for widget in bench.page.findChildren(QWidget)
        if isinstance(widget, QAbstractButton | QComboBox | QLineEdit)
        and widget.isVisible()
        and not isinstance(widget.parent(), QComboBox)
        and min(widget.width(), widget.height()) < 44
    ]
    assert small == []
