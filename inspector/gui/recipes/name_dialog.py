"""Asks what a recipe is to be called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout

from inspector.domain.text import RECIPE_NAME, TextError
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.question import Question
from inspector.gui.widgets.text_field import TextField

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class NameDialog(Question):
    """See the module; `accepted` says that the name is wanted.

    Args:
        title: What is done, as a heading.
        words: What follows from it.
        yes: Words on the button that does it.
        name: To begin with.
    """

    def __init__(self, title: str, words: str, yes: str, *, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(title, words, yes, parent=parent)
        self.edit = TextField(RECIPE_NAME, self)
        self.edit.setAccessibleName("Name of the recipe")
        self.edit.setPlaceholderText("Name of the recipe")
        self.edit.textChanged.connect(self._check)
        self.fault = label("", "fault")
        self.fault.setWordWrap(True)
        layout = self.layout()
        assert isinstance(layout, QVBoxLayout)
        place = layout.indexOf(self.reason)
        layout.insertWidget(place, self.edit)
        layout.insertWidget(place + 1, self.fault)
        self.yes_button.setDefault(True)
        self.edit.setText(name)
        self.edit.selectAll()
        self.edit.setFocus()
        self._check(name)

    @property
    def name(self) -> str:
        """The name that is typed."""
        return self.edit.text().strip()

    def _check(self, _: str) -> None:
        fault = ""
        try:
            RECIPE_NAME.checked(self.name)
        except TextError as error:
            fault = str(error)
        self.fault.setText(fault if self.name else "")
        self.yes_button.setEnabled(not fault)
