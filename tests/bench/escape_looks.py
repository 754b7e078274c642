"""``python -m tests.bench.escape_looks``: how often the audit's limit rolls a model back that lets no more pass than that.

Parts come one by one; each is defective with one probability, a defective one passes with that of the limit, and each is
audited with a third one, at once. After every judgement it is looked whether more escapes are shown than the limit. That
is how the station does it, and so many stations are simulated. Beside it stands what the interval of one look, Clopper
and Pearson's 95 %, would have done, which is why it is not used.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from inspector.domain.audit import AuditCounts, escapes_at_least
from inspector.domain.statistics import clopper_pearson_interval, wilson_interval

LIMIT = 0.05
_CASES = ((0.02, 0.05, 1.0), (0.1, 0.05, 1.0), (0.5, 0.05, 1.0), (0.1, 0.05, 0.2), (0.3, 0.05, 0.5))
_HIGHER = (0.1, 0.15, 0.3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What came of the simulated stations.

    Args:
        rolled_back: Fraction that was rolled back.
        rolled_back_by_one_look: Fraction that the interval of one look would have rolled back.
        after: Median number of judgements at which it was; 0 where none was.
    """

    rolled_back: float
    rolled_back_by_one_look: float
    after: float


def simulate(*, stations: int, parts: int, defective: float, escapes: float, audited: float, seed: int) -> Looks:
    """Simulate stations with a limit of `LIMIT`.

    Args:
        parts: Of each.
        defective: Probability that a part is defective.
        escapes: Probability that a defective part passes.
        audited: Probability that a part is audited.
        seed: Of the draw.
    """
    rng = np.random.default_rng(seed)
    stopped, naive = [], 0
    for _ in range(stations):
        bad = rng.random(parts) < defective
        passes = ~bad | (rng.random(parts) < escapes)  # no overkill
        seen = rng.random(parts) < audited
        at, one = _station(bad, passes, seen)
        naive += one
        if at:
            stopped.append(at)
    return Looks(
        rolled_back=len(stopped) / stations,
        rolled_back_by_one_look=naive / stations,
        after=float(np.median(stopped)) if stopped else 0.0,
    )


def _station(bad: np.ndarray, passes: np.ndarray, seen: np.ndarray) -> tuple[int, bool]:
    """Return at which judgement one station was rolled back, 0 for never, and whether one look's interval would have."""
    at, naive, judged = 0, False, 0
    counts = {(False, True): 0, (True, True): 0, (False, False): 0, (True, False): 0}
    passed = 0
    for number in range(len(bad)):
        passed += int(passes[number])
        if not seen[number]:
            continue
        judged += 1
        counts[bool(bad[number]), bool(passes[number])] += 1
        if not bad[number]:
            continue  # a good part lowers what is shown
        good_passes, escaped = counts[False, True], counts[True, True]
        false, caught = counts[False, False], counts[True, False]
        size, rejects = passed, number + 1 - passed
        if size * escaped * (false + caught) <= LIMIT * (  # what is seen lies below the limit, so what is shown does
            size * escaped * (false + caught) + rejects * caught * (good_passes + escaped)
        ):
            continue
        if (
            not at
            and escapes_at_least(
                AuditCounts(good=good_passes, defective=escaped),
                AuditCounts(good=false, defective=caught),
                passes=size,
                rejects=rejects,
            )
            > LIMIT
        ):
            at = judged
        if not naive:
            share = max(escaped / size, wilson_interval(escaped, good_passes + escaped)[0]) if size else 0.0
            of_all = int(size * share + 1e-6)
            naive = clopper_pearson_interval(of_all, of_all + rejects)[0] > LIMIT
        if at and naive:
            break
    return at, naive


def main() -> int:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--stations", type=int, default=1000)
    parser.add_argument("--parts", type=int, default=5000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    print(
        f"limit {LIMIT:.0%}, {arguments.stations:,} stations of {arguments.parts:,} parts, a look after each judgement"
    )
    print(f"{'defective':>10}{'escapes':>9}{'audited':>9}{'rolled back':>13}{'by one look':>13}{'after':>8}")
    worst = 0.0
    for defective, escapes, audited in (*_CASES, *((0.1, rate, 1.0) for rate in _HIGHER)):
        looks = simulate(
            stations=arguments.stations,
            parts=arguments.parts,
            defective=defective,
            escapes=escapes,
            audited=audited,
            seed=arguments.seed,
        )
        print(
            f"{defective:10.0%}{escapes:9.0%}{audited:9.0%}{looks.rolled_back:13.2%}"
            f"{looks.rolled_back_by_one_look:13.2%}{looks.after:8.0f}"
        )
        if escapes <= LIMIT:
            worst = max(worst, looks.rolled_back)
    print(f"the most of those at the limit: {worst:.2%}")
    return 0 if worst <= 0.05 else 1


if __name__ == "__main__":
    raise SystemExit(main())
