"""How a training is done: the recommended method, and a fold with everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector.domain.source import DEMO
from inspector.gui.training.basis import Basis
from inspector.gui.training.method_fields import AUTO_SIZES, LEFT_GROUPS, METHODS, RIGHT_GROUPS, SIZES, FieldGroup
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.forms import Form
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.thumb_strip import ThumbStrip
from inspector.json_file import field_fault
from inspector.recipes.recipe import Recipe
from trainer.protocol import TrainRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from inspector.domain.class_words import ClassWords
    from inspector.gui.widgets.thumb_strip import Thumb


class MethodColumn(QWidget):
    """Method and name of the new model; the fold's card is made here and placed by the page."""

    changed = Signal()
    bit_depth_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("2 · METHOD", "heading"))
        self.method = ChoiceBox(self)
        self.method.setAccessibleName("Method")
        self.method.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        for value, (words, _) in METHODS.items():
            self.method.addItem(words, value)
        layout.addWidget(self.method)
        self.hint = label("", "muted")
        self.hint.setWordWrap(True)
        layout.addWidget(self.hint)
        self.name = QLineEdit(self)
        self.name.setPlaceholderText("Name of the new model")
        self.name.setAccessibleName("Name of the new model")
        self.name.setMaxLength(80)
        layout.addWidget(self.name)
        self.fold_button = QPushButton("Advanced", self)
        self.fold_button.setCheckable(True)
        self.fold_button.setToolTip("Everything that can be set")
        layout.addWidget(self.fold_button)
        layout.addStretch(1)
        self.form = Form(self)
        self.fold, self.preview = self._build_fold()
        self.show_devices(1)
        self.method.currentIndexChanged.connect(self._show_hint)
        self.name.textChanged.connect(lambda _: self.changed.emit())
        self.form.changed.connect(self._show_hint)
        self.fold_button.toggled.connect(self.fold.setVisible)
        self.bit_depth: int | None = None  #: the last one that can be used; None as the files say
        self._rates: Mapping[int, float] = {}
        self._base = TrainRequest(data="x", out="x").model_dump(mode="json")
        self.form.fill({**self._base, "pooling": "", "input_size": ""})
        self._show_hint()

    def request(self, data: str, models: Path, said: ClassWords, basis: Basis | None = None) -> TrainRequest | None:
        """Return what is asked for; None where a field is wrong, which is then marked.

        Args:
            data: Folder or manifest of the pictures.
            models: The folder of models, in which the new one is made.
            said: What the user has said of words.
            basis: What it goes on from; None for nothing.
        """
        basis = basis or Basis()
        values, faults = self.form.values(self._base)
        name = self.name.text().strip()
        values |= {"method": self.method.currentData(), "data": data, "out": str(models / name)}
        values |= {"parent": basis.parent, "corrections": basis.corrections, "split": values["split"] or basis.split}
        values |= {"good": said.good, "defective": said.defective, "no_label": said.no_label}
        for key in ("pooling", "input_size"):
            values[key] = values[key] or None
        request: TrainRequest | None = None
        if not faults:
            try:
                request = TrainRequest.model_validate(values)
            except ValidationError as error:
                for path, words in map(field_fault, error.errors()):
                    faults[path or "test_fraction"] = words
        self.form.show_faults({key: text for key, text in faults.items() if key in self.form.editors})
        return request if request is not None and data and _usable(name) else None

    def show_request(self, request: TrainRequest) -> None:
        """Set what another training was asked for; its name and what it goes on from are left out."""
        values = request.model_dump(mode="json")
        size = "" if request.input_size is None else str(request.input_size)
        self.form.fill({**values, "pooling": request.pooling or "", "input_size": size, "split": ""})
        self.method.setCurrentIndex(self.method.findData(request.method))

    def suggest_weights(self, file: str) -> None:
        """Propose the backbone's weights that were used before; what is typed stays."""
        editor = self.form.editors["weights"]
        assert isinstance(editor, QLineEdit)
        if file and not editor.text():
            self.form.set_value("weights", file)

    def show_rates(self, rates: Mapping[int, float]) -> None:
        """Say how many parts per second this machine would inspect, by size."""
        self._rates = rates
        words = {str(size): f"{size} pixels, about {rate:.0f} parts/s here" for size, rate in rates.items()}
        self.form.set_choice_words("input_size", words)
        self._show_hint()

    def show_preview(self, thumbs: Sequence[Thumb]) -> None:
        """Show what the network will see."""
        self.preview.show_thumbs(thumbs)
        self._preview_words.setVisible(bool(thumbs))

    def show_devices(self, number: int) -> None:
        """Ask on how many of the machine's GPUs is trained, where there are several."""
        self.form.set_shown("devices", shown=number > 1)
        if number > 1:
            self.form.set_hint("devices", f"GPUs that train one model together; this machine has {number}")

    def _build_fold(self) -> tuple[QWidget, ThumbStrip]:
        frame, layout = card()
        layout.addWidget(label("ADVANCED", "heading"))
        self._preview_words = label("What the network will see of some pictures, augmented:", "muted")
        self._preview_words.hide()
        layout.addWidget(self._preview_words)
        strip = ThumbStrip("Augmented pictures", side_px=240)
        layout.addWidget(strip)
        row = QHBoxLayout()
        row.setSpacing(24)
        for groups in (LEFT_GROUPS, RIGHT_GROUPS):
            row.addLayout(self._build_groups(groups), 1)
        layout.addLayout(row)
        frame.hide()
        return frame, strip

    def _build_groups(self, groups: Sequence[FieldGroup]) -> QVBoxLayout:
        column = QVBoxLayout()
        for group in groups:
            column.addWidget(label(group.heading, "heading"))
            column.addWidget(self.form.add_section(group.fields))
            column.addSpacing(12)
        column.addStretch(1)
        return column

    def _show_hint(self) -> None:
        method = self.method.currentData()
        words = METHODS[method][1]
        values, _ = self.form.values(self._base)
        self._take_bit_depth(values["bit_depth"])
        chosen = values["input_size"]
        sizes = (int(chosen),) if chosen else AUTO_SIZES if method == "auto" else SIZES[:1]
        rates = [f"{self._rates[size]:.0f}" for size in sizes if size in self._rates]
        if rates and not method.startswith("baseline"):
            words += f" Inspects about {' to '.join(reversed(rates))} parts/s here."
        self.hint.setText(words)
        self.changed.emit()

    def _take_bit_depth(self, bits: int | None) -> None:
        if bits == self.bit_depth:
            return
        try:
            TrainRequest(data="x", out="x", bit_depth=bits)
        except ValidationError:
            return  # marked; the pictures are looked at as before
        self.bit_depth = bits
        self.bit_depth_changed.emit()


def _usable(name: str) -> bool:
    """True where a name can be a model's: the rules of a recipe's name."""
    try:
        Recipe(name=name, source=str(DEMO), model="x")
    except ValidationError:
        return False
    return not name.startswith(".")
