"""Signing in: a name is chosen, a PIN or password typed or pressed; the line runs on behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout

from inspector.domain.sentence import sentence
from inspector.gui.language.spoken import say
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.secret_field import PinPad, SecretField
from inspector.people.roles import LEAST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from inspector.gui.station.people_desk import PeopleDesk
    from inspector.people.book import User
    from inspector.people.roles import Permission


class SignInDialog(QDialog):
    """See the module; `accepted` says that somebody is in.

    Args:
        desk: Lets people in.
        why: What is wanted, and why it needs somebody; empty where somebody just signs in.
        permission: Only those who may do that are offered; None for all.
        before: Name of who signed in last, chosen at first.
    """

    def __init__(
        self,
        desk: PeopleDesk,
        *,
        why: str = "",
        permission: Permission | None = None,
        before: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._desk, self._busy = desk, False
        self.why = why
        self.setWindowTitle(say("Sign in"))
        self.setMinimumSize(620, 430)
        users = [user for user in desk.book.users if not user.disabled]
        if permission is not None:
            users = [user for user in users if user.role.includes(LEAST[permission])]
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 18)
        outer.setSpacing(10)
        outer.addWidget(label("Sign in", "title"))
        words = label(f"{sentence(why)}." if why else "The line runs on meanwhile.", "muted")
        words.setWordWrap(True)
        outer.addWidget(words)
        row = QHBoxLayout()
        row.setSpacing(18)
        frame, inside = card(self)
        self.names = _names(users, before, frame)
        inside.addWidget(self.names)
        row.addWidget(frame, 1)
        row.addLayout(self._build_secret(), 1)
        outer.addLayout(row, 1)
        outer.addLayout(self._build_buttons())
        self.secret.setFocus()
        self._say(desk.words if desk.words or users else "Nobody may do this. An administrator can add a user.")
        self._show_state()

    def _build_secret(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(8)
        self.secret = SecretField("PIN or password", self)
        self.secret.entered.connect(self.sign_in)
        self.secret.changed.connect(self._show_state)
        self.secret.moved.connect(self._move)
        column.addWidget(self.secret)
        self.pad = PinPad(self.secret, self)
        column.addWidget(self.pad)
        self.message = QLabel(self)
        self.message.setProperty("kind", "fault")
        self.message.setWordWrap(True)
        self.message.setMinimumHeight(44)
        column.addWidget(self.message)
        column.addStretch(1)
        return column

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        self.back_button = QPushButton(say("Back"), self)
        self.back_button.setAutoDefault(False)
        self.back_button.clicked.connect(self.reject)
        row.addWidget(self.back_button)
        self.sign_in_button = QPushButton(say("Sign in"), self)
        self.sign_in_button.setProperty("kind", "primary")
        self.sign_in_button.setAutoDefault(False)
        self.sign_in_button.clicked.connect(self.sign_in)
        row.addWidget(self.sign_in_button)
        return row

    def sign_in(self) -> None:
        """Compare what is typed."""
        item = self.names.currentItem()
        if item is None or not self.secret.length or self._busy:
            return
        self._busy = True
        self._say("")
        self._show_state()
        self._desk.sign_in(str(item.data(_NAME)), self.secret.take(), self.accept, self._refused)

    def _refused(self, error: Exception) -> None:
        self._busy = False
        self._say(str(error))
        self._show_state()
        self.secret.setFocus()

    def _say(self, words: str) -> None:
        self.message.setText(say(sentence(words)) if words else "")

    def _show_state(self) -> None:
        self.sign_in_button.setText(say("Comparing…" if self._busy else "Sign in"))
        self.sign_in_button.setEnabled(bool(self.secret.length) and not self._busy and self.names.count() > 0)

    def _move(self, rows: int) -> None:
        self.names.setCurrentRow(min(self.names.count() - 1, max(0, self.names.currentRow() + rows)))


_NAME = Qt.ItemDataRole.UserRole


def _names(users: Sequence[User], before: str, parent: QWidget) -> QListWidget:
    names = QListWidget(parent)
    names.setAccessibleName(say("Who you are"))
    names.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    for user in users:
        item = QListWidgetItem(f"{user.name}  ·  {say(user.role.value)}", names)
        item.setData(_NAME, user.name)
        item.setToolTip(item.text())
        if user.name == before:
            names.setCurrentItem(item)
    if names.currentRow() < 0 and users:
        names.setCurrentRow(0)
    return names
