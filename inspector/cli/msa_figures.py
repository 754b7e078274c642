"""The figures of a study as JSON."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from inspector.msa.attribute import claims_missing, exact_interval

if TYPE_CHECKING:
    from inspector.domain.rates import Rate
    from inspector.msa.attribute import PartRate
    from inspector.msa.limits import Grade
    from inspector.msa.outcome import StudyOutcome


def figures(outcome: StudyOutcome) -> dict[str, object]:
    """Return all figures of a result; rates and limits 0..1, intervals 95 %."""
    result, limits = outcome.result, outcome.plan.limits
    return {
        "parts": result.parts,
        "defective": result.defective,
        "repeats": result.repeats,
        "left_out": outcome.left_out,
        "waiting": [asdict(each) for each in outcome.waiting],
        "appraisers": [
            {
                "name": each.name,
                "grade": outcome.grade(each).value,
                "effectiveness": _parts(each.effective, limits.of_effectiveness(each.effective.value)),
                "miss_rate": _judgements(each.miss, limits.of_miss(each.miss.value)),
                "false_alarm_rate": _judgements(each.false_alarm, limits.of_false_alarm(each.false_alarm.value)),
                "within": _parts(each.within),
                "kappa_repeats": asdict(each.repeats),
                "kappa_reference": asdict(each.against_reference),
                "parts_missing": claims_missing(each, limits),
            }
            for each in result.appraisers
        ],
        "pairs": [{"first": pair.first, "second": pair.second, "kappa": asdict(pair.kappa)} for pair in result.pairs],
        "all_agree": _parts(result.agreed),
        "all_right": _parts(result.effective),
        "kappa_all": asdict(result.between),
        "station": None if outcome.station is None else asdict(outcome.station),
        "limits": asdict(limits),
        "notes": outcome.notes,
    }


def _parts(rate: Rate, grade: Grade | None = None) -> dict[str, object]:
    low, high = exact_interval(rate)
    told: dict[str, object] = {"value": rate.value, "low": low, "high": high, "count": rate.count, "of": rate.total}
    return told if grade is None else {**told, "grade": grade.value}


def _judgements(rate: PartRate, grade: Grade) -> dict[str, object]:
    low, high = rate.interval
    judged = rate.judged
    told: dict[str, object] = {"value": rate.value, "low": low, "high": high, "count": judged.count, "of": judged.total}
    return {**told, "grade": grade.value}
