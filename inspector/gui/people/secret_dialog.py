"""A dialog that asks for a new PIN or password, twice; for a new user also for name and role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from inspector.domain.sentence import sentence
from inspector.domain.text import USER_NAME
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.inputs import ChoiceBox
from inspector.gui.widgets.secret_field import SecretField
from inspector.gui.widgets.text_field import TextField
from inspector.people.hashing import LEAST_SECRET
from inspector.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.people_desk import PeopleDesk


class SecretDialog(QDialog):
    """See the module; `accepted` says that it is done.

    Args:
        title: Stands above, and in the window's title.
        words: What follows from it.
        yes: Stands on the button that saves.
        carry: Called with name, role and password, then with what to call when it is done, and when it is not.
        name: Shows a line for a new user's name.
        role: Shows the choice between operator, engineer and administrator.
    """

    def __init__(
        self,
        title: str,
        words: str,
        yes: str,
        *,
        carry: Callable[[str, Role, bytearray, Callable[[], None], Callable[[Exception], None]], None],
        name: bool = False,
        role: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._carry, self._busy = carry, False
        self.setWindowTitle(say(title))
        self.setMinimumSize(480, 300)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        layout.addWidget(label(title, "title"))
        said = label(words, "muted")
        said.setWordWrap(True)
        layout.addWidget(said)
        self.name = TextField(USER_NAME, self)
        self.name.setPlaceholderText(say("Name, as it stands in records"))
        self.name.setAccessibleName(say("Name"))
        self.name.setVisible(name)
        layout.addWidget(self.name)
        self.role = ChoiceBox(self)
        self.role.setAccessibleName(say("Role"))
        for known in Role:
            self.role.addItem(say(known.value.capitalize()), known)
        self.role.setVisible(role)
        layout.addWidget(self.role)
        self.secret = SecretField(f"PIN or password, {LEAST_SECRET} characters or more", self)
        self.again = SecretField("The same once more", self)
        for field in (self.secret, self.again):
            layout.addWidget(field)
            field.changed.connect(self._show_state)
        self.secret.entered.connect(self.again.setFocus)
        self.again.entered.connect(self.save)
        self.name.textChanged.connect(lambda _: self._show_state())
        self.name.returnPressed.connect(self.secret.setFocus)
        self.message = QLabel(self)
        self.message.setProperty("kind", "fault")
        self.message.setWordWrap(True)
        layout.addWidget(self.message)
        layout.addStretch(1)
        layout.addLayout(self._build_buttons(yes))
        (self.name if name else self.secret).setFocus()
        self._show_state()

    def _build_buttons(self, yes: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.back_button = QPushButton(say("Back"), self)
        self.back_button.clicked.connect(self.reject)
        self.save_button = QPushButton(say(yes), self)
        self.save_button.setProperty("kind", "primary")
        self.save_button.clicked.connect(self.save)
        for button in (self.back_button, self.save_button):
            button.setAutoDefault(False)
            row.addWidget(button)
        return row

    def save(self) -> None:
        """Do it, where the same was typed twice."""
        if not self.save_button.isEnabled():
            return
        if not self.secret.fits(self.again):
            self.message.setText(say("The two are not the same."))
            self.again.clear()
            self.again.setFocus()
            return
        self.again.clear()
        self._busy = True
        self.message.setText("")
        role = self.role.currentData()
        assert isinstance(role, Role)
        self._carry(self.name.text().strip(), role, self.secret.take(), self.accept, self._failed)
        self._show_state()

    def _failed(self, error: Exception) -> None:
        self._busy = False
        self.message.setText(say(sentence(error)))
        self._show_state()
        self.secret.setFocus()

    def _show_state(self) -> None:
        named = self.name.isHidden() or bool(self.name.text().strip())
        typed = self.secret.length >= LEAST_SECRET and self.again.length > 0
        self.save_button.setEnabled(named and typed and not self._busy)


def first_administrator(desk: PeopleDesk, parent: QWidget) -> SecretDialog:
    """Return the dialog that switches users on, with whoever fills it in as the first administrator."""

    def carry(
        name: str, _: Role, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        desk.begin(name, secret, done, failed)

    words = (
        "You become the first administrator, and are signed in. From then on an operator acts until somebody signs in. "
        "Keep the PIN: without it, the owner of this computer's account has to set another one."
    )
    return SecretDialog("Switch users on", words, "Switch on", carry=carry, name=True, parent=parent)
