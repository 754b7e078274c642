"""The section “Validation”: the dossiers with their state, a new one, and the chosen one, filled and printed."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector.dossier.criteria import DossierError
from inspector.dossier.locked import check_name
from inspector.gui.dossier.criteria_form import CriteriaForm
from inspector.gui.widgets.basics import OneLine, card, label
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.outside import open_outside
from inspector.gui.widgets.path_field import PathField
from inspector.gui.widgets.question import Question
from inspector.gui.widgets.sheet_view import SheetView
from inspector.gui.work import Latest
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from inspector.dossier.criteria import AcceptanceCriteria
    from inspector.dossier.files import DossierFiles, KnownDossier
    from inspector.gui.dossier.desk import DossierDesk, DossiersState
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker

_NAME = Qt.ItemDataRole.UserRole
_NONE = (
    "There is no dossier yet. A dossier shows an auditor that the station does what it is meant for: its limits are "
    "locked before a picture of the test part is read."
)
_LOCKING = (
    "They are signed, with recipe and model, and stand in the audit trail. From now on they cannot be changed: other "
    "criteria need another dossier, and once the test part was read, pictures that nobody has judged yet."
)


class DossierPage(Page):
    """See the module.

    Args:
        session: Knows the recipe in force, and who acts.
        desk: Used on the workers.
        reading: Lists dossiers and shows their pages.
        filling: For what takes minutes.
    """

    def __init__(
        self,
        session: Session,
        desk: DossierDesk,
        *,
        reading: Worker,
        filling: Worker,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._desk = session, desk
        self._lists = Latest(reading, self._failed)
        self._pages = Latest(reading, self._unreadable)
        self._acts = Latest(reading, self._failed)
        self._fills = Latest(filling, self._not_filled)
        self._dossiers: dict[str, KnownDossier] = {}
        self._filling = ""  # the dossier that is being filled
        self.files: DossierFiles | None = None  #: of the page that is shown
        self.question: Question | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        row.addWidget(self._left())
        right, layout = card(self)
        row.addWidget(right, 1)
        self.stack = QStackedWidget(right)
        self.form = CriteriaForm(self)
        self.stack.addWidget(self._right())
        self.stack.addWidget(self.form)
        layout.addWidget(self.stack, 1)
        self.said = OneLine()
        layout.addWidget(self.said)
        self.form.back_wanted.connect(self._back)
        self.form.lock_wanted.connect(self._ask_lock)
        self.form.file_wanted.connect(self._read_file)
        session.recipe_changed.connect(lambda _: self._say_recipe())
        self._show()

    # --- building -----------------------------------------------------------------------------------------------------

    def _left(self) -> QWidget:
        left, column = card(self)
        left.setFixedWidth(270)
        column.addWidget(label("Dossiers", "title"))
        self.list = QListWidget(left)
        self.list.setAccessibleName("Dossiers, that which was changed last first")
        self.list.setWordWrap(True)
        self.list.currentRowChanged.connect(lambda _: self._choose())
        column.addWidget(self.list, 1)
        self.none = label(_NONE, "muted")
        self.none.setWordWrap(True)
        self.none.hide()  # until the folder was read
        column.addWidget(self.none)
        column.addStretch(0)
        self.new_button = QPushButton("New dossier…", left)
        self.new_button.setToolTip("Choose the limits, and lock them before the test part is read")
        self.new_button.clicked.connect(self._new)
        column.addWidget(self.new_button)
        return left

    def _right(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.title, self.state = label("", "title"), label("", "muted")
        self.state.setWordWrap(True)
        column.addWidget(self.title)
        column.addWidget(self.state)
        self.run_row = QWidget(page)
        run = QHBoxLayout(self.run_row)
        run.setContentsMargins(0, 0, 0, 0)
        words = "Folder of the test part: good, and a folder for each defect type"
        self.folder = PathField("Test part", words, "folder", page)
        self.folder.line.setToolTip(words)
        self.folder.line.textChanged.connect(lambda _: self._show_buttons())
        self.fill_button = QPushButton("Fill it", page)
        self.fill_button.setProperty("kind", "primary")
        self.fill_button.setToolTip("Installation, self-checks, the test part; it takes minutes. Then it is printed")
        self.fill_button.clicked.connect(self._fill)
        self.cancel_button = QPushButton("Cancel", page)
        self.cancel_button.setToolTip("Nothing is kept of it; the same pictures can be read again under these criteria")
        self.cancel_button.clicked.connect(self._cancel)
        run.addWidget(self.folder, 1)
        run.addWidget(self.fill_button)
        run.addWidget(self.cancel_button)
        column.addWidget(self.run_row)
        row = QHBoxLayout()
        self.print_button = QPushButton("Print", page)
        self.print_button.setToolTip("Write page and PDF into its folder, as far as the dossier is")
        self.print_button.clicked.connect(self._print)
        self.pdf_button = QPushButton("Open the PDF", page)
        self.pdf_button.clicked.connect(lambda: self._open("pdf"))
        self.open_button = QPushButton("Open in the browser", page)
        self.open_button.clicked.connect(lambda: self._open("page"))
        self.folder_button = QPushButton("Open the folder", page)
        self.folder_button.clicked.connect(lambda: self._open("folder"))
        for button in (self.print_button, self.pdf_button, self.open_button, self.folder_button):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        self.view = SheetView("Page of the dossier", page)
        column.addWidget(self.view, 1)
        return page

    # --- the page's life ----------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> str:
        """The dossier that is chosen; empty for none."""
        item = self.list.currentItem()
        return str(item.data(_NAME)) if item is not None else ""

    def enter(self) -> None:
        """The section is shown: read what there is."""
        self._say_recipe()
        self._read()

    def poll(self) -> None:
        """Show what is done while a dossier is filled."""
        if self._filling and self._desk.progress:
            self.said.say(f"Filling “{self._filling}”: {self._desk.progress}")

    def release(self) -> None:
        """End the filling."""
        self._desk.cancel()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _failed(self, error: Exception) -> None:
        self.said.say(str(error))

    def _unreadable(self, error: Exception) -> None:
        self.view.clear()
        self._failed(error)

    def _read(self, choose: str = "") -> None:
        self._lists.ask(self._desk.state, partial(self._on_state, choose=choose))

    def _on_state(self, state: DossiersState, choose: str) -> None:
        chosen = choose or self.chosen
        self._dossiers = {dossier.name: dossier for dossier in state.dossiers}
        self.form.show_studies(state.studies)
        self.list.blockSignals(True)
        self.list.clear()
        for dossier in state.dossiers:
            item = QListWidgetItem(_words(dossier))
            item.setData(_NAME, dossier.name)
            item.setToolTip(dossier.fault)
            self.list.addItem(item)
            if dossier.name == chosen:
                self.list.setCurrentItem(item)
        if self.list.currentItem() is None and self.list.count():
            self.list.setCurrentRow(0)
        self.list.blockSignals(False)
        self.list.setVisible(bool(state.dossiers))
        self.none.setVisible(not state.dossiers)
        self._choose_page()

    def _choose(self) -> None:
        self._back()
        self._choose_page()

    def _choose_page(self) -> None:
        """Show the page of the dossier that is chosen."""
        name, self.files = self.chosen, None
        self._show()
        if name:
            self._pages.ask(partial(self._desk.files, name), self._on_files)
        else:
            self._pages.forget()
            self.view.clear()

    def _on_files(self, files: DossierFiles) -> None:
        self.files = files
        self.view.show_page(files.html)
        self._show_buttons()

    def _show(self) -> None:
        dossier = self._dossiers.get(self.chosen)
        self.title.setText("" if dossier is None else dossier.name)
        if dossier is None:
            words = "" if self.list.count() else "Begin with “New dossier…”."
        elif dossier.locked is None:
            words = dossier.fault
        else:
            locked = dossier.locked
            words = (
                f"{dossier.state.capitalize()}. Locked {locked.locked.astimezone():%Y-%m-%d %H:%M} by {locked.who}, "
                f"for {locked.recipe}, version {locked.recipe_version}, with {locked.model}."
            )
        self.state.setText(words)
        self._show_buttons()

    def _show_buttons(self) -> None:
        dossier = self._dossiers.get(self.chosen)
        whole, busy = dossier is not None and dossier.locked is not None, bool(self._filling)
        self.run_row.setVisible(whole)
        self.fill_button.setEnabled(bool(self.folder.text()) and not busy)
        self.fill_button.setText("Fill it again" if dossier is not None and dossier.result is not None else "Fill it")
        self.folder.setEnabled(not busy)
        self.cancel_button.setVisible(busy)
        self.print_button.setVisible(whole)
        self.print_button.setEnabled(not busy)
        self.folder_button.setVisible(self.files is not None)
        printed = dossier is not None and dossier.printed and self.files is not None
        self.pdf_button.setVisible(printed)
        self.open_button.setVisible(printed)

    # --- a new one ----------------------------------------------------------------------------------------------------

    def _new(self) -> None:
        self.said.say("")
        self._say_recipe()
        self.stack.setCurrentWidget(self.form)
        self.form.name.setFocus()

    def _back(self) -> None:
        self.stack.setCurrentIndex(0)
        self.said.say("")

    def _say_recipe(self) -> None:
        recipe = self._session.recipe
        if recipe is None:
            self.form.about.setText("No recipe is in force.")
        else:
            words = f"For the recipe in force: {recipe.name}, version {recipe.version}, with the model {recipe.model}."
            self.form.about.setText(words)
        self.form.lock_button.setEnabled(recipe is not None)

    def _read_file(self, path: str) -> None:
        if path:
            self.said.say("")
            self._acts.ask(partial(self._desk.criteria, Path(path)), self.form.show_criteria)

    def _ask_lock(self) -> None:
        recipe, people = self._session.recipe, self._session.people
        if recipe is None or not people.allows(Permission.VALIDATION):
            return
        name = self.form.name.text().strip()
        if name in self._dossiers:
            self.said.say(f"There is a dossier “{name}” already. Take another name.")
            return
        try:
            criteria = self.form.criteria()
            check_name(name)
        except DossierError as error:
            self._failed(error)
            return
        question = Question(f"Lock the criteria of “{name}”?", _LOCKING, "Lock the criteria", parent=self)
        question.accepted.connect(partial(self._lock, name, criteria, recipe.name, people.actor.name))
        self.question = question
        question.open()

    def _lock(self, name: str, criteria: AcceptanceCriteria, recipe: str, who: str) -> None:
        self._acts.ask(partial(self._desk.begin, name, criteria, recipe, who), self._on_locked)

    def _on_locked(self, name: str) -> None:
        self._back()
        self.form.name.clear()
        self.said.say(f"The criteria of “{name}” are locked. Choose the folder of the test part, and fill it.")
        self._read(name)

    # --- fill and print -----------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        people, name = self._session.people, self.chosen
        if self._filling or not name or not people.allows(Permission.VALIDATION):
            return
        self._filling, self._desk.progress = name, ""
        self._show_buttons()
        self.said.say(f"Filling “{name}”…")
        folder, who = Path(self.folder.text()), people.actor.name
        self._fills.ask(partial(self._desk.fill, name, folder, who), self._on_filled)

    def _cancel(self) -> None:
        self._desk.cancel()
        self.cancel_button.hide()
        self.said.say("Cancelling, after the check or the picture that is being made…")

    def _on_filled(self, files: DossierFiles) -> None:
        self._filling = ""
        self.said.say(f"{'' if files.result is None else files.result.conclusion} Printed to {files.pdf}")
        self._read()

    def _not_filled(self, error: Exception) -> None:
        self._filling = ""
        self._failed(error)
        self._read()

    def _print(self) -> None:
        name = self.chosen
        self.said.say("Printing…")
        self._acts.ask(partial(self._desk.print, name), self._on_printed)

    def _on_printed(self, files: DossierFiles) -> None:
        self.said.say(f"Printed to {files.pdf}")
        self._read()

    def _open(self, what: str) -> None:
        files = self.files
        if files is not None:
            open_outside({"pdf": files.pdf, "page": files.page, "folder": files.pdf.parent}[what])


def _words(dossier: KnownDossier) -> str:
    locked, result = dossier.locked, dossier.result
    if locked is None:
        return f"{dossier.name}\n{dossier.state}"
    when = (locked.locked if result is None else result.filled).astimezone()
    return f"{dossier.name}\n{when:%Y-%m-%d %H:%M} · {locked.recipe}\n{dossier.state}"
