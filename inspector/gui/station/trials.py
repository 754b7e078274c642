"""Pictures inspected on the spot: nothing is logged or counted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.gui.station.events import Trial
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.gui.station.store import Store
    from inspector.gui.work import Worker
    from inspector.recipes.recipe import Recipe


class Trials(QObject):
    """Owned by the session, on the GUI thread.

    Args:
        store: Finds, reads and judges the pictures.
        work: It loads the model and judges the picture.
    """

    done = Signal(object)  #: Trial
    fault = Signal(str)  #: why there is none; an empty text takes the last one back

    def __init__(self, store: Store, work: Worker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._latest = Latest(work, self._failed)

    def inspect(self, paths: list[Path], recipe: Recipe | None) -> None:
        """Inspect files, or the pictures of folders, with a recipe; those of the last time that wait are left out."""
        if recipe is None:
            self.fault.emit("There is no recipe to inspect with. Choose one above.")
            return
        self.fault.emit("")

        def listed(files: list[Path]) -> None:
            if not files:
                self.fault.emit(f"There is no picture in {paths[0]}. Drop JPEG, PNG, BMP, TIFF or WebP files.")
            for place, path in enumerate(files):
                left = len(files) - place - 1
                self._latest.also(partial(self._judge, path, recipe, left), self.done.emit)

        self._latest.ask(lambda: self._store.pictures(paths), listed)

    def forget(self) -> None:
        """Tell of none that was asked for: another recipe is in force, or the line starts."""
        self._latest.forget()

    def _judge(self, path: Path, recipe: Recipe, left: int) -> Trial:
        image, decision, prediction = self._store.try_picture(path, recipe)
        return Trial(path, image, decision, prediction, left)

    def _failed(self, error: Exception) -> None:
        self.fault.emit(str(error))
