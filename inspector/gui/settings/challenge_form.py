"""The challenge parts of a recipe on the Settings page: added from pictures, named, known to be good or defective."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFileDialog, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector.domain.challenge import MOST_PARTS, ChallengePart, KnownAs
from inspector.domain.text import CHALLENGE_PART, PART_SERIAL, REASON
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.form_part import FormPart
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.text_field import TextField
from inspector.release.sets import free_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from inspector.gui.station.catalogue import Catalogue

#: Name and hint of the section.
CHALLENGE = (
    "Challenge parts",
    (
        "Parts that are known to be good or defective, in the order in which they are shown. A change makes another "
        "set: the challenge must be passed with it."
    ),
)
_FIELD = "challenge"
PARTS = (f"{_FIELD}.parts",)  #: the fields that it holds
_PICTURES = "Pictures (*.png *.jpg *.jpeg *.bmp *.tif *.tiff *.webp *.jp2);;All files (*)"
_WHY = "say why the parts are others now"


@dataclass(slots=True, eq=False)
class _PartRow:
    """One part: its picture, and its editors."""

    picture: str
    name: TextField
    serial: TextField
    expected: ChoiceBox
    said: QWidget
    remove: QPushButton

    def values(self) -> dict[str, Any]:
        kind = list(KnownAs)[self.expected.currentIndex()]
        return {
            "name": self.name.text(),
            "expected": kind.value,
            "serial": self.serial.text(),
            "picture": self.picture,
        }

    def widgets(self) -> tuple[QWidget, ...]:
        return (self.name, self.serial, self.expected, self.said, self.remove)


class ChallengeForm(FormPart):
    """See the module. Holds the parts, and why they are these, of the recipe's field “challenge”.

    Args:
        catalogue: Copies pictures.
    """

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._rows: list[_PartRow] = []
        self._filled: dict[str, Any] = {}
        self._filling = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 10, 4)
        layout.setSpacing(10)
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(10)
        self._grid.setColumnStretch(0, 2)
        self._grid.setColumnStretch(1, 1)
        for place, words in enumerate(("Name", "Serial number", "Known to be", "Picture")):
            self._grid.addWidget(label(words, "muted"), 0, place)
        layout.addLayout(self._grid)
        self.none = label("There are no challenge parts.", "muted")
        layout.addWidget(self.none)
        row = QHBoxLayout()
        self.add_buttons = {
            expected: self._button(row, f"Add {expected.value} pictures…", expected) for expected in KnownAs
        }
        self.add_button = QPushButton("Add without picture", self)
        self.add_button.setToolTip("A part that is only shown to the camera")
        self.add_button.clicked.connect(self._add_bare)
        row.addWidget(self.add_button)
        row.addStretch(1)
        layout.addLayout(row)
        self.reason = TextField(REASON, self)
        self.reason.setPlaceholderText("Why the parts are others now, such as “burr 2 is lost”")
        self.reason.setAccessibleName("Reason for other challenge parts")
        self.reason.textChanged.connect(self._touched)
        layout.addWidget(self.reason)
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        self.fault.hide()
        layout.addWidget(self.fault)
        advice = label(
            "Pictures are copied. Kept pictures of this station are in its folder of pictures (Station, Pictures). A "
            "serial number is compared with the code that is read on the part.",
            "muted",
        )
        advice.setWordWrap(True)
        layout.addWidget(advice)
        layout.addStretch(1)

    def _button(self, row: QHBoxLayout, words: str, expected: KnownAs) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip("From a folder, or from kept pictures of this station; a part for each picture")
        button.clicked.connect(lambda: self._choose(expected))
        row.addWidget(button)
        return button

    @property
    def names(self) -> list[QLineEdit]:
        """Return where the names are written, in the parts' order."""
        return [row.name for row in self._rows]

    @property
    def removers(self) -> list[QPushButton]:
        """Return the buttons that take parts out."""
        return [row.remove for row in self._rows]

    def fill(self, record: Mapping[str, Any], *, keep: bool = False) -> None:
        """Show the parts of a recipe (plain JSON values).

        Args:
            keep: What was changed here stays as it is.
        """
        changed = self.changed_fields()
        self._filled = copy.deepcopy(dict(record.get(_FIELD) or {}))
        if keep and changed:
            return
        self._filling = True
        while self._rows:
            self._take_out(self._rows[-1])
        for part in self._filled.get("parts") or ():
            self._add(part)
        self.reason.setText(str(self._filled.get("reason") or ""))
        self._filling = False
        self._show_count()
        self.changed.emit()

    def into(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a recipe with the parts as they are written here."""
        challenge = dict(record.get(_FIELD) or {})
        return dict(record) | {_FIELD: challenge | {"parts": self._parts(), "reason": self.reason.text()}}

    def changed_fields(self) -> list[str]:
        """Return the fields' name where they say something else than the recipe that was filled in."""
        before = list(self._filled.get("parts") or ()), str(self._filled.get("reason") or "")
        return [*PARTS] if (self._parts(), self.reason.text()) != before else []

    def faulty_fields(self) -> list[str]:
        """Return the fields' name where they are marked."""
        return [*PARTS] if self.fault.text() else []

    def show_faults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong with the parts.

        Args:
            faults: By field, as ``challenge.parts.0.name``; of the challenge as a whole, ``challenge``.
        """
        shown = [text for name, text in faults.items() if name == _FIELD or name.startswith(f"{_FIELD}.parts")]
        if not shown and self._needs_reason():
            shown = [f"To replace the set: {_WHY}."]
        self.fault.setText("\n".join(shown))
        self.fault.setVisible(bool(shown))

    def set_choices(self, name: str, choices: Sequence[str]) -> None:
        """Nothing: no list here proposes anything."""

    # --- inside -------------------------------------------------------------------------------------------------------

    def _parts(self) -> list[dict[str, Any]]:
        return [row.values() for row in self._rows]

    def _needs_reason(self) -> bool:
        before = list(self._filled.get("parts") or ())
        gone = bool(before) and self._parts() != before
        return gone and self.reason.text().strip() in ("", str(self._filled.get("reason") or ""))

    def _choose(self, expected: KnownAs) -> None:
        chosen = QFileDialog.getOpenFileNames(self, f"Pictures of {expected.value} parts", "", _PICTURES)[0]
        if chosen:
            self.add_pictures([Path(name) for name in chosen], expected)

    def add_pictures(self, paths: Sequence[Path], expected: KnownAs) -> None:
        """Add a part for each picture, once they are copied."""
        taken = frozenset(row.name.text() for row in self._rows)
        self._catalogue.challenge_parts(list(paths), expected, taken, self._on_parts, self._on_failed)

    def _on_parts(self, parts: Sequence[ChallengePart]) -> None:
        for part in parts[: max(0, MOST_PARTS - len(self._rows))]:
            self._add(
                {
                    "name": part.name,
                    "expected": part.expected.value,
                    "serial": part.serial,
                    "picture": part.picture,
                }
            )
        self._show_count()
        self.changed.emit()

    def _on_failed(self, error: Exception) -> None:
        self.fault.setText(str(error))
        self.fault.show()

    def _add_bare(self) -> None:
        name = free_name("Part", {row.name.text() for row in self._rows})
        self._add({"name": name, "expected": KnownAs.DEFECTIVE.value, "serial": "", "picture": ""})
        self._show_count()
        self.changed.emit()

    def _add(self, part: Mapping[str, Any]) -> None:
        name, serial, expected = TextField(CHALLENGE_PART, self), TextField(PART_SERIAL, self), ChoiceBox(self)
        name.setText(str(part["name"]))
        serial.setText(str(part["serial"]))
        expected.addItems([kind.value for kind in KnownAs])
        expected.setCurrentIndex([kind.value for kind in KnownAs].index(str(part["expected"])))
        picture = str(part["picture"])
        remove = QPushButton("Remove", self)
        row = _PartRow(picture, name, serial, expected, label("yes" if picture else "none", "muted"), remove)
        for words, editor in (("Name", name), ("Serial number", serial), ("Known to be", expected)):
            editor.setAccessibleName(f"{words} of the challenge part")
        name.textChanged.connect(self._touched)
        serial.textChanged.connect(self._touched)
        expected.currentIndexChanged.connect(self._touched)
        remove.clicked.connect(lambda: self._remove(row))
        at = self._grid.rowCount()
        for place, widget in enumerate(row.widgets()):
            self._grid.addWidget(widget, at, place)
        self._rows.append(row)

    def _remove(self, row: _PartRow) -> None:
        self._take_out(row)
        self._show_count()
        self.changed.emit()

    def _take_out(self, row: _PartRow) -> None:
        self._rows.remove(row)
        for widget in row.widgets():
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()

    def _show_count(self) -> None:
        self.none.setVisible(not self._rows)
        for button in (*self.add_buttons.values(), self.add_button):
            button.setEnabled(len(self._rows) < MOST_PARTS)

    def _touched(self) -> None:
        if not self._filling:
            self.changed.emit()
