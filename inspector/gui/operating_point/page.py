"""The page Operating point: where the scores of good and defective parts lie, and what two thresholds make of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from inspector.domain.records import Thresholds, Verdict
from inspector.domain.sentence import sentence
from inspector.gui.operating_point.cell_pictures import CellPictures
from inspector.gui.operating_point.choice_dialog import ChoiceDialog, take_back_question
from inspector.gui.operating_point.figures_card import FiguresCard, Outcomes
from inspector.gui.operating_point.part_strip import PartStrip
from inspector.gui.operating_point.point_controls import IN_FORCE, PointControls
from inspector.gui.operating_point.prices_card import PricesCard
from inspector.gui.operating_point.score_axis import ScoreAxis
from inspector.gui.operating_point.source_bar import SourceBar
from inspector.gui.widgets.basics import card
from inspector.gui.widgets.later import Page
from inspector.operating_point.parts import escapes_by_type, evidence_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.operating_point.desk import OperatingPointDesk
    from inspector.gui.operating_point.store import OperatingPointReading
    from inspector.gui.widgets.question import Question
    from inspector.gui.work import Worker
    from inspector.operating_point.prices import RecipePrices
    from inspector.recipes.recipe import Recipe

_PICTURES_AFTER_MS, _PRICES_AFTER_MS = 200, 600

_FIGURES_PX = 444
#: What a newcomer does next.
_WAYS = (
    "Thresholds are chosen by parts of which it is known whether they are good. Such parts come from\n\n"
    "the page Batch: judge a folder that has a folder “good” in it and one for each defect;\n"
    "the page Review: judge parts that the line has inspected;\n"
    "Settings, Training: a model that is trained there keeps its validation pictures.\n\n"
    "They then stand in the list above. The thresholds themselves can be typed below at any time."
)


class OperatingPointPage(Page):
    """See the module.

    Args:
        desk: Reads scores, makes recipes.
        pictures: Reads pictures.
    """

    def __init__(self, *, desk: OperatingPointDesk, pictures: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.desk = desk
        self._recipe: Recipe | None = None
        self._reading: OperatingPointReading | None = None
        self._point = Thresholds(fail_at=0.5)
        self._cell: tuple[bool, Verdict] | None = None
        self.dialog: ChoiceDialog | None = None
        self.question: Question | None = None  #: asked before a change is taken back
        self._build()
        self.pictures = CellPictures(worker=pictures, strip=self.strip, axis=self.axis)
        self._pictures_later = self._later(_PICTURES_AFTER_MS, self._show_pictures)
        self._prices_later = self._later(_PRICES_AFTER_MS, self._keep_prices)
        self._connect()
        self._show_nothing("")

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(10)
        self.bar = SourceBar(self)
        column.addWidget(self.bar)
        row = QHBoxLayout()
        row.setSpacing(10)
        left, right = QVBoxLayout(), QVBoxLayout()
        for half in (left, right):
            half.setSpacing(10)
        left.addWidget(self._build_axis(), 1)
        self.strip = PartStrip(self)
        left.addWidget(self.strip)
        self.figures = FiguresCard(self)
        self.figures.setFixedWidth(_FIGURES_PX)
        self.prices = PricesCard(self)
        self.prices.setFixedWidth(_FIGURES_PX)
        right.addWidget(self.figures, 1)
        right.addWidget(self.prices)
        row.addLayout(left, 1)
        row.addLayout(right)
        column.addLayout(row, 1)

    def _build_axis(self) -> QWidget:
        frame, layout = card(self)
        self.axis = ScoreAxis(frame)
        layout.addWidget(self.axis, 1)
        self.controls = PointControls(frame)
        layout.addWidget(self.controls)
        return frame

    def _later(self, after_ms: int, then: Callable[[], None]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(after_ms)
        timer.timeout.connect(then)
        return timer

    def _connect(self) -> None:
        self.axis.moved.connect(self.set_point)
        self.controls.changed.connect(self.set_point)
        self.controls.suggested.connect(self._suggest)
        self.bar.chosen.connect(self.refresh)
        self.bar.use_wanted.connect(self.ask)
        self.bar.take_back_wanted.connect(self._take_back)
        self.prices.changed.connect(self._price_typed)
        self.figures.pressed.connect(self.show_cell)
        self.desk.read.connect(self._show_reading)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The page is shown: read what there is to choose by."""
        self.refresh()

    def release(self) -> None:
        """Keep what was typed last."""
        if self._prices_later.isActive():
            self._prices_later.stop()
            self._keep_prices()

    def show_recipe(self, recipe: Recipe | None) -> None:
        """Set the recipe in force; None where there is none that can be used."""
        self._recipe = recipe
        if self.isVisible():
            self.refresh()

    def refresh(self) -> None:
        """Read the scores of the chosen source, and the operating point in force."""
        recipe = self._recipe
        if recipe is None:
            self._show_nothing("There is no recipe that can be used. Choose one above, or make one in Settings.")
            return
        key = self.bar.key
        reading = self._reading
        if reading is None or (reading.recipe, reading.key) != (recipe.name, key):
            self.axis.show_scores(None, "Reading the scores…")
        self.desk.ask(recipe, key)

    def set_point(self, point: Thresholds) -> None:
        """Set the thresholds; everything follows at once, the pictures a little later."""
        self._point = point
        reading = self._reading
        in_force = reading.in_force if reading is not None else None
        self.axis.show_point(point, in_force)
        self.controls.show_point(point)
        self._show_figures()
        self._pictures_later.start()
        self._show_buttons()

    def show_cell(self, defective: bool, verdict: Verdict) -> None:  # noqa: FBT001 - a signal's value
        """Show the pictures of a cell of the matrix."""
        self._cell = (defective, verdict)
        self._show_pictures()

    def ask(self) -> None:
        """Ask for reason and author; then the recipe gets its next version."""
        recipe, reading = self._recipe, self._reading
        if recipe is None or reading is None or reading.in_force is None:
            return
        point, before = self._point, reading.in_force
        author, evidence = self.desk.author, None if reading.parts is None else evidence_of(reading.parts, point)
        rate = None if reading.guarding is None else reading.guarding.chosen_rate(point, before)
        dialog = ChoiceDialog(recipe, (before, point), rate, evidence=evidence, author=author, parent=self)
        dialog.author.setReadOnly(self.desk.author_known)

        def use() -> None:
            who, reason = dialog.author.text(), dialog.reason.text()
            self.desk.choose(recipe, point, before, author=who, reason=reason, guard_rate=rate, evidence=evidence)

        dialog.accepted.connect(use)
        self.dialog = dialog
        dialog.open()

    def _take_back(self) -> None:
        recipe, reading = self._recipe, self._reading
        if recipe is None or reading is None or reading.undoable is None:
            return
        self.question = take_back_question(recipe, reading.undoable, self)
        self.question.accepted.connect(lambda: self.desk.take_back(recipe, reading))
        self.question.open()

    def _suggest(self, key: str) -> None:
        reading = self._reading
        if reading is None or reading.in_force is None:
            return
        point: Thresholds | None = reading.in_force
        if key != IN_FORCE:
            if reading.parts is None:
                return
            scores, prices, band = reading.parts.scores, self.prices.prices(), self.controls.band.isChecked()
            beside = self._point  # its guard stays as it is set
            if key == "cost":
                point = scores.least_cost(prices.prices(), band=band, beside=beside)
            elif key == "escapes":
                point = scores.within_escapes(prices.claim, prices.prices(), band=band, beside=beside)
            else:
                point = scores.best_f1(beside)
        if point is not None:
            self.set_point(point)

    def _price_typed(self, _: RecipePrices) -> None:
        self._show_figures()
        self._prices_later.start()

    def _keep_prices(self) -> None:
        if self._reading is not None:
            self.desk.keep_prices(self._reading.recipe, self.prices.prices())

    # --- events -------------------------------------------------------------------------------------------------------

    def _show_reading(self, reading: OperatingPointReading) -> None:
        """Show what was read: with the thresholds in force, unless others were set by hand and nothing has changed."""
        before = self._reading
        same = (
            before is not None
            and (before.recipe, before.key, before.in_force) == (reading.recipe, reading.key, reading.in_force)
            and self._point != before.in_force
        )
        self._reading = reading
        self.bar.show_sources(reading.sources, reading.key)
        self.bar.show_guard(reading.guard_words())
        self.controls.show_guarding(reading.guarding)
        if before is None or before.recipe != reading.recipe:
            self.prices.show_prices(reading.prices)
        if reading.parts is None:
            self._cell = None
            self._show_nothing(reading.fault)
            return
        self.axis.show_scores(reading.parts.scores, guarding=reading.guarding)
        self.bar.show_parts(reading.parts)
        self._show_parts(shown=True)
        if self._cell is None:
            self._cell = (True, Verdict.PASS)
        self.pictures.forget()
        self.set_point(self._point if same else reading.in_force or self._point)

    # --- showing ------------------------------------------------------------------------------------------------------

    def _show_nothing(self, why: str) -> None:
        self.axis.show_scores(None, f"{sentence(why)}\n\n{_WAYS}")
        self.bar.show_parts(None)
        self.figures.show_outcomes(None, 0.01, "")
        self._show_parts(shown=False)
        reading = self._reading
        self.set_point(reading.in_force if reading is not None and reading.in_force is not None else self._point)

    def _show_parts(self, *, shown: bool) -> None:
        """Show what speaks of labelled parts, or hide it where there are none."""
        for part in (self.strip, self.figures, self.prices):
            part.setVisible(shown)
        self.controls.show_suggestions(shown=shown)

    def _show_figures(self) -> None:
        reading = self._reading
        if reading is None or reading.parts is None:
            return
        parts, point = reading.parts, self._point
        prices, guarding = self.prices.prices(), reading.guarding
        rate = 0.0 if guarding is None else guarding.rate_of(point)
        outcomes = Outcomes.at(parts, (point, reading.in_force), prices.prices(), rate)
        self.figures.show_outcomes(outcomes, prices.claim, reading.caution(point))

    def _show_pictures(self) -> None:
        reading = self._reading
        if reading is None or reading.parts is None:
            return
        self.figures.show_types(escapes_by_type(reading.parts, self._point))
        if self._cell is not None:
            self.pictures.show(reading.parts, self._point, *self._cell)

    def _show_buttons(self) -> None:
        reading = self._reading
        ready = reading is not None and reading.in_force is not None
        moved = reading is not None and ready and self._point != reading.in_force
        parts = reading.parts if reading is not None else None
        both = parts is not None and 0 < parts.defective < len(parts.scores)
        self.controls.allow(both=both, moved=moved)
        self.bar.allow(use=moved, undoable=reading.undoable if reading is not None else None)

    def changeEvent(self, event: Any) -> None:  # noqa: ANN401 - QEvent
        """Follow the theme."""
        super().changeEvent(event)
        if hasattr(self, "axis"):
            self.axis.update()
