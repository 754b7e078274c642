"""Pictures produced on a thread of their own, so that a driver or a share that hangs cannot hang the station."""

from __future__ import annotations

import logging
import threading
import time
from abc import ABC, abstractmethod
from contextlib import closing
from typing import TYPE_CHECKING

from inspector.domain.causes import cause_of
from inspector.domain.errors import InspectorError, SourceCutShortError, SourceError, SourceLostError
from inspector.domain.records import BadPicture, Frame
from inspector.sources.base import SourceEndedError

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from inspector.pictures import LeftOut

_log = logging.getLogger(__name__)

#: How long `close` waits for the thread; one that hangs in a driver is left behind.
_CLOSE_S = 0.7
#: With this many threads left behind, a source is not opened again until one has come back.
_MAX_LEFT_BEHIND = 2

Item = Frame | BadPicture
if TYPE_CHECKING:
    _Produce = Callable[[threading.Event, int], Generator[Item | SourceLostError | None]]


class Pump:
    """One attempt at a source: runs a generator on a daemon thread and hands over what it yields.

    The source counts as open when the generator has yielded for the first time, and as hanging when it has not yielded
    for ``silence_s`` although nothing keeps it waiting.

    Args:
        name: The source's name, for errors.
        produce: Makes the generator; it runs on the thread and may hang.
        first: Number of the first picture.
        keep_newest: A picture that was not taken is replaced by the next; otherwise the generator waits for the taker.
        silence_s: Longest time without a picture; then the source counts as hanging.
    """

    def __init__(
        self,
        name: str,
        produce: _Produce,
        *,
        first: int,
        keep_newest: bool,
        silence_s: float,
    ) -> None:
        self._name = name
        self._keep_newest = keep_newest
        self._silence_s = silence_s
        self._changed = threading.Condition()
        self._stop = threading.Event()
        self._slot: Item | None = None
        self._opened = False
        self._ended = False
        self._fault: InspectorError | None = None
        self._busy_since_s: float | None = time.perf_counter()
        self._thread = threading.Thread(target=self._run, args=(produce, first), name=f"source {name}", daemon=True)

    @property
    def thread(self) -> threading.Thread:
        """The thread; it outlives `close` where a driver hangs."""
        return self._thread

    def open(self, limit_s: float) -> None:
        """Start the thread and wait until the source is open; it may be closed meanwhile.

        Raises:
            SourceError: If it cannot be opened, does not answer within ``limit_s``, or is closed meanwhile.
        """
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._opened or self._ended or self._fault or self._stop.is_set(), limit_s)
            if self._stop.is_set():
                raise SourceError(f"{self._name} was closed while it was being opened")
            if self._fault is not None and not self._opened:
                raise SourceError(self._fault.what, self._fault.next_step)
            if not (self._opened or self._ended):
                raise SourceError(
                    f"{self._name} does not answer within {limit_s:g} s", "Check its cable, power and network."
                )

    def read(self, timeout_s: float) -> Item | None:
        """Take the next picture; None where there is none in time; see `Source.read`."""
        deadline_s = time.perf_counter() + timeout_s
        with self._changed:
            while not self._stop.is_set():
                if self._slot is not None:
                    item, self._slot = self._slot, None
                    self._changed.notify_all()
                    return item
                if isinstance(self._fault, SourceCutShortError):
                    raise self._fault
                if self._fault is not None:
                    raise SourceLostError(self._fault.what, self._fault.next_step)
                if self._ended:
                    raise SourceEndedError(self._name)
                now_s = time.perf_counter()
                lost_at_s = None if self._busy_since_s is None else self._busy_since_s + self._silence_s
                if lost_at_s is not None and now_s >= lost_at_s:
                    raise SourceLostError(
                        f"{self._name} has not answered for {now_s - lost_at_s + self._silence_s:.0f} s",
                        "Check its cable, power and network; it is tried again by itself.",
                    )
                if now_s >= deadline_s:
                    return None
                self._changed.wait(min(deadline_s, lost_at_s or deadline_s) - now_s)
        return None

    def close(self) -> None:
        """Let go within a second; a thread that hangs is left behind and ends when its driver returns."""
        self._stop.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join(_CLOSE_S)

    def _run(self, produce: _Produce, first: int) -> None:
        fault: InspectorError | None = None
        try:
            with closing(produce(self._stop, first)) as items:
                self._hand_over_all(items)
        except InspectorError as error:
            fault = error
        except Exception as error:  # noqa: BLE001 - the top of a thread: whatever OpenCV or the system came up with
            _log.exception("%s failed", self._name)
            fault = SourceLostError(
                f"{self._name} failed: {type(error).__name__}: {cause_of(error)}", "It is tried again."
            )
        with self._changed:
            self._fault = fault
            self._ended = fault is None
            self._changed.notify_all()

    def _hand_over_all(self, items: Generator[Item | SourceLostError | None]) -> None:
        for item in items:
            if isinstance(item, SourceLostError):
                with self._changed:
                    self._fault = item
                    self._changed.notify_all()
                raise item
            with self._changed:
                if item is not None:
                    self._slot = item
                self._opened = True
                self._busy_since_s = None
                self._changed.notify_all()
                if not self._keep_newest:
                    self._changed.wait_for(lambda: self._slot is None or self._stop.is_set())
                self._busy_since_s = time.perf_counter()
            if self._stop.is_set():
                return


