"""The versions of the recipe: when they were made, by whom and why, and at which thresholds they worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import card, label
from inspector.operating_point.words import version_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.session import Session
    from inspector.recipes.versions import RecipeVersion

#: Older ones are read on the command line.
_SHOWN = 100


class VersionsCard(QWidget):
    """See the module; the files are read on the worker.

    Args:
        session: Tells which recipe is loaded.
        catalogue: Reads its versions.
    """

    def __init__(self, session: Session, *, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._catalogue = session, catalogue
        self._name = ""  # of the recipe that is shown
        self.lines: list[tuple[str, str, str, str]] = []  #: what is shown: when, who, what, why; the newest first
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        self.title = label("", "heading")
        layout.addWidget(self.title)
        self._area = QScrollArea(frame)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("Versions of the recipe")
        layout.addWidget(self._area, 1)
        self.note = label("", "muted")
        self.note.setWordWrap(True)
        layout.addWidget(self.note)
        session.recipe_changed.connect(lambda _: self.refresh())

    def refresh(self) -> None:
        """Read the versions, where this can be seen."""
        recipe = self._session.recipe
        if recipe is None or not self.isVisible():
            return
        name = recipe.name
        if name != self._name:
            self._show(name, (), "Reading the versions…")

        def done(versions: list[RecipeVersion]) -> None:
            self._show(name, versions)

        self._catalogue.versions_of(name, done, lambda error: self._show(name, (), str(error)))

    def _show(self, name: str, versions: Sequence[RecipeVersion], said: str = "") -> None:
        self._name = name
        self.title.setText(f"VERSIONS OF {name.upper()}")
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 4, 8, 4)
        column.setSpacing(2)
        self.lines = [version_words(version) for version in reversed(versions[-_SHOWN:])]
        for version, (when, who, what, why) in zip(reversed(versions[-_SHOWN:]), self.lines, strict=True):
            column.addWidget(label(f"Version {version.version}", "score"))
            column.addWidget(_wrapped(what, ""))
            if why:
                column.addWidget(_wrapped(f"“{why}”", ""))
            column.addWidget(_wrapped(when if who == "–" else f"{who}, {when}", "muted"))
            column.addSpacing(10)
        column.addStretch(1)
        self._area.setWidget(inside)
        empty = "" if versions else f"Version 1 is as {name} came with the program; its first change will be version 2."
        self.note.setText(said or empty or "Thresholds are chosen, and taken back, on the page Operating point.")


def _wrapped(words: str, kind: str) -> QLabel:
    wrapped = label(words, kind)
    wrapped.setWordWrap(True)
    return wrapped
