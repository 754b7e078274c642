"""The two hand-overs of the line: frames from capture to trigger, parts from trigger to inspection."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from inspector.domain.records import BadPicture, Frame, Origin, Part

#: Why parts of a live source get no verdict.
NOT_LOADED = "the part passed before the model was loaded: it was not inspected. Inspect it again."
OVERFLOW = "inspection could not keep up: the part passed uninspected. Slow the line or use a faster device."


class Mailbox:
    """Frames from the capture thread to the trigger thread.

    Args:
        capacity: How many wait where none may be dropped.
        newest: How many wait where the oldest is dropped for a new one.
    """

    def __init__(self, capacity: int = 2, newest: int = 1) -> None:
        self._capacity = capacity
        self._newest = newest
        self._items: deque[Frame | BadPicture] = deque()
        self._changed = threading.Condition()
        self._closed = self._woken = False

    def put_newest(self, item: Frame | BadPicture) -> int:
        """Take the oldest one's place (live sources); return how many frames were dropped by that."""
        with self._changed:
            dropped = max(0, len(self._items) - self._newest + 1)
            for _ in range(dropped):
                self._items.popleft()
            self._items.append(item)
            self._changed.notify_all()
            return dropped

    def put_waiting(self, item: Frame | BadPicture, stop: threading.Event) -> None:
        """Wait for room (files), unless the line stops."""
        with self._changed:
            while len(self._items) >= self._capacity and not stop.is_set():
                self._changed.wait(0.1)
            self._items.append(item)
            self._changed.notify_all()

    def take(self, timeout_s: float) -> Frame | BadPicture | None:
        """Return the next item; None where there is none within the time, or `wake` was called."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._closed or self._woken, timeout_s)
            self._woken = False
            if not self._items:
                return None
            item = self._items.popleft()
            self._changed.notify_all()
            return item

    def wake(self) -> None:
        """Let whoever waits for a frame look at something else now."""
        with self._changed:
            self._woken = True
            self._changed.notify_all()

    def close(self) -> None:
        """Say that nothing more comes; what waits can still be taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """True when it is closed and empty."""
        with self._changed:
            return self._closed and not self._items


@dataclass(frozen=True, slots=True, kw_only=True)
class Unjudged:
    """A part that cannot be judged; it becomes an ERROR inspection. It holds no pixels.

    Args:
        reason: Why, as one sentence.
        origin: Where its picture comes from.
        triggered_s: As in `Part`.
        trigger: As in `Part`.
        behind_s: As in `Part`.
        trigger_id: As in `Part`.
        part_serial: As in `Part`.
        missed: As in `PartInspected`.
        challenge: As in `Part`.
    """

    reason: str
    origin: Origin
    triggered_s: float
    trigger: str
    behind_s: float = 0.0
    trigger_id: str = ""
    part_serial: str = ""
    missed: bool = False
    challenge: bool = False

    @property
    def since_s(self) -> float:
        """As in `Part`."""
        return self.triggered_s - self.behind_s


def unreadable(bad: BadPicture, now_s: float) -> Unjudged:
    """Return the part of a picture that cannot be read."""
    return Unjudged(reason=bad.reason, triggered_s=now_s, trigger="every-picture", origin=bad.origin)


def unjudged(item: Part | Unjudged, reason: str) -> Unjudged:
    """Return a part without its pixels; what has a reason already keeps it."""
    if isinstance(item, Unjudged):
        return item
    return Unjudged(
        reason=reason,
        triggered_s=item.triggered_s,
        trigger=item.trigger,
        origin=item.origin,
        behind_s=item.behind_s,
        trigger_id=item.trigger_id,
        part_serial=item.part_serial,
        challenge=item.challenge,
    )


class PartQueue:
    """Parts from the trigger thread to the inspection thread.

    Args:
        capacity: How many parts with their pixels may wait.
    """

    def __init__(self, capacity: int = 8) -> None:
        self._capacity = capacity
        self._items: deque[Part | Unjudged] = deque()
        self._parts = 0
        self._changed = threading.Condition()
        self._closed = False

    def put(self, item: Part | Unjudged) -> bool:
        """Append; False where a part finds no room, or the queue is closed. What is unjudged always finds room."""
        with self._changed:
            if self._closed:
                return False
            if not isinstance(item, Unjudged):
                if self._parts >= self._capacity:
                    return False
                self._parts += 1
            self._items.append(item)
            self._changed.notify_all()
            return True

    def put_waiting(self, item: Part, stop: threading.Event) -> bool:
        """Wait for room; False where the line stops before there is any."""
        with self._changed:
            while self._parts >= self._capacity:
                if stop.is_set():
                    return False
                self._changed.wait(0.1)
            self._parts += 1
            self._items.append(item)
            self._changed.notify_all()
            return True

    def take(self, timeout_s: float) -> Part | Unjudged | None:
        """Return the next item; None where there is none within the time."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._items) or self._closed, timeout_s)
            if not self._items:
                return None
            item = self._items.popleft()
            if not isinstance(item, Unjudged):
                self._parts -= 1
            self._changed.notify_all()
            return item

    def take_asked_for(self) -> list[Part | Unjudged]:
        """Take the items that events have asked for out of the queue."""
        with self._changed:
            asked = [item for item in self._items if item.trigger_id]
            self._items = deque(item for item in self._items if not item.trigger_id)
            self._parts = sum(not isinstance(item, Unjudged) for item in self._items)
            return asked

    def close(self) -> None:
        """Say that nothing more comes."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def finished(self) -> bool:
        """True when it is closed and empty."""
        with self._changed:
            return self._closed and not self._items

    @property
    def full(self) -> bool:
        """True where the next part finds no room."""
        with self._changed:
            return self._parts >= self._capacity

    def __len__(self) -> int:
        with self._changed:
            return len(self._items)
