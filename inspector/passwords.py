"""Passwords and tokens: in the system's keyring, or in a file that only this user reads; never in a recipe or settings.

A recipe holds what may be shown of an address, as ``rtsp://user:***@camera/1``. The whole address is kept under that
text, and put in when the source is opened.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from pydantic import BaseModel, ConfigDict

from inspector.domain.errors import SourceError
from inspector.domain.secret import MASK, has_secret, is_masked, masked, password_differs_only, with_mark
from inspector.files import FileError, write_text
from inspector.json_file import JsonAbsentError, JsonError, read_model

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

SERVICE = "inspector-station"
#: The password of the page in the browser is kept under this.
SERVE = "page in the browser"
_FILE = "passwords.json"
#: A keyring that is locked asks the user, or nobody.
_LIMIT_S = 10.0
_MOST_ALIKE = 100

_Value = TypeVar("_Value")


class PasswordError(SourceError):
    """The password of a source is not known here, or cannot be kept."""


class Keyring(Protocol):
    """What is used of the package ``keyring``, or of one of its back ends."""

    def get_password(self, service_name: str, username: str, /) -> str | None:
        """Return what is kept; None where nothing is."""
        ...

    def set_password(self, service_name: str, username: str, password: str, /) -> None:
        """Keep it."""
        ...

    def delete_password(self, service_name: str, username: str, /) -> None:
        """Keep it no longer."""
        ...


class _PasswordFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    addresses: dict[str, str] = {}


class Passwords:
    """The whole addresses of sources by what is shown of them, other passwords by their names. Any thread may use it.

    Args:
        root: The data folder; the file is there.
        keyring: None for the system's, where there is one that works.
    """

    def __init__(self, root: Path, keyring: Keyring | None = None) -> None:
        self._path = root / _FILE
        self._keyring = keyring

    def hide(self, address: str, *, replace: bool = True) -> str:
        """Keep an address and return what stands for it in a recipe; one without a secret is returned as it is.

        Args:
            address: A source's text.
            replace: A password that is kept for the same camera is replaced; otherwise that one stays.

        Raises:
            PasswordError: If it cannot be kept, or holds ``***`` beside a secret.
        """
        if not has_secret(address) or not is_masked(masked(address)):
            return address
        if MASK in address:
            raise PasswordError(f"{masked(address)} holds {MASK} beside a password", "Type the whole address.")
        for number in range(1, _MOST_ALIKE):
            text = with_mark(masked(address), number)
            kept = self.kept(text)
            if kept is None or (replace and kept != address and password_differs_only(kept, address)):
                self.keep(text, address)
                return text
            if kept == address or password_differs_only(kept, address):
                return text
        raise PasswordError(f"there are too many addresses like {masked(address)}", "Remove some from the keyring.")

    def complete(self, text: str) -> str:
        """Return the address that stands behind a recipe's source; one that lacks nothing is returned as it is.

        Raises:
            PasswordError: If its password is not known here.
        """
        if not is_masked(text):
            return text
        kept = self.kept(text)
        if kept is None:
            raise PasswordError(
                f"the password of {text} is not known on this computer",
                "Type the whole address once more (Settings → Source, or “inspector recipe password NAME”).",
            )
        return kept

    def lacks(self, text: str) -> bool:
        """Return whether the password of a recipe's source is not known here.

        Raises:
            PasswordError: If the file of passwords cannot be read.
        """
        return is_masked(text) and self.kept(text) is None

    def keep(self, text: str, address: str) -> None:
        """Keep an address or a password under the text that stands for it.

        Raises:
            PasswordError: If it cannot be written.
        """
        kept = self._in_file()
        if self._in_keyring(text, address):
            if text in kept:
                self._write({key: value for key, value in kept.items() if key != text})
            return
        self._write(kept | {text: address})

    def kept(self, text: str) -> str | None:
        """Return what is kept under a text; None where nothing is.

        Raises:
            PasswordError: If the file of passwords cannot be read.
        """
        kept = self._in_file().get(text)
        if kept is not None:
            return kept
        keyring = self._keyring or _system_keyring()
        return _in_time(lambda: keyring.get_password(SERVICE, text)) if keyring is not None else None

    def forget(self, text: str) -> None:
        """Keep what stands under a text no longer; nothing need be there.

        Raises:
            PasswordError: If it stays in the keyring or in the file.
        """
        kept = self._in_file()
        if text in kept:
            self._write({key: value for key, value in kept.items() if key != text})
        keyring = self._keyring or _system_keyring()
        if keyring is None:
            return

        def take() -> bool:
            if keyring.get_password(SERVICE, text) is not None:
                keyring.delete_password(SERVICE, text)
            return True

        if not _in_time(take):
            raise PasswordError(
                f"the password of {text} stays in the system's keyring, which is locked or refuses",
                f"Unlock it, or delete “{text}” of {SERVICE} there with the keyring's own program; then save again.",
            )

    # --- inside -------------------------------------------------------------------------------------------------------

    def _in_keyring(self, text: str, address: str) -> bool:
        """Put it into the keyring; False where there is none that keeps it."""
        keyring = self._keyring or _system_keyring()
        if keyring is None:
            return False

        def put() -> str | None:
            keyring.set_password(SERVICE, text, address)
            return keyring.get_password(SERVICE, text)

        return _in_time(put) == address

    def _in_file(self) -> dict[str, str]:
        try:
            return read_model(self._path, _PasswordFile).addresses
        except JsonAbsentError:
            return {}
        except JsonError as error:
            raise PasswordError(error.what, error.next_step) from error

    def _write(self, addresses: dict[str, str]) -> None:
        try:
            write_text(self._path, _PasswordFile(addresses=addresses).model_dump_json(indent=2) + "\n", mode=0o600)
        except FileError as error:
            raise PasswordError(f"the password cannot be kept: {error.what}", error.next_step) from error


def _system_keyring() -> Keyring | None:
    """Return the system's keyring; None where there is none, as at a station without a desktop."""
    if sys.platform.startswith("linux") and not _has_session_bus() and "PYTHON_KEYRING_BACKEND" not in os.environ:
        return None
    return _in_time(_usable_keyring)


def _has_session_bus() -> bool:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    return "DBUS_SESSION_BUS_ADDRESS" in os.environ or (runtime is not None and (Path(runtime) / "bus").exists())


def _usable_keyring() -> Keyring | None:
    import keyring  # noqa: PLC0415 - takes 0.1 s, and few sources have a password
    from keyring.backends.fail import Keyring as NoKeyring  # noqa: PLC0415

    backend = keyring.get_keyring()
    return None if isinstance(backend, NoKeyring) or backend.priority <= 0 else backend


def _in_time(ask: Callable[[], _Value]) -> _Value | None:
    """Return what a keyring answers; None where it fails or does not answer in time."""
    answers: list[_Value] = []

    def run() -> None:
        try:
            answers.append(ask())
        except Exception as error:  # noqa: BLE001 - back ends raise what their systems do
            _log.warning("the system's keyring cannot be used: %s", type(error).__name__)

    thread = threading.Thread(target=run, name="keyring", daemon=True)
    thread.start()
    thread.join(_LIMIT_S)
    return answers[0] if answers else None
