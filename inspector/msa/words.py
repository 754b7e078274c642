"""The tables of a result, as words: the window, the report and the command line show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from inspector.msa.attribute import exact_interval

if TYPE_CHECKING:
    from inspector.domain.rates import Rate
    from inspector.msa.attribute import PartRate
    from inspector.msa.kappa import Kappa
    from inspector.msa.limits import Grade
    from inspector.msa.outcome import StudyOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell of a table.

    Args:
        text: What it says.
        grade: How it stands against its limits; None where it has none.
    """

    text: str
    grade: Grade | None = None

    @property
    def whole(self) -> str:
        """The text, with the grade in words."""
        return self.text if self.grade is None else f"{self.text}: {self.grade.value}"


@dataclass(frozen=True, slots=True, kw_only=True)
class WordTable:
    """A table.

    Args:
        title: What it shows.
        heads: Of its columns.
        rows: As many cells each.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def summary(outcome: StudyOutcome) -> str:
    """Return the result in one sentence."""
    graded = [f"{each.name} {grade.value}" for each in outcome.result.appraisers for grade in (outcome.grade(each),)]
    return f"Against the limits: {', '.join(graded)}."


def tables(outcome: StudyOutcome) -> tuple[WordTable, ...]:
    """Return all tables of a result."""
    made = [_appraisers(outcome), _kappas(outcome)]
    if outcome.result.pairs:
        made.append(_pairs(outcome))
    made.append(_system(outcome))
    if outcome.station is not None:
        made.append(_signal(outcome))
    return tuple(made)


def limit_words(outcome: StudyOutcome) -> str:
    """Return the limits as a sentence."""
    limits = outcome.plan.limits
    return (
        f"Effectiveness passes from {100 * limits.effectiveness:g} %, marginal from "
        f"{100 * limits.effectiveness_marginal:g} %. The miss rate passes up to {100 * limits.miss:g} %, marginal up "
        f"to {100 * limits.miss_marginal:g} %; the false-alarm rate up to {100 * limits.false_alarm:g} %, marginal up "
        f"to {100 * limits.false_alarm_marginal:g} %. Kappa is good from {limits.kappa:g}, poor below "
        f"{limits.kappa_poor:g} (AIAG MSA, 4th edition, unless the study says otherwise)."
    )


def rate_words(rate: Rate) -> str:
    """Return a rate of parts with its exact interval."""
    if rate.value is None:
        return "–"
    low, high = exact_interval(rate)
    return f"{100 * rate.value:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {rate.count} of {rate.total}"


def kappa_words(kappa: Kappa) -> str:
    """Return a kappa with its interval."""
    if kappa.value is None or kappa.low is None or kappa.high is None:
        return "–"
    return f"{kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})"


# --- inside -----------------------------------------------------------------------------------------------------------


def _part_words(rate: PartRate) -> str:
    if rate.value is None:
        return "–"
    low, high = rate.interval
    counts = f"{rate.judged.count} of {rate.judged.total}"
    return f"{100 * rate.value:.1f} % ({100 * low:.1f} to {100 * high:.1f}), {counts}"


def _appraisers(outcome: StudyOutcome) -> WordTable:
    limits = outcome.plan.limits
    rows = tuple(
        (
            Cell(text=each.name),
            Cell(text=rate_words(each.effective), grade=limits.of_effectiveness(each.effective.value)),
            Cell(text=_part_words(each.miss), grade=limits.of_miss(each.miss.value)),
            Cell(text=_part_words(each.false_alarm), grade=limits.of_false_alarm(each.false_alarm.value)),
        )
        for each in outcome.result.appraisers
    )
    heads = ("Appraiser", "Effectiveness (parts)", "Miss rate (judgements)", "False-alarm rate (judgements)")
    return WordTable(title="Each appraiser against the reference, with 95 % intervals", heads=heads, rows=rows)


def _kappas(outcome: StudyOutcome) -> WordTable:
    limits = outcome.plan.limits
    rows = tuple(
        (
            Cell(text=each.name),
            Cell(text=rate_words(each.within)),
            Cell(text=kappa_words(each.repeats), grade=limits.of_kappa(each.repeats.value)),
            Cell(text=kappa_words(each.against_reference), grade=limits.of_kappa(each.against_reference.value)),
        )
        for each in outcome.result.appraisers
    )
    heads = ("Appraiser", "Agrees with own repeats (parts)", "Fleiss' kappa of repeats", "Cohen's kappa with reference")
    return WordTable(title="Agreement within appraisers, and with the reference", heads=heads, rows=rows)


def _pairs(outcome: StudyOutcome) -> WordTable:
    limits = outcome.plan.limits
    rows = tuple(
        (
            Cell(text=f"{pair.first} and {pair.second}"),
            Cell(text=f"{100 * (pair.agreed.value or 0.0):.1f} %, {pair.agreed.count} of {pair.agreed.total}"),
            Cell(text=kappa_words(pair.kappa), grade=limits.of_kappa(pair.kappa.value)),
        )
        for pair in outcome.result.pairs
    )
    return WordTable(
        title="Agreement between appraisers", heads=("Appraisers", "Same judgement", "Cohen's kappa"), rows=rows
    )


def _system(outcome: StudyOutcome) -> WordTable:
    result, limits = outcome.result, outcome.plan.limits
    between = Cell(text=kappa_words(result.between), grade=limits.of_kappa(result.between.value))
    rows = (
        (Cell(text="All judgements of all agree (parts)"), Cell(text=rate_words(result.agreed))),
        (Cell(text="All judgements of all are right (parts)"), Cell(text=rate_words(result.effective))),
        (Cell(text="Fleiss' kappa of all judgements"), between),
    )
    return WordTable(title="All appraisers together", heads=("Figure", "Value"), rows=rows)


def _signal(outcome: StudyOutcome) -> WordTable:
    station = outcome.station
    assert station is not None
    zone = station.zone
    rows = [(Cell(text="Parts with a score"), Cell(text=str(station.scored)))]
    if zone is not None:
        within = "none" if not zone.parts else str(zone.parts)
        rows += [
            (Cell(text="Zone of uncertainty, P(defective)"), Cell(text=f"{zone.low:.4f} to {zone.high:.4f}")),
            (Cell(text="Parts in it"), Cell(text=within)),
            (Cell(text="Its width d, the estimate of GRR (6 σ)"), Cell(text=f"{zone.width:.4f}")),
            (Cell(text="σ of it"), Cell(text=f"{zone.sigma:.4f}")),
        ]
    sigma = "–" if station.sigma is None else f"{station.sigma:.4f}" + ("" if station.live else ", by design")
    rows.append((Cell(text="σ of the repeats' scores"), Cell(text=sigma)))
    return WordTable(title="Signal detection: the station's score", heads=("Figure", "Value"), rows=tuple(rows))
