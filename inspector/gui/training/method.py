"""How a training is done: the recommended method, and a fold with everything else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from inspector.domain.source import DEMO
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.forms import EditorKind, Field, Form
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

METHODS = {
    "auto": (
        "Automatic (recommended)",
        "Tries input size, pooling and augmentation within the time budget and keeps what is best on validation.",
    ),
    "layer4": ("layer4", "ResNet-50 with its last stage and the head trained. Minutes."),
    "head": ("head only", "ResNet-50 as it is, a new last layer. Seconds; for a first look."),
    "deeper": ("deeper", "layer3 and layer4 trained too. Slow; for products unlike everyday pictures."),
    "baseline-cnn": ("baseline: small CNN", "Two layers from scratch, to compare with."),
    "baseline-svm": ("baseline: SVM", "Handcrafted features and an SVM, to compare with."),
}
_AUTO = "the method's own"
#: Sides of the input that are offered, pixels; the methods' own is the first, Automatic goes up to 448.
SIZES = (224, 320, 448, 512)
_AUTO_SIZES = (224, 448)


def _same(*values: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, value) for value in values)


PICTURE_FIELDS = (
    Field(
        name="preset",
        words="Augmentation may",
        kind=EditorKind.CHOICE,
        hint="what makes no difference to a part's being good",
        choices=(
            ("standard", "turn, flip, change colours"),
            ("orientation-matters", "change colours only"),
            ("colour-matters", "turn and flip only"),
            ("both-matter", "do neither"),
            ("none", "do nothing at all"),
        ),
    ),
    Field(name="strength", words="Its strength", kind=EditorKind.NUMBER, hint="0 to 2; 1 is the preset's own"),
    Field(name="views", words="Views", kind=EditorKind.WHOLE, hint="augmented views of each picture", empty=_AUTO),
    Field(
        name="input_size",
        words="Input size",
        kind=EditorKind.CHOICE,
        hint="more pixels find smaller defects and inspect slower",
        choices=(("", _AUTO), *((str(size), f"{size} pixels") for size in SIZES)),
    ),
    Field(
        name="policy",
        words="Made square by",
        kind=EditorKind.CHOICE,
        choices=(("squash", "squashing"), ("letterbox", "bars"), ("centre-crop", "cutting the sides")),
    ),
    Field(name="test_fraction", words="Test part", kind=EditorKind.NUMBER, hint="fraction held out, looked at once"),
    Field(
        name="validation_fraction", words="Validation part", kind=EditorKind.NUMBER, hint="fraction for every choice"
    ),
    Field(
        name="folds", words="Folds", kind=EditorKind.WHOLE, hint="test every picture once in so many trainings; 0: no"
    ),
    Field(
        name="keep_together", words="Near duplicates together", kind=EditorKind.FLAG, hint="in one part of the split"
    ),
    Field(name="split", words="Split", kind=EditorKind.TEXT, hint="split.csv of another model", empty="a new one"),
    Field(name="seed", words="Seed", kind=EditorKind.WHOLE, hint="of split and training"),
)
FIT_FIELDS = (
    Field(name="budget_s", words="Time budget", kind=EditorKind.NUMBER, hint="seconds, of Automatic"),
    Field(
        name="pooling",
        words="Pooling",
        kind=EditorKind.CHOICE,
        hint="mix finds smaller defects",
        choices=(("", _AUTO), ("average", "average"), ("mix", "mix")),
    ),
    Field(name="epochs", words="Epochs", kind=EditorKind.WHOLE, hint="at most", empty=_AUTO),
    Field(name="patience", words="Patience", kind=EditorKind.WHOLE, hint="epochs without improvement", empty=_AUTO),
    Field(name="learning_rate", words="Learning rate", kind=EditorKind.NUMBER, hint="peak", empty=_AUTO),
    Field(name="weight_decay", words="Weight decay", kind=EditorKind.NUMBER),
    Field(name="batch", words="Batch", kind=EditorKind.WHOLE, hint="pictures per step"),
    Field(
        name="precision",
        words="Precision",
        kind=EditorKind.CHOICE,
        hint="int8 inspects fastest; float also suits other devices",
        choices=(("auto", "int8 if it passes"), ("float", "float only")),
    ),
    Field(name="loss", words="Loss", kind=EditorKind.CHOICE, choices=_same("cross-entropy", "focal")),
    Field(name="mixing", words="Mixing", kind=EditorKind.CHOICE, choices=_same("none", "mixup", "cutmix")),
    Field(
        name="unfreeze",
        words="Deeper from",
        kind=EditorKind.CHOICE,
        choices=(("layer3", "layer3"), ("all", "the first layer")),
    ),
    Field(name="weights", words="Backbone", kind=EditorKind.TEXT, hint="weights file", empty="ImageNet"),
    Field(
        name="rule",
        words="Threshold by",
        kind=EditorKind.CHOICE,
        choices=(("f1", "largest F1"), ("escapes", "escape limit"), ("cost", "costs")),
    ),
    Field(name="escape_limit", words="Escape limit", kind=EditorKind.NUMBER, hint="fraction of defective parts"),
    Field(name="escape_cost", words="Cost of an escape", kind=EditorKind.NUMBER),
    Field(name="reject_cost", words="Cost of a false reject", kind=EditorKind.NUMBER),
    Field(name="review_band", words="Review band", kind=EditorKind.NUMBER, hint="fraction of parts", empty="no review"),
    Field(name="claim", words="Escape rate to show", kind=EditorKind.NUMBER, hint="fraction, at 95 % confidence"),
    Field(
        name="deep_maps",
        words="Compare heatmaps",
        kind=EditorKind.FLAG,
        hint="with other methods, where there are masks",
    ),
)


class MethodColumn(QWidget):
    """Method and name of the new model; the fold's card is made here and placed by the page."""

    changed = Signal()

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
        self.method.currentIndexChanged.connect(self._show_hint)
        self.name.textChanged.connect(lambda _: self.changed.emit())
        self.form.changed.connect(self._show_hint)
        self.fold_button.toggled.connect(self.fold.setVisible)
        self._rates: Mapping[int, float] = {}
        self._base = TrainRequest(data="x", out="x").model_dump(mode="json")
        self.form.fill({**self._base, "pooling": "", "input_size": ""})
        self._show_hint()

    def request(self, data: str, models: Path, said: ClassWords) -> TrainRequest | None:
        """Return what is asked for; None where a field is wrong, which is then marked.

        Args:
            data: Folder or manifest of the pictures.
            models: The folder of models, in which the new one is made.
            said: What the user has said of words.
        """
        values, faults = self.form.values(self._base)
        name = self.name.text().strip()
        values |= {"method": self.method.currentData(), "data": data, "out": str(models / name)}
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
        for fields in (PICTURE_FIELDS, FIT_FIELDS):
            row.addWidget(self.form.add_section(fields), 1)
        layout.addLayout(row)
        frame.hide()
        return frame, strip

    def _show_hint(self) -> None:
        method = self.method.currentData()
        words = METHODS[method][1]
        values, _ = self.form.values(self._base)
        chosen = values["input_size"]
        sizes = (int(chosen),) if chosen else _AUTO_SIZES if method == "auto" else SIZES[:1]
        rates = [f"{self._rates[size]:.0f}" for size in sizes if size in self._rates]
        if rates and not method.startswith("baseline"):
            words += f" Inspects about {' to '.join(reversed(rates))} parts/s here."
        self.hint.setText(words)
        self.changed.emit()


def _usable(name: str) -> bool:
    """True where a name can be a model's: the rules of a recipe's name."""
    try:
        Recipe(name=name, source=str(DEMO), model="x")
    except ValidationError:
        return False
    return not name.startswith(".")
