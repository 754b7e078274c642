"""Says of pictures that stand in no record what they are, for a training; and leads to the training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.review import Judgement
from inspector.domain.sentence import sentence
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.type_menu import TypeMenu, ask_new_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.widgets.question import Question


class TeachBar(QWidget):
    """Good, defective with its type, and “Train with these”; it emits wishes."""

    said = Signal(object, str)  #: Judgement, or None to take it back; and the type of a defect
    train_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.types: tuple[str, ...] = ()
        self.menu: TypeMenu | None = None
        self.question: Question | None = None
        self._own: Judgement | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(6)
        column.addLayout(row)
        self.good = self._button("Good", "Learn that the part is good; once more takes it back")
        self.good.clicked.connect(lambda: self._say(Judgement.GOOD))
        self.defective = self._button("Defective", "Learn that the part is defective; once more takes it back")
        self.defective.clicked.connect(self._ask_type)
        self.train_button = self._button("Train with these", "")
        self.train_button.clicked.connect(self.train_wanted)
        for button in (self.good, self.defective):
            button.setCheckable(True)
        for button, stretch in ((self.good, 2), (self.defective, 2), (self.train_button, 3)):
            row.addWidget(button, stretch)
        self.words = label("", "muted", self)
        self.words.setWordWrap(True)
        column.addWidget(self.words)

    def _button(self, words: str, tip: str) -> QPushButton:
        button = QPushButton(say(words), self)
        button.setToolTip(say(tip))
        button.setProperty("kind", "tight")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys to the page
        return button

    def show_state(
        self,
        *,
        pictures: int,
        own: Judgement | None,
        to_learn: int,
        recipe: str,
        types: Sequence[str],
        why_not: str = "",
    ) -> None:
        """Show what is said of the pictures, and how many there are to be learned.

        Args:
            pictures: Of how many something can be said at once.
            own: None where nothing is said of them, or not the same of all.
            to_learn: Of the recipe, from Review too.
            recipe: The recipe in force, whose model is to learn.
            types: The types that a defect can have.
            why_not: Why nothing can be said; empty where it can.
        """
        self._own, self.types = own, tuple(types)
        self._mark()
        for button in (self.good, self.defective):
            button.setEnabled(pictures > 0 and not why_not)
        self.train_button.setText(say(f"Train with these ({to_learn})" if to_learn else "Train with these"))
        self.train_button.setEnabled(bool(to_learn) and not why_not)
        tip = ". Review lists them under To learn, where they can be removed"
        self.train_button.setToolTip(say(f"Unite what {recipe} has to learn with its model's own pictures{tip}"))
        several = f"{pictures} pictures are selected: Good and Defective are said of all of them."
        self.say(why_not or (several if pictures > 1 else ""))

    def say(self, words: str) -> None:
        """Say why something cannot be done; nothing for an empty text."""
        self.words.setText(say(sentence(words)))
        self.words.setVisible(bool(words))

    def _mark(self) -> None:
        """Mark what is on the disk, whatever was pressed since."""
        self.good.setChecked(self._own is Judgement.GOOD)
        self.defective.setChecked(self._own is Judgement.DEFECTIVE)

    def _say(self, judgement: Judgement, defect_type: str = "") -> None:
        self._mark()
        self.said.emit(None if judgement is self._own else judgement, defect_type)

    def _ask_type(self) -> None:
        self._mark()
        if self._own is Judgement.DEFECTIVE:
            self._say(Judgement.DEFECTIVE)
        elif self.menu is None:
            self.menu = menu = TypeMenu(self.types, self)
            menu.chosen.connect(lambda name: self._say(Judgement.DEFECTIVE, name))
            menu.new_wanted.connect(self._ask_new)
            menu.aboutToHide.connect(self._closed)
            menu.open_above(self.defective)

    def _closed(self) -> None:
        self.menu = None

    def _ask_new(self) -> None:
        self.question = ask_new_type(lambda name: self._say(Judgement.DEFECTIVE, name), self)
