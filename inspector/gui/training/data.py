"""The pictures of a training: which, what was recognised in them, what the audit found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.sentence import sentence
from inspector.gui.training.basis import Basis
from inspector.gui.training.findings_dialog import FindingsDialog
from inspector.gui.training.words import contents_words, counts_words, understood_words
from inspector.gui.widgets.basics import label, set_tone
from inspector.gui.widgets.fitted_picture import read_image
from inspector.gui.widgets.thumb_strip import Thumb, ThumbStrip
from inspector.gui.widgets.words_box import WordsBox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainer.protocol import DataContents, Finding

_GOOD_SHOWN = 4
_SHOWN = 9
_SEVERITIES = {"error": "fail", "warning": "review", "note": "idle"}


class DataColumn(QWidget):
    """See the module; emits which pictures are wanted."""

    chosen = Signal()
    details_opened = Signal(object)  #: FindingsDialog, which wants the pictures of its findings

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.contents: DataContents | None = None
        self.findings: list[Finding] = []
        self.details: FindingsDialog | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addWidget(label("1 · PICTURES", "heading"))
        row = QHBoxLayout()
        self.path = QLineEdit(self)
        self.path.setPlaceholderText("Drop a folder or a manifest of pictures here")
        self.path.setAccessibleName("Pictures to train on")
        self.path.editingFinished.connect(self._typed)
        row.addWidget(self.path, 1)
        self.browse_button = QPushButton("Browse…", self)
        self.browse_button.setToolTip("Choose a folder of pictures")
        self.browse_button.clicked.connect(self._browse)
        row.addWidget(self.browse_button)
        layout.addLayout(row)
        self.goes_on = label("", "muted")
        self.goes_on.setWordWrap(True)
        self.goes_on.hide()
        layout.addWidget(self.goes_on)
        self.strip = ThumbStrip("Some of the pictures", parent=self)
        layout.addWidget(self.strip)
        self.words = label(
            "A folder with “good” and a folder for each type of defect, or an MVTec AD category. Five good "
            "pictures are a start."
        )
        self.words.setWordWrap(True)
        row = QHBoxLayout()
        row.addWidget(self.words, 1)
        self.details_button = QPushButton("Show findings", self)
        self.details_button.clicked.connect(self._show_details)
        self.details_button.hide()
        row.addWidget(self.details_button)
        layout.addLayout(row)
        self.class_words = WordsBox("neither: left out", self)
        self.class_words.told.connect(lambda _: self.chosen.emit())
        layout.addWidget(self.class_words)
        self.finding = label("", "muted")
        self.finding.setWordWrap(True)
        layout.addWidget(self.finding)
        layout.addStretch(1)
        self._last = self._of_basis = ""
        self._basis = Basis()
        self.reading = False  #: the pictures are being looked at

    @property
    def place(self) -> str:
        """Folder or manifest that is written in the field; empty for none."""
        return self.path.text().strip()

    @property
    def faulty(self) -> bool:
        """True where the audit forbids a training."""
        return any(finding.severity == "error" for finding in self.findings)

    @property
    def basis(self) -> Basis:
        """What a training of these pictures goes on from."""
        return self._basis if self.place == self._of_basis else Basis()

    def choose(self, path: str, basis: Basis | None = None) -> None:
        """Take a folder or manifest, as if it had been typed; and what a training of it goes on from."""
        self._of_basis, self._basis = path.strip(), basis or Basis()
        self.path.setText(path)
        self._take()

    def show_waiting(self) -> None:
        """Say that the pictures are being looked at."""
        self._clear()
        self.reading = True
        self.words.setText("Reading the pictures, looking for duplicates and unreadable files…")

    def show_progress(self, done: int, total: int) -> None:
        """Say how many pictures have been looked at."""
        self.words.setText(f"Looking at the pictures: {done:,} of {total:,} …")

    def show_contents(self, contents: DataContents, findings: Sequence[Finding]) -> None:
        """Show what the data holds, and the worst finding."""
        self._clear()
        worst_first = list(_SEVERITIES)
        self.contents = contents
        self.findings = sorted(findings, key=lambda finding: worst_first.index(finding.severity))
        self.words.setText(contents_words(contents))
        self.words.setToolTip(counts_words(contents))
        self.class_words.show_understood(understood_words(contents))
        if self.findings:
            worst = self.findings[0]
            more = f"  And {len(self.findings) - 1} more." if len(self.findings) > 1 else ""
            self._say(f"{worst.what.rstrip('.')}. {worst.action.rstrip('.')}.{more}", _SEVERITIES[worst.severity])
        self.details_button.setText(f"Show findings ({len(self.findings)})" if self.findings else "Show counts")
        self.details_button.show()

    def show_fault(self, text: str) -> None:
        """Say why the pictures cannot be used."""
        self._clear()
        self.words.setText("These pictures cannot be used.")
        self._say(sentence(text), "fail")

    def ask_words(self, words: Sequence[str], why: str) -> None:
        """Ask what words mean that nobody knows; nothing can be trained before.

        Args:
            words: As they are written.
            why: What is not known, with the pictures.
        """
        self._clear()
        self.words.setText(f"{sentence(why)}. Nothing starts before it is known what is good.")
        self.class_words.ask(words)

    def _say(self, text: str, state: str) -> None:
        self.finding.setText(text)
        set_tone(self.finding, state)

    def _clear(self) -> None:
        self.contents, self.findings, self.reading = None, [], False
        self.strip.show_thumbs([])
        self.finding.setText("")
        self.words.setToolTip("")
        self.class_words.show_understood([])
        self.details_button.hide()

    def _typed(self) -> None:
        if self.place != self._last:
            self._take()

    def _take(self) -> None:
        self._last = self.place
        self._clear()
        self.class_words.clear()
        self.class_words.said = self.basis.said
        self.goes_on.setText(self.basis.words)
        self.goes_on.setVisible(bool(self.basis.words))
        self.chosen.emit()

    def _browse(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Choose the folder of pictures", self.path.text())
        if chosen:
            self.choose(chosen)

    def _show_details(self) -> None:
        if self.contents is not None:
            self.details = FindingsDialog(self.contents, self.findings, self)
            self.details.open()
            self.details_opened.emit(self.details)


def thumbs_of(contents: DataContents, side_px: int = 104) -> list[Thumb]:
    """Read some pictures of a data set for its strip; called on the worker.

    Args:
        contents: The data's pictures by defect type.
        side_px: Height of the thumbnails.

    Returns:
        Some good ones, then defective ones of all types in turn; a picture that cannot be read is left out.
    """
    good = [(path, "good") for path in contents.pictures.get("good", [])[:_GOOD_SHOWN]]
    types = {kind: paths for kind, paths in contents.pictures.items() if kind != "good"}
    deepest = max((len(paths) for paths in types.values()), default=0)
    bad = [(paths[n], kind) for n in range(deepest) for kind, paths in types.items() if n < len(paths)]
    wanted = good + bad[: _SHOWN - len(good)]
    return [
        thumb
        for path, kind in wanted
        for thumb in read_thumbs([path], side_px, kind, "good" if kind == "good" else "fail")
    ]


def read_thumbs(paths: Sequence[str], side_px: int, kind: str, state: str = "idle") -> list[Thumb]:
    """Read pictures at a height; called on the worker. One that cannot be read is left out."""
    images = [(path, read_image(Path(path), side_px)) for path in paths]
    return [
        Thumb(image=image, words=f"{kind}: {Path(path).name}", state=state)
        for path, image in images
        if image is not None
    ]
