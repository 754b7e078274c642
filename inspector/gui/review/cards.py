"""The right of the Review page: the part's facts, the judgement, and the cards of audit, lessons, last judgements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.gui.review.audit_card import AuditCard
from inspector.gui.review.facts_card import FactsCard
from inspector.gui.review.lessons_card import LessonsCard
from inspector.gui.review.recent_card import RecentCard
from inspector.gui.widgets.judgement_card import JudgementCard

if TYPE_CHECKING:
    from inspector.review.walk_state import WalkState

_TABS = ("Judge", "Audit", "To learn", "Recent")
_COLUMN_PX = 330
_GAP_PX = 10


class CardTabs(QWidget):
    """Chooses what a narrow window shows."""

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


class ReviewCards(QWidget):
    """See the module. In a wide window there are two columns, else one whose content is chosen by tabs.

    Args:
        walk: What the reviewer may see and do.
    """

    def __init__(self, walk: WalkState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk = walk
        self._chosen = 0
        self.wide: bool | None = None
        self.tabs = CardTabs(self)
        self._judging_column, self._judging = _column(self)
        self.facts = FactsCard(self._judging_column)
        self._judging.addWidget(self.facts, 1)
        self.judging = JudgementCard(self._judging_column)
        self._judging.addWidget(self.judging)
        self._card_column, self._cards = _column(self)
        self.audit = AuditCard(self._card_column)
        self.lessons = LessonsCard(self._card_column)
        self.recent = RecentCard(self._card_column)
        for card in (self.audit, self.lessons, self.recent):
            self._cards.addWidget(card)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(_GAP_PX)
        layout.addWidget(self.tabs)
        columns = QHBoxLayout()
        columns.setSpacing(_GAP_PX)
        columns.addWidget(self._judging_column)
        columns.addWidget(self._card_column)
        layout.addLayout(columns, 1)
        self.tabs.chosen.connect(self._choose)
        self.arrange(wide=False, low=False)

    def arrange(self, *, wide: bool, low: bool) -> None:
        """Fit the room.

        Args:
            wide: The cards have a column of their own, and the last judgements the room above the buttons.
            low: There is no room for all that is known of a part.
        """
        self.facts.show_rows(shown=not low)
        if wide == self.wide:
            return
        self.wide = wide
        self.tabs.setVisible(not wide)
        if wide:
            self._judging.insertWidget(1, self.recent, 1)
            self.recent.show()
        else:
            self._cards.addWidget(self.recent)
        self._judging.setStretchFactor(self.facts, 0 if wide else 1)
        self._arrange_cards()

    def show_judging(self) -> None:
        """Bring the judging to the front."""
        if not self.wide:
            self.tabs.choose(0)

    def show_walk(self) -> None:
        """Show what the walk is at."""
        walk = self._walk
        part, inspection = walk.current, walk.inspection
        if inspection is not None:
            self.facts.show_part(inspection, walk.others)
        elif part is not None and part.entry is not None:
            self.facts.show_withheld(part.entry)
        else:
            self.facts.show_nothing("No part under review.")
        self.show_buttons()

    def show_buttons(self) -> None:
        """Offer what can be done at this moment."""
        walk, count = self._walk, len(self._walk.ids)
        place = f"{min(walk.place + 1, count):,} OF {count:,}" if count else ""
        free, looked_up = not walk.writing, walk.looked_up is not None
        self.judging.show_state(
            judging=walk.can_judge,
            back=free and (looked_up or walk.place > 0),
            skip=free and (looked_up or walk.place < count),
            undo=walk.can_undo,
            place="LOOKED UP" if looked_up else place,
        )
        self.judging.show_own(walk.own.judgement if walk.own is not None else None)

    def _choose(self, index: int) -> None:
        self._chosen = index
        self._arrange_cards()

    def _arrange_cards(self) -> None:
        wide = bool(self.wide)
        self._judging_column.setVisible(wide or self._chosen == 0)
        self._card_column.setVisible(wide or self._chosen != 0)
        for number, card in enumerate((self.audit, self.lessons, self.recent), start=1):
            if card.parent() is self._card_column:
                card.setVisible(wide or self._chosen == number)
        # the list takes the room that the figures leave; a card that is alone takes all
        self._cards.setStretchFactor(self.audit, 0 if wide else 1)
        self._cards.setStretchFactor(self.lessons, 1)


def _column(parent: QWidget) -> tuple[QWidget, QVBoxLayout]:
    column = QWidget(parent)
    column.setFixedWidth(_COLUMN_PX)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(_GAP_PX)
    return column, layout
