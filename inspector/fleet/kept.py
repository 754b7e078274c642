"""What keeps ``inspector forward`` running beside a station has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.fleet.status import status_path
from inspector.sending.keeper import SendingCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.settings import Settings


def _consumers(settings: Settings) -> Mapping[str, bool]:
    from inspector.outputs.outbox import FLEET, PICTURES  # SQLAlchemy takes its time

    wanted = bool(settings.forward_to)
    return {FLEET: wanted, PICTURES: wanted and bool(settings.pictures_to)}


FORWARD = SendingCommand("forward", "what is recorded is not sent to the database", status_path, _consumers)
