"""The file of users: read whole or refused, written whole, by one process at a time."""

from __future__ import annotations

import contextlib
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError
from inspector.domain.text import USER_NAME
from inspector.files import FileError, hold, write_text
from inspector.json_file import JsonAbsentError, JsonError, read_model
from inspector.people.hashing import is_hash
from inspector.people.roles import Role

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_FILE = "users.json"
#: A sign-in holds the lock for as long as a hash takes.
_PATIENT_S, _TURN_S = 10.0, 0.02
_MOST_USERS = 1000


class PeopleError(InspectorError):
    """The users of this station cannot be read or written; nobody can sign in meanwhile."""


def _hash(text: str) -> str:
    if not is_hash(text):
        msg = "must be an argon2id hash"
        raise ValueError(msg)
    return text


class User(BaseModel):
    """Somebody who can sign in.

    Args:
        name: Unique, whatever its capitals.
        role: What the user may do.
        kept: The hash of PIN or password.
        disabled: Cannot sign in, but stays known.
        reset_by: Who set the password without being signed in, as the owner of the data folder may; empty for nobody.
        wrong: Wrong passwords since the last right one.
        locked_at: Since when the user is locked; None for not at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, AfterValidator(USER_NAME.checked)]
    role: Role
    kept: Annotated[str, AfterValidator(_hash)]
    disabled: bool = False
    reset_by: str = ""
    wrong: Annotated[int, Field(ge=0)] = 0
    locked_at: AwareDatetime | None = None

    @property
    def key(self) -> str:
        """What no other user's name may be equal to."""
        return self.name.casefold()


class Book(BaseModel):
    """The users of a station, and whether they are asked for.

    Args:
        on: False: nobody has to sign in, and records have the name of the computer's user.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[int, Field(ge=1, le=1)] = 1
    on: bool = False
    users: Annotated[tuple[User, ...], Field(max_length=_MOST_USERS)] = ()

    @model_validator(mode="after")
    def _whole(self) -> Book:
        if len({user.key for user in self.users}) != len(self.users):
            msg = "users must have names of their own"
            raise ValueError(msg)
        if self.on and not self.administrators:
            msg = "users must have an administrator who is not disabled"
            raise ValueError(msg)
        return self

    @property
    def administrators(self) -> tuple[User, ...]:
        """Those who can change users."""
        return tuple(user for user in self.users if user.role is Role.ADMINISTRATOR and not user.disabled)

    def find(self, name: str) -> User | None:
        """Return a user by name, whatever its capitals; None where there is none."""
        key = name.strip().casefold()
        return next((user for user in self.users if user.key == key), None)

    def with_user(self, user: User) -> Book:
        """Return the book with another state of a user, or with a further one."""
        others = tuple(user if known.key == user.key else known for known in self.users)
        return self._made(others if self.find(user.name) else (*self.users, user), on=self.on)

    def without(self, user: User) -> Book:
        """Return the book without a user."""
        return self._made(tuple(known for known in self.users if known.key != user.key), on=self.on)

    def switched(self, *, on: bool) -> Book:
        """Return the book with users asked for, or not."""
        return self._made(self.users, on=on)

    def _made(self, users: tuple[User, ...], *, on: bool) -> Book:
        return Book(on=on, users=users)


class BookFile:
    """The file of a data folder. Any thread may use it; what is changed is read, changed and written under a lock.

    Args:
        root: The data folder.
        on_record: Says by what users are on, where the file says that they are off; empty for nothing.
    """

    def __init__(self, root: Path, on_record: Callable[[], str] = str) -> None:
        self.path = root / _FILE
        self.on_record = on_record
        self._lock = self.path.with_suffix(".lock")

    def read(self, *, held: bool = False) -> Book:
        """Return the users; none, and not asked for, where there is no file and the record knows of none.

        Args:
            held: Whether it is called under `changing`.

        Raises:
            PeopleError: If it is there and cannot be used, or the record says that users are on and the file does not:
                then nobody is let in.
        """
        book = self._read()
        if book.on or not self.on_record():
            return book
        if not held:  # somebody may be switching them off: file and record are written one after the other
            with self.changing():
                return self.read(held=True)
        gone = "says that they are off" if self.path.exists() else "is gone"
        raise PeopleError(
            f"users are on at this station ({self.on_record()}), and their file {self.path} {gone}; "
            "so nobody can sign in",
            "The line runs on. Put the file back from a backup, or, as the owner of the data folder, make a new "
            "administrator with “inspector users restart NAME”; that is recorded.",
        )

    def _read(self) -> Book:
        try:
            return read_model(self.path, Book)
        except JsonAbsentError:
            return Book()
        except JsonError as error:
            raise PeopleError(
                f"the users of this station cannot be read, so nobody can sign in: {error.what}",
                "The line runs on. Restore the file, or make a new administrator with “inspector users restart”.",
            ) from error

    def mark(self) -> tuple[int, int]:
        """Return what is another number once the file has changed."""
        try:
            status = self.path.stat()
        except OSError:
            return (0, 0)
        return (status.st_mtime_ns, status.st_ino)

    def write(self, book: Book) -> None:
        """Write the users, readable by nobody else; called under `changing`.

        Raises:
            PeopleError: If they cannot be written; the old file is as it was.
        """
        try:
            write_text(self.path, book.model_dump_json(indent=2) + "\n", mode=0o600)
        except FileError as error:
            raise PeopleError(f"the users cannot be written: {error.what}", error.next_step) from error

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Keep every other process, and thread, from changing the users.

        Raises:
            PeopleError: If another one does not let go, or the lock cannot be made.
        """
        ends = time.monotonic() + _PATIENT_S
        wait = threading.Event()
        while True:
            try:
                self._lock.parent.mkdir(parents=True, exist_ok=True)
                file = hold(self._lock)
            except OSError as error:
                raise PeopleError(
                    f"the users cannot be changed, as {self._lock} cannot be made: {cause_of(error)}",
                    "Check the data folder, and the room on its disk.",
                ) from error
            if file is not None:
                break
            if time.monotonic() > ends:
                raise PeopleError("another program is changing the users, and does not end", "Try again in a minute.")
            wait.wait(_TURN_S)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                file.close()
