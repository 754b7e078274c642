"""The address of the database, with its password put in, and without it for those who read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from inspector.domain.database import EXAMPLE, checked_database
from inspector.domain.secret import as_url, masked
from inspector.fleet.faults import FleetError
from inspector.passwords import PasswordError, Passwords

if TYPE_CHECKING:
    from pathlib import Path

_NEAR = frozenset({"", "localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class DatabaseAddress:
    """Where the database is.

    Args:
        text: What libpq connects by, with the password.
        shown: The same without it.
        defaults: What holds where the address says nothing else.
    """

    text: str = field(repr=False)
    shown: str
    defaults: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, setting: str, home: Path) -> DatabaseAddress:
        """Return the address that a setting names.

        Args:
            setting: The address, its password hidden or not.
            home: The data folder: what is hidden is found by it.

        Raises:
            FleetError: If it is no address, or its password is not known here.
        """
        try:
            whole = Passwords(home).complete(setting)
        except PasswordError as error:
            raise FleetError(
                f"the password of {masked(setting)} is not known on this computer",
                "Type the whole address once more: Settings → Network, or “inspector fleet connect ADDRESS”.",
            ) from error
        return cls(as_url(whole), masked(whole), _defaults(whole))


def _defaults(text: str) -> tuple[tuple[str, str], ...]:
    try:
        parts = urlsplit(checked_database(text))
        said, host = parse_qs(parts.query, keep_blank_values=True), parts.hostname or ""
    except ValueError as error:
        raise FleetError(str(error), f"Write it as {EXAMPLE}.") from error
    host = said.get("host", [host])[-1]
    near = host in _NEAR or host.startswith("/")
    if "sslmode" in said or near:
        return ()
    # a password goes to nobody whose certificate is not that of the host
    return (("sslmode", "verify-full"),)
