"""What a blind audit of passed and rejected parts allows to be claimed: escapes, and the yield less these."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.domain.evidence import Evidence, evidence
from inspector.domain.rates import Estimate, Rate
from inspector.domain.review import Truth
from inspector.domain.statistics import CONFIDENCE, clopper_pearson_interval, lower_at_any_time, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Iterable


_ROUNDING = 1e-6  # a count times a fraction of it


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCounts:
    """What the audited parts of one verdict are.

    Args:
        good: Parts that are judged good.
        defective: Parts that are judged defective.
        unsure: Nobody could say, or the judgement was changed after the verdict had been seen.
        conflict: Parts of which reviewers contradict one another.
    """

    good: int = 0
    defective: int = 0
    unsure: int = 0
    conflict: int = 0

    @property
    def judged(self) -> int:
        """All of them."""
        return self.good + self.defective + self.unclear

    @property
    def unclear(self) -> int:
        """Those of which it is not known; each estimate takes them for what is worse."""
        return self.unsure + self.conflict

    @staticmethod
    def of(truths: Iterable[Truth]) -> AuditCounts:
        """Count."""
        count = Counter(truths)
        return AuditCounts(
            good=count[Truth.GOOD],
            defective=count[Truth.DEFECTIVE],
            unsure=count[Truth.UNSURE],
            conflict=count[Truth.CONFLICT],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEstimate:
    """What is known, with 95 % intervals. Unclear parts count as what is worse; `audit_estimate` has the method.

    Args:
        passed: The audited passes.
        rejected: The audited rejects (FAIL and REVIEW).
        defective_passes: Fraction of passed parts that are defective; Wilson.
        defective_passes_exact: The same by Clopper and Pearson.
        false_rejects: Fraction of rejected parts that are good; Wilson.
        escape_rate: Fraction of defective parts that passed: escaped / (escaped + caught).
        yield_fraction: Passed over inspected, as the line counts; None before the first part.
        yield_corrected: Passed and good over inspected.
        claim: What can be claimed of the passed parts.
    """

    passed: AuditCounts
    rejected: AuditCounts
    defective_passes: Estimate
    defective_passes_exact: Estimate
    false_rejects: Estimate
    escape_rate: Estimate
    yield_fraction: float | None
    yield_corrected: Estimate
    claim: Evidence


def audit_estimate(
    *, passes: int, rejects: int, errors: int, passed: AuditCounts, rejected: AuditCounts, claim: float = 0.01
) -> AuditEstimate:
    """Work out what an audit of random samples of passes and of rejects shows.

    - Fraction of passes that are defective: Wilson's interval of the sample (and Clopper and Pearson's). Unclear parts
      count as defective for the value and the upper limit, as good for the lower one. Parts that were seen are known:
      there are at least as many defective passes as were found, and at most all but the good ones that were found. That
      is all that is made of the population's being finite, so the interval is never too short.
    - Escape rate: E / (E + C), with E defective passes and C defective rejects (rejects less false ones). It grows with
      E and falls with C, so the limits of the two give its own; each is taken at 97.5 %, so that both hold at once with
      at least 95 % (Bonferroni). An unclear reject counts as good for the value and the upper limit of the rate. While
      no reject has been audited, C may be anything from none to all.
    - Parts without a verdict (ERROR) neither escaped nor count as caught; in the yield they count as inspected.

    Args:
        passes: Passed parts of which the sample was drawn.
        rejects: FAIL and REVIEW parts of which the sample was drawn.
        errors: ERROR parts of the same time.
        passed: The audited passes, at most `passes`.
        rejected: The audited rejects, at most `rejects`.
        claim: Fraction of the passed parts that is claimed not to be exceeded, strictly between 0 and 1.

    Raises:
        ValueError: If more were audited than there are.
    """
    if passed.judged > passes or rejected.judged > rejects:
        msg = f"more audited than there are: {passed.judged} of {passes} passes, {rejected.judged} of {rejects} rejects"
        raise ValueError(msg)
    escaped = _of_population(passed.defective, passed, passes, CONFIDENCE)
    inspected = passes + rejects + errors
    share = Rate(passes, inspected).value
    return AuditEstimate(
        passed=passed,
        rejected=rejected,
        defective_passes=escaped,
        defective_passes_exact=_exact(passed),
        false_rejects=_of_population(rejected.good, rejected, rejects, CONFIDENCE),
        escape_rate=_escape_rate(passes, rejects, passed, rejected),
        yield_fraction=share,
        yield_corrected=_corrected(share, escaped),
        claim=evidence(Rate(passed.defective + passed.unclear, passed.judged), claim),
    )


def escapes_at_least(
    passed: AuditCounts, rejected: AuditCounts, *, passes: int, rejects: int, risk: float = 1.0 - CONFIDENCE
) -> float:
    """Return the escape rate that is shown at least, 0..1, however often it is looked at; 0 where nothing is shown.

    The audit is looked at after each judgement, and acts once: an interval for one look would be too short by far. So
    each limit is one that holds at every time (`lower_at_any_time`). From the samples follow how many defective parts
    passed at least and how many were caught at most; from these two, what share of defective parts passes: not of those
    there were, but of those to come. One escape among two defects is half of them, and shows little of the two
    hundredth. The risk is shared: a quarter for each sample, one half for what follows from them.

    Parts that were audited are known, so at least as many defective passes are counted as were found. Unclear parts
    count as good.

    Args:
        passed: The audited passes.
        rejected: The audited rejects.
        passes: Passed parts that the audit speaks about.
        rejects: FAIL and REVIEW parts likewise.
        risk: How probable it is that more is ever said to be shown than is true, strictly between 0 and 1.
    """
    escaped = math.floor(passes * _at_any_time(passed.defective, passed.judged, passes, risk / 4) + _ROUNDING)
    false = _at_any_time(rejected.good, rejected.judged, rejects, risk / 4)
    caught = math.ceil(rejects * (1.0 - false) - _ROUNDING)
    return lower_at_any_time(escaped, escaped + caught, risk / 2)


def _at_any_time(sure: int, judged: int, size: int, risk: float) -> float:
    return max(sure / size, lower_at_any_time(sure, judged, risk)) if size else 0.0


def _corrected(share: float | None, escaped: Estimate) -> Estimate:
    """Return the yield less the escapes; ``share`` is the yield as the line counts."""
    if share is None:
        return Estimate(value=None, low=0.0, high=1.0)
    return Estimate(
        value=None if escaped.value is None else share * (1.0 - escaped.value),
        low=share * (1.0 - escaped.high),
        high=share * (1.0 - escaped.low),
    )


def _of_population(sure: int, counts: AuditCounts, size: int, confidence: float) -> Estimate:
    """Return a fraction of a population: ``sure`` of the audited parts are counted in, the unclear ones perhaps."""
    if not size:
        return Estimate(value=None, low=0.0, high=1.0)
    judged, perhaps = counts.judged, sure + counts.unclear
    low = max(sure / size, wilson_interval(sure, judged, confidence)[0])
    high = min(1.0 - (judged - perhaps) / size, wilson_interval(perhaps, judged, confidence)[1])
    return Estimate(value=Rate(perhaps, judged).value, low=low, high=high)


def _exact(counts: AuditCounts) -> Estimate:
    judged, perhaps = counts.judged, counts.defective + counts.unclear
    return Estimate(
        value=Rate(perhaps, judged).value,
        low=clopper_pearson_interval(counts.defective, judged)[0],
        high=clopper_pearson_interval(perhaps, judged)[1],
    )


def _escape_rate(passes: int, rejects: int, passed: AuditCounts, rejected: AuditCounts) -> Estimate:
    each = (1.0 + CONFIDENCE) / 2
    escaped = _of_population(passed.defective, passed, passes, each)
    false = _of_population(rejected.good, rejected, rejects, each)
    value = None
    if escaped.value is not None and (false.value is not None or not rejects):
        value = _rate(passes * escaped.value, rejects * (1.0 - (false.value or 0.0)))
    low = _rate(passes * escaped.low, rejects * (1.0 - false.low))
    high = _rate(passes * escaped.high, rejects * (1.0 - false.high))
    return Estimate(value=value, low=low or 0.0, high=1.0 if high is None else high)


def _rate(escaped: float, caught: float) -> float | None:
    return escaped / (escaped + caught) if escaped + caught > 0.0 else None
