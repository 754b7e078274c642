"""Second step: good parts are shown; or a model is there, is imported, or is trained from pictures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QLineEdit, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from inspector import assembly
from inspector.gui.first_start.parts import ChoiceButton, asked, row_of
from inspector.gui.station.asker import Asker
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.path_field import WEIGHTS, PathField
from inspector.programs import has_trainer
from inspector.runs.answers import IMPORTED_MODEL, ImportedModel
from inspector.runs.inquiry import Inquiry

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.work import Worker
    from inspector.paths import Home
    from inspector.vision.store import ModelEntry

SHOWN, THERE, IMPORTED, TRAINED = "show", "there", "import", "train"
#: The model is made at the end: the recipe names none yet.
MADE_LATER = frozenset({SHOWN, TRAINED})
_WORDS = {
    SHOWN: ("Show me good parts", "Five to fifty good parts in front of the camera; no defect is needed"),
    THERE: ("A model that is here", "Shipped with the program, imported or trained before"),
    IMPORTED: ("Import one", "A ResNet-50 that was trained elsewhere: .pth, .safetensors, .npz"),
    TRAINED: ("Train one now", "From pictures of good and defective parts, on this computer"),
}


class ModelStep(QWidget):
    """See the module.

    Args:
        catalogue: Lists models.
        work: Starts the import.
        home: The data folder that a model is imported into.
        command: Runs ``inspector``; its arguments follow.
    """

    title = "What judges the parts?"
    hint = "Later: Settings → Model and thresholds, and Training."

    def __init__(
        self,
        *,
        catalogue: Catalogue,
        work: Worker,
        home: Home,
        command: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._catalogue, self._home, self._command = catalogue, home, tuple(command)
        self._asker: Asker[ImportedModel] = Asker(work)
        self._demo_line = False
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        self.choices = {name: ChoiceButton(*words, self) for name, words in _WORDS.items()}
        row_of(layout, *self.choices.values())
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._build_show())
        self._stack.addWidget(self._build_there())
        self._stack.addWidget(self._build_import())
        self._stack.addWidget(self._build_train())
        layout.addWidget(self._stack)
        layout.addStretch(1)
        for name, choice in self.choices.items():
            choice.clicked.connect(lambda _=False, name=name: self.choose(name))
        if not has_trainer():
            for name in (SHOWN, IMPORTED, TRAINED):
                self.choices[name].setEnabled(False)
                self.choices[name].setToolTip("This package has no trainer; the full package has one.")
        self.choose(SHOWN if has_trainer() else THERE)
        self._list()

    def _build_show(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        words = label(
            "At the end the live picture opens. Put good parts in front of the camera, or their pictures into the "
            "folder, one after another, and press a button for each; or let the trigger take every part. Five are a "
            "start, twenty are better. The station learns them in about a minute; then what is unlike them goes to "
            "review. Before, the line does not start."
        )
        words.setWordWrap(True)
        layout.addWidget(words)
        layout.addStretch(1)
        return page

    def _build_there(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        self.models = ChoiceBox(page)
        self.models.setAccessibleName("Model")
        self.models.currentTextChanged.connect(lambda _: self._warn())
        asked(layout, "Model", self.models)
        self._warning = label("", "fault")
        self._warning.setWordWrap(True)
        layout.addWidget(self._warning)
        layout.addStretch(1)
        return page

    def _build_import(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        empty = "A torchvision ResNet-50: .pth, .safetensors or .npz"
        self.weights = PathField("File of weights", empty, "file", page, WEIGHTS)
        asked(layout, "File of weights", self.weights)
        self.classes = QLineEdit("defective, good", page)
        self.classes.setAccessibleName("Classes")
        asked(
            layout,
            "Classes, in the network's order",
            self.classes,
            "With commas. torchvision's ImageFolder numbers them by the alphabet.",
        )
        self.good = QLineEdit("good", page)
        self.good.setAccessibleName("Good class")
        asked(layout, "Which of them is good", self.good)
        self.import_button = QPushButton("Import", page)
        self.import_button.clicked.connect(self.start_import)
        layout.addWidget(self.import_button)
        self.message = label("", "muted")
        self.message.setWordWrap(True)
        layout.addWidget(self.message)
        layout.addStretch(1)
        return page

    def _build_train(self) -> QWidget:
        page = QWidget(self)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 8, 0, 0)
        words = label(
            "Have some dozens of pictures of good parts in a folder “good”, and of defective ones in a folder for each "
            "type of defect beside it. The training page opens at the end; until a model is trained and promoted, the "
            "line does not start, so no part is judged by a model that does not know it."
        )
        words.setWordWrap(True)
        layout.addWidget(words)
        layout.addStretch(1)
        return page

    @property
    def chosen(self) -> str:
        """Which way: `SHOWN`, `THERE`, `IMPORTED` or `TRAINED`."""
        return next(name for name, choice in self.choices.items() if choice.isChecked())

    def choose(self, name: str) -> None:
        """Choose a way."""
        self.choices[name].setChecked(True)
        self._stack.setCurrentIndex(list(_WORDS).index(name))

    def enter(self, *, demo_line: bool) -> None:
        """The step is shown: the demo line has its model; other parts need another."""
        if demo_line != self._demo_line:
            self._demo_line = demo_line
            self.choose(THERE if demo_line or self.models.count() > 1 else SHOWN)
            self.models.setCurrentText(assembly.DEMO_MODEL)
        self._warn()

    def model(self) -> str:
        """Return the model's name; empty where one is to be made."""
        return self.models.currentText() if self.chosen not in MADE_LATER else ""

    def fault(self) -> str:
        """Say what is missing; empty where nothing is."""
        if self._asker.asking:
            return "The model is being imported; wait for it, or choose another way."
        if self.chosen == IMPORTED:
            return "Import the file first, or choose another way."
        return "" if self.chosen in MADE_LATER or self.model() else "There is no model. Import or train one."

    def start_import(self) -> None:
        """Import the weights in a process of its own: torch has no place in the window's."""
        path = Path(self.weights.text())
        if self._asker.asking or not path.name:
            self.message.setText("Name the file of weights." if not self._asker.asking else self.message.text())
            return
        arguments = ("model", "import", str(path), "--classes", self.classes.text(), "--good", self.good.text())
        command = (*self._command, *arguments, "--home", str(self._home.root), "--json")
        self.import_button.setEnabled(False)
        self.message.setText(f"{path.name} is being read and turned into a model…")
        self._asker.ask(lambda: Inquiry(command, IMPORTED_MODEL), self._imported, self._failed)

    def poll(self) -> None:
        """Look whether the import is done."""
        self._asker.poll()

    def release(self) -> None:
        """End an import that is under way; what it has not finished is not there."""
        self._asker.release()

    def _imported(self, answer: ImportedModel) -> None:
        self.import_button.setEnabled(True)
        self.message.setText("")
        self._list(answer.name)
        self.choose(THERE)

    def _failed(self, error: Exception) -> None:
        self.import_button.setEnabled(True)
        self.message.setText(str(error))

    def _list(self, chosen: str = "") -> None:
        def show(entries: list[ModelEntry]) -> None:
            before = chosen or self.models.currentText()
            self.models.clear()
            self.models.addItems([entry.name for entry in entries if not entry.fault])
            if before:
                self.models.setCurrentText(before)
            self._warn()

        self._catalogue.models(show, self._failed)

    def _warn(self) -> None:
        wrong = self.models.currentText() == assembly.DEMO_MODEL and not self._demo_line
        words = "The demo model knows the parts of the demo line only; its verdicts on other parts mean nothing."
        self._warning.setText(words if wrong else "")
