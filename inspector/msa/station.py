"""The station as an appraiser: by the model and thresholds in force, from pictures or from parts shown to the line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from inspector.msa.sitting import StationAnswer
from inspector.msa.study import StudyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from inspector.domain.records import Decision, Inspection, ModelIdentity
    from inspector.outputs.base import LogQuery

_SAY_EVERY = 100


class StationJudged(Protocol):
    """What the model says of a picture."""

    @property
    def decision(self) -> Decision:
        """Verdict, score and thresholds."""
        ...

    @property
    def model(self) -> ModelIdentity:
        """Which model judged."""
        ...


class Record(Protocol):
    """The record of inspected parts."""

    def rows(self, query: LogQuery) -> Iterator[Inspection]:
        """Iterate over parts."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeated:
    """One picture, judged again and again.

    Args:
        times: How often.
        verdicts: How often each verdict was given.
        scores: How many different scores there were; None where the picture has none.
        low: The lowest score.
        high: The highest score.
    """

    times: int
    verdicts: dict[str, int]
    scores: int
    low: float | None
    high: float | None

    @property
    def identical(self) -> bool:
        """Whether every repeat gave the same verdict and, to the last bit, the same score."""
        return len(self.verdicts) == 1 and self.scores <= 1


def answer_of(judged: StationJudged) -> StationAnswer:
    """Return what the station says of a picture."""
    decision = judged.decision
    return StationAnswer(
        verdict=decision.verdict.value,
        p_defective=decision.p_defective,
        reason=decision.reason,
        judge=judge_words(judged.model.name, judged.model.sha256, decision),
    )


def shown_answer(parts: list[Inspection], recipe: str) -> StationAnswer:
    """Return what the line said of a part that was shown to it.

    Args:
        parts: All parts that were recorded since it was asked for.
        recipe: Of the study.

    Raises:
        StudyError: If that is not exactly one part, or it was inspected by another recipe.
    """
    if len(parts) != 1:
        count = "no part was" if not parts else f"{len(parts)} parts were"
        raise StudyError(f"{count} recorded since this one was asked for", "Show this part to the running line, once.")
    (part,) = parts
    if part.recipe != recipe:
        raise StudyError(f"the line runs the recipe {part.recipe}, the study is of {recipe}", "Choose that recipe.")
    decision, model = part.decision, part.model
    judge = "" if model is None else judge_words(model.name, model.sha256, decision)
    return StationAnswer(
        verdict=decision.verdict.value,
        p_defective=decision.p_defective,
        reason=decision.reason,
        judge=judge,
        inspection=part.id,
    )


def judge_words(name: str, sha256: str, decision: Decision) -> str:
    """Return by what the station judges, in words: it must stay the same throughout a study."""
    points = decision.thresholds
    review = "" if points.review_from is None else f", REVIEW from {points.review_from:g}"
    strange = "" if points.strange_from is None else f", unlike good parts from {points.strange_from:g}"
    return f"model {name} ({sha256}), FAIL from {points.fail_at:g}{review}{strange}"


def repeated(judge: Callable[[], StationJudged], times: int) -> Iterator[Repeated]:
    """Judge one picture again and again.

    Args:
        judge: Judges it once, from its file on.
        times: How often.

    Yields:
        What came of it so far, now and then and at the end.
    """
    verdicts: dict[str, int] = {}
    scores: set[float] = set()
    for done in range(1, times + 1):
        decision = judge().decision
        verdicts[decision.verdict.value] = verdicts.get(decision.verdict.value, 0) + 1
        if decision.p_defective is not None:
            scores.add(decision.p_defective)
        if done % _SAY_EVERY == 0 or done == times:
            yield Repeated(
                times=done,
                verdicts=dict(verdicts),
                scores=len(scores),
                low=min(scores, default=None),
                high=max(scores, default=None),
            )
