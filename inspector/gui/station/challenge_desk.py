"""The release interlock at the window: a challenge is begun and left, lens or lamp are said to be changed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.errors import InspectorError
from inspector.gui.work import Latest
from inspector.people.roles import Permission
from inspector.people.told import doer_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QImage

    from inspector.domain.challenge import ChallengePart, ChallengeWay
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store


class ChallengeDesk(QObject):
    """Lives on the GUI thread; what touches disk or record is done on the session's worker.

    Args:
        session: Tells what runs and who acts.
        store: Used on the worker only.
    """

    picture_read = Signal(object, object)  #: ChallengePart and its QImage; None where it has none

    def __init__(self, session: Session, store: Store, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._store = session, store
        self._picture = Latest(session.work)

    def begin(self, way: ChallengeWay) -> None:
        """Begin a challenge; who acts must have a name."""
        people = self._session.people
        people.when_allowed(Permission.CHALLENGE, lambda: self._say(partial(self._begin, way)))

    def leave(self) -> None:
        """Leave the challenge that is under way."""
        self._session.work.do(self._session.engine.leave_challenge)

    def optics_changed(self, words: str) -> None:
        """Say that lens or lamp were changed."""
        people = self._session.people
        if people.allows(Permission.CHALLENGE):
            who = doer_of(people.actor)
            self._do(lambda: self._store.optics_changed(who, words))

    def withdraw(self, reason: str) -> None:
        """Let the recipe run without a challenge; an engineer may."""
        people, recipe = self._session.people, self._session.recipe
        if recipe is not None and people.allows(Permission.RECIPES):
            who = doer_of(people.actor)
            self._do(lambda: self._store.withdraw_challenge(recipe, who, reason))

    def read_picture(self, part: ChallengePart) -> None:
        """Read the picture of a part of the set, small; the newest wish wins."""

        def done(image: QImage | None) -> None:
            self.picture_read.emit(part, image)

        self._picture.ask(lambda: self._store.challenge_picture(part), done, lambda _: done(None))

    def _begin(self, way: ChallengeWay) -> None:
        self._session.engine.begin_challenge(doer_of(self._session.people.actor), way)

    def _say(self, do: Callable[[], None]) -> None:
        try:
            do()
        except InspectorError as error:
            self._session.fault.emit("challenge", str(error))
        else:
            self._session.fault.emit("challenge", "")

    def _do(self, do: Callable[[], None]) -> None:
        fault = self._session.fault
        self._session.work.do(
            do, lambda _: fault.emit("challenge", ""), lambda error: fault.emit("challenge", str(error))
        )
