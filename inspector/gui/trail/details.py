"""One event in full: who and when, what was before, what is after, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label
from inspector.outputs.trail_rows import value_words

if TYPE_CHECKING:
    from pydantic import JsonValue

    from inspector.outputs.trail_rows import TrailRow

_NOTHING = "–"


class EventDetails(QWidget):
    """See the module; its texts can be copied."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(4)
        self.title = _copied(label("", "score"))
        self.about = _copied(label("", "muted"))
        self.reason = _copied(label(""))
        for words in (self.title, self.about, self.reason):
            column.addWidget(words)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("What changed")
        column.addWidget(self._area, 1)
        self.lines: list[tuple[str, str, str]] = []  #: what is shown: name, before, after

    def show_row(self, row: TrailRow | None) -> None:
        """Show an event; None shows none."""
        self.setVisible(row is not None)
        if row is None:
            return
        event = row.event
        who = f"{event.who} ({event.role})" if event.role else event.who
        place = f"no. {row.number}" if row.number is not None else "not in the log yet"
        self.title.setText(f"{event.kind.title}: {event.on}")
        self.about.setText(f"{who}, {event.time.astimezone():%Y-%m-%d %H:%M:%S %Z}, {place}")
        self.reason.setText(f"“{event.reason}”")
        self.reason.setVisible(bool(event.reason))
        names = dict.fromkeys((*event.before, *event.after))
        self.lines = [(name, _text(event.before, name), _text(event.after, name)) for name in names]
        self._area.setWidget(self._table())
        self._area.setVisible(bool(self.lines))

    def _table(self) -> QWidget:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 2, 8, 2)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(3)
        for place, head in enumerate(("", "before", "after")):
            grid.addWidget(label(head, "heading"), 0, place)
        for line, (name, before, after) in enumerate(self.lines, 1):
            for place, (words, kind) in enumerate(((name, "muted"), (before, ""), (after, ""))):
                grid.addWidget(_copied(label(words, kind)), line, place, Qt.AlignmentFlag.AlignTop)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(2, 1)
        grid.setRowStretch(len(self.lines) + 1, 1)
        return inside


def _copied(words: QLabel) -> QLabel:
    words.setWordWrap(True)
    words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return words


def _text(state: dict[str, JsonValue], name: str) -> str:
    return value_words(state.get(name)) or _NOTHING
