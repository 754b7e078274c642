"""What came of a study: who is through, which parts count, the figures, and what must be said beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.counts import counted
from inspector.msa.attribute import AttributeResult, analyse, claims_missing
from inspector.msa.detection import UncertainZone, repeat_sigma, uncertain_zone
from inspector.msa.limits import Grade, worst
from inspector.msa.plan import STATION
from inspector.msa.study import StudyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from inspector.msa.attribute import AppraiserResult
    from inspector.msa.plan import StudyPlan
    from inspector.msa.rows import JudgementRow
    from inspector.msa.study import Study

_FEW_PARTS = 20
_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraiserProgress:
    """How far an appraiser is.

    Args:
        name: Of the appraiser.
        done: Judgements that are made.
        total: Judgements that there are to be made, without parts whose picture is lost.
    """

    name: str
    done: int
    total: int

    @property
    def through(self) -> bool:
        """Whether all is judged."""
        return self.done >= self.total


@dataclass(frozen=True, slots=True, kw_only=True)
class StationResult:
    """What the station's scores and verdicts say.

    Args:
        judge: Model's SHA-256 and thresholds.
        live: Whether the parts were shown to the line; else it judged one picture of each, whose repeats are identical
            by design.
        reviews: Verdicts that were REVIEW.
        errors: Verdicts that were ERROR.
        zone: Scores between the last part that all called good and the first that all called defective; None where the
            parts do not reach beyond it.
        sigma: Standard deviation of the scores of repeats; None with one repeat.
        scored: Parts that have a score in every repeat.
    """

    judge: str
    live: bool
    reviews: int
    errors: int
    zone: UncertainZone | None
    sigma: float | None
    scored: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyOutcome:
    """What came of a study.

    Args:
        numbers: Of the parts that count, in their order.
        left_out: Numbers of the parts that do not, as their picture was lost before all had judged them.
        waiting: Appraisers who are not through; they are in no figure.
        result: The figures.
        answers: By appraiser (P, R), whether each part was called defective in each repeat.
        station: None where the station is none of the appraisers, or is not through.
        notes: What must be said beside the figures, as sentences.
    """

    plan: StudyPlan
    numbers: tuple[int, ...]
    left_out: tuple[int, ...]
    waiting: tuple[AppraiserProgress, ...]
    result: AttributeResult
    answers: Mapping[str, NDArray[np.bool_]]
    station: StationResult | None
    notes: tuple[str, ...]

    def grade(self, appraiser: AppraiserResult) -> Grade:
        """Return the worst of an appraiser's effectiveness, miss rate and false-alarm rate."""
        limits = self.plan.limits
        return worst(
            (
                limits.of_effectiveness(appraiser.effective.value),
                limits.of_miss(appraiser.miss.value),
                limits.of_false_alarm(appraiser.false_alarm.value),
            )
        )


def progress(study: Study) -> tuple[AppraiserProgress, ...]:
    """Return how far each appraiser is."""
    lost = study.lost()
    made = []
    for name in study.plan.appraisers:
        done = {(row.repeat, row.part) for row in study.rows_of(name)}
        due = {(repeat, number) for repeat, number in study.plan.order(name) if number not in lost}
        made.append(AppraiserProgress(name=name, done=len(done & due), total=len(due)))
    return tuple(made)


def outcome_of(study: Study) -> StudyOutcome:
    """Return what came of a study, of those who are through.

    Raises:
        StudyError: If nobody is through, or no good or no defective part is left.
    """
    far = progress(study)
    through = [each.name for each in far if each.through and each.total]
    waiting = tuple(each for each in far if each.name not in through)
    plan = study.plan
    if not through:
        said = ", ".join(f"{each.name} {each.done} of {each.total}" for each in far)
        raise StudyError(f"nobody is through with the study {plan.name} yet: {said}", "Go on judging first.")
    by_trial = {name: {(row.repeat, row.part): row for row in study.rows_of(name)} for name in through}
    repeats = range(1, plan.repeats + 1)
    counting = [
        part
        for part in plan.parts
        if all((repeat, part.number) in by_trial[name] for name in through for repeat in repeats)
    ]
    reference = np.array([part.defective for part in counting], dtype=bool)
    if not reference.any() or reference.all():
        raise StudyError(
            f"of the study {plan.name} no {'defective' if not reference.any() else 'good'} part is left",
            "Its pictures are gone: restore them, or plan another study.",
        )
    numbers = tuple(part.number for part in counting)
    rows = {
        name: [[trials[repeat, number] for repeat in repeats] for number in numbers]
        for name, trials in by_trial.items()
    }
    answers = {name: np.array([[row.defective for row in each] for each in own], bool) for name, own in rows.items()}
    result = analyse(reference, answers)
    station = _station(rows[STATION], answers) if STATION in rows else None
    left_out = tuple(part.number for part in plan.parts if part.number not in set(numbers))
    notes = (*_who_notes(waiting, left_out), *_claim_notes(result, plan), *_station_notes(station))
    return StudyOutcome(
        plan=plan,
        numbers=numbers,
        left_out=left_out,
        waiting=waiting,
        result=result,
        answers=answers,
        station=station,
        notes=notes,
    )


