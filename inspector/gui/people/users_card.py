"""The users in Settings: who there is, with which role; an administrator adds, changes, disables and removes them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from inspector.domain.sentence import sentence
from inspector.gui.people.locks import lock
from inspector.gui.people.secret_dialog import SecretDialog, first_administrator
from inspector.gui.theme import TARGET_PX
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.question import Question
from inspector.gui.widgets.rows import read_in_rows
from inspector.people.roles import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.station.people_desk import PeopleDesk
    from inspector.people.actor import Actor
    from inspector.people.book import User
    from inspector.people.people import People

_OFF = (
    "Users are off: nobody signs in, and records have the name of the computer's user. Switch them on where several "
    "people use this station: then an operator runs the line, and an engineer has to sign in to change what decides."
)
_ON = "An operator runs the line without signing in. A button that needs more asks who is there."


class UsersCard(Page):
    """See the module.

    Args:
        desk: Knows the users and who acts, and changes them.
    """

    def __init__(self, desk: PeopleDesk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.dialog: SecretDialog | None = None  #: the last one
        self.question: Question | None = None  #: likewise
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        frame, layout = card(self)
        outer.addWidget(frame)
        layout.addWidget(label("Users", "title"))
        self.words = label("", "muted")
        self.words.setWordWrap(True)
        layout.addWidget(self.words)
        self.on_button = self._button("Switch users on…", self._ask_on)
        layout.addWidget(self.on_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.table = _table(self)
        self.table.itemSelectionChanged.connect(self._show_buttons)
        layout.addWidget(self.table, 1)
        layout.addLayout(self._build_buttons())
        self.message = label("", "fault")
        self.message.setWordWrap(True)
        layout.addWidget(self.message)
        layout.addStretch(0)
        lock(
            desk,
            Permission.USERS,
            *(self.add_button, self.role_button, self.disable_button, self.secret_button, self.remove_button),
            self.off_button,
        )
        for signal in (desk.changed, desk.book_changed, desk.fault):
            signal.connect(lambda _: self._show())
        self._show()

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        self.add_button = self._button("Add…", self._ask_add)
        self.role_button = self._button("Role", self._ask_role)
        self.disable_button = self._button("Disable", self._disable)
        self.secret_button = self._button("Set PIN…", self._ask_secret)
        self.remove_button = self._button("Remove…", self._ask_remove)
        self.off_button = self._button("Switch users off…", self._ask_off)
        for button in (
            self.add_button,
            self.role_button,
            self.disable_button,
            self.secret_button,
            self.remove_button,
        ):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.off_button)
        return row

    def _button(self, words: str, action: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.clicked.connect(lambda _=False: action())
        return button

    # --- showing ------------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> User | None:
        """The user whose row is chosen."""
        row = self.table.currentRow()
        users = self._desk.book.users
        return users[row] if 0 <= row < len(users) and self.table.selectedItems() else None

    def choose(self, name: str) -> None:
        """Choose a user's row."""
        for row, user in enumerate(self._desk.book.users):
            if user.name == name:
                self.table.selectRow(row)

    def _show(self) -> None:
        desk = self._desk
        before = self.chosen
        self.words.setText(sentence(desk.words) if desk.words else _ON if desk.on else _OFF)
        self.on_button.setVisible(not desk.on)
        self.table.setRowCount(len(desk.book.users))
        for row, user in enumerate(desk.book.users):
            state = "disabled" if user.disabled else "locked after wrong passwords" if user.locked_at else ""
            if user.reset_by:
                state = f"{state} · password set by {user.reset_by}, without signing in".lstrip(" ·")
            for column, words in enumerate((user.name, user.role.value, state)):
                item = QTableWidgetItem(words)
                item.setToolTip(words)
                self.table.setItem(row, column, item)
        if before is not None:
            self.choose(before.name)
        for widget in (self.table, self.add_button, self.off_button):
            widget.setVisible(desk.on)
        self._show_buttons()

    def _show_buttons(self) -> None:
        user = self.chosen
        self.disable_button.setText("Let in again" if user is not None and user.disabled else "Disable")
        for button in (self.role_button, self.disable_button, self.secret_button, self.remove_button):
            button.setVisible(self._desk.on)
            button.setEnabled(user is not None)

    # --- hand ---------------------------------------------------------------------------------------------------------

    def _ask_on(self) -> None:
        self._open(first_administrator(self._desk, self))

    def _ask_add(self) -> None:
        if not self._desk.allows(Permission.USERS):
            return

        def carry(
            name: str, role: Role, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
        ) -> None:
            self._desk.change(
                lambda people, actor: people.add(name, role, secret, by=actor),
                lambda: self._added(name, done),
                failed,
                secret,
            )

        words = "The name stands in records. The PIN is typed here once; the user can set another one."
        self._open(SecretDialog("Add a user", words, "Add", carry=carry, name=True, role=True, parent=self))

    def _added(self, name: str, done: Callable[[], None]) -> None:
        done()
        self.choose(name)

    def _ask_secret(self) -> None:
        user = self.chosen
        if user is None or not self._desk.allows(Permission.USERS):
            return

        def carry(
            _: str, __: Role, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
        ) -> None:
            self._desk.set_secret(user.name, secret, done, failed)

        words = "It ends a lock, too. It is recorded that you have set it."
        self._open(SecretDialog(f"{user.name}: PIN or password", words, "Set it", carry=carry, parent=self))

    def _ask_role(self) -> None:
        user = self.chosen
        if user is None or not self._desk.allows(Permission.USERS):
            return
        menu = QMenu(self)
        menu.aboutToHide.connect(menu.deleteLater)
        for role in Role:
            action = menu.addAction(role.value.capitalize(), partial(self._set_role, user.name, role))
            action.setCheckable(True)
            action.setChecked(role is user.role)
        menu.popup(self.role_button.mapToGlobal(self.role_button.rect().topLeft()))

    def _set_role(self, name: str, role: Role) -> None:
        self._change(lambda people, actor: people.set_role(name, role, by=actor))

    def _disable(self) -> None:
        user = self.chosen
        if user is not None:
            self._change(lambda people, actor: people.set_disabled(user.name, disabled=not user.disabled, by=actor))

    def _ask_remove(self) -> None:
        user = self.chosen
        if user is None or not self._desk.allows(Permission.USERS):
            return
        words = f"{user.name} can no longer sign in. What is recorded under the name stays."
        self._ask(
            Question(f"Remove {user.name}?", words, "Remove", parent=self),
            lambda: self._change(lambda people, actor: people.remove(user.name, by=actor)),
        )

    def _ask_off(self) -> None:
        if not self._desk.allows(Permission.USERS):
            return
        words = (
            "Everybody at this computer may then change everything, and records have the name of the computer's user. "
            "The users are kept for the next time."
        )
        self._ask(
            Question("Switch users off?", words, "Switch off", parent=self),
            lambda: self._change(lambda people, actor: people.end(by=actor)),
        )

    # --- inside -------------------------------------------------------------------------------------------------------

    def _change(self, task: Callable[[People, Actor], None]) -> None:
        if self._desk.allows(Permission.USERS):
            self.message.setText("")
            self._desk.change(task, lambda: None, lambda error: self.message.setText(sentence(error)))

    def _ask(self, question: Question, then: Callable[[], None]) -> None:
        self.question = question
        question.accepted.connect(then)
        question.open()

    def _open(self, dialog: SecretDialog) -> None:
        self.message.setText("")
        self.dialog = dialog
        dialog.open()


def _table(parent: QWidget) -> QTableWidget:
    table = QTableWidget(0, 3, parent)
    table.setHorizontalHeaderLabels(["Name", "Role", "State"])
    read_in_rows(table, "Users", TARGET_PX)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    return table
