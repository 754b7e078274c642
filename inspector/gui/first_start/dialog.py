"""The dialog of the first start: three steps, each of which can be skipped and found again in Settings."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pydantic import ValidationError
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from inspector import assembly
from inspector.domain.sentence import sentence
from inspector.domain.source import SourceKind
from inspector.gui.first_start.answers import recipe_of, settings_of
from inspector.gui.first_start.model_step import SHOWN, TRAINED, ModelStep
from inspector.gui.first_start.parts import ChoiceButton
from inspector.gui.first_start.pictures_step import PicturesStep
from inspector.gui.first_start.record_step import RecordStep
from inspector.gui.people.secret_dialog import first_administrator
from inspector.gui.widgets.basics import label
from inspector.gui.widgets.question import Question, replace_question
from inspector.json_file import field_fault
from inspector.passwords import Passwords
from inspector.sources.check import check_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.gui.people.secret_dialog import SecretDialog
    from inspector.gui.station.catalogue import Catalogue
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.settings import Settings

_POLL_MS = 50


class FirstStart(QDialog):
    """See the module. What was answered is saved at the end, in one go; nothing is before.

    Args:
        session: Tells what is so at the station, and does what is asked.
        catalogue: Tells what there is to choose from.
        work: Does what touches files and processes.
        command: Runs ``inspector``, its arguments follow.
    """

    train_wanted = Signal()  #: at the end, where a model is to be trained
    show_wanted = Signal()  #: likewise, where good parts are to be shown; the recipe is in force by then

    def __init__(
        self,
        session: Session,
        *,
        catalogue: Catalogue,
        work: Worker,
        home: Home,
        command: Sequence[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._work, self._home = session, work, home
        self._question: Question | None = None
        self.users: SecretDialog | None = None  #: asks for the first administrator
        self._skipped: set[int] = set()
        self._waits = False  # Next was pressed before it was known whether the source is there
        self.setWindowTitle("Set up this station")
        self.setMinimumSize(900, 640)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.pictures = PicturesStep(session, catalogue=catalogue, work=work, parent=self)
        self.model = ModelStep(catalogue=catalogue, work=work, home=home, command=command, parent=self)
        self.record = RecordStep(session.settings, work=work, home=home, parent=self)
        self._steps = (self.pictures, self.model, self.record)
        self._build()
        self._forget_when_answered()
        self.pictures.looked.connect(self._go_on_now)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._poll)
        self._timer.start(_POLL_MS)
        self.finished.connect(self._release)
        self.show_step(0)

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(10)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # the window does not jump between steps
        self._place = label("", "heading")
        layout.addWidget(self._place)
        self._title = label("", "title")
        layout.addWidget(self._title)
        self._hint = label("", "muted")
        layout.addWidget(self._hint)
        self._stack = QStackedWidget(self)
        for step in self._steps:
            self._stack.addWidget(step)
        layout.addWidget(self._stack, 1)
        self.message = label("", "fault")
        self.message.setWordWrap(True)
        layout.addWidget(self.message)
        row = QHBoxLayout()
        self.later_button = QPushButton("Set up later", self)
        self.later_button.setProperty("kind", "quiet")
        self.later_button.setToolTip("Close this; the demo line is loaded. Settings → Station opens it again.")
        self.later_button.clicked.connect(self.reject)
        row.addWidget(self.later_button)
        row.addStretch(1)
        self.back_button = QPushButton("Back", self)
        self.back_button.clicked.connect(lambda: self.show_step(self.step - 1))
        self.skip_button = QPushButton("Skip this step", self)
        self.skip_button.clicked.connect(self.skip)
        self.next_button = QPushButton("", self)
        self.next_button.setProperty("kind", "primary")
        self.next_button.setDefault(True)
        self.next_button.clicked.connect(self.go_on)
        for button in (self.back_button, self.skip_button, self.next_button):
            row.addWidget(button)
        layout.addLayout(row)

    def _forget_when_answered(self) -> None:
        """What was said of an answer goes as soon as another one is given."""
        for choice in self.findChildren(ChoiceButton):
            choice.clicked.connect(self._forget)
        for line in self.findChildren(QLineEdit):
            line.textEdited.connect(self._forget)

    def _forget(self) -> None:
        self.message.clear()
        self._wait(waits=False)

    @property
    def step(self) -> int:
        """Place of the step that is shown."""
        return self._stack.currentIndex()

    def show_step(self, place: int) -> None:
        """Show a step."""
        self._stack.setCurrentIndex(place)
        step = self._steps[place]
        self._place.setText(f"STEP {place + 1} OF {len(self._steps)}")
        self._title.setText(step.title)
        self._hint.setText(step.hint)
        self.message.setText("")
        self.back_button.setEnabled(place > 0)
        self._wait(waits=False)
        if step is self.pictures:
            self.pictures.resume()
        else:
            self.pictures.pause()
        if step is self.model:
            self.model.enter(demo_line=self._demo_line)
        if step is self.record:
            self.record.ask_room()
            if self._session.people.on:
                self.record.show_people(on=True)
        self.setFocus()  # no button and no choice has the keys; Enter goes on

    def skip(self) -> None:
        """Leave a step out; what it would set stays as it is."""
        self._skipped.add(self.step)
        self._advance()

    def go_on(self) -> None:
        """Take the answer of a step, if it is one; of pictures as soon as it is known whether their source is there."""
        step = self._steps[self.step]
        fault = step.fault()
        self.message.setText(fault)
        self._wait(waits=not fault and step is self.pictures and self.pictures.looking)
        if not fault and not self._waits:
            self._skipped.discard(self.step)
            self._advance()

    def _go_on_now(self) -> None:
        if self._waits:
            self.go_on()

    def _wait(self, *, waits: bool) -> None:
        """Say on the button what it waits for."""
        self._waits = waits
        last = self.step == len(self._steps) - 1
        self.next_button.setText("Looking at the source…" if waits else "Finish" if last else "Next")

    def reject(self) -> None:
        """Set up later: the settings are written as they are, so that this does not come up again by itself."""
        self._session.apply_settings(self._session.settings, lambda: None)
        super().reject()

    @property
    def _demo_line(self) -> bool:
        return 0 not in self._skipped and self.pictures.kind is SourceKind.DEMO

    def _advance(self) -> None:
        if self.step < len(self._steps) - 1:
            self.show_step(self.step + 1)
        else:
            self._finish()

    def _finish(self) -> None:
        if not self._people_answered():
            return
        pictures, record = self.pictures.answer(), self.record.answer()
        wants_model = 1 not in self._skipped
        try:
            said = None if 2 in self._skipped else record
            settings = settings_of(self._session.settings, said)
            recipe = recipe_of(
                None if 0 in self._skipped else pictures, self.model.model() if wants_model else "", said
            )
        except ValidationError as error:
            self.message.setText(" ".join(field_fault(fault)[1] for fault in error.errors()))
            return
        session = self._session
        if recipe is None:
            session.apply_settings(settings, self._show_parts if wants_model and not self._demo_line else lambda: None)
            if self._demo_line:
                session.recipe_changed.connect(self._show_parts, Qt.ConnectionType.SingleShotConnection)
                session.choose_recipe(assembly.RecipeEntry(assembly.DEMO_RECIPE, None))
        else:
            self._work.do(lambda: self._is_taken(recipe), partial(self._save_or_ask, recipe, settings), self._refused)
            return
        self._close(wants_model=wants_model)

    def _people_answered(self) -> bool:
        """Return whether it is known who works here; where several do, the first administrator is asked for first."""
        people = self._session.people
        if people.on or 2 in self._skipped:
            return True
        if not self.record.several:
            people.stay_off()
            return True
        self.users = first_administrator(people, self)
        self.users.accepted.connect(self._finish)
        self.users.open()
        return False

    def _is_taken(self, recipe: Recipe) -> bool:
        """Return whether there is a recipe of this name; on the worker.

        Raises:
            SourceError: If its source cannot deliver.
        """
        check_source(recipe.source, recipe.trigger.mode, lacks_password=Passwords(self._home.root).lacks)
        return (self._home.recipes / f"{recipe.name}.json").exists()

    def _refused(self, error: Exception) -> None:
        self.show_step(0)
        self.message.setText(sentence(error))

    def _save_or_ask(self, recipe: Recipe, settings: Settings, taken: bool) -> None:  # noqa: FBT001 - what the worker says
        if not taken:
            self._save(recipe, settings)
            return
        self._question = replace_question(recipe.name, self)
        self._question.accepted.connect(partial(self._save, recipe, settings))
        self._question.open()

    def _save(self, recipe: Recipe, settings: Settings) -> None:
        # the settings first: the recipe's name is remembered in them
        session = self._session
        session.apply_settings(settings, lambda: session.apply_recipe(recipe, self._show_parts))
        self._close(wants_model=1 not in self._skipped)

    def _close(self, *, wants_model: bool) -> None:
        self.accept()
        if wants_model and self.model.chosen == TRAINED:
            self.train_wanted.emit()

    def _show_parts(self, _: Recipe | None = None) -> None:
        if 1 not in self._skipped and self.model.chosen == SHOWN:
            self.show_wanted.emit()

    def _poll(self) -> None:
        if self.step == 0:
            self.pictures.poll()
        self.model.poll()

    def _release(self, _: int) -> None:
        self._timer.stop()
        self.pictures.release()
        self.model.release()