class PumpedSource(ABC):
    """A source whose pictures come from a generator on a thread of its own; see `Source` for who calls what.

    Args:
        name: The source's name.
        live: Whether the newest frame wins.
        open_limit_s: How long the opening may take.
        silence_s: How long the generator may be silent before the source counts as lost.
        keep_newest: As in `Pump`; None for what suits ``live``.
    """

    def __init__(
        self, name: str, *, live: bool, open_limit_s: float, silence_s: float, keep_newest: bool | None = None
    ) -> None:
        self._name = name
        self._live = live
        self._keep_newest = live if keep_newest is None else keep_newest
        self._open_limit_s = open_limit_s
        self._silence_s = silence_s
        self._pump: Pump | None = None
        self._left_behind: list[threading.Thread] = []
        self._next = 0

    @property
    def name(self) -> str:
        """See `Source.name`."""
        return self._name

    @property
    def live(self) -> bool:
        """See `Source.live`."""
        return self._live

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """See `Source.left_out`."""
        return ()

    @property
    def left_behind(self) -> int:
        """How many threads of earlier attempts still hang in a driver."""
        return sum(thread.is_alive() for thread in self._left_behind)

    def open(self) -> None:
        """Open; see `Source.open`.

        Raises:
            SourceError: If it cannot be opened, or hangs since earlier attempts.
        """
        self.close()
        self._left_behind = [thread for thread in self._left_behind if thread.is_alive()]
        if self.left_behind >= _MAX_LEFT_BEHIND:
            raise SourceError(
                f"{self._name} hangs: {self.left_behind} earlier attempts have not come back",
                "Unplug it and plug it in again; if that does not help, restart the station.",
            )
        pump = Pump(
            self._name, self._produce, first=self._next, keep_newest=self._keep_newest, silence_s=self._silence_s
        )
        self._pump = pump
        try:
            pump.open(self._open_limit_s)
        except SourceError:
            self.close()
            raise

    def read(self, timeout_s: float) -> Item | None:
        """Return the next picture; see `Source.read`."""
        pump = self._pump
        item = pump.read(timeout_s) if pump is not None else None
        if item is not None:
            self._next = item.sequence + 1
            self._took(item)
        return item

    def close(self) -> None:
        """Close within a second; see `Source.close`."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.close()
            if pump.thread.is_alive():
                self._left_behind.append(pump.thread)

    @abstractmethod
    def _produce(self, stop: threading.Event, first: int) -> Generator[Item | SourceLostError | None]:
        """Yield pictures, numbered from ``first``, until ``stop``; runs on the pump's thread.

        A loss that is yielded, not raised, is told before the driver has let go, which may take it seconds.
        """

    def _took(self, item: Item) -> None:  # noqa: B027 - most need nothing here
        """A picture has been taken; on the reader's thread."""
