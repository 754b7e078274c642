"""One verdict of several views of a part: the worst of all, with the reason of each that did not pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.records import Decision, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

#: What the view is called whose camera the recipe names first.
MAIN = "Main"
#: The worst first: what may never be hidden by another view.
WORST_FIRST = (Verdict.ERROR, Verdict.FAIL, Verdict.REVIEW, Verdict.PASS)


def joined(main: Decision, views: Iterable[tuple[str, Decision]]) -> Decision:
    """Return the decision on a part of which there are several views.

    Score, strangeness and thresholds stay those of the main view: they belong to its model.

    Args:
        main: Of the main view.
        views: The name and the decision of each further view.
    """
    named = [("", main), *views]
    if len(named) == 1:
        return main
    named.sort(key=lambda view: WORST_FIRST.index(view[1].verdict))
    worst = named[0][1].verdict
    reasons = [
        f"{name}: {decision.reason or decision.verdict.value}" if name else decision.reason
        for name, decision in named
        if decision.verdict is not Verdict.PASS or (not name and decision.reason)
    ]
    return replace(
        main,
        verdict=worst,
        reason="; ".join(reasons),
        p_defective=None if worst is Verdict.ERROR else main.p_defective,
    )


def worst_place(views: Sequence[tuple[Verdict, bool]]) -> int:
    """Return the place of the view to be shown first: the worst of those that have a picture, else the worst.

    Args:
        views: At least one; the verdict of each, and whether it has a picture.
    """

    def order(place: int) -> tuple[bool, int]:
        verdict, has_picture = views[place]
        return not has_picture, WORST_FIRST.index(verdict)

    return min(range(len(views)), key=order)
