"""Publishes what waits in the log's outbox, in the order of the commits, and says whether the station is online."""

from __future__ import annotations

import logging
import time
from collections import deque
from contextlib import nullcontext
from typing import TYPE_CHECKING

from inspector.mqtt.address import BrokerAddress
from inspector.mqtt.connection import BrokerConnection, BrokerMessage
from inspector.mqtt.faults import BrokerError, ConnectionLostError, of_trial, silent
from inspector.mqtt.messages import MessageError, Topics, message_of
from inspector.mqtt.presence import Presence
from inspector.mqtt.status import PublishStatus, publish_path
from inspector.outputs.outbox import MQTT, Outbox
from inspector.sending.identity import station_key
from inspector.sending.sender import OutboxSender

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from inspector.outputs.outbox import OutboxRow
    from inspector.sending.status import SendingStatus
    from inspector.settings import Settings

_log = logging.getLogger(__name__)
_AT_ONCE = 100
_LOOK_EVERY_S = 1.0
#: The log's file is looked at so often for a new row; the log itself so often while rows come, and for so long after.
_STIRS_S = 0.05
_QUICK_STIRS_S = 0.001
_QUICK_FOR_S = 2.0
#: A row is noted as taken once the broker has had it for so long: one that is killed may forget what it has just
#: confirmed and not yet passed on, and gets it again then.
_HELD_S = 10.0
#: A row with which the broker has ended the connection so often, when it was alone, is set aside.
_MOST_LOSSES = 3


class _Outgoing:
    """A row and what is published of it; or why nothing ever can be."""

    def __init__(self, row: OutboxRow, message: BrokerMessage | None, why: str) -> None:
        self.row, self.message, self.why = row, message, why


