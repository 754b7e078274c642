"""The Western Electric rules (Statistical Quality Control Handbook, 1956): when a control chart signals.

Each rule takes the standardised points of a chart in their order: distances from the centre line in standard
deviations. It says of each point whether the rule signals there, on either side of the centre line.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: How many points follow one another on one side before rule 4 signals.
RUN = 8


def beyond_three_sigma(points: Sequence[float]) -> list[bool]:
    """Rule 1: one point lies beyond three standard deviations."""
    return _so_many(points, beyond=3.0, least=1, of=1)


def two_of_three_beyond_two_sigma(points: Sequence[float]) -> list[bool]:
    """Rule 2: two of three successive points lie beyond two standard deviations, on the same side; so does the last."""
    return _so_many(points, beyond=2.0, least=2, of=3)


def four_of_five_beyond_one_sigma(points: Sequence[float]) -> list[bool]:
    """Rule 3: four of five successive points lie beyond one standard deviation, on the same side; so does the last."""
    return _so_many(points, beyond=1.0, least=4, of=5)


def eight_on_one_side(points: Sequence[float]) -> list[bool]:
    """Rule 4: eight successive points lie on the same side of the centre line."""
    return _so_many(points, beyond=0.0, least=RUN, of=RUN)


#: The rules by their number.
RULES: dict[int, Callable[[Sequence[float]], list[bool]]] = {
    1: beyond_three_sigma,
    2: two_of_three_beyond_two_sigma,
    3: four_of_five_beyond_one_sigma,
    4: eight_on_one_side,
}
#: What each says, as people read it.
RULE_WORDS = {
    1: "beyond the limits",
    2: "2 of 3 beyond two thirds of the limits",
    3: "4 of 5 beyond one third of the limits",
    4: f"{RUN} in a row on one side",
}


def signals(points: Sequence[float]) -> list[tuple[int, ...]]:
    """Return for each point the numbers of the rules that signal there."""
    told = {number: rule(points) for number, rule in RULES.items()}
    return [tuple(number for number in RULES if told[number][place]) for place in range(len(points))]


def _so_many(points: Sequence[float], *, beyond: float, least: int, of: int) -> list[bool]:
    said = []
    for place, point in enumerate(points):
        window = points[max(0, place - of + 1) : place + 1]
        said.append(
            any(
                side * point > beyond and sum(side * other > beyond for other in window) >= least
                for side in (1.0, -1.0)
            )
        )
    return said
