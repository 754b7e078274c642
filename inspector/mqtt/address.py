"""The address of the broker, with its password put in, and without it for those who read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from inspector.domain.broker import EXAMPLE, BrokerSpec
from inspector.domain.secret import masked
from inspector.mqtt.faults import BrokerError
from inspector.passwords import PasswordError, Passwords

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class BrokerAddress:
    """Where the broker is.

    Args:
        spec: With the password.
        shown: The address without it.
    """

    spec: BrokerSpec = field(repr=False)
    shown: str

    @classmethod
    def of(cls, setting: str, home: Path) -> BrokerAddress:
        """Return the address that a setting names.

        Args:
            setting: The address, its password hidden or not.
            home: The data folder: what is hidden is found by it.

        Raises:
            BrokerError: If it is no address, or its password is not known here.
        """
        try:
            whole = Passwords(home).complete(setting)
        except PasswordError as error:
            raise BrokerError(
                f"the password of {masked(setting)} is not known on this computer",
                "Type the whole address once more: Settings → Network, or “inspector mqtt connect ADDRESS”.",
            ) from error
        try:
            return cls(BrokerSpec.parse(whole), masked(whole))
        except ValueError as error:
            raise BrokerError(str(error), f"Write it as {EXAMPLE}.") from error
