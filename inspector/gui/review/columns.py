"""The right of the Review page: what is known of the part, the judgement, and the cards beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.gui.review.facts import FactsCard
from inspector.gui.review.judging import JudgeCard
from inspector.gui.review.side import ReviewSide

if TYPE_CHECKING:
    from inspector.gui.review.walk import Walk

_SIDE_PX = 330


class ReviewColumns(QWidget):
    """See the module. In a wide window there are two columns, else one whose content is chosen by tabs.

    Args:
        walk: The reviewer's.
    """

    def __init__(self, walk: Walk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._walk = walk
        self.wide: bool | None = None
        self._desk = QWidget(self)
        self._column = QVBoxLayout(self._desk)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(10)
        self.facts = FactsCard(self._desk)
        self._column.addWidget(self.facts, 1)
        self.judging = JudgeCard(self._desk)
        self._column.addWidget(self.judging)
        self.side = ReviewSide(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(10)
        layout.addWidget(self.side.tabs)
        columns = QHBoxLayout()
        columns.setSpacing(10)
        for column in (self._desk, self.side):
            column.setFixedWidth(_SIDE_PX)
            columns.addWidget(column)
        layout.addLayout(columns, 1)
        self.side.tabs.chosen.connect(lambda _: self._arrange_side())
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
        self.side.tabs.setVisible(not wide)
        if wide:
            self._column.insertWidget(1, self.side.recent, 1)
            self.side.recent.show()
        else:
            self.side.take_back()
        self._column.setStretchFactor(self.facts, 0 if wide else 1)
        self._arrange_side()

    def show_desk(self) -> None:
        """Bring the judging to the front."""
        if not self.wide:
            self.side.tabs.choose(0)

    def show_walk(self) -> None:
        """Show what the walk is at."""
        walk = self._walk
        found, inspection = walk.current, walk.inspection
        if inspection is not None:
            self.facts.show_part(inspection, walk.others)
        elif found is not None and found.entry is not None:
            self.facts.show_withheld(found.entry)
        else:
            self.facts.show_nothing("No part under review.")
        self.show_buttons()

    def show_buttons(self) -> None:
        """Offer what can be done at this moment."""
        walk, count = self._walk, len(self._walk.ids)
        place = f"{min(walk.place + 1, count):,} OF {count:,}" if count else ""
        free, direct = not walk.writing, walk.direct is not None
        self.judging.show_state(
            judging=walk.can_judge,
            back=free and (direct or walk.place > 0),
            skip=free and (direct or walk.place < count),
            undo=walk.can_undo,
            place="LOOKED UP" if direct else place,
        )
        self.judging.show_own(walk.own)

    def _arrange_side(self) -> None:
        wide = bool(self.wide)
        self._desk.setVisible(wide or self.side.chosen == 0)
        self.side.setVisible(wide or self.side.chosen != 0)
        self.side.show_cards(wide=wide)
