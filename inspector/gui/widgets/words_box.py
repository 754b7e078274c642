"""How the words of folders or of a table were understood; asks for those that nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from inspector.domain.class_words import ClassWords, plain
from inspector.gui.widgets.basics import OneLine, label, set_tone
from inspector.gui.widgets.inputs import ChoiceBox

if TYPE_CHECKING:
    from collections.abc import Sequence

#: So many words are asked for at a time; the others come after these.
_AT_ONCE = 6
_GOOD, _DEFECTIVE, _NO_LABEL = "good", "defective", "no label"


class WordsBox(QWidget):
    """See the module; emits what is said of words.

    Args:
        no_label: What becomes of pictures without a label, as “no label: left out”.
    """

    told = Signal(object)  #: ClassWords: all that has been said so far

    def __init__(self, no_label: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.said = ClassWords()
        self._choices = (("Choose…", ""), ("good", _GOOD), ("defective", _DEFECTIVE), (no_label, _NO_LABEL))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.understood = OneLine()
        layout.addWidget(self.understood)
        self.question = label("", "", self)
        self.question.setTextFormat(Qt.TextFormat.PlainText)
        self.question.setWordWrap(True)
        set_tone(self.question, "review")
        layout.addWidget(self.question)
        self._grid = QGridLayout()
        self._grid.setSpacing(6)
        self._grid.setColumnStretch(2, 1)
        layout.addLayout(self._grid)
        row = QHBoxLayout()
        self.use = QPushButton("Use these answers", self)
        self.use.clicked.connect(self._tell)
        row.addWidget(self.use)
        row.addStretch(1)
        layout.addLayout(row)
        self.choices: dict[str, ChoiceBox] = {}
        self._names: list[QLabel] = []
        self.clear()

    @property
    def asking(self) -> bool:
        """Whether words are to be explained."""
        return bool(self.choices)

    def clear(self) -> None:
        """Forget everything: other pictures are looked at."""
        self.said = ClassWords()
        self.show_understood([])

    def show_understood(self, lines: Sequence[str]) -> None:
        """Say how words were understood; nothing is asked."""
        self.understood.say("Understood:  " + "  ·  ".join(lines) if lines else "")
        self.understood.setVisible(bool(lines))
        self._show_words(())

    def ask(self, words: Sequence[str]) -> None:
        """Ask for words that nobody knows.

        Args:
            words: As they are written.
        """
        self.understood.hide()
        self._show_words(words)

    def _show_words(self, words: Sequence[str]) -> None:
        for widget in (*self._names, *self.choices.values()):
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._names, self.choices = [], {}
        for row, word in enumerate(words[:_AT_ONCE]):
            name = label(f"“{word}” means", "", self)
            name.setTextFormat(Qt.TextFormat.PlainText)
            box = ChoiceBox(self)
            box.setAccessibleName(f"What {word} means")
            for text, value in self._choices:
                box.addItem(text, value)
            box.currentIndexChanged.connect(self._show_ready)
            self._grid.addWidget(name, row, 0)
            self._grid.addWidget(box, row, 1)
            self._names.append(name)
            self.choices[word] = box
        more = len(words) - _AT_ONCE
        others = f" {more} others are asked for after these." if more > 0 else ""
        self.question.setText(f"Some names say neither good nor defective. What do they mean?{others}" if words else "")
        self.question.setVisible(bool(words))
        self.use.setVisible(bool(words))
        self._show_ready()

    def _show_ready(self) -> None:
        self.use.setEnabled(all(box.currentData() for box in self.choices.values()))

    def _tell(self) -> None:
        now = {word: str(box.currentData()) for word, box in self.choices.items()}

        def with_these(before: tuple[str, ...], value: str) -> tuple[str, ...]:
            kept = (word for word in before if plain(word) not in map(plain, now))
            return (*kept, *(word for word, meaning in now.items() if meaning == value))

        self.said = ClassWords(
            good=with_these(self.said.good, _GOOD),
            defective=with_these(self.said.defective, _DEFECTIVE),
            no_label=with_these(self.said.no_label, _NO_LABEL),
        )
        self.told.emit(self.said)
