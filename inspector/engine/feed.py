"""Whether a camera delivers: a picture in time, and not the same one over and over. Every time is passed in."""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.records import Frame
from inspector.domain.source import SourceSpec
from inspector.engine.status import SourceState

if TYPE_CHECKING:
    from inspector.domain.records import BadPicture, Image
    from inspector.engine.board import Board
    from inspector.recipes.recipe import Recipe

_log = logging.getLogger(__name__)
#: A picture may come so much later than the usual time after the one before it.
LATE_S = 0.7
#: Of each side of a picture so many rows and columns are compared: 0.04 ms for 1920 × 1080 in colour, where all pixels
#: take 0.3. All are compared only once these have been the same for the whole limit.
_COMPARED = 64
_STILL_ADVICE = "Restart the camera; if it repeats pictures while nothing moves, raise “Stands still after” (Settings)."


class Feed:
    """Watches the pictures of a camera here or in the network; other sources may pause. Told by the capture thread.

    Args:
        recipe: Its source, how long a picture may stand still, and the region within which it is compared.
        board: Told when the pictures stay away or stand still, and when that is over.
    """

    def __init__(self, recipe: Recipe, board: Board) -> None:
        spec = SourceSpec.parse(recipe.source)
        self._name = spec.shown
        self._watched = spec.kind.is_device
        self._paced = recipe.source_options.is_paced(spec.kind)
        self._region = recipe.region
        self._limit_s = recipe.source_options.still_s
        self._board = board
        self._arrived_s: float | None = None
        self._between_s: deque[float] = deque((0.0,), maxlen=5)
        self._same_since_s = 0.0
        self._first: Image = np.zeros(0, np.uint8)  # of the pictures that look the same
        self._sample = self._first
        self._said = ""
        self.still = ""  #: why what is seen may be old; empty where the picture is a new one; any thread may ask

    def opened(self, now_s: float) -> None:
        """The source was opened; its first picture is expected."""
        self._between_s = deque((0.0,), maxlen=5)
        self._arrived_s = now_s

    def arrived(self, item: Frame | BadPicture, now_s: float) -> None:
        """A picture has arrived."""
        if self._watched and isinstance(item, Frame):
            if self._arrived_s is not None:
                self._between_s.append(now_s - self._arrived_s)
            self._arrived_s = now_s
            self.still = self._standing(item.image, now_s) if self._limit_s > 0 else ""
        self._say(f"{self.still}. {_STILL_ADVICE}" if self.still else "")

    def waited(self, now_s: float) -> None:
        """No picture has come for a moment."""
        if not self._paced or self._arrived_s is None:
            return
        silent_s = now_s - self._arrived_s
        if silent_s > max(self._between_s) + LATE_S:
            why = f"{self._name} has sent no picture for {max(1.0, silent_s):.0f} s"
            self._say(f"{why}. Check its cable, power and network; it goes on by itself.")

    def _say(self, fault: str) -> None:
        if fault and not self._said:
            _log.warning("%s", fault)
        self._said = fault
        state = SourceState.LOST if fault else SourceState.LIVE
        self._board.change(source_state=state, source_message=fault)

    def _standing(self, pixels: Image, now_s: float) -> str:
        """Return since when the picture has been the same, in words, where that is longer than the limit."""
        image = self._watched_part(pixels)
        step = max(1, min(image.shape[:2]) // _COMPARED)
        sample = image[::step, ::step]
        if not np.array_equal(sample, self._sample):
            self._begin(image, sample, now_s)
        same_s = now_s - self._same_since_s
        if same_s < self._limit_s:
            return ""
        if not np.array_equal(image, self._first):  # something small moves between the rows that are compared
            self._begin(image, sample, now_s)
            return ""
        return f"the picture of {self._name} has stood still for {same_s:.0f} s: it may be an old one"

    def _begin(self, image: Image, sample: Image, now_s: float) -> None:
        self._first, self._sample, self._same_since_s = image, np.ascontiguousarray(sample), now_s

    def _watched_part(self, image: Image) -> Image:
        inside = self._region.clipped(image.shape[1], image.shape[0]) if self._region is not None else None
        return image if inside is None else inside.cut(image)
