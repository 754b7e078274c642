"""What is said of the selected pictures of a batch, for a training."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector.gui.batch.words import verdict_words
from inspector.review.hand_picture import HandPicture

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.batch import BatchRun
    from inspector.domain.review import Judgement
    from inspector.gui.batch.rows import Rows
    from inspector.gui.station.hand_lessons import HandLessons
    from inspector.gui.widgets.teach_bar import TeachBar
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
        self._places: Sequence[int] = ()
        self._why_not = ""
        bar.said.connect(self._tell)
        bar.train_wanted.connect(lessons.train)
        lessons.changed.connect(self._show)
        lessons.failed.connect(bar.say)

    def show(
        self, run: BatchRun | None, rows: Rows | None, places: Sequence[int], recipe: Recipe | None, *, changed: bool
    ) -> None:
        """Show what is said of the selected pictures.

        Args:
            places: In the rows' columns.
            recipe: In force: its model is the one that learns.
            changed: The file is another one than was judged.
        """
        self._rows, self._places = rows, places
        self._why_not = "" if run is None else why_not(run, recipe)
        if changed:
            self._why_not = "The file has changed since it was judged: inspect it again first."
        self._show()

    def refresh(self) -> None:
        """Read anew what is to be learned: some of it may have been removed in Review."""
        self._lessons.refresh()

    def _show(self) -> None:
        state, rows = self._lessons.state, self._rows
        files = [] if rows is None else [rows.file(place) for place in self._places]
        said = {self._lessons.said_of(file) for file in files}
        self._bar.show_state(
            pictures=len(files),
            own=said.pop() if len(said) == 1 else None,
            to_learn=state.to_learn,
            recipe=state.recipe,
            types=state.types,
            why_not=self._why_not,
        )

    def _tell(self, judgement: Judgement | None, defect_type: str) -> None:
        rows = self._rows
        if rows is not None and self._places:
            pictures = [_picture(rows, place) for place in self._places]
            self._lessons.tell(pictures, judgement, defect_type, source="batch")


def _picture(rows: Rows, place: int) -> HandPicture:
    score = float(rows.table.p_defective[place])
    return HandPicture(
        file=rows.picture(place),
        verdict=verdict_words(int(rows.table.verdicts[place])),
        p_defective=None if math.isnan(score) else score,
        judged=rows.table.contents.known(place),
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