# --- inside -----------------------------------------------------------------------------------------------------------


def _station(rows: list[list[JudgementRow]], answers: Mapping[str, NDArray[np.bool_]]) -> StationResult:
    every = [row for own in rows for row in own]
    scored = [place for place, own in enumerate(rows) if all(row.p_defective is not None for row in own)]
    scores = np.array([[row.p_defective for row in rows[place]] for place in scored], np.float64)
    scores = scores.reshape(len(scored), len(rows[0]))
    called = np.concatenate(list(answers.values()), axis=1)[scored]
    return StationResult(
        judge=every[0].judge,
        live=any(row.inspection for row in every),
        reviews=sum(row.verdict == "REVIEW" for row in every),
        errors=sum(row.verdict == "ERROR" for row in every),
        zone=uncertain_zone(np.median(scores, axis=1), called) if scored else None,
        sigma=repeat_sigma(scores),
        scored=len(scored),
    )


def _who_notes(waiting: tuple[AppraiserProgress, ...], left_out: tuple[int, ...]) -> list[str]:
    notes = [f"{each.name} is not through ({each.done} of {each.total}) and is in no figure." for each in waiting]
    if left_out:
        named = ", ".join(map(str, left_out[:_NAMED])) + (", …" if len(left_out) > _NAMED else "")
        notes.append(f"{counted(len(left_out), 'part')} are left out, as the picture is gone or another one: {named}.")
    return notes


def _claim_notes(result: AttributeResult, plan: StudyPlan) -> list[str]:
    """Say what so few parts cannot show, with the number that could."""
    limits, notes = plan.limits, []
    if result.parts < _FEW_PARTS:
        notes.append(f"{result.parts} parts are few: AIAG's example has {50}, and kappa's interval is wide.")
    for appraiser in result.appraisers:
        words = {
            "effectiveness": ("parts", limits.effectiveness, "at least"),
            "miss rate": ("defective parts", limits.miss, "at most"),
            "false-alarm rate": ("good parts", limits.false_alarm, "at most"),
        }
        wanting = [
            f"{name} of {bound} {100 * limit:g} %: {more} more {kind}"
            for name, more in claims_missing(appraiser, limits).items()
            if more
            for kind, limit, bound in (words[name],)
        ]
        if wanting:
            notes.append(
                f"{appraiser.name}: too few parts to show with 95 % confidence what these figures keep to. Needed, all "
                f"of them judged rightly: {'; '.join(wanting)}."
            )
    poor = [
        f"{pair.first} and {pair.second}" for pair in result.pairs if limits.of_kappa(pair.kappa.value) is Grade.FAILS
    ]
    if poor:
        notes.append(
            f"Appraisers disagree: the kappa of {', of '.join(poor)} is below {limits.kappa_poor:g}. Settle what is a "
            "defect, with boundary samples, before the limits are looked at."
        )
    return notes


def _station_notes(station: StationResult | None) -> list[str]:
    if station is None:
        return []
    notes = []
    if not station.live:
        notes.append(
            "The station judged one picture of each part: its repeats are identical by design and say nothing of "
            "camera, light and position. Show the parts to the line for that."
        )
    if station.reviews or station.errors:
        notes.append(
            f"Of the station's verdicts {station.reviews} were REVIEW and {station.errors} ERROR. They count as "
            "defective: such a part does not leave as good."
        )
    if station.zone is None:
        notes.append("The zone of uncertainty is not known: at one end of the scores no part is judged alike by all.")
    return notes
