"""What the guard is worth: each defect type in turn is kept from a training, and its parts are judged."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from inspector.domain.counts import counted
from inspector.domain.guard import in_force
from inspector.domain.policy import PASSED, verdicts_of
from inspector.domain.strangeness import DEFAULT_RATE
from trainer.cache import ResourceError
from trainer.dataset import LEAST, TEST, TRAIN, VAL
from trainer.effort import effort_s
from trainer.evaluation import Unseen, UnseenType
from trainer.fit import FitError
from trainer.gate import expected_of, points_of, with_memory
from trainer.judged import MetricsError
from trainer.methods import train_plan
from trainer.protocol import GOOD_ONLY, Command, Paused, Progress
from trainer.shift import Unit, ground_of

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from trainer.dataset import Dataset
    from trainer.methods import Context, Plan, Trained
    from trainer.protocol import Report, TrainRequest

#: So many defect types it takes to measure unasked.
TYPES_FROM = 3
_STOPPED = "the training was told to stop"


def measure_unseen(trained: Trained, dataset: Dataset, context: Context) -> Generator[Report, None, Unseen | None]:
    """Train the chosen setting again without each defect type, and judge that type's parts by it.

    Each such model has its own operating point and memory of good, as in `trainer.candidates.cross_tested`, and the
    guard at its usual rate. All parts of the type are judged, as that model saw none of them; beside them the good
    parts of the test, for what the guard costs.

    Args:
        trained: The chosen model; its setting and its arithmetic are used.
        dataset: Already split.

    Returns:
        The generator's value: None where it is not wanted, no type is known, or the model has learnt from none.

    Raises:
        PictureError: If a picture cannot be read.
        CancelledError: If cancelled.
    """
    types = sorted({sample.defect for sample in dataset.samples if sample.defective})
    good = [sample for sample in dataset.of(TEST) if not sample.defective]
    if context.request.unseen == "no" or not types or trained.plan.method == GOOD_ONLY:
        return None
    effort = effort_s(trained.plan, dataset, context.request)
    if reason := _why_not(types, effort, context.request):
        beyond = len(types) >= TYPES_FROM  # nothing but the budget is in the way
        return Unseen(good=len(good), notes=(reason,), effort_s=round(effort * len(types), 1) if beyond else None)
    if trained.frozen.int8 is None:
        context = context.in_float()
    measured: list[UnseenType] = []
    notes: list[str] = []
    answers = yield from _answers(types, trained.plan, dataset, context)
    for name, answer in zip(types, answers, strict=True):
        if isinstance(answer, UnseenType):
            measured.append(answer)
        else:
            notes.append(f"{name}: {answer}.")
    return Unseen(types=tuple(measured), good=len(good), notes=tuple(notes))


def _answers(
    types: Sequence[str], plan: Plan, dataset: Dataset, context: Context
) -> Generator[Report, None, list[UnseenType | str]]:
    """Measure every type, here in turn or side by side."""
    if context.crew is not None:
        ground = ground_of(context.request, context.weights)
        units = [
            Unit(
                words=f"without “{name}”", ground=ground, dataset=dataset, task=_measured, arguments=(name, plan),
                first=True,
            )
            for name in types
        ]  # fmt: skip
        return (yield from context.crew.run(units))
    answers = []
    for number, name in enumerate(types, 1):
        stage = f"without “{name}” ({number} of {len(types)})"
        answers.append((yield from _measured(dataset, context, name, plan, f"{stage}: ")))
    return answers


def _measured(
    dataset: Dataset, context: Context, name: str, plan: Plan, stage: str = ""
) -> Generator[Report, None, UnseenType | str]:
    """Return the figures of a type, or why there are none.

    Args:
        stage: Put before the names of its stages.
    """
    rest = replace(dataset, samples=tuple(sample for sample in dataset.samples if sample.defect != name))
    if not _enough(rest):
        return "without it too few defective pictures are left to learn from"
    if context.command() is Command.STOP:
        return _STOPPED
    try:
        figures = yield from _quiet(_judged_unseen(name, plan, dataset, rest, context), stage)
    except (FitError, MetricsError, ResourceError) as error:  # the model itself is made: it is not lost for this
        return error.what
    # it may have cut this very training short
    return _STOPPED if context.command() is Command.STOP else figures


def _why_not(types: Sequence[str], effort: float, request: TrainRequest) -> str:
    """Say why nothing is measured; empty where it is."""
    if len(types) == 1:
        return f"there is one type, “{types[0]}”; without it there is nothing to learn from."
    if request.unseen == "yes":
        return ""
    if len(types) < TYPES_FROM:
        return f"there are {counted(len(types), 'defect type')}; unasked it is measured from {TYPES_FROM} on."
    if effort * len(types) > request.budget_s:
        return (
            f"{len(types)} more trainings of {effort:.0f} s of work each would exceed the budget of "
            f"{request.budget_s:.0f} s; unasked they are left out."
        )
    return ""


def _enough(rest: Dataset) -> bool:
    """Say whether a training can do without a type: every fold and part needs defective pictures of other types."""
    defective = [sample for sample in rest.of(TRAIN, VAL) if sample.defective]
    parts = {sample.part for sample in defective}
    largest_fold = max(Counter(sample.fold for sample in defective).values(), default=0)
    return len(defective) >= LEAST and parts == {TRAIN, VAL} and len(defective) - largest_fold >= 2


def _judged_unseen(
    name: str, plan: Plan, dataset: Dataset, rest: Dataset, context: Context
) -> Generator[Report, None, UnseenType]:
    trained = yield from train_plan(plan, rest, context)
    yield from with_memory(trained, rest, context.request)
    points = points_of(trained, trained.scores, context.request)
    scale = None if trained.remembered is None else trained.remembered.note.good_scale
    guarded = in_force(None, points, scale, DEFAULT_RATE)
    shown = [sample for sample in dataset.samples if sample.defect == name]
    good = [sample for sample in rest.of(TEST) if not sample.defective]
    said = yield from expected_of(trained, [*shown, *good])
    passed = verdicts_of(said.scores, points) == PASSED
    still = verdicts_of(said.scores, guarded, said.strangeness) == PASSED
    count = len(shown)
    return UnseenType(
        name=name,
        parts=count,
        passed=int(passed[:count].sum()),
        passed_with_guard=None if scale is None else int(still[:count].sum()),
        good_to_review=None if scale is None else int((passed[count:] & ~still[count:]).sum()),
    )


def _quiet(reports: Generator[Report, None, UnseenType], stage: str) -> Generator[Report, None, UnseenType]:
    """Pass on how far it is: its settings and epochs are not those of the model."""
    try:
        while True:
            try:
                report = next(reports)
            except StopIteration as end:
                figures: UnseenType = end.value
                return figures
            if isinstance(report, Progress):
                yield report.model_copy(update={"stage": f"{stage}{report.stage}"})
            elif isinstance(report, Paused):
                yield report
    finally:
        reports.close()
