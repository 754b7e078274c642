"""The guard: a part that would pass, but is unlike good parts, goes to REVIEW; when it is on, and in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.strangeness import RATES

if TYPE_CHECKING:
    from inspector.domain.strangeness import GoodScale
    from inspector.domain.thresholds import Thresholds

#: A model without a memory of good cannot guard.
NO_MEMORY = "this model has no memory of good: what it has never seen can pass"
#: A model of before the whole picture was measured.
PLACES_ONLY = "this model measures single places, not the whole picture: a wrong product can pass; train it again"
#: Good parts do not stand free, or a model of before did not look.
NO_OUTLINE = "it knows no outline of the parts: half a part, or a crop, can pass where it looks like a good part"
#: The recipe's rate is 0.
NO_GUARD = "no guard: what the model has never seen can pass"


def check_guard_rate(rate: float) -> float:
    """Return a rate that a guard can work at, or 0 for none.

    Raises:
        ValueError: If it is another.
    """
    if rate and not RATES[0] <= rate <= RATES[1]:
        msg = f"the guard rate must be 0 for no guard, or between {RATES[0]:g} and {RATES[1]:g}, got {rate:g}"
        raise ValueError(msg)
    return rate


def in_force(
    own: Thresholds | None, of_model: Thresholds, scale: GoodScale | None, rate: float, *, spares_outside: bool = False
) -> Thresholds:
    """Return the thresholds by which a line or a batch judges; the only place that says so.

    Args:
        own: The recipe's own operating point; None for the model's.
        of_model: The model's own.
        scale: How strange good parts look to the model; None where it has no memory of good.
        rate: Share of good parts that goes to REVIEW as unlike good parts, within `RATES`; 0 for no guard.
        spares_outside: Whether both recipe and model let a failure become REVIEW where the heat lies outside the part.

    Returns:
        With the limit of strangeness that was given, else with that of the rate; without one where the rate is 0 or the
        model has no memory of good.
    """
    points = replace(own or of_model, spares_outside=spares_outside)
    if points.strange_from is not None or scale is None or not rate:
        return points
    return replace(points, strange_from=scale.limit(rate))


def guard_words(thresholds: Thresholds, scale: GoodScale | None) -> str:
    """Say whether the guard is on, and how many good parts it sends to REVIEW; no full stop.

    Args:
        thresholds: Those in force.
        scale: Of the model that judges.
    """
    if thresholds.strange_from is None:
        return NO_MEMORY if scale is None else NO_GUARD
    words = f"review from strangeness {thresholds.strange_from:.3g}"
    if scale is None:
        return words
    return f"{words}, which {100 * scale.rate_beyond(thresholds.strange_from):.2g} % of good parts reach"


def guard_sentence(thresholds: Thresholds, scale: GoodScale | None) -> str:
    """Say the same as a sentence of its own; no full stop."""
    words = guard_words(thresholds, scale)
    return words[:1].upper() + words[1:] if thresholds.strange_from is None else f"Unlike good parts: {words}"
