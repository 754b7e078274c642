"""Tries the MQTT broker that somebody has typed, before it is applied and as soon as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from inspector.domain.secret import masked
from inspector.gui.work import Latest

if TYPE_CHECKING:
    from inspector.gui.station.session import Session
    from inspector.paths import Home
    from inspector.settings import Settings


class BrokerTest(QObject):
    """Connects and publishes once, as the station would. Lives on the GUI thread; a worker of its own tries.

    Args:
        home: The station's data folder: what is hidden in an address is found by it.
    """

    said = Signal(str)  #: that it is tried, or how it went
    failed = Signal(str)  #: why it failed

    def __init__(self, session: Session, home: Home) -> None:
        super().__init__(session)
        self._home, self._address = home, session.settings.publish_to
        self._latest = Latest(session.workers.make("broker test"), lambda error: self.failed.emit(str(error)))
        session.settings_changed.connect(self._follow)

    def _follow(self, settings: Settings) -> None:
        """Try another address at once, and say where it fails: the process that publishes takes seconds to begin."""
        address, station = settings.publish_to, settings.station
        if address != self._address:
            self._address = address
            if address:
                self._latest.ask(lambda: self._tried(address, station), lambda _: None)

    def ask(self, settings: Settings) -> None:
        """Try an address.

        Args:
            settings: As they are typed: the address, and the name under which the station would publish.
        """
        address, station = settings.publish_to, settings.station
        if not address:
            self.failed.emit("Type the broker's address first.")
            return
        self.said.emit(f"{masked(address)} is being tried…")
        self._latest.ask(lambda: self._tried(address, station), self.said.emit)

    def _tried(self, address: str, station: str) -> str:
        from inspector.mqtt.address import BrokerAddress  # paho is an extra
        from inspector.mqtt.publisher import try_broker

        tried = BrokerAddress.of(address, self._home.root)
        topic, encryption = try_broker(tried, station)
        return f"Connected to {tried.shown} ({encryption or 'not encrypted'}); the station may publish under {topic}."
