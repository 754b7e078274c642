"""Forms: fields with their words, their editor, and what is wrong with them beside it."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.gui.widgets.basics import label
from inspector.gui.widgets.form_part import FormPart
from inspector.gui.widgets.form_values import hours_of, number_of, set_value_at, value_at
from inspector.gui.widgets.inputs import ChoiceBox

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_Part = TypeVar("_Part", bound=FormPart)
#: Longer lines are hard to follow from the words to the editor.
_WIDEST_PX = 760


class EditorKind(Enum):
    """How a field is asked for."""

    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    CHOICE = "one of a list"
    PROPOSAL = "text, or one of a list"
    FLAG = "box to be ticked"
    FOLDER = "folder"
    FILE = "file, which need not be there"
    OPEN_FILE = "file that is there"
    PASSWORD = "password"  # noqa: S105 - its kind
    HOURS = "hours of the day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form.

    Args:
        name: Path in the record, as ``trigger.settle_s``.
        words: Text beside the editor.
        hint: Under the editor; says the unit and what it does.
        choices: Values and their words; of `EditorKind.PROPOSAL`, what the list proposes.
        empty: What an empty field means: None where it must not be empty, else the words shown in it.
        button: Words of a button beside a line; it changes nothing by itself.
    """

    name: str
    words: str
    kind: EditorKind
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    empty: str | None = None
    button: str = ""


