"""The pictures to be learned: how many of which class, a list of them, and the way to a training with them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.sentence import sentence
from inspector.gui.review.lessons import THUMBNAIL_PX
from inspector.gui.widgets.basics import card, label
from inspector.review.lesson import Why

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.review.lessons import Lessons
    from inspector.review.lesson import Lesson

_ROW_PX = 52
_EMPTY = (
    "Nothing is to be learned yet. Where the line was wrong or unsure, the picture comes here: a false reject, an "
    "escape, a review. "
    "What was judged blind is kept for the test."
)
_WHY = {
    Why.DISAGREEMENT: "against the line",
    Why.DECIDED: "the line was unsure",
    Why.CONFIRMED: "as the line said",
    Why.AUDIT: "judged blind: for the test",
    Why.BY_HAND: "of a batch, or tried by hand",
}


class LessonsCard(QWidget):
    """See the module; it emits what is wished."""

    confirmed_changed = Signal()
    remove_wanted = Signal(list)  #: ids of inspections
    back_wanted = Signal()  #: what was removed last is wanted again
    train_wanted = Signal()
    chosen = Signal(str)  #: id of the inspection to look at again

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("TO LEARN", "heading"))
        self.words = label("")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self.list = QListWidget(frame)
        self.list.setAccessibleName("Pictures to be learned")
        self.list.setIconSize(QSize(THUMBNAIL_PX, THUMBNAIL_PX))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list.itemSelectionChanged.connect(self._selected)
        self.list.itemDoubleClicked.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.list.setToolTip("A double click shows the part again")
        layout.addWidget(self.list, 1)
        self.confirmed = QCheckBox("Confirmed failures too", frame)
        self.confirmed.setToolTip(
            "Also what the line rejected rightly; what was taken so stays until it is removed by hand"
        )
        self.confirmed.toggled.connect(lambda _: self.confirmed_changed.emit())
        layout.addWidget(self.confirmed)
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        self.fault.hide()
        layout.addWidget(self.fault)
        layout.addLayout(self._build_buttons(frame))

    def _build_buttons(self, parent: QWidget) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.remove_button = QPushButton("Remove", parent)
        self.remove_button.setToolTip("Do not learn from what is marked; the judgement stays as it is (Del)")
        self.remove_button.setShortcut("Del")
        self.remove_button.clicked.connect(self._remove)
        self.back_button = QPushButton("Undo", parent)
        self.back_button.setToolTip("Take what was removed last in again")
        self.back_button.clicked.connect(self.back_wanted)
        self.train_button = QPushButton("Train with these", parent)
        self.train_button.setProperty("kind", "primary")
        self.train_button.setToolTip("Unite them with the model's own pictures, and open Training with both")
        self.train_button.clicked.connect(self.train_wanted)
        for button, stretch in ((self.remove_button, 2), (self.back_button, 2), (self.train_button, 3)):
            button.setProperty("kind", button.property("kind") or "tight")
            row.addWidget(button, stretch)
        self.show_lessons(None, undo=False)
        return row

    def show_lessons(self, lessons: Lessons | None, *, undo: bool) -> None:
        """Show a set; None while there is none, ``undo`` where a removal can be taken back."""
        shown = lessons.lessons if lessons is not None else ()
        marked = {item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()}
        self.list.clear()
        newest = shown[::-1]
        tests_last = [*(row for row in newest if not row.for_test), *(row for row in newest if row.for_test)]
        for lesson in tests_last:
            item = QListWidgetItem(_row(lesson), self.list)
            item.setData(Qt.ItemDataRole.UserRole, lesson.inspection_id)
            item.setSizeHint(QSize(0, _ROW_PX))
            item.setToolTip(f"{lesson.reviewers}, {_WHY[Why(lesson.why)]}; judged by {lesson.model}, {lesson.recipe}")
            image = lessons.images.get(lesson.picture) if lessons is not None else None
            if image is not None:
                item.setIcon(QIcon(QPixmap.fromImage(image)))
            item.setSelected(lesson.inspection_id in marked)
        unknown = "" if lessons is None else _EMPTY
        self.words.setText(lessons_words(lessons) if lessons is not None and shown else unknown)
        self.back_button.setEnabled(undo)
        self.train_button.setEnabled(lessons is not None and bool(lessons.trained))
        self._selected()

    def say(self, words: str) -> None:
        """Say what went wrong with the set, or what has to be known of it."""
        self.fault.setText(sentence(words))
        self.fault.setVisible(bool(words))

    def _selected(self) -> None:
        self.remove_button.setEnabled(bool(self.list.selectedItems()))

    def _remove(self) -> None:
        marked = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        if marked:
            self.remove_wanted.emit(marked)


def lessons_words(lessons: Lessons) -> str:
    """Return how many pictures of which class there are to be learned, and to be tested with."""
    pieces = [_counted(lessons.trained, "to learn")]
    tests = [lesson for lesson in lessons.lessons if lesson.for_test]
    if tests:
        pieces.append(_counted(tests, "for the test, judged blind"))
    if lessons.left_out:
        pieces.append(f"{lessons.left_out} removed by hand")
    if lessons.lost:
        pieces.append(f"{lessons.lost} whose picture is gone")
    return ". ".join(pieces) + "."


def _counted(lessons: Sequence[Lesson], what: str) -> str:
    counts = Counter("good" if lesson.label == "good" else lesson.defect_type or "defective" for lesson in lessons)
    most_first = sorted(counts.items(), key=lambda counted: (-counted[1], counted[0]))
    by_class = ", ".join(f"{count} {name}" for name, count in most_first)
    return f"{len(lessons)} {what}: {by_class}" if lessons else f"0 {what}"


def _row(lesson: Lesson) -> str:
    kind = f"{lesson.label}, {lesson.defect_type}" if lesson.defect_type else lesson.label
    against = (lesson.verdict == "PASS") == (lesson.label == "defective")
    test = " · test" if lesson.for_test else ""
    return f"{kind}\n{'against' if against else 'as'} {lesson.verdict} · {lesson.reviewers}{test}"
