"""The outline of a part that stands alone before an even ground: where it is, and how it differs from good parts'."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from inspector.domain.statistics import student_t_quantile
from inspector.domain.strangeness import DEFAULT_RATE, LEAST_PICTURES
from inspector.domain.views import EMPTY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: Pixels a side of the small picture in which it is looked for.
SIDE = 64
#: What part of the threshold by Otsu (1979) divides part and ground: edges that are half of each belong to the part.
_SHARE = 0.8
#: Grey levels that noise and an uneven light take.
_LEAST_LEVEL = 12
#: What lies beside a part counts where it differs from the ground by so much of what the part does; an uneven ground
#: differs less.
_CLEARLY = 0.75
#: Good parts have an outline where each leaves so much of the picture's rim free, and the logarithms of their areas
#: spread by no more than this (bottles 0.005, drawn screws 0.02; magnetic tiles 0.5, boards 0.8).
_RIM_FREE, _AREAS_SPREAD = 0.95, 0.1
_AREAS = (0.005, 0.95)
#: The spread that good parts usually have in each number, and how many pictures' worth it counts: see `GoodScale`.
_USUAL = (0.04, 0.08, 0.01, 0.02, 0.02)
_USUAL_COUNTS = 8
_MOST = 100.0
_NEIGHBOURS = np.ones((3, 3), np.uint8)
#: The numbers of an outline, by their places.
_AREA, _SHAPE, _RIM = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """The part of one picture.

    Args:
        mask: (SIDE, SIDE) bool, its place, holes filled.
        area: Share of the picture that it covers, above 0.
        slimness: How much longer it is than wide, by its moments; 1 or more.
        rim: Share of the picture's rim that it covers, 0..1.
        x: Its middle, as a share of the picture's width.
        y: As a share of its height.
        others: (SIDE, SIDE) bool, what else differs from the ground, at least three quarters as much as the part does.
        ground: The ground's levels, 0..255, one for each channel.
    """

    mask: NDArray[np.bool_]
    area: float
    slimness: float
    rim: float
    x: float
    y: float
    others: NDArray[np.bool_]
    ground: tuple[float, ...]

    @property
    def numbers(self) -> tuple[float, float, float, float, float]:
        """What is compared: logarithms of area and slimness, rim, and place."""
        return math.log(self.area), math.log(self.slimness), self.rim, self.x, self.y


def small_picture(image: Image) -> NDArray[np.uint8]:
    """Return a picture as (SIDE, SIDE, 3) uint8, of a grey one (SIDE, SIDE, 1), of a large one every n-th pixel."""
    step = max(1, min(image.shape[:2]) // (2 * SIDE))
    return plain(cv2.resize(np.ascontiguousarray(image[::step, ::step]), (SIDE, SIDE), interpolation=cv2.INTER_AREA))


def plain(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    """Return pixels as (h, w, 3) uint8, grey ones as (h, w, 1); without transparency, of 16 bits the upper eight."""
    if pixels.dtype == np.uint16:
        pixels = cv2.convertScaleAbs(pixels, alpha=1 / 257.0)
    return np.asarray(pixels[..., None] if pixels.ndim == 2 else pixels[..., :3], np.uint8)


def apart_from(ground: tuple[float, ...], pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Say how far pixels differ from the ground, in the channel where they do most.

    Args:
        ground: A level for each channel.
        pixels: From `plain`.

    Returns:
        (h, w) uint8, grey levels.
    """
    planes = cv2.split(cv2.absdiff(pixels, ground))
    apart = planes[0] if len(planes) == 1 else cv2.max(cv2.max(planes[0], planes[1]), planes[2])
    return np.asarray(apart, np.uint8)


