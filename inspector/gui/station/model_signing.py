"""Says whether a model may judge where only signed ones do, and signs it for who acts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from inspector.domain.sentence import sentence
from inspector.people.roles import Permission

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.gui.station.store import Store
    from inspector.gui.widgets.sign_line import SignLine


class ModelSigning(QObject):
    """See the module. Lives on the GUI thread.

    Args:
        session: Tells who acts, and when what may judge can have changed.
        store: Looks and signs; used on the station's worker.
    """

    def __init__(self, session: Session, store: Store) -> None:
        super().__init__(session)
        self._session, self._store = session, store

    def tell(self, line: SignLine) -> None:
        """Keep a page's line at what is so, and do what it asks."""
        line.asked.connect(partial(self._look, line))
        line.sign_wanted.connect(partial(self._sign, line))
        for changed in (
            self._session.settings_changed,
            self._session.recipe_changed,
            self._session.people.book_changed,
        ):
            changed.connect(lambda _: line.look_again())

    def _look(self, line: SignLine, model: str) -> None:
        def show(why_not: str) -> None:
            line.show_answer(model, why_not)

        self._session.work.do(partial(self._store.why_unsigned, model), show, lambda error: show(sentence(error)))

    def _sign(self, line: SignLine, model: str) -> None:
        def sign() -> None:
            self._session.work.do(
                partial(self._store.sign_model, model),
                lambda _: line.show_signed(model),
                lambda error: line.show_answer(model, sentence(error)),
            )

        self._session.people.when_allowed(Permission.MODELS, sign)
