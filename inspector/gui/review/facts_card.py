"""What is known of the part under review; in a blind audit withheld until it has been judged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from inspector.domain.config import TriggerMode
from inspector.domain.text import shortened
from inspector.engine.faces import FACES, Face
from inspector.gui.review.words import clock, others_words
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.verdict import ScoreCard, VerdictPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QLabel

    from inspector.domain.records import Inspection
    from inspector.domain.review import Review
    from inspector.review.queues import Entry

_LATER = "shown once you have judged"
_WITHHELD = "Verdict, score and reason are shown once you have judged."
_ROWS = ("Part", "Time", "Recipe", "Model", "Others")
_VERDICT_PX = 72


class FactsCard(QWidget):
    """Verdict, score and reason; part, lot, recipe, model; and what others said."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        self.verdict = VerdictPanel(self)
        self.verdict.setFixedHeight(_VERDICT_PX)
        outer.addWidget(self.verdict)
        self.score = ScoreCard(self)
        outer.addWidget(self.score)
        self._rows, layout = card(self)
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(2)
        self.values: dict[str, QLabel] = {}
        for row, name in enumerate(_ROWS):
            heading = label(name, "muted")
            heading.setAlignment(Qt.AlignmentFlag.AlignTop)
            grid.addWidget(heading, row, 0)
            value = label("")
            value.setWordWrap(True)
            value.setAccessibleName(name)
            value.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
            grid.addWidget(value, row, 1)
            self.values[name] = value
        grid.setColumnStretch(1, 1)
        layout.addLayout(grid)
        layout.addStretch(1)
        outer.addWidget(self._rows, 1)
        outer.addStretch(0)
        self.show_nothing("No part under review.")

    def show_rows(self, *, shown: bool) -> None:
        """Show the rows under the score; in a low window they are the verdict's tip, as the buttons need the room."""
        self._rows.setVisible(shown)

    def show_nothing(self, words: str) -> None:
        """There is no part."""
        self.verdict.show_face(Face.NO_PART, dimmed=True)
        self.score.say(None, None, words)
        for value in self.values.values():
            value.setText("–")
        self.verdict.setToolTip("")

    def show_withheld(self, entry: Entry) -> None:
        """Show a part of the blind audit that is not judged yet."""
        self.verdict.show_face(Face.WITHHELD, dimmed=True)
        self.score.say(None, None, _WITHHELD)
        self._fill(
            names=f"serial number {entry.part_serial}" if entry.part_serial else "",
            part=_part(entry.part_number, entry.lot, shortened(entry.part_serial, 24)),
            time=clock(entry.time_utc),
            recipe=entry.recipe,
            model=_LATER,
            others=_LATER,
        )

    def show_part(self, inspection: Inspection, others: Sequence[Review] | None) -> None:
        """Show a part with all that is known of it.

        Args:
            inspection: What the line recorded of it.
            others: What colleagues say of it at present; None while it is not to be seen.
        """
        decision, model = inspection.decision, inspection.model
        self.verdict.show_face(FACES[decision.verdict])
        self.score.say(decision.p_defective, decision.thresholds, decision.reason, strangeness=decision.strangeness)
        self._fill(
            names=_names(inspection),
            part=_part(inspection.part_number, inspection.lot, inspection.called),
            time=clock(inspection.time_utc),
            recipe=f"{inspection.recipe}, version {inspection.recipe_version}",
            model="none" if model is None else f"{model.name} · {model.precision}",
            others=_LATER if others is None else others_words(others) or "nobody yet",
        )

    def _fill(self, *, names: str, **texts: str) -> None:
        for name, text in texts.items():
            self.values[name.capitalize()].setText(text)
        self.values["Part"].setToolTip(names)
        self.verdict.setToolTip("\n".join(f"{name.capitalize()}: {text}" for name, text in texts.items()))


def _part(number: int, lot: str, called: str) -> str:
    part = f"{number:,} · {called}" if called else f"{number:,}"
    return f"{part}, lot {lot}" if lot else f"{part}, no lot"


def _names(inspection: Inspection) -> str:
    """Return whole what the line said of the part."""
    by_line = inspection.trigger == TriggerMode.EXTERNAL.value
    names = (
        ("serial number", inspection.part_serial),
        ("trigger", inspection.trigger_id if by_line else ""),
        ("tool or nest", inspection.nest),
    )
    return "\n".join(f"{kind} {name}" for kind, name in names if name)