class Form(QObject):
    """Fields of one record, in sections; the record itself is validated elsewhere."""

    changed = Signal()
    pressed = Signal(str)  #: the button of a field

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fields: dict[str, Field] = {}
        self.editors: dict[str, QWidget] = {}
        self._faults: dict[str, Any] = {}
        self._hints: dict[str, QLabel] = {}
        self._rows: dict[str, tuple[QWidget, ...]] = {}
        self._hidden: set[str] = set()
        self._filling = False
        self._filled: dict[str, Any] = {}  # the record that is shown
        self._texts: dict[str, str] = {}  # and how its lines spell it
        self._parts: list[FormPart] = []

    def attach(self, part: _Part) -> _Part:
        """Let a widget of its own hold a field of the record; return it."""
        self._parts.append(part)
        part.changed.connect(self._touched)
        return part

    def add_section(self, fields: Sequence[Field]) -> QWidget:
        """Return a widget with editors for some fields."""
        page = QWidget()
        page.setMaximumWidth(_WIDEST_PX)
        outer = QVBoxLayout(page)
        outer.setContentsMargins(0, 4, 10, 4)
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(2)
        outer.addLayout(grid)
        outer.addStretch(1)
        for place, field in enumerate(fields):
            self._fields[field.name] = field
            row = 3 * place
            words = label(field.words)
            words.setMinimumWidth(150)
            words.setWordWrap(True)
            grid.addWidget(words, row, 0, Qt.AlignmentFlag.AlignVCenter)
            editor, holder = self._editor(field)
            words.setBuddy(editor)
            editor.setAccessibleName(field.words)
            editor.setAccessibleDescription(field.hint)
            grid.addWidget(holder, row, 1)
            self.editors[field.name] = editor
            self._rows[field.name] = (words, holder)
            if field.hint:
                hint = label(field.hint, "muted")
                hint.setWordWrap(True)
                hint.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)  # an address can be copied
                grid.addWidget(hint, row + 1, 1)
                self._hints[field.name] = hint
                self._rows[field.name] += (hint,)
            fault = label("", "fault")
            fault.setWordWrap(True)
            fault.hide()
            self._faults[field.name] = fault
            grid.addWidget(fault, row + 2, 1)
        return page

    def fill(self, record: dict[str, Any], *, keep: bool = False) -> None:
        """Show a record (plain JSON values).

        Args:
            keep: What was typed into the fields stays as it is, before the new record.
        """
        changed = [name for name in self.changed_fields() if name in self._fields]
        kept = {name: self._state(name) for name in changed} if keep else {}
        self._filling = True
        self._filled = record
        for part in self._parts:
            part.fill(record, keep=keep)
        for name in self._fields:
            self._show(name, value_at(record, name))
            editor = self.editors[name]
            if isinstance(editor, QLineEdit):
                self._texts[name] = editor.text()
        for name, state in kept.items():
            self._restore(name, state)
        self._filling = False
        self.changed.emit()

    def set_value(self, name: str, value: object) -> None:
        """Change one field, as a hand would."""
        self._show(name, value)

    def changed_fields(self) -> list[str]:
        """Names of the fields that say something else than the record that was filled in."""
        own = [name for name, field in self._fields.items() if name not in self._hidden and self._differs(field)]
        return own + [name for part in self._parts for name in part.changed_fields()]

    def chosen(self, name: str) -> object:
        """Return the value of a choice."""
        editor = self.editors[name]
        assert isinstance(editor, QComboBox)
        return editor.currentData()

    def text(self, name: str) -> str:
        """Return what is written in a field with proposals."""
        editor = self.editors[name]
        assert isinstance(editor, QComboBox)
        return editor.currentText()

    def set_shown(self, name: str, *, shown: bool) -> None:
        """Show a field or hide it; hidden, it is not asked for: the record keeps its value."""
        if shown is (name not in self._hidden):
            return
        self._hidden ^= {name}
        for widget in self._rows[name]:
            widget.setVisible(shown)

    def values(self, base: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        """Return the record with the form's values, and what cannot even be read, by field."""
        record, faults = copy.deepcopy(base), {}
        for name, field in self._fields.items():
            if name in self._hidden:
                continue
            try:
                set_value_at(record, name, self._value(field))
            except ValueError as error:
                faults[name] = str(error)
        for group in ("region", "code_region", "thresholds"):
            part = record.get(group)
            if isinstance(part, dict) and all(value is None for value in part.values()):
                record[group] = None
        for further in self._parts:
            record = further.into(record)
        return record, faults

    def show_faults(self, faults: dict[str, str]) -> None:
        """Show what is wrong beside the fields; a fault of a whole group is shown at its first field."""
        for part in self._parts:
            part.show_faults(faults)
        placed = {self._place_of(name): text for name, text in faults.items()}
        for name, place in self._faults.items():
            text = placed.get(name, "")
            place.setText(text)
            place.setVisible(bool(text))
            editor = self.editors[name]
            if bool(editor.property("bad")) != bool(text):
                editor.setProperty("bad", bool(text))
                editor.style().unpolish(editor)
                editor.style().polish(editor)

    def _place_of(self, name: str) -> str:
        """Return the field at which a fault is shown: of a group, its first."""
        if name in self._fields:
            return name
        return next((field for field in self._fields if field.startswith(f"{name}.")), name)

    def faulty_fields(self) -> list[str]:
        """Names of the fields that are marked."""
        own = [name for name, place in self._faults.items() if place.text()]
        return own + [name for part in self._parts for name in part.faulty_fields()]

    def fault_of(self, name: str) -> str:
        """Return what is said to be wrong with a field; empty for nothing."""
        return str(self._faults[name].text())

    def set_choices(self, name: str, choices: Sequence[str]) -> None:
        """Set what an editable choice proposes; its text stays."""
        box = self.editors[name]
        if isinstance(box, QComboBox):
            text = box.currentText()
            box.blockSignals(True)
            box.clear()
            box.addItems(list(choices))
            box.setEditText(text)
            box.blockSignals(False)
        for part in self._parts:
            part.set_choices(name, choices)

    def set_choice_words(self, name: str, words: Mapping[str, str]) -> None:
        """Change how values of a choice are called; those that are not named keep their words."""
        box = self.editors[name]
        if isinstance(box, QComboBox):
            for index in range(box.count()):
                box.setItemText(index, words.get(str(box.itemData(index)), box.itemText(index)))

    def set_placeholder(self, name: str, text: str) -> None:
        """Set what an empty field shows."""
        editor = self.editors[name]
        if isinstance(editor, QLineEdit):
            editor.setPlaceholderText(text)

    def set_hint(self, name: str, text: str) -> None:
        """Change what stands under a field that has a hint."""
        if self._hints[name].text() != text:
            self._hints[name].setText(text)
            self.editors[name].setAccessibleDescription(text)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _editor(self, field: Field) -> tuple[QWidget, QWidget]:
        if field.kind is EditorKind.FLAG:
            flag = QCheckBox()
            flag.toggled.connect(self._touched)
            return flag, flag
        if field.kind is EditorKind.CHOICE:
            box = _narrow(ChoiceBox())
            for value, words in field.choices:
                box.addItem(words, value)
            box.currentIndexChanged.connect(self._touched)
            return box, box
        if field.kind is EditorKind.PROPOSAL:
            editable = _narrow(ChoiceBox())
            editable.setEditable(True)
            editable.addItems([value for value, _ in field.choices])
            editable.editTextChanged.connect(self._touched)
            return editable, editable
        line = QLineEdit()
        line.setPlaceholderText(field.empty or "")
        line.textChanged.connect(self._touched)
        if field.kind is EditorKind.PASSWORD:
            line.setEchoMode(QLineEdit.EchoMode.Password)
        browses = field.kind in {EditorKind.FOLDER, EditorKind.FILE, EditorKind.OPEN_FILE}
        if not browses and not field.button:
            return line, line
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(line, 1)
        if browses:
            browse = QPushButton("Browse…")
            browse.clicked.connect(_browse(line, field.kind))
            row.addWidget(browse)
        if field.button:
            button = QPushButton(field.button)
            button.clicked.connect(lambda: self.pressed.emit(field.name))
            row.addWidget(button)
        return line, holder

    def _touched(self) -> None:
        if not self._filling:
            self.changed.emit()

    def _show(self, name: str, value: Any) -> None:  # noqa: ANN401 - any JSON value
        editor, field = self.editors[name], self._fields[name]
        if isinstance(editor, QCheckBox):
            editor.setChecked(bool(value))
        elif isinstance(editor, QComboBox) and field.kind is EditorKind.CHOICE:
            editor.setCurrentIndex(max(0, editor.findData(value)))
        elif isinstance(editor, QComboBox):
            editor.setEditText("" if value is None else str(value))
        elif isinstance(editor, QLineEdit):
            if field.kind is EditorKind.HOURS:
                text = ", ".join(str(hour) for hour in value)
            else:
                text = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
            editor.setText(text)

    def _state(self, name: str) -> Any:  # noqa: ANN401 - what an editor holds, whether it can be used or not
        editor = self.editors[name]
        return editor.text() if isinstance(editor, QLineEdit) else self._read(self._fields[name])

    def _restore(self, name: str, state: Any) -> None:  # noqa: ANN401 - as in `_state`
        editor = self.editors[name]
        if isinstance(editor, QLineEdit):
            editor.setText(state)
        else:
            self._show(name, state)

    def _differs(self, field: Field) -> bool:
        try:
            read, filled = self._value(field), value_at(self._filled, field.name)
        except ValueError:
            return True
        return bool(read != filled and not (read in ("", None) and filled in ("", None)))

    def _value(self, field: Field) -> Any:  # noqa: ANN401 - any JSON value
        editor = self.editors[field.name]
        if isinstance(editor, QLineEdit) and editor.text() == self._texts.get(field.name):
            return value_at(self._filled, field.name)  # of which the line may show fewer digits
        return self._read(field)

    def _read(self, field: Field) -> Any:  # noqa: ANN401 - any JSON value
        editor = self.editors[field.name]
        if isinstance(editor, QCheckBox):
            return editor.isChecked()
        if isinstance(editor, QComboBox):
            return editor.currentData() if field.kind is EditorKind.CHOICE else editor.currentText().strip()
        assert isinstance(editor, QLineEdit)
        text = editor.text().strip()
        if field.kind is EditorKind.HOURS:
            return hours_of(text)
        if field.kind in {EditorKind.NUMBER, EditorKind.WHOLE}:
            if not text:
                if field.empty is None:
                    msg = "A number is needed here."
                    raise ValueError(msg)
                return None
            return number_of(text, whole=field.kind is EditorKind.WHOLE)
        return text


def _browse(line: QLineEdit, kind: EditorKind) -> Callable[[], None]:
    def ask() -> None:
        if kind is EditorKind.FOLDER:
            chosen = QFileDialog.getExistingDirectory(line, "Choose a folder", line.text())
        elif kind is EditorKind.OPEN_FILE:
            chosen, _ = QFileDialog.getOpenFileName(line, "Choose a file", line.text())
        else:
            chosen, _ = QFileDialog.getSaveFileName(
                line, "Choose the log", line.text(), options=QFileDialog.Option.DontConfirmOverwrite
            )
        if chosen:
            line.setText(chosen)

    return ask


def _narrow(box: QComboBox) -> QComboBox:
    """Let a box be narrower than its longest entry."""
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(12)
    return box
