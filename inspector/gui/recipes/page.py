"""The section “Recipes”: used, copied, renamed, deleted, brought back, exported, imported; their versions."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QWidget

from inspector.assembly import RecipeEntry
from inspector.domain.secret import redacted
from inspector.domain.sentence import sentence
from inspector.files import with_ending
from inspector.gui.recipes.name_dialog import NameDialog
from inspector.gui.recipes.versions_view import VersionsView
from inspector.gui.widgets.basics import card, label
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.question import Question
from inspector.gui.work import Latest
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.recipes.desk import ListedRecipe, RecipeDesk
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.recipes.recipe import Recipe
    from inspector.recipes.versions import RecipeVersion
    from inspector.shelf.taken import TakenPackage

_FILES = "Recipe (*.recipe)"


class RecipesPage(Page):
    """See the module.

    Args:
        session: Tells which recipe is in force, and who may do what.
        desk: Does it, on the worker.
        worker: For it alone: a model takes seconds to export.
    """

    use_wanted = Signal(object)  #: RecipeEntry
    new_wanted = Signal()

    def __init__(self, session: Session, desk: RecipeDesk, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._desk, self._worker = session, desk, worker
        self._listing = Latest(worker, lambda error: self._say(str(error)))
        self._reading = Latest(worker, lambda error: self._say(str(error)))
        self._rows: list[ListedRecipe] = []
        self._wanted = ""  # the recipe that is to be shown once the list is read
        self.dialog: NameDialog | Question | None = None  #: the last one
        self._build()
        session.recipe_changed.connect(lambda _: self._on_recipe())

    # --- building -----------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        left, column = card(self)
        left.setFixedWidth(270)
        row.addWidget(left)
        column.addWidget(label("Recipes", "title"))
        self.list = QListWidget(left)
        self.list.setAccessibleName("Recipes")
        self.list.currentRowChanged.connect(lambda _: self._show_chosen())
        column.addWidget(self.list, 1)
        self.new_button = self._button(
            "New…", "Make a recipe step by step: pictures, model, record", self.new_wanted.emit
        )
        self.import_button = self._button("Import…", "Take a recipe, with its model, from a file", self._ask_import)
        low = QHBoxLayout()
        low.addWidget(self.new_button)
        low.addWidget(self.import_button)
        column.addLayout(low)
        right, layout = card(self)
        row.addWidget(right, 1)
        self.title = label("", "title")
        self.facts, self.fault, self.said = label("", "muted"), label("", "fault"), label("")
        layout.addWidget(self.title)
        for words in (self.facts, self.fault, self.said):
            words.setWordWrap(True)
            words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(words)
        self.said.hide()
        layout.addLayout(self._build_buttons())
        self.versions = VersionsView(self)
        self.versions.restore_wanted.connect(self._ask_restore)
        layout.addWidget(self.versions, 1)

    def _build_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.use_button = self._button("Use it", "The station works with it from now on", self._use)
        self.back_button = self._button("Bring back", "Its newest version is the recipe again", self._bring_back)
        self.model_button = self._button(
            "Use the model here…", "The recipe takes the model of that name that is here now", self._ask_model
        )
        for button in (self.use_button, self.back_button, self.model_button):
            button.setProperty("kind", "primary")
        self.copy_button = self._button("Copy…", "Under another name", self._ask_copy)
        self.rename_button = self._button(
            "Rename…", "Its versions under the old name are kept: the record names them", self._ask_rename
        )
        self.export_button = self._button("Export…", "As one file, for another station", self._ask_export)
        self.delete_button = self._button("Delete", "Its versions are kept, and it can be brought back", self._delete)
        for button in (
            *(self.use_button, self.back_button, self.model_button),
            *(self.copy_button, self.rename_button, self.export_button, self.delete_button),
        ):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _button(self, words: str, tip: str, press: Callable[[], None]) -> QPushButton:
        button = QPushButton(words, self)
        button.setToolTip(tip)
        button.clicked.connect(lambda _=False: press())
        return button

    # --- what is shown ------------------------------------------------------------------------------------------------

    def enter(self) -> None:
        """The section is shown: read what there is."""
        self.refresh()

    def refresh(self, choose: str = "") -> None:
        """Read the list.

        Args:
            choose: Which recipe is shown then; empty for the one that is.
        """
        chosen = self.chosen
        recipe = self._session.recipe
        self._wanted = choose or (chosen.name if chosen else recipe.name if recipe else "")
        self._listing.ask(self._desk.listed, self._on_listed)

    @property
    def chosen(self) -> ListedRecipe | None:
        """The recipe that is shown."""
        row = self.list.currentRow()
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def _on_listed(self, rows: list[ListedRecipe]) -> None:
        self._rows = rows
        self.list.blockSignals(True)
        self.list.clear()
        in_force = self._session.recipe.name if self._session.recipe else ""
        for row in rows:
            state = "deleted" if row.deleted else "cannot be used" if row.fault else "in use" * (row.name == in_force)
            item = QListWidgetItem(f"{row.name}   ({state})" if state else row.name)
            item.setToolTip(row.fault)
            self.list.addItem(item)
        names = [row.name for row in rows]
        self.list.setCurrentRow(names.index(self._wanted) if self._wanted in names else 0)
        self.list.blockSignals(False)
        self._show_chosen()

    def _on_recipe(self) -> None:
        if self.isVisible():
            self.refresh()

    def _show_chosen(self) -> None:
        row = self.chosen
        if row is None:
            return
        recipe = row.recipe
        in_use = self._session.recipe is not None and self._session.recipe.name == row.name
        self.title.setText(row.name)
        self.facts.setText(_facts(row))
        self.fault.setText(sentence(row.fault))
        self.fault.setVisible(bool(row.fault))
        self.use_button.setVisible(recipe is not None and not in_use and not row.other_model)
        self.back_button.setVisible(row.deleted)
        self.model_button.setVisible(row.other_model)
        for button in (self.copy_button, self.export_button):
            button.setVisible(recipe is not None)
        own = row.path is not None
        self.rename_button.setVisible(own and recipe is not None)
        self.rename_button.setEnabled(not (in_use and self._session.running))
        self.delete_button.setVisible(own)
        self.delete_button.setEnabled(not in_use)
        name = row.name
        self._reading.ask(lambda: self._desk.versions(name), partial(self._on_versions, name))

    def _on_versions(self, name: str, versions: list[RecipeVersion]) -> None:
        row = self.chosen
        if row is not None and row.name == name:
            self.versions.show_versions(
                versions, empty=f"Version 1 is as {name} came with the program; its first change will be version 2."
            )

    def _say(self, words: str) -> None:
        self.said.setText(sentence(words))
        self.said.setVisible(bool(words))

    # --- hand ---------------------------------------------------------------------------------------------------------

    def _use(self) -> None:
        if (row := self.chosen) is not None:
            self.use_wanted.emit(RecipeEntry(row.name, row.path))

    def _ask_copy(self) -> None:
        self._ask_name(
            "Copy {}", "It gets a name of its own, its own versions and counts.", "Copy", " copy", self._desk.copy
        )

    def _ask_rename(self) -> None:
        words = (
            "Its versions under the old name are kept, as the record names them; counts begin anew. What it has to "
            "learn, its good parts, prices and scanned code go with it."
        )
        recipe = self._session.recipe
        in_force = recipe.name if recipe is not None else None

        def rename(name: str, to: str) -> Recipe:
            return self._desk.rename(name, to, in_use=in_force if self._session.running else None)

        self._ask_name("Rename {}", words, "Rename", "", rename)

    def _ask_name(self, title: str, words: str, yes: str, more: str, act: Callable[[str, str], Recipe]) -> None:
        row = self.chosen
        if row is None or not self._session.people.allows(Permission.RECIPES):
            return
        old = row.name
        in_force = self._session.recipe is not None and self._session.recipe.name == old
        dialog = NameDialog(title.format(old), words, yes, name=f"{old}{more}", parent=self)

        def done(recipe: Recipe) -> None:
            self._changed(recipe.name, f"{recipe.name} is saved.")
            if in_force and yes == "Rename":
                path = row.path.with_name(f"{recipe.name}.json") if row.path is not None else None
                self._session.choose_recipe(RecipeEntry(recipe.name, path))

        dialog.accepted.connect(lambda: self._do(lambda: act(old, dialog.name), done))
        self.dialog = dialog
        dialog.open()

    def _delete(self) -> None:
        row, recipe = self.chosen, self._session.recipe
        if row is None or not self._session.people.allows(Permission.RECIPES):
            return
        in_use = recipe.name if recipe is not None else None

        def done(_: None) -> None:
            self._changed(
                row.name, f"{row.name} is deleted. Its versions are kept; Bring back makes it a recipe again."
            )

        self._do(lambda: self._desk.delete(row.name, in_use=in_use), done)

    def _bring_back(self) -> None:
        row = self.chosen
        if row is not None and self._session.people.allows(Permission.RECIPES):
            self._do(lambda: self._desk.restore(row.name, None), self._saved)

    def _ask_restore(self, version: int) -> None:
        row = self.chosen
        if row is None or not self._session.people.allows(Permission.RECIPES):
            return
        words = f"{row.name} gets version {self.versions.newest + 1}, as version {version} was. None is lost."
        if self._session.running and self._session.recipe is not None and self._session.recipe.name == row.name:
            words += " The running line stops and starts again with it; parts that pass meanwhile are not inspected."
        question = Question(f"Restore version {version}?", words, "Restore", parent=self)
        question.accepted.connect(lambda: self._do(lambda: self._desk.restore(row.name, version), self._saved))
        self.dialog = question
        question.open()

    def _ask_model(self) -> None:
        row = self.chosen
        if row is None or row.recipe is None or not self._session.people.allows(Permission.MODELS):
            return
        words = (
            f"{row.fault} The recipe's own thresholds were set for the other model and are dropped. It is recorded as "
            "a promotion."
        )
        question = Question(
            f"Use the model {row.recipe.model} that is here?",
            words,
            "Use it",
            reason="Why? For the record",
            parent=self,
        )
        question.accepted.connect(
            lambda: self._do(lambda: self._desk.take_model(row.name, question.reason.text().strip()), self._saved)
        )
        self.dialog = question
        question.open()

    def _ask_export(self) -> None:
        row = self.chosen
        if row is None or row.recipe is None:
            return
        chosen, _ = QFileDialog.getSaveFileName(self, "Export the recipe with its model", f"{row.name}.recipe", _FILES)
        if chosen:
            self.export(with_ending(Path(chosen), ".recipe"))

    def export(self, path: Path) -> None:
        """Write the recipe that is shown as one file, with its model."""
        row = self.chosen
        if row is None or not self._session.people.allows(Permission.EXPORT):
            return
        self._say(f"Writing {path}…")
        self._do(
            lambda: self._desk.export(row.name, path, models=True),
            lambda recipe: self._say(f"{recipe.name}, version {recipe.version}, is in {path}, with its model."),
        )

    def _ask_import(self) -> None:
        if not self._session.people.allows(Permission.RECIPES):
            return
        chosen, _ = QFileDialog.getOpenFileName(self, "Import a recipe", "", _FILES)
        if chosen:
            self.take(Path(chosen))

    def take(self, path: Path) -> None:
        """Read a file, then ask what its recipe is to be called here."""
        self._say(f"Reading {path}…")
        self._do(lambda: self._desk.name_in(path), partial(self._ask_taken, path))

    def _ask_taken(self, path: Path, name: str) -> None:
        self._say("")
        words = f"The recipe of {path.name} and its model are taken; what is here stays as it is."
        dialog = NameDialog("Import a recipe", words, "Import", name=name, parent=self)

        def done(taken: TakenPackage) -> None:
            self._changed(taken.recipe.name, f"{taken.recipe.name} is imported. {' '.join(taken.notes)}")

        dialog.accepted.connect(lambda: self._do(lambda: self._desk.take(path, dialog.name), done))
        self.dialog = dialog
        dialog.open()

    # --- inside -------------------------------------------------------------------------------------------------------

    def _do(self, task: Callable[[], object], done: Callable[..., None]) -> None:
        self._worker.do(task, done, lambda error: self._say(str(error)))

    def _saved(self, recipe: Recipe) -> None:
        self._changed(recipe.name, f"{recipe.name} is saved as version {recipe.version}.")

    def _changed(self, name: str, words: str) -> None:
        self._say(words)
        self.refresh(choose=name)
        self._session.refresh_recipes()


def _facts(row: ListedRecipe) -> str:
    if row.deleted:
        return "Deleted. Its versions are kept: rows of the record name them."
    recipe = row.recipe
    if recipe is None:
        return ""
    code = f" · code {recipe.scanned_code}" if recipe.scanned_code else ""
    kept = "comes with the program" if row.path is None else f"version {recipe.version}"
    return f"{kept} · {redacted(recipe.source)} · model {', '.join(recipe.models)}{code}"
