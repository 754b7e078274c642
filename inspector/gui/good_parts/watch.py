"""Looks at the recipe's source on a thread of its own, and takes the parts that are good by hand or by trigger."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from inspector.domain.config import Crop, TriggerMode
from inspector.domain.errors import InspectorError
from inspector.domain.memory import reason_of
from inspector.domain.quality import check_quality
from inspector.domain.records import BadPicture, Frame, Part
from inspector.domain.sentence import sentence
from inspector.domain.trigger import make_trigger
from inspector.gui.good_parts.pictures import MOST, NotTakenError
from inspector.sources.base import SourceEndedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from inspector.gui.good_parts.pictures import GoodPictures
    from inspector.recipes.recipe import Recipe
    from inspector.sources.base import Source

_log = logging.getLogger(__name__)
_TICK_S = 0.1
_RETRY_S = 1.0
#: After so long without a picture it is said.
_SILENT_S = 2.0
#: A hand says “good” of a part that it has just seen: the trigger may have cut that one out so long ago.
_JUST_SEEN_S = 1.5
_CUTS = frozenset({TriggerMode.PART_CROSSING, TriggerMode.PART_SETTLED})
_LEARNS = "The empty belt is being learned. Leave it empty for a second."
_NEXT = "The next part that the trigger sees is taken."


class Wish(Enum):
    """What a hand says of the part that is shown."""

    NONE = "none"
    TAKE = "take"
    SKIP = "skip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What is new since the last look.

    Args:
        frame: The newest picture; None where there is no new one.
        said: What became of the last part: why it was not taken, or that it was; empty where nothing is new.
        taken: Whether the last thing said was that a part was taken.
        state: What the source is doing, where no picture comes or no part can be seen; empty while all is well.
        faulty: Whether that is a fault, and no mere waiting.
        asks: Whether there is a part of which something can be said now.
    """

    frame: Frame | None
    said: str
    taken: bool
    state: str
    faulty: bool
    asks: bool


