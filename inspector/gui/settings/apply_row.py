"""Below the fields of the Settings page: what is wrong, why something is changed, and the two buttons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from inspector.domain.sentence import sentence
from inspector.domain.text import REASON
from inspector.gui.widgets.basics import label, set_tone
from inspector.gui.widgets.text_field import TextField
from inspector.recipes.told import decides_otherwise

if TYPE_CHECKING:
    from inspector.recipes.recipe import Recipe

_RED = "Correct the fields marked in red before you apply."


class ApplyRow(QWidget):
    """See the module.

    Args:
        page: The row lies in it.
    """

    apply_wanted, revert_wanted, typed = Signal(), Signal(), Signal()

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        self.why = TextField(REASON, self)
        self.why.setPlaceholderText("Why, such as “scratches of lot 116 were passed”")
        self.why.setAccessibleName("Reason for what decides otherwise now")
        self.why.textChanged.connect(self.typed)
        self.why.hide()
        layout.addWidget(self.why)
        row = QHBoxLayout()
        layout.addLayout(row)
        self.fault, self.said = label("", "fault"), label("", "muted")
        for words in (self.fault, self.said):
            words.setWordWrap(True)
            row.addWidget(words, 1)
        self.revert = QPushButton("Revert", self)
        self.revert.setToolTip("Take back what has not been applied")
        self.revert.clicked.connect(self.revert_wanted)
        row.addWidget(self.revert)
        self.apply = QPushButton("Apply", self)
        self.apply.setProperty("kind", "primary")
        self.apply.setToolTip("Save and use at once (Ctrl+S)")
        self.apply.setShortcut("Ctrl+S")
        self.apply.clicked.connect(self.apply_wanted)
        row.addWidget(self.apply)

    @property
    def reason(self) -> str:
        """Why something that decides is changed; empty where nothing of it is."""
        return "" if self.why.isHidden() else self.why.text().strip()

    def tell(self, words: str, *, failed: bool = False) -> None:
        """Say how something went.

        Args:
            failed: Shown in red then.
        """
        self.said.setText(sentence(words))
        set_tone(self.said, "fail" if failed else "muted")

    def show_state(self, before: Recipe | None, wanted: Recipe | None, *, changed: bool, bad: bool, red: bool) -> None:
        """Let the buttons be pressed, or say why not.

        Args:
            before: The recipe in force.
            wanted: As it is typed; None where that is none.
            changed: Whether anything is to be applied.
            bad: Whether it cannot be.
            red: Whether fields are marked.
        """
        decides = decides_otherwise(before, wanted) if wanted is not None and before is not None else ""
        self.why.setVisible(bool(decides))
        if not decides:
            self.why.clear()
        self.apply.setEnabled(changed and not bad and (not decides or bool(self.reason)))
        self.revert.setEnabled(changed or bad)
        lacks = decides and not bad and not self.reason
        why = f"Say why this is changed: {decides}. It goes into the audit trail." if lacks else ""
        self.fault.setText(_RED if bad and red else why)
        self.fault.setVisible(bool(self.fault.text()))
        self.said.setVisible(not self.fault.text())
        if changed:
            self.said.clear()
