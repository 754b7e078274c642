"""In what a picture is unlike the good ones as a view: empty, lit otherwise, framed otherwise, or another product."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.domain.records import Image

#: Pixels a side of the small picture that is compared.
SIDE = 32
EMPTY = "an empty view"
FRAMING = "cut off, moved or of another size"
LIGHT = "other light"
PRODUCT = "another product, or an empty view"
#: Good pictures that correlate by less with their mean do not lie still: nothing can be said of others by it.
STILL_FROM = 0.9
#: Of a picture that correlates nearly as good ones do, only the light can be another.
_AS_GOOD = 0.05
#: Where a piece of the good picture, or all of it at another size, correlates by so much, it is the same product.
_SAME = 0.91
#: What differs in no more than this share of the picture is one place of it.
_LOCAL = 0.1
_STEPS = 4
#: An empty view has less than this share of the contrast of good pictures.
_EMPTY_SHARE = 0.1
_MOST, _LEAST_CONTRAST = 100.0, 0.01
#: Beyond the range of good pictures by this share, light is another.
_SLACK = 0.05
_SCALES = (0.4, 0.5, 0.6, 0.7, 0.85, 1.2, 1.4, 1.7, 2.0, 2.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallPicture:
    """One picture, small.

    Args:
        grey: (SIDE, SIDE) float32, grey levels 0..255.
        blue: Mean of blue as a share of the mean of all channels; 1 where it is grey.
        red: The same share of red.
    """

    grey: NDArray[np.float32]
    blue: float
    red: float

    @property
    def brightness(self) -> float:
        """Mean grey level, 0..255."""
        return float(self.grey.mean())

    @property
    def contrast(self) -> float:
        """Standard deviation of the grey levels."""
        return float(self.grey.std())


@dataclass(frozen=True, slots=True, kw_only=True)
class GoodViews:
    """What good pictures look like, as small ones; the ranges are of the least and the largest.

    Args:
        mean: SIDE · SIDE grey levels, row by row.
        alike: Least correlation of one of them with that mean.
        brightness: Mean grey level.
        contrast: Standard deviation of grey levels.
        blue: As in `SmallPicture`.
        red: As in `SmallPicture`.
    """

    mean: tuple[float, ...]
    alike: float
    brightness: tuple[float, float]
    contrast: tuple[float, float]
    blue: tuple[float, float]
    red: tuple[float, float]

    def __post_init__(self) -> None:
        if len(self.mean) != SIDE * SIDE:
            msg = f"a mean of {SIDE} × {SIDE} grey levels is needed, got {len(self.mean)}"
            raise ValueError(msg)

    @classmethod
    def of(cls, views: Sequence[SmallPicture]) -> GoodViews | None:
        """Return what good pictures have in common; None without any."""
        if not views:
            return None
        mean = np.mean([view.grey for view in views], axis=0)

        def span(values: Sequence[float]) -> tuple[float, float]:
            return round(min(values), 3), round(max(values), 3)

        return cls(
            mean=tuple(round(float(level), 1) for level in mean.ravel()),
            alike=round(min(_correlation(view.grey, mean) for view in views), 4),
            brightness=span([view.brightness for view in views]),
            contrast=span([view.contrast for view in views]),
            blue=span([view.blue for view in views]),
            red=span([view.red for view in views]),
        )

    def emptiness(self, contrast: float) -> float:
        """Say how much too even a picture is to hold a part, 0..100; from 1 on it is empty.

        Args:
            contrast: Standard deviation of its grey levels, small.
        """
        return min(_MOST, _EMPTY_SHARE * self.contrast[0] / max(_LEAST_CONTRAST, contrast))

    def words(self, view: SmallPicture) -> str:
        """Say in what a picture is unlike these; empty where that cannot be told.

        Args:
            view: Of a picture that is unlike good ones.
        """
        if view.contrast < _EMPTY_SHARE * self.contrast[0]:
            return EMPTY
        if self.alike < STILL_FROM:
            return ""
        mean = np.array(self.mean, np.float32).reshape(SIDE, SIDE)
        if _correlation(view.grey, mean) >= self.alike - _AS_GOOD:
            return self._light(view)
        if _correlation_of_most(view.grey, mean) >= self.alike - _AS_GOOD:
            return ""  # one place of it differs, as a defect does
        return FRAMING if _best_piece(view.grey, mean) >= _SAME else PRODUCT

    def _light(self, view: SmallPicture) -> str:
        said = [
            f"{name} {value:.{digits}f}, good parts {low:.{digits}f} to {high:.{digits}f}"
            for name, value, (low, high), digits in (
                ("brightness", view.brightness, self.brightness, 0),
                ("contrast", view.contrast, self.contrast, 0),
                ("blue", view.blue, self.blue, 2),
                ("red", view.red, self.red, 2),
            )
            if not low * (1 - _SLACK) <= value <= high * (1 + _SLACK)
        ]
        return f"{LIGHT} ({'; '.join(said)})" if said else ""


def view_of(image: Image) -> SmallPicture:
    """Return a picture as a small one."""
    small = np.asarray(cv2.resize(image, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.float32)
    small = small / np.float32(257.0) if image.dtype == np.uint16 else small
    if small.ndim == 2:
        return SmallPicture(grey=small, blue=1.0, red=1.0)
    blue, green, red = (small[..., channel] for channel in range(3))
    grey = np.asarray((blue + green + red) / 3, np.float32)
    level = max(1.0, float(grey.mean()))
    return SmallPicture(grey=grey, blue=float(blue.mean()) / level, red=float(red.mean()) / level)


def _correlation(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return Pearson's; 0 where one of them is even."""
    a, b = (np.asarray(grey, np.float64) - float(grey.mean()) for grey in (first, second))
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return float((a * b).sum()) / size if size > 1e-6 else 0.0


def _correlation_of_most(grey: NDArray[np.float32], mean: NDArray[np.float32]) -> float:
    """Return the correlation without the share of the pixels that differs most, whatever the light.

    Least squares of those that fit best, again and again (Rousseeuw and Van Driessen 2006, concentration steps).
    """
    apart = np.abs(grey - mean)
    for _ in range(_STEPS):
        most = apart <= np.quantile(apart, 1 - _LOCAL)
        if float(mean[most].std()) < 1e-3:
            return 0.0
        slope, level = np.polyfit(mean[most], grey[most], 1)
        apart = np.abs(grey - slope * mean - level)
    return _correlation(grey[most], mean[most])


def _best_piece(grey: NDArray[np.float32], mean: NDArray[np.float32]) -> float:
    """Return how well a piece of the good picture is found again, or the good picture at another size."""
    half, most = SIDE // 2, 6 * SIDE // 10
    pieces = [mean[:half], mean[half:], mean[:, :half], mean[:, half:]]
    starts = (0, (SIDE - most) // 2, SIDE - most)
    pieces += [mean[top : top + most, left : left + most] for top in starts for left in starts]
    pairs = [(grey, piece) for piece in pieces]
    for scale in _SCALES:
        size = round(SIDE * scale)
        resized = np.asarray(cv2.resize(mean, (size, size), interpolation=cv2.INTER_AREA), np.float32)
        pairs.append((grey, resized) if size < SIDE else (resized, grey))
    told = [
        float(cv2.matchTemplate(place, np.ascontiguousarray(piece), cv2.TM_CCOEFF_NORMED).max())
        for place, piece in pairs
        if piece.std() > 0.3 * mean.std()  # an even piece is found everywhere
    ]
    return max((value for value in told if np.isfinite(value) and value <= 1.001), default=0.0)