class Publisher(OutboxSender):
    """Publishes with QoS 1; whoever receives it knows rows by their id.

    Args:
        home: The data folder.
        log: The result log whose rows are published.
        settings: Reads the station's settings; asked again while it runs.
        wanted: Whether it is to go on; asked again while it runs.
    """

    def __init__(
        self, home: Path, log: Path, settings: Callable[[], Settings], wanted: Callable[[], bool] = lambda: True
    ) -> None:
        super().__init__(
            Outbox(log, MQTT), publish_path(log), wanted=wanted, failing="nothing is published at the MQTT broker"
        )
        self._home, self._log_path, self._settings = home, log, settings
        self._key = ""
        self._topics = Topics("")
        self._shown = ""
        #: Confirmed rows that are not yet noted as taken: since when, up to which entry, and what was set aside.
        self._held: deque[tuple[float, int, list[tuple[OutboxRow, str]]]] = deque()
        self._at_once = _AT_ONCE
        self._losses: dict[str, int] = {}  # by row, when it was alone
        self._came_s = float("-inf")  # when something was committed last

    def _is_set(self) -> bool:
        return bool(self._settings().publish_to)

    def _afterwards(self, stop: threading.Event) -> None:
        """Nothing else is due."""

    def _last_taken(self) -> int:
        return self._held[-1][1] if self._held else 0

    def _status(self, said: SendingStatus) -> PublishStatus:
        return PublishStatus(**dict(said), broker=self._shown, topic=self._topics.base)

    # --- publishing ---------------------------------------------------------------------------------------------------

    def _send_all(self, stop: threading.Event, *, once: bool) -> None:
        settings = self._settings()
        self._outbox.subscribe()  # what is recorded waits from now on, whether the broker can be reached or not
        address = BrokerAddress.of(settings.publish_to, self._home)
        self._key = station_key(self._home)
        self._topics, self._shown = Topics.of(address.spec.prefix, settings.station), address.shown
        self._held.clear()  # what this connection's broker has not confirmed is published again
        self._tell_now_and_then()
        presence = Presence(self._topics, self._key, settings.station, self._log_path)
        will = presence.offline(said=False)
        broker = BrokerConnection(address, client_id=f"inspector-{self._key}", will=will, silent=self._on_silence)
        try:
            self._publish_all(broker, presence, stop, once=once)
            broker.publish([presence.offline(said=True)])
            broker.close()
        finally:
            broker.abort()

    def _on_silence(self, is_silent: bool) -> None:  # noqa: FBT001 - a callback's value
        self._doubt(silent(self._shown) if is_silent else None)

    def _publish_all(self, broker: BrokerConnection, presence: Presence, stop: threading.Event, *, once: bool) -> None:
        """Publish until it is told to stop, nothing is left where once is enough, or the settings have changed."""
        begun = _who(self._settings())
        set_aside_tried = False
        looked_s = time.monotonic()
        while not stop.is_set():
            presence.say(broker)
            rows = self._next_rows(broker, stop, once=once or not set_aside_tried)
            if rows:
                self._hold(rows, self._publish(broker, rows))
            elif not set_aside_tried:
                self._try_set_aside(broker)
                set_aside_tried = True
            self._back_off.well()
            self._take(all_of_them=once and not rows)
            self._tell_now_and_then()
            if time.monotonic() - looked_s > _LOOK_EVERY_S:
                looked_s = time.monotonic()
                if _who(self._settings()) != begun:
                    return
            if not self._wanted() or (once and not rows):
                return

    def _publish(self, broker: BrokerConnection, rows: Sequence[OutboxRow]) -> list[tuple[OutboxRow, str]]:
        """Publish rows; return those that can never be, each with the reason."""
        refused: list[tuple[OutboxRow, str]] = []
        for begin in range(0, len(rows), self._at_once):
            some = [self._as_message(row) for row in rows[begin : begin + self._at_once]]
            there = [row for row in some if row.message is not None]
            try:
                reasons = broker.publish([row.message for row in there if row.message is not None])
            except ConnectionLostError:
                self._note_loss(there)
                raise
            for row, why in zip(there, reasons, strict=True):
                row.why = why
            aside = [(row.row, row.why) for row in some if row.why]
            for name, why in aside:
                _log.warning("the MQTT broker never takes the %s %s: %s", name.kind.value, name.row_id, why)
            refused += aside
        self._at_once = _AT_ONCE
        return refused

    def _as_message(self, row: OutboxRow) -> _Outgoing:
        if row.values is None:
            return _Outgoing(row, None, "it is no longer in the log")
        if self._losses.get(row.row_id, 0) >= _MOST_LOSSES:
            return _Outgoing(row, None, "the broker ends the connection when it gets it")
        try:
            return _Outgoing(row, message_of(row, self._topics, self._key), "")
        except MessageError as error:
            return _Outgoing(row, None, str(error))

    def _note_loss(self, rows: Sequence[_Outgoing]) -> None:
        """The next time rows are published one by one: one of them may be what the broker does not bear."""
        if self._at_once == 1 and rows:
            name = rows[0].row.row_id
            self._losses[name] = self._losses.get(name, 0) + 1
        self._at_once = 1

    def _try_set_aside(self, broker: BrokerConnection) -> None:
        """Publish once more what was refused: the broker may take it meanwhile."""
        rows = [row for row in self._outbox.read_set_aside() if row.row_id not in self._losses]
        for row in rows:
            try:
                refused = self._publish(broker, [row])
            except ConnectionLostError:
                self._losses[row.row_id] = _MOST_LOSSES
                raise
            self._outbox.take_back([] if refused else [row], refused)
            if not refused:
                self._sent(1)

    def _hold(self, rows: Sequence[OutboxRow], refused: list[tuple[OutboxRow, str]]) -> None:
        self._held.append((time.monotonic(), rows[-1].seq, refused))
        self._sent(len(rows) - len(refused))

    def _take(self, *, all_of_them: bool) -> None:
        """Note as taken what the broker has had for long enough."""
        upto, aside = 0, []
        while self._held and (all_of_them or time.monotonic() - self._held[0][0] > _HELD_S):
            _, upto, refused = self._held.popleft()
            aside += refused
        if upto:
            self._outbox.take(upto, aside)

    # --- waiting ------------------------------------------------------------------------------------------------------

    def _stirred(self) -> tuple[int, int] | None:
        """Return what changes with every commit; None where that cannot be seen."""
        try:
            log = self._log_path.resolve()
            seen = log.with_name(f"{log.name}-wal").stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size

    def _next_rows(self, broker: BrokerConnection, stop: threading.Event, *, once: bool) -> list[OutboxRow]:
        """Return the rows that wait, and wait for them for a second at the most.

        Args:
            once: Do not wait.
        """
        quick = time.monotonic() - self._came_s < _QUICK_FOR_S
        with self._outbox.held() if quick else nullcontext():
            before = self._outbox.version() if quick else self._stirred()
            rows = self._outbox.read(_AT_ONCE, after=self._last_taken())
            if (
                not rows
                and not once
                and (self._wait_quick(broker, stop, before) if quick else self._wait(broker, stop, before))
            ):
                self._came_s = time.monotonic()  # a commit that is seen in the file may be readable a little later
                rows = self._outbox.read(_AT_ONCE, after=self._last_taken())
        if rows:
            self._came_s = time.monotonic()
        broker.idle(0.0)
        return rows

    def _wait(self, broker: BrokerConnection, stop: threading.Event, before: object) -> bool:
        """Wait for a commit as long as `_LOOK_EVERY_S`; return whether there was one."""
        until = time.monotonic() + _LOOK_EVERY_S
        while not stop.is_set() and time.monotonic() < until:
            if self._stirred() != before:
                return True
            broker.idle(_STIRS_S)
        return False

    def _wait_quick(self, broker: BrokerConnection, stop: threading.Event, before: object) -> bool:
        """Likewise, and see it at once."""
        until = time.monotonic() + _LOOK_EVERY_S
        idle_s = time.monotonic()
        while not stop.is_set() and time.monotonic() < until:
            if self._outbox.version() != before:
                return True
            if time.monotonic() - idle_s > _STIRS_S:
                broker.idle(0.0)
                idle_s = time.monotonic()
            time.sleep(_QUICK_STIRS_S)
        return False


def _who(settings: Settings) -> tuple[str, str]:
    return settings.publish_to, settings.station


def try_broker(address: BrokerAddress, station: str) -> tuple[str, str]:
    """Connect to a broker and publish once, as the station would.

    Args:
        station: A level of its topics.

    Returns:
        The topic that its topics are under, and the encryption, as “TLSv1.3”; empty for none.

    Raises:
        BrokerError: If that fails; it says whether address, port, certificate, password or a right is the cause.
    """
    try:
        return _tried(address, station)
    except BrokerError as error:
        raise of_trial(error) from error


def _tried(address: BrokerAddress, station: str) -> tuple[str, str]:
    topics = Topics.of(address.spec.prefix, station)
    broker = BrokerConnection(address, client_id="")
    try:
        encryption = broker.encryption
        (why,) = broker.publish([BrokerMessage(topics.test, b"{}")])
    except BaseException:
        broker.abort()
        raise
    broker.close()
    if why:
        raise BrokerError(f"the broker {address.shown} does not take a message: {why}", "See the broker's log.")
    return topics.base, encryption
