"""The versions of one recipe, what differs between two of them in plain words, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QListWidget, QPushButton, QScrollArea, QVBoxLayout, QWidget

from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.operating_point.words import version_words
from inspector.recipes.differences import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.recipes.versions import RecipeVersion

_BEFORE, _NEWEST = "the version before it", "the newest"


class VersionsView(QWidget):
    """See the module; it emits what is wished."""

    restore_wanted = Signal(int)  #: a version

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._versions: list[RecipeVersion] = []  # the newest first
        self.lines: list[tuple[str, str, str]] = []  #: what differs, as it is shown: title, old, new
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(label("VERSIONS", "heading"))
        self.list = QListWidget(self)
        self.list.setAccessibleName("Versions, the newest first")
        self.list.setMinimumHeight(96)
        self.list.currentRowChanged.connect(lambda _: self._show_differences())
        column.addWidget(self.list, 2)
        row = QHBoxLayout()
        self._compared = label("Compared with", "muted")
        row.addWidget(self._compared)
        self.against = ChoiceBox(self)
        self.against.setAccessibleName("Compared with")
        self.against.addItems([_BEFORE, _NEWEST])
        self.against.currentIndexChanged.connect(lambda _: self._show_differences())
        row.addWidget(self.against)
        row.addStretch(1)
        self.restore_button = QPushButton("Restore this version…", self)
        self.restore_button.setToolTip("Save it as the next version; none is lost")
        self.restore_button.clicked.connect(self._restore)
        row.addWidget(self.restore_button)
        column.addLayout(row)
        self.said = label("", "muted")
        self.said.setWordWrap(True)
        column.addWidget(self.said)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setAccessibleName("What differs")
        column.addWidget(self._area, 3)
        self.show_versions(())

    @property
    def version(self) -> RecipeVersion | None:
        """The one that is chosen."""
        row = self.list.currentRow()
        return self._versions[row] if 0 <= row < len(self._versions) else None

    @property
    def newest(self) -> int:
        """The highest version; 0 without any."""
        return self._versions[0].version if self._versions else 0

    def show_versions(self, versions: Sequence[RecipeVersion], *, empty: str = "") -> None:
        """Show versions, given the oldest first; the newest is chosen.

        Args:
            empty: Said in their place where the recipe was never saved.
        """
        self._versions = list(reversed(versions))
        self.list.clear()
        for version in self._versions:
            when, who, what, why = version_words(version)
            by = "" if who == "–" else f" · {who}"
            self.list.addItem(f"{version.version}   {when}{by} · {what}{f' · “{why}”' if why else ''}")
            self.list.item(self.list.count() - 1).setToolTip(what)
        self._empty = empty
        self.list.setCurrentRow(0 if self._versions else -1)
        self._show_differences()

    def _show_differences(self) -> None:
        chosen = self.version
        row = self.list.currentRow()
        self.restore_button.setEnabled(chosen is not None and chosen.recipe is not None and row > 0)
        for shown in (self.list, self.restore_button, self.against, self._compared):
            shown.setVisible(bool(self._versions))
        self.lines = []
        if chosen is None:
            self._say(self._empty)
            return
        newest = self.against.currentText() == _NEWEST
        other = self._versions[0] if newest else next(iter(self._versions[row + 1 :]), None)
        if chosen.recipe is None:
            self._say(f"Version {chosen.version} cannot be read: {chosen.fault}")
        elif other is None or other.recipe is None:
            self._say("It is the first that was kept." if other is None else f"Version {other.version} cannot be read.")
        else:
            old, new = (chosen.recipe, other.recipe) if newest else (other.recipe, chosen.recipe)
            self.lines = [(change.title, change.old, change.new) for change in differences(old, new)]
            if not self.lines:
                self._say(f"Versions {other.version} and {chosen.version} say the same.")
            else:
                numbers = sorted((other.version, chosen.version))
                self._say("")
                self._area.setWidget(self._table(numbers[0], numbers[1]))
                self._area.show()

    def _say(self, words: str) -> None:
        self.said.setText(words)
        self.said.setVisible(bool(words))
        self._area.setVisible(False)

    def _table(self, old: int, new: int) -> QWidget:
        inside = QWidget()
        grid = QGridLayout(inside)
        grid.setContentsMargins(0, 2, 8, 2)
        grid.setHorizontalSpacing(18)
        grid.setVerticalSpacing(3)
        for place, head in enumerate(("", f"version {old}", f"version {new}")):
            grid.addWidget(label(head, "heading"), 0, place)
        for line, cells in enumerate(self.lines, 1):
            for place, words in enumerate(cells):
                text = label(words, "muted" if place == 0 else "")
                text.setWordWrap(True)
                text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                grid.addWidget(text, line, place, Qt.AlignmentFlag.AlignTop)
        for place in range(3):
            grid.setColumnStretch(place, 1)
        grid.setRowStretch(len(self.lines) + 1, 1)
        return inside

    def _restore(self) -> None:
        if self.version is not None:
            self.restore_wanted.emit(self.version.version)
