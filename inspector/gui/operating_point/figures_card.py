"""What an operating point does to the labelled parts, in numbers: counts to be pressed, rates, cost, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from inspector.domain.evidence import evidence
from inspector.domain.records import Verdict
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.count_button import VERDICT_WORDS, CountButton
from inspector.operating_point.words import calibrated_words, evidence_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from inspector.domain.operating_point import GuardHeld
    from inspector.domain.outcome import Outcome, Prices
    from inspector.domain.rates import Estimate, Rate
    from inspector.domain.records import Thresholds
    from inspector.domain.tally import Tally
    from inspector.operating_point.parts import LabelledParts

_HEADS = {
    "95 %": "95 % interval: Wilson; of sums of rates MOVER on the Wilson limits (Zou and Donner, 2008)",
    "change": "Against the thresholds in force",
    "held out": "Test parts that chose nothing, at the thresholds that are set. Do not choose by them",
}
_Figure = TypeVar("_Figure")
_TYPES_SHOWN = 6
_ROWS = (
    ("escapes", "Escapes", "Defective parts that pass, of all defective ones"),
    ("overkill", "Overkill", "Good parts that fail, of all good ones"),
    (
        "load",
        "Review of 1,000",
        "REVIEW and ERROR, of 1,000 parts at the line with the assumed share of defective ones",
    ),
    ("held", "Guard, good", "Good parts that only the guard sends to REVIEW, of those whose strangeness is recorded"),
    (
        "caught",
        "Guard, defective",
        "Defective parts that only the guard keeps from passing, of those whose strangeness is recorded",
    ),
    ("cost", "Cost of 1,000", "Of 1,000 parts at the line, by your prices and the assumed share of defective parts"),
)
_COLUMNS = ("", "value", "95 %", "change", "held out")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What is compared: the point that is set, the one in force, and the set one on held-out parts.

    Args:
        now: At the thresholds that are set.
        in_force: At those in force; None where they are the same.
        held_out: Of the held-out parts at those that are set; None where there are none.
        prices: As the user has set them.
        held: What the guard alone does, in the same three cases.
        guard_rate: Share of good parts that it is set for; 0 without a guard.
    """

    now: Outcome
    in_force: Outcome | None
    held_out: Outcome | None
    prices: Prices
    held: tuple[GuardHeld, GuardHeld | None, GuardHeld | None]
    guard_rate: float

    @staticmethod
    def at(parts: LabelledParts, points: tuple[Thresholds, Thresholds | None], prices: Prices, rate: float) -> Outcomes:
        """Return what is compared.

        Args:
            parts: By which is chosen, and those that are held out.
            points: The operating point that is set, and the one in force; None where that is not known.
            prices: As the user has set them.
            rate: As `Outcomes`.
        """
        (point, before), scores, other = points, parts.scores, parts.held_out
        in_force = None if before is None or before == point else before
        return Outcomes(
            scores.at(point),
            None if in_force is None else scores.at(in_force),
            None if other is None else other.at(point),
            prices,
            (
                scores.held(point),
                None if in_force is None else scores.held(in_force),
                None if other is None else other.held(point),
            ),
            rate,
        )

    def each(self, take: Callable[[Outcome], _Figure]) -> tuple[_Figure, _Figure | None, _Figure | None]:
        """Return a figure of all three."""
        before = None if self.in_force is None else take(self.in_force)
        return take(self.now), before, None if self.held_out is None else take(self.held_out)


