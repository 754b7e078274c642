"""What keeps ``inspector publish`` running beside a station has to know."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.mqtt.status import publish_path
from inspector.sending.keeper import SendingCommand

if TYPE_CHECKING:
    from collections.abc import Mapping

    from inspector.settings import Settings


def _consumers(settings: Settings) -> Mapping[str, bool]:
    from inspector.outputs.outbox import MQTT  # SQLAlchemy takes its time

    return {MQTT: bool(settings.publish_to)}


PUBLISH = SendingCommand("publish", "what is recorded is not published", publish_path, _consumers)
