"""Up and down in the picture of scores: how unlike good parts they look, and what share of good parts lies above."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.strangeness import RATES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.domain.strangeness import GoodScale

#: The words of the axis, and of the shares beside it; those that would lie over others are left out.
_TICKS = (1.0, 0.5, 2.0, 0.2, 5.0, 0.1, 10.0, 0.7, 1.5, 3.0, 20.0, 50.0, 100.0)
_SHARES = (0.005, 0.2, 0.0001, 0.05, 0.001, 0.02)
_BEYOND = 0.08
_TOUCH_PX = 15


@dataclass(frozen=True, slots=True)
class StrangeScale:
    """A logarithmic scale from bottom to top.

    Args:
        low: Natural logarithm of the strangeness at the bottom.
        high: Likewise at the top.
        bottom: Its place in pixels.
        top: Likewise, above it: smaller.
    """

    low: float
    high: float
    bottom: float
    top: float

    @staticmethod
    def of(strangeness: NDArray[np.float64], scale: GoodScale, *, bottom: float, top: float) -> StrangeScale:
        """Return a scale that shows all parts and every limit that can be chosen.

        Args:
            strangeness: (N,) each above 0.
            scale: Of good parts.
            bottom: As in `StrangeScale`.
            top: As in `StrangeScale`.
        """
        logs = [math.log(scale.limit(rate)) for rate in RATES]
        logs += [
            math.log(max(1e-6, float(edge))) for edge in (strangeness.min(initial=1.0), strangeness.max(initial=1.0))
        ]
        beyond = _BEYOND * (max(logs) - min(logs))
        return StrangeScale(min(logs) - beyond, max(logs) + beyond, bottom, top)

    def y_of(self, strangeness: float) -> float:
        """Return where a strangeness lies, in pixels."""
        return float(self.ys_of(np.array([strangeness]))[0])

    def ys_of(self, strangeness: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return where many lie, in pixels."""
        share = (np.log(np.maximum(strangeness, 1e-6)) - self.low) / (self.high - self.low)
        return np.asarray(self.bottom - np.clip(share, 0.0, 1.0) * (self.bottom - self.top))

    def strangeness_at(self, y: float) -> float:
        """Return the strangeness at a place."""
        share = min(1.0, max(0.0, (self.bottom - y) / max(1.0, self.bottom - self.top)))
        return math.exp(self.low + share * (self.high - self.low))

    def ticks(self) -> list[tuple[float, str]]:
        """Return places and words of the axis."""
        return self._apart([(value, f"{value:g}") for value in _TICKS])

    def shares(self, scale: GoodScale) -> list[tuple[float, str]]:
        """Return places and words of the shares of good parts that lie above."""
        return self._apart([(scale.limit(rate), f"{100 * rate:g} %") for rate in _SHARES])

    def _apart(self, wanted: list[tuple[float, str]]) -> list[tuple[float, str]]:
        shown: list[tuple[float, str]] = []
        for value, words in wanted:
            if self.low <= math.log(value) <= self.high:
                y = self.y_of(value)
                if all(abs(y - other) >= _TOUCH_PX for other, _ in shown):
                    shown.append((y, words))
        return shown