class FiguresCard(QWidget):
    """See the module."""

    pressed = Signal(bool, object)  #: a cell: defective or not, and its Verdict

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        layout.setSpacing(4)
        outer.addWidget(frame)
        self.cells: dict[tuple[bool, Verdict], CountButton] = {}
        layout.addLayout(self._build_cells())
        layout.addSpacing(4)
        self.values: dict[tuple[str, str], QLabel] = {}
        layout.addLayout(self._build_rows())
        layout.addSpacing(4)
        self.evidence = label("")
        self.evidence.setWordWrap(True)
        self.evidence.setAccessibleName("Evidence")
        layout.addWidget(self.evidence)
        self.guard = label("", "muted")
        self.guard.setWordWrap(True)
        self.guard.setAccessibleName("What the guard does")
        layout.addWidget(self.guard)
        self.types = label("", "muted")
        self.types.setWordWrap(True)
        self.types.setAccessibleName("Escapes by defect type")
        layout.addWidget(self.types)
        layout.addStretch(1)
        self.setAccessibleName("What the thresholds do")

    def _build_cells(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(4)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(0, 1)
        self._heads = [label(words, "heading") for words in VERDICT_WORDS.values()]
        for column, head in enumerate(self._heads, 1):
            head.setContentsMargins(0, 0, 10, 0)
            grid.addWidget(head, 0, column, Qt.AlignmentFlag.AlignRight)
        self._lines = {kind: label("") for kind in (False, True)}
        for row, (kind, words) in enumerate(self._lines.items(), 1):
            grid.addWidget(words, row, 0)
            for column, verdict in enumerate(VERDICT_WORDS, 1):
                button = CountButton(defective=kind, verdict=verdict, parent=self)
                button.setMinimumWidth(66)
                button.clicked.connect(lambda _=False, cell=(kind, verdict): self.pressed.emit(*cell))
                grid.addWidget(button, row, column)
                self.cells[kind, verdict] = button
        return grid

    def _build_rows(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(7)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0, 1)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for column, (words, wide) in enumerate(zip(_COLUMNS, (116, 58, 92, 56, 58), strict=True)):
            head = label(words, "heading")
            head.setToolTip(_HEADS.get(words, ""))
            grid.addWidget(head, 0, column, right)
            grid.setColumnMinimumWidth(column, wide)
        for row, (key, words, tip) in enumerate(_ROWS, 1):
            name = label(words)
            name.setToolTip(tip)
            grid.addWidget(name, row, 0)
            self.values[key, ""] = name
            for column, name_of in enumerate(_COLUMNS[1:], 1):
                value = label("", "score" if column == 1 else "muted")
                value.setAccessibleName(f"{words}, {name_of}")
                value.setToolTip(tip)
                grid.addWidget(value, row, column, right)
                self.values[key, name_of] = value
        return grid

    # --- showing ------------------------------------------------------------------------------------------------------

    def show_outcomes(self, outcomes: Outcomes | None, claim: float, caution: str) -> None:
        """Set the figures.

        Args:
            outcomes: At the thresholds that are set and at those in force; None where there are no parts.
            claim: Escape rate that is to be shown.
            caution: Why these parts cannot prove a claim, as a sentence; empty where they can.
        """
        if outcomes is None:
            for button in self.cells.values():
                button.show_nothing()
            for (_, column), value in self.values.items():
                value.setText(value.text() if not column else "")
            for line in self._lines.values():
                line.setText("")
            for text in (self.evidence, self.guard, self.types):
                text.setText("")
            return
        now, before = outcomes.now.confusion, outcomes.in_force
        self._show_counts(False, now.good, None if before is None else before.confusion.good)
        self._show_counts(True, now.defective, None if before is None else before.confusion.defective)
        errors = now.labelled.error > 0
        for widget in (self._heads[-1], self.cells[False, Verdict.ERROR], self.cells[True, Verdict.ERROR]):
            widget.setVisible(errors)
        self._show_rates("escapes", *outcomes.each(lambda outcome: outcome.confusion.escapes))
        self._show_rates("overkill", *outcomes.each(lambda outcome: outcome.confusion.overkill))
        self._show_guard(outcomes)
        self._show_estimates("load", *outcomes.each(lambda outcome: outcome.looks(outcomes.prices)))
        self._show_estimates("cost", *outcomes.each(lambda outcome: outcome.cost(outcomes.prices)))
        words = evidence_words(evidence(now.escapes, claim), caution)
        self.evidence.setText(words.replace(" %", "\u00a0%"))  # a line does not end between the two

    def _show_guard(self, outcomes: Outcomes) -> None:
        """Set what the guard alone does; nothing where there is none."""
        for key in ("held", "caught"):
            for column in ("", *_COLUMNS[1:]):
                self.values[key, column].setVisible(bool(outcomes.guard_rate))
        good = [None if held is None else held.good for held in outcomes.held]
        defective = [None if held is None else held.defective for held in outcomes.held]
        for key, (now, before, held_out) in (("held", good), ("caught", defective)):
            assert now is not None
            self._show_rates(key, now, before, held_out)
        words = calibrated_words(outcomes.held[0], outcomes.guard_rate)
        self.guard.setText(words.replace(" %", "\u00a0%"))
        self.guard.setVisible(bool(words))

    def show_types(self, rates: Mapping[str, Rate]) -> None:
        """Set the escapes of each defect type, the worst first; of one type alone nothing is said."""
        some = [f"{name} {rate.count:,} of {rate.total:,}" for name, rate in rates.items()]
        more = f" and {len(some) - _TYPES_SHOWN} more types" if len(some) > _TYPES_SHOWN else ""
        words = f"Escapes by type: {', '.join(some[:_TYPES_SHOWN])}{more}."
        self.types.setText(words if len(some) > 1 else "")

    def _show_counts(self, kind: bool, counts: Tally, before: Tally | None) -> None:  # noqa: FBT001 - a key
        line = "defective" if kind else "good"
        self._lines[kind].setText(f"{counts.inspected:,} {line}")
        for verdict in VERDICT_WORDS:
            change = "" if before is None else f"; in force {before.count(verdict):,}"
            self.cells[kind, verdict].show_count(counts.count(verdict), line, change)

    def _show_rates(self, key: str, now: Rate, before: Rate | None, held_out: Rate | None) -> None:
        low, high = now.interval
        self._put(key, "value", "–" if now.value is None else f"{100 * now.value:.1f} %")
        self._put(key, "95 %", f"{100 * low:.1f} to {100 * high:.1f} %")
        change = ""
        if before is not None and before.value is not None and now.value is not None:
            change = _signed(100 * (now.value - before.value), " %")
        self._put(key, "change", change)
        self._put(key, "held out", "" if held_out is None else f"{held_out.count} of {held_out.total}")

    def _show_estimates(self, key: str, now: Estimate, before: Estimate | None, other: Estimate | None) -> None:
        value = now.value
        earlier, held_out = (None if estimate is None else estimate.value for estimate in (before, other))
        self._put(key, "value", "–" if value is None else _short(value))
        self._put(key, "95 %", "" if value is None else f"{_short(now.low)} to {_short(now.high)}")
        self._put(key, "change", "" if value is None or earlier is None else _signed(value - earlier, ""))
        self._put(key, "held out", "" if held_out is None else _short(held_out))

    def _put(self, key: str, column: str, text: str) -> None:
        value = self.values[key, column]
        if value.text() != text:
            value.setText(text)


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def _signed(value: float, unit: str) -> str:
    if abs(value) < 0.05:
        return "same"
    return f"{'+' if value > 0 else '−'}{_short(abs(value))}{unit}"
