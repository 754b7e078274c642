"""Signing in, and changing who can: every try is counted before it is looked at, and every change is told."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import TYPE_CHECKING, NoReturn

from inspector.domain.errors import InspectorError
from inspector.domain.text import USER_NAME
from inspector.people.actor import NOBODY_SIGNED_IN, Actor, KnownBy, system_actor
from inspector.people.book import Book, BookFile, PeopleError, User
from inspector.people.hashing import SecretHasher, fits
from inspector.people.roles import Permission, Role

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_log = logging.getLogger(__name__)

#: So many wrong passwords in a row are free; each further one locks, twice as long as the one before.
FREE_TRIES = 5
FIRST_LOCK_S, LONGEST_LOCK_S = 60.0, 900.0


class SignInError(InspectorError):
    """Somebody is not let in."""


class LockedError(SignInError):
    """A user is locked after too many wrong passwords.

    Args:
        left_s: Until the lock ends.
    """

    def __init__(self, name: str, left_s: float) -> None:
        wait = f"{left_s:.0f} s" if left_s < 90 else f"{left_s / 60:.0f} minutes"
        super().__init__(f"{name} is locked after {FREE_TRIES} or more wrong passwords", f"Try again in {wait}.")
        self.left_s = left_s


class Act(Enum):
    """What was done about users, for the record."""

    SIGNED_IN = "sign-in"
    SIGNED_OUT = "sign-out"
    REFUSED = "sign-in refused"
    SWITCHED_ON = "users switched on"
    SWITCHED_OFF = "users switched off"
    LEFT_OFF = "users stay off: one person works at this station"
    ADDED = "user added"
    ROLE = "role changed"
    DISABLED = "user disabled"
    ENABLED = "user enabled"
    REMOVED = "user removed"
    RESET = "password set"
    FORGOTTEN = "password set by the owner of the data folder, without signing in"
    RESTARTED = "users began again by the owner of the data folder, without signing in"


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleEvent:
    """Something that was done about users.

    Args:
        act: What was done.
        by: Who did it.
        about: The user whom it is about; empty for all.
        words: What there is to say more, such as the role before and after.
    """

    act: Act
    by: Actor
    about: str = ""
    words: str = ""


def utc_clock() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class People:
    """The users of a data folder. Any thread may use it; several processes may at once.

    Args:
        root: The data folder.
        told: Called with everything that is done, after it is on the disk; keeps it for good.
        on_record: See `BookFile`.
        hasher: Makes the hashes.
        now: The clock; UTC.
    """

    def __init__(
        self,
        root: Path,
        *,
        told: Callable[[PeopleEvent], None] = lambda _: None,
        on_record: Callable[[], str] = str,
        hasher: SecretHasher | None = None,
        now: Callable[[], datetime] = utc_clock,
    ) -> None:
        self._root, self._told, self._now = root, told, now
        self.file = BookFile(root, on_record)
        self._hasher = hasher or SecretHasher()

    # --- who acts -----------------------------------------------------------------------------------------------------

    def without_sign_in(self) -> Actor:
        """Return who acts as long as nobody signs in: the computer's user where users are off, else an operator.

        Raises:
            PeopleError: If it cannot be known; whoever asks then takes `NOBODY_SIGNED_IN`.
        """
        return NOBODY_SIGNED_IN if self.file.read().on else system_actor()

    def sign_in(self, name: str, secret: bytearray) -> Actor:
        """Let somebody in by name and password; the password is the caller's to wipe.

        Raises:
            SignInError: If name or password is wrong, or the user is disabled or locked.
            PeopleError: If the users cannot be read, or the try cannot be counted.
        """
        with self.file.changing():
            book = self.file.read(held=True)
            user = book.find(name)
            if user is None:
                fits(secret, self._hasher.nobodys())
                self._refuse("", "a name that is no user's")  # it may be a password that was typed in the wrong place
            user = self._counted(book, user)
            if not fits(secret, user.kept):
                self._refuse(user.name, f"wrong password, {user.wrong} in a row")
            if user.disabled:
                self._refuse(user.name, "is disabled")
            self.file.write(book.with_user(user.model_copy(update={"wrong": 0, "locked_at": None})))
        actor = Actor(name=user.name, role=user.role, known_by=KnownBy.SIGNED_IN)
        self._tell(PeopleEvent(act=Act.SIGNED_IN, by=actor, about=user.name))
        return actor

    def signed_out(self, actor: Actor, why: str) -> None:
        """Record that somebody has signed out.

        Args:
            actor: Who was signed in.
            why: By whom or by what, as in “after 10 minutes without a hand”.
        """
        self._tell(PeopleEvent(act=Act.SIGNED_OUT, by=actor, about=actor.name, words=why))

    def still(self, actor: Actor) -> Actor | None:
        """Return how somebody who has signed in may act now; None where no longer.

        Raises:
            PeopleError: If it cannot be known.
        """
        book = self.file.read()
        user = book.find(actor.name)
        if not book.on or user is None or user.disabled:
            return None
        return Actor(name=user.name, role=user.role, known_by=actor.known_by)

    def locked_for_s(self, user: User) -> float:
        """Return for how long a user is locked still; 0 for not at all."""
        return 0.0 if user.locked_at is None else max(0.0, _left_s(user, user.locked_at, self._now()))

    # --- changing users -----------------------------------------------------------------------------------------------

    def begin(self, name: str, secret: bytearray, *, by: Actor) -> None:
        """Switch users on with a first administrator; one who is there already is kept, with the password given.

        Raises:
            PeopleError: If they are on already, or the file cannot be written.
            NotAllowedError: If ``by`` may not.
            WeakSecretError: If the password is none.
        """
        by.require(Permission.USERS)
        kept = self._hasher.hashed(secret)
        with self.file.changing():
            book = self.file.read(held=True)
            if book.on:
                raise PeopleError("users are on already", "Sign in as an administrator to change them.")
            first = User(name=_name(name), role=Role.ADMINISTRATOR, kept=kept)
            self.file.write(book.with_user(first).switched(on=True))
        self._tell(PeopleEvent(act=Act.SWITCHED_ON, by=by, about=first.name))

    def left_off(self, by: Actor) -> None:
        """Record that users stay off, by somebody's choice."""
        self._tell(PeopleEvent(act=Act.LEFT_OFF, by=by))

    def end(self, *, by: Actor) -> None:
        """Switch users off; they stay known, and nobody is asked any more.

        Raises:
            PeopleError: If the file cannot be read or written.
            NotAllowedError: If ``by`` may not.
        """
        by.require(Permission.USERS)
        with self.file.changing():
            book = self.file.read(held=True)
            self.file.write(book.switched(on=False))
            self._tell(PeopleEvent(act=Act.SWITCHED_OFF, by=by))
            if self.file.on_record():  # the record knows nothing of it, and would refuse the file
                self.file.write(book)
                raise PeopleError("users stay on, as the audit trail cannot be written", "Free space, then try again.")

    def add(self, name: str, role: Role, secret: bytearray, *, by: Actor) -> None:
        """Add a user.

        Raises:
            PeopleError: If there is one of that name, or the file cannot be written.
            NotAllowedError: If ``by`` may not.
            WeakSecretError: If the password is none.
        """
        by.require(Permission.USERS)
        user = User(name=_name(name), role=role, kept=self._hasher.hashed(secret))
        with self.file.changing():
            book = self.file.read(held=True)
            if (known := book.find(name)) is not None:
                raise PeopleError(f"there is a user {known.name} already", "Choose another name.")
            self.file.write(book.with_user(user))
        self._tell(PeopleEvent(act=Act.ADDED, by=by, about=user.name, words=role.value))

    def set_role(self, name: str, role: Role, *, by: Actor) -> None:
        """Give a user another role; otherwise as `_change`."""
        before = self._change(name, {"role": role}, by=by)
        self._tell(PeopleEvent(act=Act.ROLE, by=by, about=before.name, words=f"{before.role.value} → {role.value}"))

    def set_disabled(self, name: str, *, disabled: bool, by: Actor) -> None:
        """Let a user in no longer, or again; otherwise as `_change`."""
        before = self._change(name, {"disabled": disabled}, by=by)
        self._tell(PeopleEvent(act=Act.DISABLED if disabled else Act.ENABLED, by=by, about=before.name))

    def remove(self, name: str, *, by: Actor) -> None:
        """Forget a user; what stands in records under the name stays.

        Raises:
            PeopleError: If there is none, it is the last administrator, or the file cannot be written.
            NotAllowedError: If ``by`` may not.
        """
        by.require(Permission.USERS)
        with self.file.changing():
            book = self.file.read(held=True)
            user = _known(book, name)
            if _is_last(book, user):
                raise _last(user)
            self.file.write(book.without(user))
        self._tell(PeopleEvent(act=Act.REMOVED, by=by, about=user.name))

    def set_secret(self, name: str, secret: bytearray, *, by: Actor) -> None:
        """Give a user another password, and end a lock; one's own needs no permission.

        Raises:
            PeopleError: If there is no such user, or the file cannot be written.
            NotAllowedError: If ``by`` may not.
            WeakSecretError: If the password is none.
        """
        own = by.known_by is KnownBy.SIGNED_IN and by.name.casefold() == name.strip().casefold()
        if not own:
            by.require(Permission.USERS)
        self._set_secret(name, secret, reset_by="")
        self._tell(PeopleEvent(act=Act.RESET, by=by, about=name.strip()))

    def set_forgotten(self, name: str, secret: bytearray) -> None:
        """Give a user another password without being signed in: only for the computer's user who owns the data folder.

        It leaves a trace: in the record, in the program log, and beside the user's name until the password is next set.

        Raises:
            PeopleError: If this user of the computer does not own the folder, or as `set_secret`.
            WeakSecretError: If the password is none.
        """
        actor = self._owner()
        self._set_secret(name, secret, reset_by=actor.name)
        self._tell(PeopleEvent(act=Act.FORGOTTEN, by=actor, about=name.strip()))

    def restart(self, name: str, secret: bytearray) -> None:
        """Begin again with one administrator, where the file of users cannot be read: only for the folder's owner.

        Raises:
            PeopleError: If this user of the computer does not own the folder, the users can be read, or the file cannot
                be written.
            WeakSecretError: If the password is none.
        """
        actor = self._owner()
        kept = self._hasher.hashed(secret)
        with self.file.changing():
            try:
                self.file.read(held=True)
            except PeopleError:
                pass
            else:
                raise PeopleError("the users of this station can be read", "Set a forgotten password instead.")
            first = User(name=_name(name), role=Role.ADMINISTRATOR, kept=kept, reset_by=actor.name)
            self.file.write(Book(on=True, users=(first,)))
        self._tell(PeopleEvent(act=Act.RESTARTED, by=actor, about=first.name))

    # --- inside -------------------------------------------------------------------------------------------------------

    def _counted(self, book: Book, user: User) -> User:
        """Count a try, on the disk, before the password is looked at: who kills the program wins none.

        Raises:
            LockedError: If the user is locked.
        """
        now = self._now()
        if user.locked_at is not None:
            left_s = _left_s(user, user.locked_at, now)
            if now < user.locked_at:  # the clock was set back: the lock begins again, never shorter, never for ever
                self.file.write(book.with_user(user.model_copy(update={"locked_at": now})))
            if left_s > 0:
                self._tell(PeopleEvent(act=Act.REFUSED, by=NOBODY_SIGNED_IN, about=user.name, words="is locked"))
                raise LockedError(user.name, left_s)
        wrong = user.wrong + 1
        counted = user.model_copy(update={"wrong": wrong, "locked_at": now if wrong >= FREE_TRIES else None})
        self.file.write(book.with_user(counted))
        return counted

    def _refuse(self, name: str, why: str) -> NoReturn:
        """Say no more than that it was wrong: who has no business here learns no names."""
        self._tell(PeopleEvent(act=Act.REFUSED, by=NOBODY_SIGNED_IN, about=name, words=why))
        raise SignInError("name or password is wrong", "Try again; an administrator can set another password.")

    def _change(self, name: str, update: dict[str, object], *, by: Actor) -> User:
        """Change a user and return the state before.

        Raises:
            PeopleError: If there is none, it is the last administrator, or the file cannot be written.
            NotAllowedError: If ``by`` may not.
        """
        by.require(Permission.USERS)
        with self.file.changing():
            book = self.file.read(held=True)
            user = _known(book, name)
            changed = user.model_copy(update=update)
            still = changed.role is Role.ADMINISTRATOR and not changed.disabled
            if not still and _is_last(book, user):
                raise _last(user)
            self.file.write(book.with_user(changed))
        return user

    def _set_secret(self, name: str, secret: bytearray, *, reset_by: str) -> None:
        kept = self._hasher.hashed(secret)
        with self.file.changing():
            book = self.file.read(held=True)
            update = {"kept": kept, "wrong": 0, "locked_at": None, "reset_by": reset_by}
            self.file.write(book.with_user(_known(book, name).model_copy(update=update)))

    def _owner(self) -> Actor:
        try:
            owns = not hasattr(os, "getuid") or self._root.stat().st_uid == os.getuid()
        except OSError:
            owns = False
        if not owns:
            raise PeopleError(
                f"{self._root} belongs to another user of this computer",
                "Log in at the computer as that user; only the owner of the data folder may do this.",
            )
        return system_actor()

    def _tell(self, event: PeopleEvent) -> None:
        about = f": {event.about}" if event.about else ""
        words = f" ({event.words})" if event.words else ""
        _log.warning("%s%s%s, by %s, %s", event.act.value, about, words, event.by.name, event.by.known_by.value)
        self._told(event)


def _left_s(user: User, locked_at: datetime, now: datetime) -> float:
    """Return what is left of a lock, all of it where the clock was set back behind its begin."""
    whole_s = min(LONGEST_LOCK_S, FIRST_LOCK_S * 2.0 ** min(user.wrong - FREE_TRIES, 10))
    return whole_s - max(0.0, (now - locked_at).total_seconds())


def _name(text: str) -> str:
    return USER_NAME.checked(" ".join(text.split()))


def _known(book: Book, name: str) -> User:
    user = book.find(name)
    if user is None:
        raise PeopleError(f"there is no user {name.strip()}", "Choose one of the list.")
    return user


def _is_last(book: Book, user: User) -> bool:
    return book.on and book.administrators == (user,)


def _last(user: User) -> PeopleError:
    return PeopleError(
        f"{user.name} is the last administrator", "Make another user administrator first, or nobody could change users."
    )
