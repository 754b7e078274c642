"""What the broker keeps of a station: whether it is online, its line, the lot's counts, where its record ended."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from inspector.domain.errors import LogError
from inspector.mqtt.messages import HeadSaid, LineSaid, LotCounts, StationState
from inspector.outputs.base import LogQuery
from inspector.outputs.pulse import pulse_path, read_pulse
from inspector.outputs.result_log import SqliteResultLog
from inspector.outputs.rows import time_text
from inspector.proof.heads import last_head

if TYPE_CHECKING:
    from pathlib import Path

    from inspector.domain.tally import Tally
    from inspector.mqtt.connection import BrokerConnection, BrokerMessage
    from inspector.mqtt.messages import Topics
    from inspector.outputs.pulse import LinePulse
    from inspector.proof.heads import RecordHead

_log = logging.getLogger(__name__)
_EVERY_S = 1.0


class Presence:
    """Used by the thread that publishes.

    Args:
        station_key: The same for ever.
        log: The result log, beside which the line says how it is doing.
    """

    def __init__(self, topics: Topics, station_key: str, station: str, log: Path) -> None:
        self._topics, self._key, self._station, self._log_path = topics, station_key, station, log
        self._said_s = float("-inf")
        self._state: tuple[LineSaid | None] | None = None
        self._counts: tuple[str, str, Tally] | None = None
        self._head: RecordHead | None = None

    def offline(self, *, said: bool) -> BrokerMessage:
        """Return that the station is offline; where it is not said but found out by the broker, without a time."""
        when = time_text(datetime.now(UTC)) if said else None
        state = StationState(station_key=self._key, station=self._station, online=False, time_utc=when)
        return state.message(self._topics.state)

    def say(self, broker: BrokerConnection) -> None:
        """Publish what has changed, once a second at the most.

        Raises:
            BrokerError: If the broker does not take it.
        """
        if time.monotonic() - self._said_s < _EVERY_S:
            return
        self._said_s = time.monotonic()
        try:
            pulse = read_pulse(pulse_path(self._log_path))
            counts = self._counted(pulse)
        except LogError as error:
            _log.warning("the MQTT broker is not told how the line is doing: %s", error)
            return
        now = datetime.now(UTC)
        line = None if pulse is None else LineSaid.of(pulse, heard=not pulse.is_stale(now))
        if self._state != (line,):
            state = StationState(
                station_key=self._key, station=self._station, online=True, time_utc=time_text(now), line=line
            )
            broker.publish([state.message(self._topics.state)])
            self._state = (line,)
        if counts is not None and counts != self._counts:
            recipe, lot, tally = counts
            said = LotCounts.of(
                tally, station_key=self._key, station=self._station, time_utc=time_text(now), recipe=recipe, lot=lot
            )
            broker.publish([said.message(self._topics.counts)])
            self._counts = counts
        head = self._newest_head()
        if head is not None and head != self._head:
            broker.publish([HeadSaid.of(head, self._key).message(self._topics.head)])
            self._head = head

    def _newest_head(self) -> RecordHead | None:
        try:
            return last_head(self._log_path)
        except sqlite3.Error as error:  # there is no log yet, or it is of a version before
            _log.debug("the end of the record cannot be read: %s", error)
            return None

    def _counted(self, pulse: LinePulse | None) -> tuple[str, str, Tally] | None:
        if pulse is None:
            return None
        with closing(SqliteResultLog(self._log_path, read_only=True)) as log:  # anew: it may have been replaced
            tally = log.tally(LogQuery(recipe=pulse.recipe, lot=pulse.lot))
        return pulse.recipe, pulse.lot, tally
