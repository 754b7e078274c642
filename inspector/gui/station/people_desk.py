"""Who acts at the window: signing in and out, and the check before anything is carried out. Lives on the GUI thread."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.people.actor import NOBODY_SIGNED_IN, Actor, KnownBy, system_actor
from inspector.people.book import Book, PeopleError
from inspector.people.hashing import wipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.station.store import Store
    from inspector.gui.work import Worker
    from inspector.people.people import People
    from inspector.people.roles import Permission

_LOOK_EVERY_S = 2.0


class PeopleDesk(QObject):
    """See the module. The one place that tells the window who acts now.

    Args:
        store: The station's users, and its settings; the users are used on the worker, but for the first look, which is
            a small file.
        worker: Compares passwords and writes; nothing else waits for it.
    """

    changed = Signal(object)  #: Actor: somebody has signed in or out, or may do something else now
    book_changed = Signal(object)  #: Book: users were changed, here or by another program
    refused = Signal(object, str)  #: Permission, and why it is not allowed; nothing was done
    fault = Signal(str)  #: why nobody can sign in; empty once somebody can

    def __init__(
        self,
        store: Store,
        worker: Worker,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        people = self._people = store.people
        self._store, self._worker = store, worker
        self.set_clock(time.monotonic)
        self._looking = False
        self._mark = people.file.mark()
        self.words = ""  #: why nobody can sign in
        self.book = Book()
        self.actor: Actor = NOBODY_SIGNED_IN
        try:
            self.book, self.actor = people.file.read(), people.without_sign_in()
        except PeopleError as error:
            self.words = str(error)

    def set_clock(self, now_s: Callable[[], float]) -> None:
        """Take another clock, which only goes forward; seconds."""
        self._now_s = now_s
        self._touched_s = self._looked_s = now_s()

    # --- who acts -----------------------------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        """Whether people have to sign in, also where it cannot be read who."""
        return self.book.on or self.signed_in or bool(self.words)

    @property
    def signed_in(self) -> bool:
        """Whether somebody has signed in."""
        return self.actor.known_by is KnownBy.SIGNED_IN

    def reviewer(self, remembered: str) -> str:
        """Return who judges: whoever is signed in; where users are off, who judged last at this station."""
        return self.actor.name if self.signed_in else "" if self.on else remembered

    def why_not(self, permission: Permission) -> str:
        """Say why something is not allowed; empty where it is."""
        why = self.actor.refused(permission)
        return self.words or why if why else ""

    def allows(self, permission: Permission) -> bool:
        """Return whether something may be carried out now; where it may not, say so and offer to sign in."""
        why = self.why_not(permission)
        if why:
            self.refused.emit(permission, why)
        return not why

    def when_allowed(self, permission: Permission, do: Callable[[], object]) -> None:
        """Do something that is allowed; see `allows`."""
        if self.allows(permission):
            do()

    # --- hand ---------------------------------------------------------------------------------------------------------

    def touched(self) -> None:
        """A hand is there: whoever is signed in stays so."""
        self._touched_s = self._now_s()

    def sign_in(
        self, name: str, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        """Let somebody in.

        Args:
            name: Of the user.
            secret: What was typed; wiped once it is compared.
            done: Called when that one is in.
            failed: Called with why not.
        """

        def compare() -> Actor:
            try:
                return self._people.sign_in(name, secret)
            finally:
                wipe(secret)

        def let_in(actor: Actor) -> None:
            self._touched_s = self._now_s()
            if self.signed_in:
                self._record_end(self.actor, f"{actor.name} signed in")
            self._become(actor)
            done()

        self._worker.do(compare, let_in, failed)

    def sign_out(self, why: str = "by hand") -> None:
        """Go back to operator; the line runs on."""
        if self.signed_in:
            self._record_end(self.actor, why)
            self._become(NOBODY_SIGNED_IN)

    def change(
        self,
        task: Callable[[People, Actor], object],
        done: Callable[[], None],
        failed: Callable[[Exception], None],
        secret: bytearray | None = None,
        took: Callable[[object], None] = lambda _: None,
    ) -> None:
        """Change users on the worker, and read them again; the users themselves know who may.

        Args:
            task: Called with the users and who acts.
            done: Called when it is on the disk.
            failed: Called with why it is not.
            secret: A password that it uses; wiped afterwards.
            took: Called with what the task returns, before ``done``.
        """
        actor = self.actor

        def work() -> object:
            try:
                return task(self._people, actor)
            finally:
                wipe(secret or bytearray())

        def changed(result: object) -> None:
            took(result)
            self._look()
            done()

        self._worker.do(work, changed, failed)

    def set_secret(
        self, name: str, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        """Give a user another password; one's own needs no permission. The password is wiped."""
        self.change(lambda people, actor: people.set_secret(name, secret, by=actor), done, failed, secret)

    def begin(
        self, name: str, secret: bytearray, done: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        """Switch users on with a first administrator, who is then signed in. The password is wiped."""

        def first(people: People, actor: Actor) -> Actor:
            people.begin(name, secret, by=actor)
            return people.sign_in(name, secret)

        def begun(actor: object) -> None:
            assert isinstance(actor, Actor)
            self._become(actor)
            done()

        self.change(first, lambda: None, failed, secret, took=begun)

    def stay_off(self) -> None:
        """Record that users stay off, as the first start was told."""
        actor = self.actor
        self._worker.do(lambda: self._people.left_off(actor))

    # --- time ---------------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """See whether somebody has gone, and whether users were changed elsewhere; called at the session's beat."""
        now_s = self._now_s()
        minutes = self._store.settings.sign_out_min
        if self.signed_in and now_s - self._touched_s >= 60 * minutes:
            self.sign_out(f"after {minutes:g} min without a hand")
        if now_s - self._looked_s >= _LOOK_EVERY_S and not self._looking:
            self._looked_s = now_s
            self._look()

    def _look(self) -> None:
        self._looking = True
        before, actor = self._mark, self.actor

        def read() -> tuple[tuple[int, int], Book | None, Actor | None]:
            mark = self._people.file.mark()
            if mark == before:
                return mark, None, None
            book = self._people.file.read()
            signed_in = actor.known_by is KnownBy.SIGNED_IN
            return mark, book, self._people.still(actor) if signed_in else self._people.without_sign_in()

        def taken(result: tuple[tuple[int, int], Book | None, Actor | None]) -> None:
            self._looking = False
            mark, book, still = result
            if book is None:
                return
            self._mark, self.book = mark, book
            self._say("")
            if actor == self.actor:  # nobody has signed in or out meanwhile
                self._become(still or (NOBODY_SIGNED_IN if book.on else system_actor()))
            self.book_changed.emit(book)

        def failed(error: Exception) -> None:
            self._looking = False
            self._mark = (0, 0)  # looked at again, until it can be read
            self._say(str(error))
            self._become(NOBODY_SIGNED_IN)

        self._worker.do(read, taken, failed)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _become(self, actor: Actor) -> None:
        if actor != self.actor:
            self.actor = actor
            self.changed.emit(actor)

    def _say(self, words: str) -> None:
        if words != self.words:
            self.words = words
            self.fault.emit(words)

    def _record_end(self, actor: Actor, why: str) -> None:
        self._worker.do(lambda: self._people.signed_out(actor, why))
