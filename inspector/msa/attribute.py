"""The attribute study: parts × repeats × appraisers against what the parts are, as AIAG MSA, 4th edition, counts it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.rates import Rate
from inspector.domain.statistics import (
    CONFIDENCE,
    clopper_pearson_interval,
    incomplete_beta,
    parts_missing,
    student_t_quantile,
)
from inspector.msa.kappa import UNDEFINED, Kappa, cohen_kappa, fleiss_kappa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from inspector.msa.limits import AttributeLimits

_SIDE = 0.5 + CONFIDENCE / 2
_TINY = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRate:
    """How often something happened, by judgements, with an interval that knows which of them are of the same part.

    Repeats of a part are not independent of one another: identical ones prove no more than one. So the exact interval
    is that of the effective number of judgements (Korn and Graubard, Survey Methodology 1998), which lies between the
    number of parts and that of judgements.

    Args:
        judged: How many of how many judgements.
        effective: To how many independent judgements they amount.
    """

    judged: Rate
    effective: float

    @property
    def value(self) -> float | None:
        """The share of judgements; None of nothing."""
        return self.judged.value

    @property
    def interval(self) -> tuple[float, float]:
        """Its two-sided 95 % limits; (0, 1) of nothing."""
        if self.value is None:
            return 0.0, 1.0
        happened = self.value * self.effective
        return 1 - _upper(self.effective - happened, self.effective), _upper(happened, self.effective)

    def parts_missing(self, limit: float) -> int:
        """Return how many more parts to which it does not happen would show that it is at most a limit."""
        happened = math.ceil((self.value or 0.0) * self.effective - _TINY)
        return parts_missing(happened, max(happened, math.floor(self.effective + _TINY)), limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraiserResult:
    """What came of one appraiser.

    Args:
        name: Of the person, or the station's.
        within: Parts on which all of the own repeats agree.
        effective: Parts that are judged rightly in every repeat (effectiveness).
        miss: Defective parts that are called good.
        false_alarm: Good parts that are called defective.
        against_reference: Cohen's kappa with what the parts are.
        repeats: Fleiss' kappa of the own repeats; undefined with one repeat.
    """

    name: str
    within: Rate
    effective: Rate
    miss: PartRate
    false_alarm: PartRate
    against_reference: Kappa
    repeats: Kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class PairResult:
    """How far two appraisers agree.

    Args:
        first: Whose judgements stand in the rows of their table.
        second: Whose stand in its columns.
        agreed: Judgements that are the same, of all pairs.
        kappa: Cohen's.
    """

    first: str
    second: str
    agreed: Rate
    kappa: Kappa


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributeResult:
    """What came of a study.

    Args:
        parts: How many.
        defective: How many of them are defective.
        repeats: How often each part was judged by each.
        appraisers: In the order of the study.
        pairs: Every two of them.
        agreed: Parts on which all judgements of all agree.
        effective: Parts on which all judgements of all are right: the effectiveness of the whole system.
        between: Fleiss' kappa of all judgements.
        disputed: Places of the parts on which not all agree.
    """

    parts: int
    defective: int
    repeats: int
    appraisers: tuple[AppraiserResult, ...]
    pairs: tuple[PairResult, ...]
    agreed: Rate
    effective: Rate
    between: Kappa
    disputed: tuple[int, ...]


def analyse(reference: NDArray[np.bool_], answers: Mapping[str, NDArray[np.bool_]]) -> AttributeResult:
    """Analyse a study.

    Args:
        reference: (P,), whether each part is defective.
        answers: By appraiser (P, R), whether each part was called defective in each repeat.

    Raises:
        ValueError: If there is no part or no appraiser, or not everybody judged all parts equally often.
    """
    shapes = {judged.shape for judged in answers.values()}
    if not len(reference) or len(shapes) != 1 or next(iter(shapes))[0] != len(reference):
        msg = f"need {len(reference)} parts, one at least, judged equally often by everybody, got {sorted(shapes)}"
        raise ValueError(msg)
    every = np.concatenate(list(answers.values()), axis=1)
    alike = _alike(every)
    return AttributeResult(
        parts=len(reference),
        defective=int(reference.sum()),
        repeats=next(iter(shapes))[1],
        appraisers=tuple(_appraiser(name, reference, judged) for name, judged in answers.items()),
        pairs=tuple(
            PairResult(
                first=first,
                second=second,
                agreed=_rate(answers[first] == answers[second]),
                kappa=cohen_kappa(answers[first], answers[second]),
            )
            for first, second in combinations(answers, 2)
        ),
        agreed=_rate(alike),
        effective=_rate((every == reference[:, None]).all(axis=1)),
        between=_fleiss(every),
        disputed=tuple(np.flatnonzero(~alike).tolist()),
    )


def exact_interval(rate: Rate) -> tuple[float, float]:
    """Return the exact interval of a rate of parts (Clopper and Pearson, 1934), as AIAG MSA prints it."""
    return _exact(rate)


def claims_missing(result: AppraiserResult, limits: AttributeLimits) -> dict[str, int]:
    """Return how many more parts, all judged rightly, would show that a limit is kept with 95 % confidence.

    Returns:
        By “effectiveness”, “miss rate” and “false-alarm rate”: of parts, of defective and of good ones. 0 where it is
        shown; what fails its limit is not among them, as no claim is left to be shown.
    """
    wrong = result.effective.total - result.effective.count
    missing = {"effectiveness": parts_missing(wrong, result.effective.total, 1 - limits.effectiveness)}
    if result.effective.value is not None and result.effective.value < limits.effectiveness:
        del missing["effectiveness"]
    for name, rate, limit in (
        ("miss rate", result.miss, limits.miss),
        ("false-alarm rate", result.false_alarm, limits.false_alarm),
    ):
        if rate.value is None or rate.value <= limit:
            missing[name] = rate.parts_missing(limit)
    return missing


# --- inside -----------------------------------------------------------------------------------------------------------


def _appraiser(name: str, reference: NDArray[np.bool_], judged: NDArray[np.bool_]) -> AppraiserResult:
    truth = np.broadcast_to(reference[:, None], judged.shape)
    return AppraiserResult(
        name=name,
        within=_rate(_alike(judged)),
        effective=_rate((judged == truth).all(axis=1)),
        miss=_part_rate(~judged[reference]),
        false_alarm=_part_rate(judged[~reference]),
        against_reference=cohen_kappa(judged, truth),
        repeats=_fleiss(judged),
    )


def _fleiss(judged: NDArray[np.bool_]) -> Kappa:
    if judged.shape[1] < 2:
        return UNDEFINED
    called = judged.sum(axis=1)
    return fleiss_kappa(np.stack([judged.shape[1] - called, called], axis=1))


def _part_rate(happened: NDArray[np.bool_]) -> PartRate:
    parts, repeats = happened.shape
    rate = _rate(happened)
    share = rate.value
    effective = float(parts)  # where it happened always or never, repeats tell nothing
    if share is not None and 0.0 < share < 1.0 and parts > 1 and repeats > 1:
        spread = float(((happened.mean(axis=1) - share) ** 2).sum()) / (parts * (parts - 1))
        narrow, wide = (student_t_quantile(_SIDE, degrees) for degrees in (happened.size - 1, parts - 1))
        wanted = share * (1 - share) / max(spread, _TINY) * (narrow / wide) ** 2
        effective = min(max(wanted, float(parts)), float(happened.size))
    return PartRate(judged=rate, effective=effective)


def _upper(happened: float, trials: float) -> float:
    """Return the exact upper limit (Clopper and Pearson, 1934), also of counts that are not whole, by bisection."""
    if happened > trials - _TINY:
        return 1.0
    low, high = happened / trials, 1.0
    while high - low > 1e-9:
        middle = (low + high) / 2
        likely = incomplete_beta(trials - happened, happened + 1, 1 - middle) > 1 - _SIDE
        low, high = (middle, high) if likely else (low, middle)
    return high


def _alike(judged: NDArray[np.bool_]) -> NDArray[np.bool_]:
    return np.asarray(judged.all(axis=1) | ~judged.any(axis=1))


def _rate(happened: NDArray[np.bool_]) -> Rate:
    return Rate(int(np.count_nonzero(happened)), happened.size)


def _exact(rate: Rate) -> tuple[float, float]:
    return clopper_pearson_interval(rate.count, rate.total) if rate.total else (0.0, 1.0)
