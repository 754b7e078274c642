"""The section “Candidates”: the shadow of the recipe in force, and the parts that no model may lose."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from inspector.domain.counts import counted
from inspector.gui.candidates.locked_card import LockedCard
from inspector.gui.candidates.shadow_card import ShadowCard
from inspector.gui.widgets.basics import OneLine
from inspector.gui.widgets.later import Page
from inspector.gui.widgets.question import Question
from inspector.gui.work import Latest
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from inspector.gui.candidates.desk import CandidatesDesk, CandidatesState
    from inspector.gui.station.session import Session
    from inspector.gui.work import Worker

_EVERY_S = 3.0


class CandidatesPage(Page):
    """See the module; promoting is the training page's, and is wished for.

    Args:
        session: Knows the recipe, and who acts.
        desk: Used on the worker.
        worker: For it alone: of a million parts a report takes a second.
    """

    promote_wanted = Signal(object, str)  #: Recipe, and the candidate's name
    back_wanted = Signal(object)  #: Recipe
    differences_wanted = Signal()
    look_wanted = Signal(str)  #: id of an inspection

    def __init__(self, session: Session, desk: CandidatesDesk, worker: Worker, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._desk = session, desk
        self._states = Latest(worker, self._failed)
        self._lists = Latest(worker, self._failed)
        self._acts = Latest(worker, self._failed)
        self._next_s = 0.0
        self.question: Question | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(10)
        self.shadow, self.locked, self.said = ShadowCard(self), LockedCard(self), OneLine()
        outer.addWidget(self.said)
        outer.addWidget(self.shadow)
        outer.addWidget(self.locked, 1)
        shadow, locked = self.shadow, self.locked
        shadow.start_wanted.connect(self._start)
        shadow.stop_wanted.connect(self._ask_stop)
        shadow.promote_wanted.connect(self._promote)
        shadow.back_wanted.connect(self._back)
        shadow.differences_wanted.connect(self.differences_wanted)
        locked.look_wanted.connect(self.look_wanted)
        locked.release_wanted.connect(lambda ids: self._ask_change(ids, release=True))
        locked.lock_wanted.connect(lambda ids: self._ask_change(ids, release=False))
        session.recipe_changed.connect(lambda _: self._on_recipe())

    def enter(self) -> None:
        """The section is shown: read what there is."""
        self.say("")
        self._read()

    def poll(self) -> None:
        """Read anew from time to time, as parts are judged meanwhile."""
        if self.isVisible() and time.perf_counter() >= self._next_s and not self._states.busy:
            self._read_state()

    def say(self, text: str) -> None:
        """Say what came of something, in one line."""
        self.said.say(text)
        self.said.setVisible(bool(text))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _failed(self, error: Exception) -> None:
        self.say(str(error))

    def _read(self) -> None:
        recipe = self._session.recipe
        if recipe is not None:
            self._lists.ask(lambda: self._desk.locked(recipe), self.locked.show_parts)
        self._read_state()  # after the list: what is shown is of one recipe then

    def _on_recipe(self) -> None:
        """Nothing can be done with what is shown of the recipe before."""
        self._enable(may=False)
        self._states.forget()  # what is still being read is of the recipe before
        self._lists.forget()
        if self.isVisible():
            self._read()

    def _enable(self, *, may: bool) -> None:
        for part in (self.shadow, self.locked):
            part.setEnabled(may)

    def _read_state(self) -> None:
        self._next_s = time.perf_counter() + _EVERY_S
        recipe = self._session.recipe
        if recipe is not None:

            def show(state: CandidatesState) -> None:
                self.shadow.show_state(state, recipe.name)
                self._enable(may=True)

            self._states.ask(lambda: self._desk.state(recipe), show)

    def _start(self, model: str) -> None:
        recipe, people = self._session.recipe, self._session.people
        if recipe is None or not model or not people.allows(Permission.MODELS):
            return
        who = people.actor.name
        self._acts.ask(lambda: self._desk.start(recipe, model, who), self._done)

    def _done(self, notes: list[str] | None) -> None:
        self.say(" ".join(notes or ()))
        self._read()

    def _ask_stop(self) -> None:
        people = self._session.people
        if not people.allows(Permission.MODELS):
            return
        words = "The candidate judges no further part. What it has said stays in the record."
        question = Question("End the shadow?", words, "End the shadow", reason="Why? For the record", parent=self)
        who = people.actor.name

        def stop() -> None:
            why = question.reason.text().strip()
            self._acts.ask(lambda: self._desk.stop(who, why), self._done)

        self._open(question, stop)

    def _promote(self, model: str) -> None:
        recipe = self._session.recipe
        if recipe is not None and self._session.people.allows(Permission.MODELS):
            self.say("")
            self.promote_wanted.emit(recipe, model)

    def _back(self) -> None:
        recipe = self._session.recipe
        if recipe is not None and self._session.people.allows(Permission.MODELS):
            self.say("")
            self.back_wanted.emit(recipe)

    def _ask_change(self, parts: list[str], *, release: bool) -> None:
        recipe, people = self._session.recipe, self._session.people
        if recipe is None or not parts or not people.allows(Permission.MODELS):
            return
        said, who = counted(len(parts), "part"), people.actor.name
        title = f"Release {said}?" if release else f"Lock {said} again?"
        words = (
            "What is released tests no model any more, and may be learnt from. Row and picture stay; who did it and "
            "why is recorded."
            if release
            else "No new model may lose what is locked, and none learns from it. Who did it and why is recorded."
        )
        yes = "Release" if release else "Lock again"
        question = Question(title, words, yes, reason="Why? For the record", parent=self)

        def change() -> None:
            reason = question.reason.text().strip()
            self._acts.ask(lambda: self._desk.change(recipe, parts, reason, who, release=release), self._done)

        self._open(question, change)

    def _open(self, question: Question, then: object) -> None:
        self.question = question
        question.accepted.connect(then)
        question.open()
