"""Labels that look wrong, judged in the window as a hand does it, and taken by the next training."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from inspector.gui.training.labels_dialog import LabelsDialog
from inspector.paths import Home
from inspector.runs.state import ProcessState
from inspector.settings import Settings
from tests.gui.reviewing import NO_MENUS
from tests.gui.training_bench import Bench
from trainer.corrections import read_corrections


@pytest.fixture
def bench(qtbot: QtBot, home: Home) -> Iterator[Bench]:
    opened = Bench(qtbot, home)
    yield opened
    opened.close()


def finish(bench: Bench) -> None:
    """Train on four pictures, whose labels all look wrong: broken/0, broken/1, good/0, good/1."""
    folder = bench.data("suspects")
    for number, kind in enumerate(("good", "broken")):
        cv2.imwrite(str(folder / kind / "1.png"), np.full((60, 80, 3), 90 + 60 * number, np.uint8))
    bench.finish("suspects")


def look(bench: Bench) -> LabelsDialog:
    bench.press(bench.page.result.look_button)
    bench.until(lambda: bench.page.labels.dialog is not None)
    dialog = bench.page.labels.dialog
    assert dialog is not None
    bench.until(lambda: dialog.view.scene is not None and dialog.isActiveWindow())  # else it hears no key
    return dialog


def said(dialog: LabelsDialog) -> list[str]:
    return [answer.judgement.value for answer in dialog.walk.answers.said.values()]


def name(bench: Bench, dialog: LabelsDialog) -> None:
    bench.qtbot.keyClicks(dialog.reviewer, "Ada")
    bench.qtbot.keyClick(dialog.reviewer, Qt.Key.Key_Return)


def key(bench: Bench, dialog: LabelsDialog, code: Qt.Key, modifier: Qt.KeyboardModifier | None = None) -> None:
    bench.until(lambda: dialog.judging.good.isEnabled() or dialog.walk.current is None)
    bench.qtbot.keyClick(dialog, code, modifier or Qt.KeyboardModifier.NoModifier)


def test_suspects_are_judged_by_keys_and_the_next_training_takes_what_was_said(bench: Bench) -> None:
    finish(bench)
    page = bench.page
    assert page.result.labels.text().startswith("4 labels of 30 look wrong.")
    dialog = look(bench)
    assert dialog.labelled.text() == "defective, broken"
    assert "0.97 defective when it was not learnt from" in dialog.why.text()
    key(bench, dialog, Qt.Key.Key_G)  # nobody has said who judges
    assert said(dialog) == []
    assert dialog.focusWidget() is dialog.reviewer
    name(bench, dialog)
    key(bench, dialog, Qt.Key.Key_R)
    bench.until(lambda: said(dialog) == ["defective"])
    assert dialog.judging.message.text().startswith("broken/0.png: the label “broken” is right")
    key(bench, dialog, Qt.Key.Key_G)
    bench.until(lambda: said(dialog) == ["defective", "good"])
    key(bench, dialog, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    bench.until(lambda: said(dialog) == ["defective"])
    assert dialog.walk.place == 1
    key(bench, dialog, Qt.Key.Key_G)
    key(bench, dialog, Qt.Key.Key_U)
    bench.until(lambda: said(dialog) == ["defective", "good", "unsure"])
    assert dialog.so_far.text().startswith("3 of 4 judged: 1 right, 1 corrected, 1 unsure")
    bench.press(dialog.train_button)
    bench.until(lambda: page.data.goes_on.text().startswith("With the labels that were judged"))
    bench.press(page.train.start)
    bench.until(lambda: page.shown is not None and page.shown.name == "suspects-2")
    bench.until_state(ProcessState.DONE)
    assert page.shown is not None
    request = page.shown.request
    assert [(own.defect, own.by) for own in read_corrections(page.shown.folder.path / "corrections.csv")] == [
        ("defective", "Ada"),
        ("good", "Ada"),
    ]
    assert request.parent.endswith("suspects-1")
    assert request.split.endswith("suspects-1/report/split.csv")
    bench.until(lambda: page.result.labels.text().startswith("2 labels of 30 look wrong."))


def test_what_was_said_is_there_when_the_window_opens_again(bench: Bench) -> None:
    finish(bench)
    dialog = look(bench)
    name(bench, dialog)
    key(bench, dialog, Qt.Key.Key_U)
    bench.until(lambda: said(dialog) == ["unsure"])
    bench.press(dialog.close_button)
    bench.until(lambda: bench.page.result.look_button.text() == "Look at these labels… (1 judged)")
    bench.until(lambda: bench.station.session.settings.reviewer == "Ada")
    bench.close()
    assert Settings.model_validate_json(bench.home.settings.read_text()).reviewer == "Ada"  # remembered
    bench.open()
    bench.until(lambda: bench.page.result.look_button.text() == "Look at these labels… (1 judged)")
    dialog = look(bench)
    assert (dialog.walk.place, said(dialog)) == (1, ["unsure"])
    assert not dialog.train_button.isEnabled()  # who is unsure changes no label


@NO_MENUS
def test_a_defect_gets_its_type_by_mouse_and_number(bench: Bench) -> None:
    finish(bench)
    dialog = look(bench)
    name(bench, dialog)
    for _ in range(2):
        bench.press(dialog.judging.skip)
    bench.until(lambda: dialog.labelled.text() == "good" and dialog.judging.defective.isEnabled())
    bench.press(dialog.judging.defective)
    menu = dialog.judging.menu
    assert menu is not None
    assert menu.actions()[0].text() == "&1   broken"
    bench.qtbot.keyClick(menu, Qt.Key.Key_1)
    bench.until(lambda: said(dialog) == ["defective"])
    bench.until(lambda: dialog.walk.place == 3)
    bench.press(dialog.judging.back)
    assert dialog.judging.defective.isChecked()


def test_a_picture_that_is_another_one_now_cannot_be_judged(bench: Bench) -> None:
    finish(bench)
    (bench.data("suspects") / "broken" / "1.png").write_bytes(b"other")
    dialog = look(bench)
    name(bench, dialog)
    key(bench, dialog, Qt.Key.Key_R)
    bench.until(lambda: "cannot be judged here" in dialog.view.words_when_empty)
    assert not dialog.judging.good.isEnabled()
    bench.press(dialog.judging.skip)
    bench.until(dialog.judging.good.isEnabled)


def test_what_cannot_be_written_is_not_said_and_is_tried_again(bench: Bench) -> None:
    finish(bench)
    dialog = look(bench)
    name(bench, dialog)
    assert bench.page.shown is not None
    blocked = bench.page.shown.folder.path / "labels.csv"
    blocked.mkdir()
    key(bench, dialog, Qt.Key.Key_R)
    bench.until(lambda: dialog.judging.message.text().startswith("Not recorded"))
    assert (said(dialog), dialog.walk.place) == ([], 0)
    blocked.rmdir()
    bench.press(dialog.judging.again)
    bench.until(lambda: said(dialog) == ["defective"])


def test_everything_in_the_dialog_is_large_enough_and_return_presses_nothing(bench: Bench) -> None:
    finish(bench)
    dialog = look(bench)
    buttons = [button for button in dialog.findChildren(QPushButton) if button.isVisible()]
    assert len(buttons) == 9
    assert all(button.height() >= 40 for button in buttons)
    name(bench, dialog)
    bench.qtbot.keyClick(dialog.judging.note, Qt.Key.Key_Return)
    assert said(dialog) == []
    assert dialog.isVisible()
