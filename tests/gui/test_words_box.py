"""The box that asks for words that nobody knows, as a hand uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from inspector.domain.class_words import ClassWords
from inspector.gui.widgets.words_box import WordsBox
from tests.waits import WAIT_MS


@pytest.fixture
def box(qtbot: QtBot) -> Iterator[WordsBox]:
    page = QWidget()  # a window of one size, as the box grows with its questions
    page.setFixedSize(500, 500)
    box = WordsBox("neither: left out", page)
    box.setGeometry(page.rect())
    qtbot.addWidget(page)
    page.show()
    yield box
    page.close()


def answer(qtbot: QtBot, box: WordsBox, **answers: str) -> ClassWords:
    """Choose by the first letters, press the button; return what is told."""
    for word, letters in answers.items():
        box.choices[word].setFocus()
        qtbot.keyClicks(box.choices[word], letters)
    with qtbot.waitSignal(box.told, timeout=WAIT_MS) as told:
        qtbot.mouseClick(box.use, Qt.MouseButton.LeftButton)
    assert told.args is not None
    words = told.args[0]
    assert isinstance(words, ClassWords)
    return words


def test_some_words_are_asked_for_at_a_time_and_nothing_is_told_before_all_are_answered(
    qtbot: QtBot, box: WordsBox
) -> None:
    box.ask(["a", "b", "c", "d", "e", "f", "g", "h"])
    assert list(box.choices) == ["a", "b", "c", "d", "e", "f"]
    assert "2 others are asked for after these" in box.question.text()
    qtbot.keyClicks(box.choices["a"], "good")
    assert not box.use.isEnabled()
    told = answer(qtbot, box, b="good", c="def", d="def", e="nei", f="nei")
    assert told == ClassWords(good=("a", "b"), defective=("c", "d"), no_label=("e", "f"))
    box.ask(["g", "h"])
    assert answer(qtbot, box, g="def", h="good").defective == ("c", "d", "g")


def test_another_answer_takes_the_place_of_the_first_and_other_pictures_begin_anew(qtbot: QtBot, box: WordsBox) -> None:
    box.said = ClassWords(good=("Monday",), defective=("dent",))
    box.ask(["monday"])
    assert answer(qtbot, box, monday="def") == ClassWords(defective=("dent", "monday"))
    box.show_understood(["Good: good (7)", "Defective: bad (2)"])
    assert (box.asking, box.use.isVisible()) == (False, False)
    assert box.understood.text() == "Understood:  Good: good (7)  ·  Defective: bad (2)"
    assert box.said != ClassWords()
    box.clear()
    assert (box.said, box.understood.isVisible()) == (ClassWords(), False)
