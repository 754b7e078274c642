"""The further views of a part on the Settings page: added, removed, named, each with its source and its model."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.form_part import FormPart
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.recipes.views import MOST_VIEWS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAME = "Views"
HINT = (
    "Further cameras that see the same part, each with a model of its own. The verdict is the worst of all, and a view "
    "without a picture makes the part an ERROR. The trigger must be external or by hand."
)
_FIELD = "views"
_ADVICE = (
    "A view that is added gets the options of the recipe's source, such as the signal that starts a picture. Other "
    "options, region and thresholds of a view stand in the recipe's file (inspector recipe show, save)."
)


@dataclass(slots=True, eq=False)
class _ViewRow:
    """One view: what the recipe says of it, and its editors."""

    record: dict[str, Any]
    frame: QFrame
    name: QLineEdit
    source: ChoiceBox
    model: ChoiceBox
    remove: QPushButton

    def values(self) -> dict[str, Any]:
        written = {
            "name": self.name.text(),
            "source": self.source.currentText(),
            "model": self.model.currentText(),
        }
        return copy.deepcopy(self.record) | written


class ViewsForm(FormPart):
    """See the module. Holds the recipe's field “views” as the page's other forms hold theirs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: list[_ViewRow] = []
        self._filled: dict[str, Any] = {}
        self._proposed: dict[str, Sequence[str]] = {"source": (), "model": ()}
        self._filling = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 4, 10, 4)
        layout.setSpacing(10)
        self._list = QVBoxLayout()
        self._list.setSpacing(10)
        layout.addLayout(self._list)
        self.none = label("Parts have one view.", "muted")
        layout.addWidget(self.none)
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        self.fault.hide()
        layout.addWidget(self.fault)
        row = QHBoxLayout()
        self.add_button = QPushButton("Add a view", self)
        self.add_button.setToolTip(f"A further camera; at most {MOST_VIEWS}")
        self.add_button.clicked.connect(self._add_new)
        row.addWidget(self.add_button)
        row.addStretch(1)
        layout.addLayout(row)
        advice = label(_ADVICE, "muted")
        advice.setWordWrap(True)
        layout.addWidget(advice)
        layout.addStretch(1)

    @property
    def names(self) -> list[QLineEdit]:
        """Return where the names are written, in the views' order."""
        return [row.name for row in self._rows]

    @property
    def sources(self) -> list[ChoiceBox]:
        """Return where the sources are written."""
        return [row.source for row in self._rows]

    @property
    def models(self) -> list[ChoiceBox]:
        """Return where the models are written."""
        return [row.model for row in self._rows]

    @property
    def removers(self) -> list[QPushButton]:
        """Return the buttons that remove the views."""
        return [row.remove for row in self._rows]

    def fill(self, record: Mapping[str, Any], *, keep: bool = False) -> None:
        """Show the views of a recipe (plain JSON values).

        Args:
            keep: What was changed here stays as it is.
        """
        changed = self.changed_fields()
        self._filled = dict(record)
        if keep and changed:
            return
        self._filling = True
        while self._rows:
            self._take_out(self._rows[-1])
        for view in record.get(_FIELD) or ():
            self._add(view)
        self._filling = False
        self._show_count()
        self.changed.emit()

    def into(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return a recipe with the views as they are written here."""
        return dict(record) | {_FIELD: [row.values() for row in self._rows]}

    def changed_fields(self) -> list[str]:
        """Return the field's name where it says something else than the recipe that was filled in."""
        filled = list(self._filled.get(_FIELD) or ())
        return [_FIELD] if [row.values() for row in self._rows] != filled else []

    def faulty_fields(self) -> list[str]:
        """Return the field's name where it is marked."""
        return [_FIELD] if self.fault.text() else []

    def show_faults(self, faults: Mapping[str, str]) -> None:
        """Show what is wrong with the views; what is wrong with the recipe as a whole is wrong with them.

        Args:
            faults: By field, as ``views.0.name``.
        """
        words = []
        for name, text in faults.items():
            group, _, rest = name.partition(".")
            place, _, field = rest.partition(".")
            if group == _FIELD and place.isdecimal() and int(place) < len(self._rows):
                words.append(f"{self._rows[int(place)].name.text() or f'View {place}'}, {field}: {text}")
            elif group in ("", _FIELD):
                words.append(text)
        self.fault.setText("\n".join(words))
        self.fault.setVisible(bool(words))

    def set_choices(self, name: str, choices: Sequence[str]) -> None:
        """Set what the lists of “source” or “model” propose; what is written stays, and other lists are not here."""
        if name in self._proposed:
            self._proposed[name] = choices
            for row in self._rows:
                _fill_box(getattr(row, name), choices)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _add_new(self) -> None:
        taken = {row.name.text() for row in self._rows}
        name = next(name for name in (f"View {number}" for number in range(2, 100)) if name not in taken)
        new = {
            "name": name,
            "source": "",
            "source_options": copy.deepcopy(self._filled.get("source_options") or {}),
            "region": None,
            "model": str(self._filled.get("model") or ""),
            "thresholds": None,
        }
        row = self._add(new)
        self._show_count()
        self.changed.emit()
        row.name.setFocus()
        row.name.selectAll()

    def _add(self, view: Mapping[str, Any]) -> _ViewRow:
        frame, layout = card(self)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        layout.addLayout(grid)
        name, source, model = QLineEdit(frame), ChoiceBox(frame), ChoiceBox(frame)
        remove = QPushButton("Remove", frame)
        row = _ViewRow(dict(view), frame, name, source, model, remove)
        name.setText(str(view["name"]))
        for place, (words, editor) in enumerate((("Name", name), ("Source", source), ("Model", model))):
            heading = label(words)
            heading.setMinimumWidth(90)
            heading.setBuddy(editor)
            editor.setAccessibleName(f"{words} of the view")
            grid.addWidget(heading, place, 0)
            grid.addWidget(editor, place, 1)
            if isinstance(editor, ChoiceBox):
                editor.setEditable(True)
                editor.setSizeAdjustPolicy(ChoiceBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
                _fill_box(editor, self._proposed[words.lower()])
                editor.setEditText(str(view[words.lower()]))
                editor.editTextChanged.connect(self._touched)
        name.textChanged.connect(self._touched)
        remove.setToolTip("Remove this view from the recipe")
        remove.clicked.connect(lambda: self._remove(row))
        grid.addWidget(remove, 0, 2)
        self._list.addWidget(frame)
        self._rows.append(row)
        return row

    def _remove(self, row: _ViewRow) -> None:
        self._take_out(row)
        self._show_count()
        self.changed.emit()

    def _take_out(self, row: _ViewRow) -> None:
        self._rows.remove(row)
        self._list.removeWidget(row.frame)
        row.frame.hide()
        row.frame.deleteLater()

    def _show_count(self) -> None:
        self.none.setVisible(not self._rows)
        self.add_button.setEnabled(len(self._rows) < MOST_VIEWS)

    def _touched(self) -> None:
        if not self._filling:
            self.changed.emit()


def _fill_box(box: ChoiceBox, choices: Sequence[str]) -> None:
    text = box.currentText()
    box.blockSignals(True)
    box.clear()
    box.addItems(list(choices))
    box.setEditText(text)
    box.blockSignals(False)