class PartWatch:
    """See the module; polled by the window.

    Args:
        open_source: Makes the source; called on the thread.
        recipe: Says when there is a part, what of the picture is inspected, and which picture is too bad.
        pictures: Those that are taken; read before the first is.
    """

    def __init__(self, open_source: Callable[[], Source], *, recipe: Recipe, pictures: GoodPictures) -> None:
        self._open_source, self._recipe, self._pictures = open_source, recipe, pictures
        self._lock = threading.Condition()
        self._stop = False
        self._automatic = False
        self._wish = Wish.NONE
        self._frame: Frame | None = None
        self._said, self._taken = "", False
        self._state, self._faulty, self._asks = "", False, False
        self._last: Part | None = None
        self._one_by_one = False  # files wait until it is said whether they show a good part
        self._thread = threading.Thread(target=self._run, name="good parts", daemon=True)
        self._thread.start()

    # --- the window ---------------------------------------------------------------------------------------------------

    def look(self) -> Seen:
        """Return what is new, once."""
        with self._lock:
            seen = Seen(
                frame=self._frame,
                said=self._said,
                taken=self._taken,
                state=self._state,
                faulty=self._faulty,
                asks=self._asks,
            )
            self._frame, self._said, self._taken = None, "", False
            return seen

    def wish(self, wish: Wish) -> None:
        """Say something of the part that is shown."""
        with self._lock:
            self._wish = wish
            self._asks = self._asks and not self._one_by_one  # of the next file it can be said when it is shown
            self._lock.notify_all()

    def take_all(self, automatic: bool) -> None:  # noqa: FBT001 - what a switch says
        """Take every part that the trigger sees, or only those of which a hand says so."""
        with self._lock:
            self._automatic = automatic
            self._lock.notify_all()

    def stop(self) -> None:
        """End; returns at once, the thread follows."""
        with self._lock:
            self._stop = True
            self._lock.notify_all()

    # --- the thread ---------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        self._pictures.load()
        while not self._stopped():
            source: Source | None = None
            try:
                source = self._open_source()
                source.open()
                self._read(source)
            except SourceEndedError:  # a video begins again
                self._set_state("")
            except InspectorError as error:
                self._set_state(sentence(error), faulty=True)
            except Exception as error:  # noqa: BLE001 - said, and tried again
                _log.exception("the source failed")
                self._set_state(sentence(reason_of(error)), faulty=True)
            finally:
                if source is not None:
                    source.close()
            self._wait(_RETRY_S)

    def _read(self, source: Source) -> None:
        trigger = make_trigger(self._recipe.trigger, self._recipe.region)
        self._one_by_one = not source.live and self._recipe.trigger.mode is TriggerMode.EVERY_PICTURE
        arrived_s = time.perf_counter()
        while not self._stopped():
            item = source.read(_TICK_S)
            now_s = time.perf_counter()
            if isinstance(item, Frame):
                arrived_s = now_s
                self._set_state(_LEARNS if trigger.learning else "")
                self._show(item)
                parts = trigger.update(item)
                if self._one_by_one:
                    self._ask(parts)
                else:
                    self._look_at(item, parts)
            elif isinstance(item, BadPicture):
                arrived_s = now_s
                self._say(f"Not taken: {item.reason}")
            elif now_s - arrived_s > _SILENT_S:
                kind = "No picture comes from" if source.live else "Waiting for the next picture of"
                self._set_state(f"{kind} {source.name}.", faulty=source.live)

    def _ask(self, parts: tuple[Part, ...]) -> None:
        """Wait until it is said of a file whether it shows a good part; the next one waits."""
        with self._lock:
            self._wish, self._asks = Wish.NONE, True
            while not (self._stop or self._wish is not Wish.NONE or self._automatic):
                self._lock.wait(_TICK_S)
            wish = Wish.TAKE if self._automatic else self._wish
            self._wish, self._asks = Wish.NONE, False
            if self._stop:
                return
        if wish is Wish.TAKE:
            for part in parts:
                self._take(part)

    def _look_at(self, frame: Frame, parts: tuple[Part, ...]) -> None:
        if parts:
            self._last = parts[-1]
        with self._lock:
            self._asks = True
            automatic, wish = self._automatic, self._wish
        if automatic:
            for part in parts:
                self._take(part)
        elif wish is Wish.TAKE:
            meant = self._meant(frame)
            if meant is None:
                self._say(_NEXT)
                return
            with self._lock:
                self._wish = Wish.NONE
            self._last = None
            self._take(meant)

    def _meant(self, frame: Frame) -> Part | None:
        """Return the part that a hand means; None where the trigger has yet to cut it out as the line would."""
        last, trigger = self._last, self._recipe.trigger
        crossing = trigger.mode is TriggerMode.PART_CROSSING
        only_cut = crossing or (trigger.crop is Crop.PART and trigger.mode in _CUTS)
        if last is not None and time.perf_counter() - last.triggered_s < _JUST_SEEN_S:
            return last
        if only_cut:
            return None
        return Part(frame=frame, region=self._recipe.region, triggered_s=time.perf_counter(), trigger="manual")

    def _take(self, part: Part) -> None:
        try:
            if part.fault:
                raise NotTakenError(part.fault)
            pixels = part.pixels()
            fault = check_quality(pixels, self._recipe.quality)
            if fault:
                raise NotTakenError(fault)
            self._pictures.add(pixels)
        except InspectorError as error:
            self._say(f"Not taken: {error}")
            return
        with self._lock:
            self._said, self._taken = "", True
            if len(self._pictures.taken()) >= MOST:
                self._automatic = False

    def _show(self, frame: Frame) -> None:
        with self._lock:
            self._frame = frame

    def _say(self, words: str) -> None:
        with self._lock:
            self._said, self._taken = words, False

    def _set_state(self, words: str, *, faulty: bool = False) -> None:
        with self._lock:
            self._state, self._faulty = words, faulty
            self._asks = self._asks and not faulty

    def _stopped(self) -> bool:
        with self._lock:
            return self._stop

    def _wait(self, seconds: float) -> None:
        with self._lock:
            if not self._stop:
                self._lock.wait(seconds)
