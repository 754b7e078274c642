"""Whether figures of parts have moved against a reference: EWMA charts of many figures at once."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

#: Weights of the newest part: the first sees a large change within a few parts, the second a small one within hundreds.
WEIGHTS = (0.1, 0.01)
#: A figure that fewer of the reference's parts have is not watched.
_KNOWN = 0.9
#: Between which units a figure is held; of one that is watched in its upper tail, what lies below is usual.
_BOUNDS, _TAIL = (-4.0, 4.0), (2.5, 6.5)
#: The spread of held figures is at least this many units: of a tail, so that single odd parts move nothing.
_LEAST_HELD, _LEAST_TAIL = 0.2, 0.7
#: A spread is at least this share of what is worth saying.
_LEAST_SPREAD = 0.5


class EwmaReference:
    """How figures lie while all is well, and how far their averages may move.

    Each figure is taken as its distance from the median, in units of the median absolute deviation, held within a
    bound (Huber 1981): one odd part moves nothing. EWMA charts of it follow (Roberts, Technometrics 1959; Lucas and
    Saccucci, Technometrics 1990). Their limits hold the variance of the reference's own mean too, as it comes of
    few parts (Jones, Champ and Rigdon, Technometrics 2001). Where neighbouring parts are alike, the averages within the
    reference spread more than those of independent parts would, and the limits are wider by as much.

    Args:
        values: (n, k) float, the parts of the reference in their order; NaN where a figure is not known.
        notable: (k,) float, what of a change is worth saying, above 0.
        tails: (k,) bool, figures of which only unusually high values count.
        limits: (2, k) float, limits of the averages by weight, in standard deviations.
    """

    def __init__(self, values: Values, notable: Values, tails: NDArray[np.bool_], limits: Values) -> None:
        known = ~np.isnan(values)
        self.watched = known.mean(axis=0) >= _KNOWN
        filled = np.array(values, np.float64)
        gaps = ~known.all(axis=0)
        filled[:, gaps] = np.where(known[:, gaps], filled[:, gaps], np.nan_to_num(_of_known(filled[:, gaps])))
        self.middle = _median(filled)
        spread = 1.4826 * _median(np.abs(filled - self.middle))
        self.spread = np.maximum(spread, _LEAST_SPREAD * notable)
        self._low, self._high = (np.where(tails, tail, usual) for usual, tail in zip(_BOUNDS, _TAIL, strict=True))
        units = self._units(filled)
        #: (k,) above which figure a value is unusually high, and for which share of the reference it was.
        self.high_from = self.middle + _TAIL[0] * self.spread
        self.high = (filled > self.high_from).mean(axis=0)
        self._mean, least = units.mean(axis=0), np.where(tails, _LEAST_TAIL, _LEAST_HELD)
        self._sd = np.maximum(units.std(axis=0), least)
        worth = np.where(tails, 0.0, notable / (self.spread * self._sd))
        standard = (units - self._mean) / self._sd
        count = len(values)
        self.limits = np.array(
            [
                np.maximum(limit * _wider(standard, weight) * math.sqrt(weight / (2 - weight) + 1 / count), worth)
                for weight, limit in zip(WEIGHTS, limits, strict=True)
            ]
        )

    def band(self) -> tuple[Values, Values]:
        """Return between which figures the mean of some twenty parts may lie, (k,) each: the short average's limits."""
        centre, reach = self._mean * self.spread, self.limits[0] * self._sd * self.spread
        return self.middle + centre - reach, self.middle + centre + reach

    def standard(self, values: Values) -> Values:
        """Return figures of one or many parts in standard deviations of the reference; 0 where one is not known."""
        units = np.nan_to_num(self._units(values) - self._mean) / self._sd
        return np.where(self.watched, units, 0.0)

    def change(self, average: Values) -> Values:
        """Return how far an average has moved, in the figures' own units: (k,)."""
        return np.asarray(average * self._sd * self.spread, np.float64)

    def _units(self, values: Values) -> Values:
        units: Values = np.clip((values - self.middle) / self.spread, self._low, self._high)
        return units


def _median(values: Values) -> Values:
    """Return the medians of columns; they are found sooner in rows."""
    middle = len(values) // 2
    around = [middle] if len(values) % 2 else [middle - 1, middle]
    rows = values.T.copy()
    rows.partition(around, axis=1)
    return np.asarray(rows[:, around].mean(axis=1), np.float64)


def _of_known(values: Values) -> Values:
    """Return the lower medians of what is known in columns."""
    with np.errstate(all="ignore"):
        ordered = np.sort(values, axis=0)  # what is not known comes last
    count = np.maximum((~np.isnan(values)).sum(axis=0), 1)
    return np.asarray(ordered[(count - 1) // 2, np.arange(values.shape[1])], np.float64)


def _wider(standard: Values, weight: float) -> Values:
    """Return how many times as much the averages spread as those of independent parts would, 1 or more."""
    average, squares, begun = np.zeros(standard.shape[1]), np.zeros(standard.shape[1]), round(1 / weight)
    for number, part in enumerate(standard):
        average += weight * (part - average)
        if number >= begun:
            squares += average**2
    parts = len(standard) - begun
    if parts < begun:
        return np.ones(standard.shape[1])
    return np.maximum(1.0, np.sqrt(squares / parts / (weight / (2 - weight))))


class EwmaWatch:
    """The averages of the parts that come. Used by one thread at a time.

    Args:
        reference: What they are held against.
    """

    def __init__(self, reference: EwmaReference) -> None:
        self.reference = reference
        figures = len(reference.middle)
        self._weights = np.array(WEIGHTS)[:, None]
        self.averages = np.zeros((len(WEIGHTS), figures))
        #: (2, k) how many parts ago each average left the reference's mean last: since then it has been moving
        #: (the estimate of Nishina, Reliability Engineering and System Safety 1992).
        self.moving = np.zeros((len(WEIGHTS), figures), np.int64)

    def see(self, values: Values) -> Values:
        """Take a part's (k,) figures.

        Returns:
            (k,) how far each has moved, with its sign; 1 is its limit. The larger one of both averages.
        """
        before = np.sign(self.averages)
        self.averages += self._weights * (self.reference.standard(values) - self.averages)
        self.moving = np.where(np.sign(self.averages) == before, self.moving + 1, 1)
        shares = self.shares
        furthest: Values = np.where(np.abs(shares[0]) >= np.abs(shares[1]), shares[0], shares[1])
        return furthest

    @property
    def shares(self) -> Values:
        """(2, k) how far each average has moved, with its sign; 1 is its limit."""
        return np.asarray(self.averages / self.reference.limits, np.float64)

    def begin_again(self) -> None:
        """Forget what came."""
        self.averages[:] = 0.0
        self.moving[:] = 0
