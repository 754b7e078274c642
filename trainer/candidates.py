"""Which setting is trained: the one that was asked for, or what validates best; and how it does in folds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trainer.dataset import TEST, labels
from trainer.evaluation import AVERAGED, ConfusionCounts, Evaluation, Folds, Spread
from trainer.gate import expected_of
from trainer.input_size import chosen_size
from trainer.judged import JudgedPicture
from trainer.methods import Plan, plan_of, train_plan
from trainer.metrics import evaluate
from trainer.paired import spread
from trainer.protocol import GOOD_ONLY, Command, Progress
from trainer.split import cross_test
from trainer.thresholds import operating_point

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from trainer.dataset import Dataset
    from trainer.methods import Context, Trained
    from trainer.protocol import PoolingName, Report, TrainRequest

#: What ``auto`` tries, in this order, as long as its time allows: size, pooling, strength of the augmentation.
CANDIDATES: tuple[tuple[int, PoolingName, float], ...] = (
    (224, "average", 1.0),
    (448, "average", 1.0),
    (448, "mix", 1.0),
    (448, "average", 0.5),
    (320, "mix", 1.0),
)


def train_best(dataset: Dataset, context: Context) -> Generator[Report, None, tuple[Trained, list[str]]]:
    """Train what was asked for; with ``auto`` what validation prefers. The value is the network, and what was tried."""
    request = context.request
    if request.method == GOOD_ONLY and request.input_size is None:
        size, why = yield from chosen_size(dataset, context)
        trained = yield from train_plan(plan_of(request, request.method, size=size), dataset, context)
        return trained, [why]
    if request.method != "auto":
        trained = yield from train_plan(plan_of(request, request.method), dataset, context)
        return trained, []
    best: Trained | None = None
    notes: list[str] = []
    spent_s = 0.0
    per_pixel_s = 0.0
    for plan in _candidates(request):
        expected_s = per_pixel_s * plan.size**2
        if best is not None and (spent_s + expected_s > request.budget_s or context.command() is Command.STOP):
            late = f"{expected_s:.0f} s more would exceed the time of {request.budget_s:.0f} s"
            notes.append(f"{plan.words}: not tried, {late}")
            continue
        trained = yield from train_plan(plan, dataset, context)
        spent_s += trained.seconds
        per_pixel_s = max(per_pixel_s, trained.seconds / plan.size**2)
        notes.append(
            f"{plan.words}, augmentation {plan.strength:g}: validation loss {trained.loss:.4f}, {trained.seconds:.0f} s"
        )
        if best is None or trained.loss < best.loss:
            best = trained
    assert best is not None
    notes.append(f"Chosen by the validation loss: {best.plan.words}, augmentation {best.plan.strength:g}.")
    return best, notes


def _candidates(request: TrainRequest) -> list[Plan]:
    """Return what auto tries; what the request fixes is not varied."""
    plans: list[Plan] = []
    for size, pooling, strength in CANDIDATES:
        varied = request.model_copy(update={"strength": request.strength * strength})
        plan = plan_of(varied, "layer4", size=size, pooling=pooling)
        if plan not in plans:
            plans.append(plan)
    return plans


def cross_tested(dataset: Dataset, clusters: dict[str, int], context: Context) -> Generator[Report, None, Folds | None]:
    """Test every picture once, by a model that never saw it; the value is the spread of the figures, if asked for."""
    request = context.request
    if request.folds < 2:
        return None
    folds: list[Evaluation] = []
    for number, part in enumerate(cross_test(dataset, request.folds, request, clusters), 1):
        yield Progress(stage=f"fold {number} of {request.folds}", done=number - 1, total=request.folds)
        trained, _ = yield from train_best(part, context)
        thresholds = operating_point(trained.scores, labels(trained.judged), request)
        tested = part.of(TEST)
        said = yield from expected_of(trained, tested)
        judged = [
            JudgedPicture(s.name, str(s.path), s.defect, s.category, float(p))
            for s, p in zip(tested, said.scores, strict=True)
        ]
        folds.append(evaluate(judged, thresholds))
    spreads = {name: _spread([getattr(fold, name) for fold in folds]) for name in AVERAGED}
    return Folds(
        **spreads,
        confusion=ConfusionCounts.sum(fold.confusion for fold in folds),
        pictures=sum(fold.pictures for fold in folds),
    )


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return spread(known) if len(known) > 1 else None
