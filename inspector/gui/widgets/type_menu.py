"""Asks of which type a defect is: by number, none, or a new one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu

from inspector.gui.language.spoken import say
from inspector.gui.widgets.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

_BY_KEY = 9


class TypeMenu(QMenu):
    """See the module; it lives until it is closed.

    Args:
        types: The first nine by number.
    """

    chosen = Signal(str)  #: a type, or an empty text
    new_wanted = Signal()

    def __init__(self, types: Sequence[str], parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setToolTipsVisible(True)
        for number, name in enumerate(types, start=1):
            words = name.replace("&", "&&")
            action = self.addAction(f"&{number}   {words}" if number <= _BY_KEY else f"      {words}")
            action.triggered.connect(lambda _=False, name=name: self.chosen.emit(name))
        if types:
            self.addSeparator()
        self.addAction(say("&D   Type not named")).triggered.connect(lambda: self.chosen.emit(""))
        self.addAction(say("&N   New type…")).triggered.connect(self.new_wanted.emit)
        self.setActiveAction(self.actions()[0])

    def open_above(self, button: QWidget) -> None:
        """Open it over a button."""
        self.popup(button.mapToGlobal(QPoint(0, -self.sizeHint().height() - 4)))


def ask_new_type(chosen: Callable[[str], None], parent: QWidget) -> Question:
    """Ask for the name of a new type.

    Args:
        chosen: Gets it.
    """
    words = "It is offered by number from now on, and is a class of its own for training."
    question = Question("A new type of defect", words, "Defective", reason="Name of the type", parent=parent)
    question.accepted.connect(lambda: chosen(" ".join(question.reason.text().split())))
    question.open()
    return question
