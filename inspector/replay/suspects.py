"""After an escape: which parts that left as good would not pass now, since when, and how many more there may be."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.config import KeepPolicy
from inspector.domain.rates import Estimate, Rate, weighted_sum
from inspector.domain.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from inspector.replay.chosen import Sampled
    from inspector.replay.run import ReplayedPart, ReplayOutcome
    from inspector.review.population import PolicyOf


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspectDay:
    """Passes of one day, all recipes together.

    Args:
        day: Local date, as 2026-01-31.
        judged: Those that were judged again.
        suspect: Those of them that would not pass now.
    """

    day: str
    passes: int
    judged: int
    suspect: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspects:
    """What came of the search.

    Args:
        parts: Suspect parts, in the order in which they were recorded: they passed, or a person has judged them good
            since, and they would not pass now.
        days: The passes by day, the oldest first.
        passes: All passes of the selection.
        judged: Passes that were judged again.
        not_judged: Passes that were not, of days of which others were kept at random: `more` speaks about them.
        more: How many of these would not pass now, expected, with its 95 % interval.
        unknown: Passes of which nothing is known: none like them was kept at random, and judged.
    """

    parts: Sequence[ReplayedPart]
    days: Sequence[SuspectDay]
    passes: int
    judged: int
    not_judged: int
    more: Estimate
    unknown: int


def is_suspect(part: ReplayedPart, judged_good: Collection[str]) -> bool:
    """Say whether a part left as good, and would not pass now.

    Args:
        judged_good: Ids of parts that people have judged good since.
    """
    left = part.part.verdict is Verdict.PASS or part.part.inspection_id in judged_good
    return left and part.verdict is not None and part.verdict is not Verdict.PASS


def find_suspects(outcome: ReplayOutcome, judged_good: Collection[str], policy_of: PolicyOf) -> Suspects:
    """Find suspect parts, and say what that means for passes that were not kept.

    Within a day and a version of a recipe that kept all passes, or one in n at random, those that were kept and can be
    judged stand for the others (`inspector.domain.sampling`). The days' rates are added by `weighted_sum`, each times
    the passes of that day that were not judged. Of days without such a pass nothing is known.

    Args:
        outcome: The selection, judged again.
        judged_good: As in `is_suspect`.
        policy_of: What each version of a recipe kept.
    """
    judged: Counter[Sampled] = Counter()
    suspect: Counter[Sampled] = Counter()
    for part in outcome.judged:
        if part.part.verdict is Verdict.PASS:
            judged[part.part.sampled] += 1
            suspect[part.part.sampled] += part.verdict is not Verdict.PASS
    passes = outcome.chosen.passes
    terms, not_judged, unknown = [], 0, 0
    for group, count in passes.items():
        rest = count - judged[group]
        if judged[group] and _at_random(group, policy_of):
            not_judged += rest
            terms.append((float(rest), Rate(suspect[group], judged[group])))
        else:
            unknown += rest
    more = weighted_sum(terms)
    return Suspects(
        parts=[part for part in outcome.parts if is_suspect(part, judged_good)],
        days=_days(passes, judged, suspect),
        passes=passes.total(),
        judged=judged.total(),
        not_judged=not_judged,
        more=Estimate(
            value=more.value, low=float(math.floor(more.low)), high=float(min(math.ceil(more.high), not_judged))
        ),
        unknown=unknown,
    )


def _at_random(group: Sampled, policy_of: PolicyOf) -> bool:
    policy = policy_of(group.recipe, group.version)
    return policy is not None and policy.keep in {KeepPolicy.ALL, KeepPolicy.ONE_IN_N}


def _days(passes: Counter[Sampled], judged: Counter[Sampled], suspect: Counter[Sampled]) -> list[SuspectDay]:
    days: dict[str, list[int]] = {}
    for group, count in passes.items():
        sums = days.setdefault(group.day, [0, 0, 0])
        for place, number in enumerate((count, judged[group], suspect[group])):
            sums[place] += number
    return [SuspectDay(day=day, passes=sums[0], judged=sums[1], suspect=sums[2]) for day, sums in sorted(days.items())]
