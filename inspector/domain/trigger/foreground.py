"""What in the region is not empty belt: a learned background, robust to the lamp, and the blobs in front of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from inspector.domain.geometry import Box
from inspector.domain.quality import grey8

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.config import TriggerConfig
    from inspector.domain.records import Frame

    FloatArray = NDArray[np.float32]

#: Pictures are looked at with at most this many pixels on the long side of the region.
LONG_SIDE_PX = 320
#: Frames in a row without motion from which the empty background is learned.
STILL_FRAMES = 8
#: Without such a pause, the background is the median of what was seen in this time.
LONGEST_LEARNING_S = 10.0
#: That median is the empty belt where it was seen in at least this fraction of the pictures.
EMPTY_FRACTION = 0.75
#: Time constant of the adaptation to slow changes.
ADAPTATION_S = 10.0


@dataclass(frozen=True, slots=True)
class Blob:
    """One connected foreground area; everything in frame pixels.

    Args:
        centroid: Middle of its mass.
        box_centre: Middle of its bounding box; steadier than the centroid when a piece is missing.
        width: Of the bounding box, frame pixels.
        height: Of the bounding box, frame pixels.
        area_fraction: Its area over the area of the searched region.
        touches: The sides of the region that it touches, out of "left", "right", "top", "bottom".
        label: Its number in `Foreground.labels`.
    """

    centroid: tuple[float, float]
    box_centre: tuple[float, float]
    width: float
    height: float
    area_fraction: float
    touches: frozenset[str]
    label: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InView:
    """The largest thing that differs from the empty belt, for somebody who sets up a trigger.

    Args:
        area_fraction: Its area over the area of the searched region; 0 for nothing.
        box: Around it, in frame pixels; None for nothing.
        is_part: Whether it is large and clear enough to be a part.
        is_clear: Whether enough of it differs by the wanted level.
        parts: Around everything that is large and clear enough, in frame pixels.
    """

    area_fraction: float = 0.0
    box: Box | None = None
    is_part: bool = False
    is_clear: bool = True
    parts: tuple[Box, ...] = ()


class Foreground:
    """Learns the empty region and finds what is in front of it.

    Args:
        config: `foreground_level` and `min_area_fraction` are used.
        region: In frame pixels; None for the whole frame.
    """

    def __init__(self, config: TriggerConfig, region: Box | None) -> None:
        self._config = config
        self._region = region
        self.labels: NDArray[np.int32] = np.zeros((1, 1), np.int32)
        self._small: FloatArray = np.zeros((1, 1), np.float32)
        self._shape: tuple[int, ...] = ()
        self._before: tuple[tuple[int, ...], FloatArray] | None = None  # the size before this one, and its background
        self.presence = InView()  #: in the last frame
        self.reset()

    def reset(self) -> None:
        """Forget the background."""
        self._before = None
        self._begin()

    def _begin(self) -> None:
        self._background: FloatArray | None = None
        self._still: list[FloatArray] = []
        self._seen: list[FloatArray] = []
        self._learning_since_s: float | None = None
        self._last_s: float | None = None
        self.presence = InView()

    def take_background(self, other: Foreground) -> None:
        """Know the empty region as another one does, which looks at the same region."""
        if other._background is not None:
            self._background, self._shape = other._background.copy(), other._shape
            self._last_s, self.labels = other._last_s, other.labels

    @property
    def learned(self) -> bool:
        """True once the empty background is known."""
        return self._background is not None

    def blobs(self, frame: Frame) -> list[Blob] | None:
        """Return what stands in front of the background, largest first; None while it is still being learned.

        A change of the frame's size starts the learning anew. Where the size before it comes back, so does its
        background, from the second frame on.

        Raises:
            PictureError: If the region lies outside the frame.
        """
        if frame.image.shape != self._shape:
            self._change_size(frame)
            if self._background is not None:
                return None
        pixels = frame.image if self._region is None else self._region.cut(frame.image)
        small, scale = _shrink(pixels)
        self._small = small
        if self._background is None:
            self._learn(small, frame.time_s)
            self._last_s = frame.time_s
            return None
        elapsed_s = max(0.0, frame.time_s - (self._last_s if self._last_s is not None else frame.time_s))
        self._last_s = frame.time_s
        gain = _gain(small, self._background, self.labels)
        difference = np.abs(small - gain * self._background)
        blobs, mask = self._components(difference, scale)
        self._adapt(small, gain, mask, elapsed_s)
        return blobs

    def _change_size(self, frame: Frame) -> None:
        shape, before = frame.image.shape, self._before
        if self._background is not None:
            self._before = self._shape, self._background
        self._shape = shape
        self._begin()
        if before is not None and before[0] == shape:
            self._background, self._last_s = before[1], frame.time_s
            self.labels = np.zeros(before[1].shape, np.int32)

    def absorb(self, blob: Blob) -> None:
        """Take a blob of the last frame into the background: it stood there from the beginning and is no part."""
        if self._background is not None:
            where = self.labels == blob.label
            self._background[where] = self._small[where]

    def _learn(self, small: FloatArray, time_s: float) -> None:
        if self._learning_since_s is None:
            self._learning_since_s = time_s
        if self._still:
            last = self._still[-1]
            gain = _gain(small, last, None)
            moved = float((np.abs(small - gain * last) > self._config.foreground_level * 0.6).mean())
            if moved > 0.5 * self._config.min_area_fraction:
                self._still = []
        self._still.append(small)
        if len(self._still) >= STILL_FRAMES:
            self._background = np.mean(self._still, axis=0, dtype=np.float32)
        elif time_s - self._learning_since_s >= LONGEST_LEARNING_S:
            self._background = self._median()
            if self._background is None:  # the belt is busy: look for as long again
                self._seen, self._learning_since_s = [], time_s
        elif len(self._seen) < 40 and time_s - self._learning_since_s >= len(self._seen) * LONGEST_LEARNING_S / 40:
            self._seen.append(small)
        if self._background is not None:
            self._still, self._seen = [], []
            self.labels = np.zeros(small.shape, np.int32)

    def _median(self) -> FloatArray | None:
        """Return the median of what was seen; None where no picture of the empty belt can be in it.

        That is where something else was seen in more than a quarter of the pictures, over an area as large as half the
        smallest part, and where too few pictures were seen.
        """
        if len(self._seen) < STILL_FRAMES:
            return None
        seen = np.stack(self._seen)
        median = np.median(seen, axis=0).astype(np.float32)
        level = self._config.foreground_level * 0.6
        alike = np.zeros(median.shape, np.float32)
        for small in self._seen:
            alike += np.abs(small - _gain(small, median, None) * median) <= level
        busy = float((alike < EMPTY_FRACTION * len(self._seen)).mean())
        return None if busy > 0.5 * self._config.min_area_fraction else median

    def _components(self, difference: FloatArray, scale: tuple[float, float]) -> tuple[list[Blob], NDArray[np.uint8]]:
        """Hysteresis: areas above half the level that hold something above the level."""
        level = float(self._config.foreground_level)
        low = cv2.morphologyEx((difference > 0.5 * level).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        count, labels, stats, centroids = cv2.connectedComponentsWithStats(low, connectivity=8, ltype=cv2.CV_32S)
        strong = np.bincount(labels[difference > level], minlength=count)
        self.labels = labels
        height, width = low.shape
        blobs: list[Blob] = []
        parts: list[Box] = []
        largest = InView()
        least = max(4.0, self._config.min_area_fraction * low.size)
        x0, y0 = (self._region.x, self._region.y) if self._region is not None else (0, 0)
        for label in range(1, count):
            x, y, w, h, area = (int(v) for v in stats[label])
            is_clear = bool(strong[label] >= 0.25 * area)
            is_part = is_clear and area >= least
            box = _scaled_box((x, y, w, h), scale, x0, y0)
            if (is_part, area / low.size) > (largest.is_part, largest.area_fraction):
                largest = InView(area_fraction=area / low.size, box=box, is_part=is_part, is_clear=is_clear)
            if not is_part:
                continue
            parts.append(box)
            sides = {"left": x <= 1, "top": y <= 1, "right": x + w >= width - 1, "bottom": y + h >= height - 1}
            blobs.append(
                Blob(
                    centroid=(
                        x0 + (centroids[label][0] + 0.5) * scale[0],
                        y0 + (centroids[label][1] + 0.5) * scale[1],
                    ),
                    box_centre=(x0 + (x + w / 2) * scale[0], y0 + (y + h / 2) * scale[1]),
                    width=w * scale[0],
                    height=h * scale[1],
                    area_fraction=area / low.size,
                    touches=frozenset(side for side, touching in sides.items() if touching),
                    label=label,
                )
            )
        blobs.sort(key=lambda blob: -blob.area_fraction)
        self.presence = replace(largest, parts=tuple(parts))
        return blobs, low

    def _adapt(self, small: FloatArray, gain: float, mask: NDArray[np.uint8], elapsed_s: float) -> None:
        """Follow slow changes where nothing stands."""
        assert self._background is not None
        free = cv2.dilate(mask, np.ones((9, 9), np.uint8)) == 0
        rate = 1.0 - float(np.exp(-min(elapsed_s, 1.0) / ADAPTATION_S))
        self._background[free] += rate * (small[free] / gain - self._background[free])


def _scaled_box(place: tuple[int, int, int, int], scale: tuple[float, float], x0: int, y0: int) -> Box:
    """Return a box of the small picture in frame pixels."""
    x, y, width, height = place
    return Box(
        x=x0 + round(x * scale[0]),
        y=y0 + round(y * scale[1]),
        width=max(1, round(width * scale[0])),
        height=max(1, round(height * scale[1])),
    )


def _shrink(pixels: NDArray[np.uint8]) -> tuple[FloatArray, tuple[float, float]]:
    """Return the pixels in grey at no more than 320 on the long side, and the factors (x, y) back to full size."""
    height, width = pixels.shape[:2]
    factor = min(1.0, LONG_SIDE_PX / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA) if factor < 1.0 else pixels
    return grey8(small).astype(np.float32), (width / size[0], height / size[1])


def _gain(small: FloatArray, background: FloatArray, labels: NDArray[np.int32] | None) -> float:
    """Return how much brighter the lamp is than when the background was learned: the median ratio of free pixels."""
    now, then = small.ravel()[::5], background.ravel()[::5]
    usable = (then > 8.0) & (now < 250.0)
    measured = usable & (then < 250.0)
    if measured.sum() >= 16:
        usable = measured
    elif usable.mean() < 0.5:  # of a lamp at full scale only what a part hides can be seen: that is no dimmer lamp
        return 1.0
    if labels is not None and labels.shape == small.shape:
        free = usable & (labels.ravel()[::5] == 0)
        if free.sum() > 0.1 * free.size:
            usable = free
    if usable.sum() < 16:
        return 1.0
    return float(np.clip(np.median(now[usable] / then[usable]), 0.3, 3.0))
