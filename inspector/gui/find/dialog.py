"""The dialog: what is looked for, the parts that fit, and the one that is chosen with its picture."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.errors import InspectorError
from inspector.domain.text import LOT, NEST, PART_SERIAL
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import OneLine, label
from inspector.gui.widgets.fitted_picture import FittedPicture
from inspector.gui.widgets.text_field import TextField
from inspector.gui.work import Latest
from inspector.outputs.base import LogQuery
from inspector.outputs.lot_reads import recipes_of_lot
from inspector.outputs.result_log import SqliteResultLog

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtGui import QImage

    from inspector.domain.records import Inspection
    from inspector.gui.work import Worker

#: So many are shown, the newest first.
_MOST = 200
_TIME = "2026-01-31 or 2026-01-31 14:00"


@dataclass(frozen=True, slots=True)
class PartsFound:
    """What was found.

    Args:
        parts: The newest first.
        more: There are older ones that are not shown.
    """

    parts: list[Inspection]
    more: bool


class FindDialog(QDialog):
    """See the module. It stays open beside the window.

    Args:
        log: Where the result log is now.
        thumbnail: Reads the kept picture of a part; called on the worker.
        worker: Reads.
    """

    review_wanted = Signal(str)  #: a part's id

    def __init__(
        self,
        log: Callable[[], Path],
        thumbnail: Callable[[Inspection], QImage | None],
        worker: Worker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._log, self._thumbnail = log, thumbnail
        self._reading = Latest(worker, lambda error: self.said.say(str(error)))
        self._picturing = Latest(worker, lambda _: self.picture.show_image(None))
        self.parts: list[Inspection] = []
        self.setWindowTitle(say("Find a part"))
        self.setMinimumSize(900, 560)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 16, 16, 12)
        row.setSpacing(16)
        row.addLayout(self._build_left(), 1)
        row.addLayout(self._build_right(), 1)
        self._show_part()

    def _build_left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.addWidget(label("Find a part", "title"))
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignVCenter)
        self.serial = TextField(PART_SERIAL, self)
        self.serial.setPlaceholderText(say("whole, as it was scanned; or the trigger's id"))
        self.lot = TextField(LOT, self)
        self.nest = TextField(NEST, self)
        self.since, self.until = QLineEdit(self), QLineEdit(self)
        for name, field in (
            ("Serial number", self.serial),
            ("Lot", self.lot),
            ("Tool or nest", self.nest),
            ("From", self.since),
            ("Until", self.until),
        ):
            field.setAccessibleName(say(name))
            field.setClearButtonEnabled(True)
            form.addRow(label(name), field)
        for field in (self.since, self.until):
            field.setPlaceholderText(say(_TIME))
            field.setMaxLength(40)
        column.addLayout(form)
        low = QHBoxLayout()
        self.said = OneLine()
        low.addWidget(self.said, 1)
        self.find_button = QPushButton(say("Find"), self)
        self.find_button.setProperty("kind", "primary")
        self.find_button.setDefault(True)
        self.find_button.clicked.connect(self.look_up)
        low.addWidget(self.find_button)
        column.addLayout(low)
        self.list = QListWidget(self)
        self.list.setAccessibleName(say("Parts, the newest first"))
        self.list.currentRowChanged.connect(lambda _: self._show_part())
        column.addWidget(self.list, 1)
        return column

    def _build_right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        self.facts = label("")
        self.facts.setWordWrap(True)
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.facts)
        self.picture = FittedPicture("Kept picture of the part", self)
        column.addWidget(self.picture)
        column.addStretch(1)
        row = QHBoxLayout()
        row.addStretch(1)
        self.review_button = QPushButton(say("Look at it in Review"), self)
        self.review_button.clicked.connect(self._review)
        row.addWidget(self.review_button)
        column.addLayout(row)
        return column

    def look_up(self) -> None:
        """Look for the parts that fit all that is typed."""
        try:
            query = self._query()
        except InspectorError as error:
            self.said.say(str(error))
            return
        self.said.say("Looking…")
        self._reading.ask(lambda: self._read(query), self._on_found)

    def _query(self) -> LogQuery:
        serial, lot, nest = (field.text().strip() for field in (self.serial, self.lot, self.nest))
        since, until = _time(self.since.text()), _time(self.until.text())
        if not (serial or lot or nest or since or until):
            raise InspectorError("Type a serial number, a lot, a tool or nest, or a time.")
        return LogQuery(part=serial or None, lot=lot or None, nest=nest or None, since=since, until=until)

    def _read(self, query: LogQuery) -> PartsFound:
        queries = [query]
        if query.lot is not None and query.part is None:
            queries = [replace(query, recipe=recipe) for recipe in recipes_of_lot(self._log(), query.lot)]
        with closing(SqliteResultLog(self._log(), read_only=True)) as log:
            parts = [part for each in queries for part in log.recent(each, _MOST + 1)]
        if len(queries) > 1:
            parts.sort(key=lambda part: part.time_utc, reverse=True)
        return PartsFound(parts[:_MOST], len(parts) > _MOST)

    def _on_found(self, found_parts: PartsFound) -> None:
        self.parts = found_parts.parts
        self.list.clear()
        for part in self.parts:
            called = part.called or say(f"no. {part.part_number}")
            lot = f" · {say(f'lot {part.lot}')}" if part.lot else ""
            at = say(f"{part.time_utc.astimezone():%Y-%m-%d %H:%M:%S}")
            self.list.addItem(f"{at}   {say(part.decision.verdict.value)}   {called}{lot}")
        words = "No part of the record fits." if not self.parts else f"{len(self.parts):,} parts, the newest first."
        if len(self.parts) == 1:
            words = "1 part."
        self.said.say(f"The newest {_MOST} parts; type more to see others." if found_parts.more else words)
        if self.parts:
            self.list.setCurrentRow(0)
        self._show_part()

    @property
    def chosen(self) -> Inspection | None:
        """The part that is chosen."""
        row = self.list.currentRow()
        return self.parts[row] if 0 <= row < len(self.parts) else None

    def _show_part(self) -> None:
        part = self.chosen
        self.review_button.setVisible(part is not None)
        self.picture.show_image(None)
        self.facts.setText("" if part is None else _facts(part))
        if part is not None:
            self._picturing.ask(lambda: self._thumbnail(part), self.picture.show_image)

    def _review(self) -> None:
        if self.chosen is not None:
            self.review_wanted.emit(self.chosen.id)


def _time(text: str) -> datetime | None:
    text = text.strip()
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        raise InspectorError(f"“{text[:40]}” is no date or time such as {_TIME}") from error


def _facts(part: Inspection) -> str:
    decision = part.decision
    lines = [
        f"{decision.verdict.value}{f': {decision.reason}' if decision.reason else ''}",
        f"{part.time_utc.astimezone():%Y-%m-%d %H:%M:%S %z}, no. {part.part_number}",
        f"Serial number {part.part_serial}" if part.part_serial else "",
        f"Lot {part.lot}" if part.lot else "No lot",
        f"Tool or nest {part.nest}" if part.nest else "",
        f"{part.recipe}, version {part.recipe_version}",
        f"Model {part.model.name} ({part.model.sha256[:12]})" if part.model else "No model was loaded",
        part.image_not_saved or ("" if part.picture or part.views else "No picture was kept."),
    ]
    return say("\n".join(filter(None, lines)))