def outline_of(small: NDArray[np.uint8]) -> Outline | None:
    """Look for a part before the ground, which is the median of the picture's rim; None where there is none.

    The largest piece that differs from the ground is the part: dirt beside it is not.

    Args:
        small: From `small_picture`.
    """
    rim = np.concatenate([small[0], small[-1], small[:, 0], small[:, -1]])
    ground = tuple(float(level) for level in np.rint(np.median(rim, axis=0)))
    apart = apart_from(ground, small)
    level, _ = cv2.threshold(apart, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    _, differs = cv2.threshold(apart, max(_LEAST_LEVEL, _SHARE * level), 1, cv2.THRESH_BINARY)
    differs = cv2.morphologyEx(differs, cv2.MORPH_CLOSE, _NEIGHBOURS)
    pieces, _ = cv2.findContours(differs, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not pieces:
        return None
    filled = np.zeros((SIDE, SIDE), np.uint8)
    cv2.drawContours(filled, [max(pieces, key=cv2.contourArea)], -1, 1, -1)
    clearly = _CLEARLY * float(cv2.mean(apart, mask=filled)[0])
    moments = cv2.moments(filled, binaryImage=True)
    count = moments["m00"]
    spread = math.hypot(moments["mu20"] - moments["mu02"], 2 * moments["mu11"])
    both = moments["mu20"] + moments["mu02"]
    return Outline(
        mask=filled.astype(np.bool_),
        area=count / SIDE**2,
        # a twelfth of a pixel: the variance within one, so that a line has a width
        slimness=math.sqrt((both + spread + count / 6) / (both - spread + count / 6)),
        rim=float(np.concatenate([filled[0], filled[-1], filled[:, 0], filled[:, -1]]).mean()),
        x=(moments["m10"] / count + 0.5) / SIDE,
        y=(moments["m01"] / count + 0.5) / SIDE,
        others=(apart >= clearly) & (filled == 0),
        ground=ground,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodOutlines:
    """What the outlines of good parts have in common.

    Args:
        pictures: How many were looked at.
        middle: Mean of each number of `Outline.numbers`.
        spread: Sample standard deviation of each.
        unit: What the strangest number is divided by, above 0: see `trainer.memory`.
    """

    pictures: int
    middle: tuple[float, float, float, float, float]
    spread: tuple[float, float, float, float, float]
    unit: float = 1.0

    def __post_init__(self) -> None:
        finite = all(map(math.isfinite, (*self.middle, *self.spread))) and 0.0 < self.unit < math.inf
        if self.pictures < LEAST_PICTURES or not finite:
            msg = f"need {LEAST_PICTURES} pictures or more and finite numbers, got {self.pictures} and {self.middle}"
            raise ValueError(msg)

    @classmethod
    def of(cls, outlines: Sequence[Outline | None]) -> GoodOutlines | None:
        """Return what good parts have in common; None where no outline is known.

        It is known where each picture shows a part that stands free, and all of nearly the same area.
        """
        there = [outline for outline in outlines if outline is not None]
        if len(there) < max(LEAST_PICTURES, len(outlines)):
            return None
        numbers = np.array([outline.numbers for outline in there])
        spread = numbers.std(axis=0, ddof=1)
        free = all(outline.rim <= 1 - _RIM_FREE and _AREAS[0] <= outline.area <= _AREAS[1] for outline in there)
        if not free or spread[_AREA] > _AREAS_SPREAD:
            return None
        area, shape, rim, x, y = (round(float(value), 5) for value in numbers.mean(axis=0))
        area_sd, shape_sd, rim_sd, x_sd, y_sd = (round(float(value), 5) for value in spread)
        return cls(
            pictures=len(there),
            middle=(area, shape, rim, x, y),
            spread=(area_sd, shape_sd, rim_sd, x_sd, y_sd),
        )

    def strangeness(self, outline: Outline | None) -> float:
        """Say how unlike those of good parts an outline is, 0..100; 1: its strangest number exceeds what it may.

        Each number has a prediction limit on both sides, as `inspector.domain.strangeness.GoodScale`, and all together
        are exceeded by the usual rate of good parts.

        Args:
            outline: None where there is no part.
        """
        return _MOST if outline is None else min(_MOST, max(self._beyond(outline)))

    def words(self, outline: Outline | None) -> str:
        """Say in what an outline differs; empty where it does not.

        Args:
            outline: None where there is no part.
        """
        if outline is None:
            return EMPTY
        beyond = self._beyond(outline)
        share = 100 * math.exp(outline.numbers[_AREA] - self.middle[_AREA])
        if max(beyond) < 1.0:
            return ""
        if beyond[_RIM] >= 1.0:
            return "cut off by the picture's edge"
        if beyond[_AREA] < 1.0:
            return "moved" if beyond[_SHAPE] < 1.0 else "of another shape"
        covers = f"it covers {share:.0f} % of what good parts do"
        if max(beyond[_SHAPE:]) < 1.0:  # nothing but its area, so its place too is as usual
            return f"of another size ({covers})"
        return f"half a part, or another product ({covers})" if share < 100 else f"another product ({covers})"

    def _beyond(self, outline: Outline) -> list[float]:
        """Return each number's distance from the middle, as a share of what it may be."""
        degrees = self.pictures - 1 + _USUAL_COUNTS
        beyond = []
        for value, middle, spread, usual in zip(outline.numbers, self.middle, self.spread, _USUAL, strict=True):
            squares = _USUAL_COUNTS * usual**2 + (self.pictures - 1) * spread**2
            limit = _quantile(degrees) * math.sqrt(squares / degrees * (1.0 + 1.0 / self.pictures))
            beyond.append(abs(value - middle) / (limit * self.unit))
        return beyond


@cache
def _quantile(degrees: int) -> float:
    return student_t_quantile(1.0 - DEFAULT_RATE / (2 * len(_USUAL)), degrees)
