"""The filters over the trail: who, what, when, on what."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QWidget

from inspector.gui.widgets.inputs import ChoiceBox
from inspector.outputs.trail_log import TrailQuery
from inspector.trail.event import TrailKind

if TYPE_CHECKING:
    from collections.abc import Callable

#: Words, and how many days back, today included; None for no limit.
_SPANS: tuple[tuple[str, int | None], ...] = (
    ("Any time", None),
    ("Today", 1),
    ("Last 7 days", 7),
    ("Last 30 days", 30),
    ("Last 365 days", 365),
)
#: A filter that is typed is applied when the hand rests.
_REST_MS = 200
_LONGEST = 200


def _now() -> datetime:
    return datetime.now().astimezone()


class TrailFilters(QWidget):
    """See the module.

    Args:
        now: The time with its zone, for “today”.
    """

    changed = Signal()  #: by hand

    def __init__(self, parent: QWidget | None = None, *, now: Callable[[], datetime] = _now) -> None:
        super().__init__(parent)
        self._now = now
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.words = QLineEdit(self)
        self.words.setPlaceholderText("Recipe, model, setting, or reason contains…")
        self.words.setAccessibleName("Filter by object or reason")
        self.words.setToolTip("Only what was done to this, or for this reason")
        self.words.setMaxLength(_LONGEST)
        self.words.setClearButtonEnabled(True)
        self.words.textChanged.connect(lambda _: self._rest.start())
        row.addWidget(self.words, 1)
        self.what = self._choice("What was done", 18)
        self.what.addItem("Everything", None)
        for kind in sorted(TrailKind, key=lambda kind: kind.title):
            self.what.addItem(kind.title, kind)
        self.who = self._choice("By whom", 12)
        self.who.addItem("Everybody", None)
        self.when = self._choice("When", 10)
        for span, days in _SPANS:
            self.when.addItem(span, days)
        for choice in (self.what, self.who, self.when):
            row.addWidget(choice)

    def _choice(self, name: str, letters: int) -> QComboBox:
        choice = ChoiceBox(self)
        choice.setAccessibleName(name)
        choice.setToolTip(name)
        choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        choice.setMinimumContentsLength(letters)
        choice.activated.connect(lambda _: self.changed.emit())
        return choice

    def query(self) -> TrailQuery:
        """Return which events are wanted."""
        kind, days = self.what.currentData(), self.when.currentData()
        since = None
        if days is not None:
            today = self._now().replace(hour=0, minute=0, second=0, microsecond=0)
            since = today - timedelta(days=days - 1)
        return TrailQuery(
            since=since,
            who=self.who.currentData(),
            kinds=None if kind is None else frozenset({kind}),
            words=self.words.text().strip(),
        )

    @property
    def restricts(self) -> bool:
        """Whether any filter leaves something out."""
        return self.query() != TrailQuery()

    def clear(self) -> None:
        """Let everything through; nothing is emitted."""
        self.words.clear()
        self._rest.stop()
        for choice in (self.what, self.who, self.when):
            choice.setCurrentIndex(0)

    def show_people(self, people: list[str]) -> None:
        """Offer everybody who ever did something; the choice stays."""
        before = self.who.currentData()
        if [self.who.itemData(place) for place in range(1, self.who.count())] == people:
            return
        self.who.clear()
        self.who.addItem("Everybody", None)
        for name in people:
            self.who.addItem(name, name)
        self.who.setCurrentIndex(max(0, self.who.findData(before)) if before is not None else 0)
