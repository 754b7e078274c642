"""What the pictures of a training hold: every finding of the audit with its pictures and files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.training.words import contents_words, counts_words, understood_words
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.thumb_strip import ThumbStrip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.widgets.thumb_strip import Thumb
    from trainer.protocol import DataContents, Finding

_THUMB_PX, _PICTURES_PX = 96, 300
#: So many pictures of a finding are shown; its files are all named.
SHOWN = 8


class FindingsDialog(QDialog):
    """The counts and every finding with its files, to be read and copied.

    Args:
        findings: What the audit of the pictures says.
    """

    def __init__(self, contents: DataContents, findings: Sequence[Finding], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.findings = tuple(findings)
        self.setWindowTitle("What the pictures hold")
        self.setMinimumSize(820, 560)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 20, 20, 16)
        layout.setSpacing(12)
        layout.addWidget(label(contents_words(contents)))
        pieces = ["\n".join([*understood_words(contents), "", counts_words(contents)])]
        for finding in findings:
            files = "\n".join(f"    {path}" for path in finding.files)
            said = f"{finding.severity.upper()}: {finding.what}\n  → {finding.action}"
            pieces.append(f"{said}\n{files}" if files else said)
        self.text = QPlainTextEdit("\n\n".join(pieces), self)
        self.text.setReadOnly(True)
        layout.addWidget(self.text, 1)
        self.strips: list[ThumbStrip] = []
        self._pictures = QScrollArea(self)
        self._pictures.setWidgetResizable(True)
        self._pictures.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._pictures.setAccessibleName("Pictures of the findings")
        self._pictures.hide()
        layout.insertWidget(1, self._pictures)
        row = QHBoxLayout()
        row.addStretch(1)
        close = QPushButton("Close", self)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        layout.addLayout(row)

    def show_pictures(self, thumbs: Sequence[Sequence[Thumb]]) -> None:
        """Show pictures of the findings.

        Args:
            thumbs: Of each finding, in their order; one without is left out.
        """
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        for finding, own in zip(self.findings, thumbs, strict=True):
            if own:
                words = label(finding.what)
                words.setWordWrap(True)
                column.addWidget(words)
                strip = ThumbStrip(f"Pictures: {finding.what}", side_px=_THUMB_PX, parent=inside)
                column.addWidget(strip)
                strip.show_thumbs(own)
                self.strips.append(strip)
        column.addStretch(1)
        self._pictures.setWidget(inside)
        self._pictures.setFixedHeight(min(_PICTURES_PX, inside.sizeHint().height() + 2))
        self._pictures.setVisible(bool(self.strips))
