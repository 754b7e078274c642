"""The pictures to be learned: how many of which class, a list of them, and the way to a training with them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
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

from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.fitted_picture import read_image
from inspector.review.learning import Why

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence

    from PySide6.QtGui import QImage

    from inspector.outputs.reviews import ReviewLog
    from inspector.review.learning import LearningSet, Lesson

_THUMB_PX = 44
_ROW_PX = 52
_THUMBS = 300
_EMPTY = (
    "Nothing is to be learned yet. Where you and the line disagree, the picture comes here: a false reject, an escape. "
    "What was judged blind is kept for the test."
)
_WHY = {
    Why.DISAGREEMENT: "against the line",
    Why.CONFIRMED: "as the line said",
    Why.AUDIT: "judged blind: for the test",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lessons:
    """A recipe's set, as it is now.

    Args:
        recipe: Name of the recipe.
        lessons: What is in it.
        images: Thumbnails by the picture's name; one that cannot be read is left out.
        left_out: How many were taken out by hand.
        lost: How many pictures were gone before they could be copied.
    """

    recipe: str
    lessons: tuple[Lesson, ...]
    images: dict[str, QImage] = field(default_factory=dict)
    left_out: int = 0
    lost: int = 0


def read_lessons(
    learning: LearningSet, log: ReviewLog, images: dict[str, QImage], *, confirmed: bool, closing: threading.Event
) -> Lessons:
    """Bring the set in line with what was judged, and read it; called on the figures' thread.

    Args:
        learning: The recipe's set.
        log: The record.
        images: Thumbnails that are known.
        confirmed: Take failures and reviews too that a reviewer confirms.
        closing: Set when thumbnails are not wanted any more.

    Raises:
        LogError: If the log cannot be read.
        LearningError: If the set cannot be written.
    """
    found = learning.update(log, confirmed=confirmed)
    small: dict[str, QImage] = {}
    for one in found.lessons[-_THUMBS:]:
        if closing.is_set():
            break
        image = images.get(one.picture) or read_image(learning.pictures / one.picture, _THUMB_PX)
        if image is not None:
            small[one.picture] = image
    return Lessons(
        recipe=learning.recipe,
        lessons=found.lessons,
        images=small,
        left_out=len(learning.left_out()),
        lost=len(found.lost),
    )


class LearningCard(QWidget):
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
        layout.addWidget(label("TO BE LEARNED", "heading"))
        self.words = label(_EMPTY)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self.list = QListWidget(frame)
        self.list.setAccessibleName("Pictures to be learned")
        self.list.setIconSize(QSize(_THUMB_PX, _THUMB_PX))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.list.itemSelectionChanged.connect(self._selected)
        self.list.itemDoubleClicked.connect(lambda item: self.chosen.emit(item.data(Qt.ItemDataRole.UserRole)))
        self.list.setToolTip("A double click shows the part again")
        layout.addWidget(self.list, 1)
        self.confirmed = QCheckBox("Confirmed failures and reviews too", frame)
        self.confirmed.setToolTip(
            "Also what the line rejected rightly; what was taken so stays until it is removed by hand"
        )
        self.confirmed.toggled.connect(lambda _: self.confirmed_changed.emit())
        layout.addWidget(self.confirmed)
        self.fault = label("", "fault")
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
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

    def show_lessons(self, found: Lessons | None, *, undo: bool) -> None:
        """Show a set; None while there is none, ``undo`` where a removal can be taken back."""
        lessons = found.lessons if found is not None else ()
        marked = {item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()}
        self.list.clear()
        newest = lessons[::-1]
        for one in (*(x for x in newest if x.split != "test"), *(x for x in newest if x.split == "test")):
            item = QListWidgetItem(_row(one), self.list)
            item.setData(Qt.ItemDataRole.UserRole, one.inspection_id)
            item.setSizeHint(QSize(0, _ROW_PX))
            item.setToolTip(f"{one.reviewers}, {_WHY[Why(one.why)]}; judged by {one.model}, {one.recipe}")
            image = found.images.get(one.picture) if found is not None else None
            if image is not None:
                item.setIcon(QIcon(QPixmap.fromImage(image)))
            item.setSelected(one.inspection_id in marked)
        self.words.setText(lessons_words(found) if found is not None and lessons else _EMPTY)
        self.back_button.setEnabled(undo)
        self.train_button.setEnabled(any(one.split != "test" for one in lessons))
        self._selected()

    def say(self, words: str) -> None:
        """Say what went wrong with the set, or what has to be known of it."""
        self.fault.setText(words)
        self.fault.setVisible(bool(words))

    def _selected(self) -> None:
        self.remove_button.setEnabled(bool(self.list.selectedItems()))

    def _remove(self) -> None:
        marked = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        if marked:
            self.remove_wanted.emit(marked)


def lessons_words(found: Lessons) -> str:
    """Return how many pictures of which class there are to be learned, and to be tested with."""
    parts = [_counted([one for one in found.lessons if one.split != "test"], "to learn")]
    tests = [one for one in found.lessons if one.split == "test"]
    if tests:
        parts.append(_counted(tests, "for the test, judged blind"))
    if found.left_out:
        parts.append(f"{found.left_out} removed by hand")
    if found.lost:
        parts.append(f"{found.lost} whose picture is gone")
    return ". ".join(parts) + "."


def _counted(lessons: Sequence[Lesson], what: str) -> str:
    counts = Counter("good" if one.label == "good" else one.defect_type or "defective" for one in lessons)
    by_class = ", ".join(f"{count} {name}" for name, count in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return f"{len(lessons)} {what}: {by_class}" if lessons else f"0 {what}"


def _row(one: Lesson) -> str:
    kind = f"{one.label}, {one.defect_type}" if one.defect_type else one.label
    against = (one.verdict == "PASS") == (one.label == "defective")
    test = " · test" if one.split == "test" else ""
    return f"{kind}\n{'against' if against else 'as'} {one.verdict} · {one.reviewers}{test}"
