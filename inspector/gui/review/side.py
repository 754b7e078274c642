"""The cards beside the judging, under one another where there is room, else one at a time."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.review.audit_card import AuditCard
from inspector.gui.review.learning_card import LearningCard
from inspector.gui.review.recent_card import RecentCard

_TABS = ("Judge", "Audit", "To learn", "Recent")


class SideTabs(QWidget):
    """What is shown at the side of a narrow window."""

    chosen = Signal(int)  #: 0 for the judging, else the card's number from 1

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.buttons: list[QPushButton] = []
        group = QButtonGroup(self)
        for index, words in enumerate(_TABS):
            button = QPushButton(words, self)
            button.setCheckable(True)
            button.setProperty("kind", "tight")
            button.setAccessibleName(f"Show: {words}")
            group.addButton(button, index)
            self.buttons.append(button)
            row.addWidget(button, 1)
        self.buttons[0].setChecked(True)
        group.idClicked.connect(self.chosen)

    def choose(self, index: int) -> None:
        """As if it had been pressed."""
        self.buttons[index].click()


class ReviewSide(QWidget):
    """The cards; see the module."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.tabs = SideTabs(parent)
        self.chosen = 0
        self.tabs.chosen.connect(self._choose)
        self.audit = AuditCard(self)
        self.learning = LearningCard(self)
        self.recent = RecentCard(self)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(10)
        self._layout.addWidget(self.audit)
        self._layout.addWidget(self.learning)
        self._layout.addWidget(self.recent)

    def show_cards(self, *, wide: bool) -> None:
        """Show the chosen card, or, where there is room, those that are not elsewhere then."""
        for number, one in enumerate((self.audit, self.learning, self.recent), start=1):
            if one.parent() is self:
                one.setVisible(wide or self.chosen == number)
        # the list takes the room that the figures leave; a card that is alone takes all
        self._layout.setStretchFactor(self.audit, 0 if wide else 1)
        self._layout.setStretchFactor(self.learning, 1)

    def take_back(self) -> None:
        """Take the last judgements in again."""
        self._layout.addWidget(self.recent)

    def _choose(self, index: int) -> None:
        self.chosen = index
