"""What is said of the chosen picture of a batch, for a training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector.gui.batch.words import verdict_words

if TYPE_CHECKING:
    from inspector.batch import BatchRun
    from inspector.domain.review import Judgement
    from inspector.gui.batch.rows import Rows
    from inspector.gui.station.hand_lessons import HandLessons
    from inspector.gui.widgets.teach_bar import TeachBar
    from inspector.pictures import Place
    from inspector.recipes.recipe import Recipe


class BatchTeaching(QObject):
    """Belongs to the page.

    Args:
        lessons: Takes what is said.
        bar: Shows it, and asks.
    """

    def __init__(self, lessons: HandLessons, bar: TeachBar, parent: QObject) -> None:
        super().__init__(parent)
        self._lessons, self._bar = lessons, bar
        self._rows: Rows | None = None
        self._place, self._why_not = -1, ""
        bar.said.connect(self._tell)
        bar.train_wanted.connect(lessons.train)
        lessons.changed.connect(self._show)
        lessons.failed.connect(bar.say)

    def show(
        self, run: BatchRun | None, rows: Rows | None, place: int, recipe: Recipe | None, *, changed: bool
    ) -> None:
        """Show what is said of a picture.

        Args:
            place: In the rows' columns; -1 for none.
            recipe: In force: its model is the one that learns.
            changed: The file is another one than was judged.
        """
        self._rows, self._place = rows, place
        self._why_not = "" if run is None else why_not(run, recipe)
        if changed:
            self._why_not = "The file has changed since it was judged: inspect it again first."
        self._show()

    def refresh(self) -> None:
        """Read anew what is to be learned: some of it may have been removed in Review."""
        self._lessons.refresh()

    def _show(self) -> None:
        state = self._lessons.state
        file = self._file()
        self._bar.show_state(
            shown=file is not None,
            own=None if file is None else self._lessons.said_of(str(file)),
            to_learn=state.to_learn,
            recipe=state.recipe,
            types=state.types,
            why_not=self._why_not,
        )

    def _file(self) -> Place | None:
        if self._rows is None or not 0 <= self._place < len(self._rows.table):
            return None
        return self._rows.picture(self._place)

    def _tell(self, judgement: Judgement | None, defect_type: str) -> None:
        file, rows = self._file(), self._rows
        if file is None or rows is None:
            return
        score = float(rows.table.p_defective[self._place])
        self._lessons.tell(
            file,
            judgement,
            defect_type,
            verdict=verdict_words(int(rows.table.verdicts[self._place])),
            p_defective=None if math.isnan(score) else score,
            source="batch",
        )


def why_not(run: BatchRun, recipe: Recipe | None) -> str:
    """Say why a run's pictures are not for the recipe in force to learn; empty where they are."""
    record = run.record
    if recipe is None:
        return "There is no recipe whose model could learn: choose one above."
    if record.recipe == recipe.name or (not record.recipe and record.model == recipe.model):
        return ""
    judged = f"the recipe {record.recipe}" if record.recipe else f"the model {record.model}"
    return f"Judged with {judged}, and {recipe.name} is in force: choose the recipe that is to learn from it above."
