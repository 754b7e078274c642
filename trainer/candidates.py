"""Which setting is trained: the one that was asked for, or what validates best; and how it does in folds."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trainer.dataset import TEST, VAL, labels
from trainer.effort import effort_s
from trainer.evaluation import AVERAGED, ConfusionCounts, Evaluation, Folds, Spread
from trainer.framing import WHOLE, words_of
from trainer.gate import expected_of, points_of
from trainer.input_size import chosen_view, parts_of
from trainer.judged import JudgedPicture
from trainer.methods import Plan, plan_of, train_plan
from trainer.metrics import evaluate
from trainer.paired import spread
from trainer.protocol import FEW, GOOD_ONLY, Command, Progress
from trainer.shift import Unit, brought_home, ground_of, packed
from trainer.split import cross_test
from trainer.steps import weighted_log_loss
from trainer.worthwhile import SIZES_PX, worthwhile_sizes

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from trainer.dataset import Dataset
    from trainer.framing import Framing
    from trainer.methods import Context, Trained
    from trainer.protocol import MethodName, PoolingName, Report, TrainRequest

    Attempt = tuple[float, Trained]

#: A larger input must lower the validation loss by so much more than a smaller one: a part takes time with its area.
_EARNS = 0.01
#: Up to this side, pixels, layers are trained whatever the effort; a head, which costs one pass, at every size.
_LAYERS_UP_TO_PX = 448


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What was trained, and how it came to that.

    Args:
        trained: The network.
        notes: Sentences: what was tried, what was not, what was chosen; none where nothing was chosen.
        untried: The settings that the effort allowed for did not reach, in words.
        effort_for_all_s: An effort that reaches them too; None where all were tried.
    """

    trained: Trained
    notes: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()
    effort_for_all_s: float | None = None


def train_best(dataset: Dataset, context: Context) -> Generator[Report, None, Choice]:
    """Train what was asked for; with ``auto`` what validation prefers. The value is the network, and what was tried."""
    request = context.request
    if request.method in {GOOD_ONLY, FEW}:
        judges = plan_of(request, request.method).backbone
        size, framing, why = yield from chosen_view(dataset, context, judges)
        plan = plan_of(request, request.method, size=size).framed(framing)
        trained = yield from train_plan(plan, dataset, context)
        return Choice(trained=trained, notes=(why,) if why else ())
    if request.method == "auto":
        return (yield from _train_auto(dataset, context))
    plan = plan_of(request, request.method)
    if plan.method in {"baseline-cnn", "baseline-svm"}:
        return Choice(trained=(yield from train_plan(plan, dataset, context)))
    compared = yield from _compared(plan.size, dataset, context)
    plan = plan.framed(_better(compared))
    notes = (*map(_tried, compared), *_judged(plan.framing))
    own = next((trained for _, trained in compared if trained.plan == plan), None)
    if own is None:
        own = yield from train_plan(plan, dataset, context)
    elif context.crew is not None:
        own = yield from brought_home(own, dataset, context)
    return Choice(trained=own, notes=notes)


def _compared(size: int, dataset: Dataset, context: Context) -> Generator[Report, None, list[Attempt]]:
    """Train a head on the whole picture, and one on the square around the part; nothing where no part is known.

    Good pictures that are not tested say whether there is a part and how large it is, as for the memory of good; which
    of the two is judged the folds of all pictures that are not tested say, see `_better`.
    """
    _, square = parts_of(dataset, context.request)
    if square == WHOLE:
        return []
    asked = context.request.model_copy(update={"pooling": None})
    plans = [plan_of(asked, "head", size=size).framed(framing) for framing in (WHOLE, square)]
    attempts = yield from _attempts(plans, dataset, context)
    return [attempt for attempt in attempts if attempt is not None]


def _better(compared: Sequence[Attempt]) -> Framing:
    """Return what is judged: what its head tells more by; the whole picture where nothing was compared."""
    best = min((trained for _, trained in compared), key=lambda trained: trained.loss, default=None)
    return WHOLE if best is None else best.plan.framing


def _train_auto(dataset: Dataset, context: Context) -> Generator[Report, None, Choice]:
    """Try settings by the work that they are (`effort_s`) and never by a clock.

    So the same pictures give the same candidates on every machine and beside any load. Every size that shows more than
    the one before is tried, whatever it costs; what else there is as far as the effort goes.
    """
    request = context.request
    compared = yield from _compared(request.input_size or SIZES_PX[0], dataset, context)
    framing = _better(compared)
    sizes, why = worthwhile_sizes(dataset, request.largest_size, framing)
    always, more = candidates(request, sizes, framing)
    done = [trained.plan for _, trained in compared]
    always = [*done, *(plan for plan in always if plan not in done)]
    efforts_s = [effort_s(plan, dataset, request) for plan in [*always, *more]]
    within = [*always, *within_effort(more, efforts_s, request.budget_s)]
    notes = [why] if why and request.input_size is None else []
    attempts = [*compared, *(yield from _attempts(within[len(done) :], dataset, context, begun=bool(done)))]
    tried: list[Attempt] = []
    for plan, attempt in zip(within, attempts, strict=True):
        if attempt is None:
            notes.append(f"{_words(plan)}: not tried, the training was told to stop")
            continue
        tried.append(attempt)
        notes.append(_tried(attempt))
    best = preferred(tried)
    if context.crew is not None:
        best = yield from brought_home(best, dataset, context)
    notes += [_chosen(best, SIZES_PX[0]), *_judged(best.plan.framing)]
    untried = tuple(_words(plan) for plan in more if plan not in within)
    if not untried:
        return Choice(trained=best, notes=tuple(notes))
    enough_s = math.ceil(sum(efforts_s))
    notes.append(
        f"Not tried, as a budget of {request.budget_s:.0f} s of work does not reach so far: {'; '.join(untried)}. "
        f"A budget of {enough_s} s (--budget-s) tries them too."
    )
    return Choice(trained=best, notes=tuple(notes), untried=untried, effort_for_all_s=float(enough_s))


def _attempts(
    plans: Sequence[Plan], dataset: Dataset, context: Context, *, begun: bool = False
) -> Generator[Report, None, list[Attempt | None]]:
    """Train settings, here in turn or side by side; the value is loss and network of each, None where told to stop.

    Args:
        begun: Whether there is a network already, so that even the first of these may be left out.
    """
    if context.crew is not None:
        ground = ground_of(context.request, context.weights)
        units = [
            Unit(
                words=_words(plan), ground=ground, dataset=dataset, task=_attempt, arguments=(plan,), tells=True,
                first=not number and not begun,
            )
            for number, plan in enumerate(plans)
        ]  # fmt: skip
        return (yield from context.crew.run(units))
    attempts: list[Attempt | None] = []
    for plan in plans:
        if (begun or attempts) and context.command() is Command.STOP:
            attempts.append(None)
            continue
        trained = yield from train_plan(plan, dataset, context)
        trained.frozen.release()  # all are kept until one is chosen
        attempts.append((loss_on_validation(trained), trained))
    return attempts


def _attempt(dataset: Dataset, context: Context, plan: Plan) -> Generator[Report, None, Attempt]:
    """Train a setting on a worker; what cannot be sent stays there, and is made anew by `brought_home`."""
    trained = yield from train_plan(plan, dataset, context)
    return loss_on_validation(trained), packed(trained)


def within_effort(more: Sequence[Plan], efforts_s: Sequence[float], budget_s: float) -> list[Plan]:
    """Return those for which the budget is enough, after what is tried anyway.

    Args:
        more: Settings, in the order of their worth.
        efforts_s: Of all settings; the last ones are theirs.
    """
    before = len(efforts_s) - len(more)
    spent_s = sum(efforts_s[:before])
    within = []
    for plan, effort in zip(more, efforts_s[before:], strict=True):
        if spent_s + effort <= budget_s:
            spent_s += effort
            within.append(plan)
    return within


def candidates(request: TrainRequest, sizes: Sequence[int], framing: Framing = WHOLE) -> tuple[list[Plan], list[Plan]]:
    """Return what ``auto`` tries: what it always does, and what it does as far as the effort goes.

    What the request fixes is not varied.

    Args:
        sizes: Sides of the input that are worth it, pixels, the smallest first.
        framing: What of the pictures is judged.
    """
    small = [size for size in sizes if size <= _LAYERS_UP_TO_PX]
    first: list[tuple[MethodName, int, PoolingName | None, float]] = [("head", size, None, 1.0) for size in sizes]
    first += [(FEW, size, None, 1.0) for size in small]
    first += [("layer4", size, "average", 1.0) for size in small]
    then: list[tuple[MethodName, int, PoolingName | None, float]] = [
        ("layer4", small[-1], "mix", 1.0),
        ("layer4", small[-1], "average", 0.5),
    ]
    then += [("layer4", size, "average", 1.0) for size in sizes if size > _LAYERS_UP_TO_PX]
    plans: list[list[Plan]] = [[], []]
    for kind, listed in enumerate((first, then)):
        for method, size, pooling, strength in listed:
            varied = request.model_copy(update={"strength": request.strength * strength})
            plan = plan_of(varied, method, size=size, pooling=pooling).framed(framing)
            if plan not in [*plans[0], *plans[1]]:
                plans[kind].append(plan)
    return plans[0], plans[1]


def preferred(tried: Sequence[Attempt]) -> Trained:
    """Return the one with the smallest validation loss; but of those nearly as good the one with the smallest input.

    What is fitted in closed form has judged every picture that is not tested, each without itself: among these the loss
    of all of them decides, as the validation part alone has few pictures. The best of them meets what has learnt from
    the others on the validation part, which is all that both judged unseen.

    Args:
        tried: Losses on the validation part, and networks.
    """
    fitted = [(trained.loss, trained) for _, trained in tried if not trained.history]
    learnt = [attempt for attempt in tried if attempt[1].history]
    if not fitted:
        return _smallest(learnt)
    best = _smallest(fitted)
    own = [attempt for attempt in tried if attempt[1] is best]
    return _smallest([*own, *learnt])


def _smallest(tried: Sequence[Attempt]) -> Trained:
    """Return the one with the smallest loss; of those nearly as good the one with the smallest input."""
    least = min(loss for loss, _ in tried)
    near = [(trained.plan.size, loss, number) for number, (loss, trained) in enumerate(tried) if loss <= least + _EARNS]
    _, _, number = min(near)
    return tried[number][1]


def _tried(attempt: Attempt) -> str:
    """Say a setting's losses: in folds of all that is not tested where it was fitted in them, and on the part alone."""
    loss, trained = attempt
    both = f"{loss:.4f}" if trained.history else f"{trained.loss:.4f} in folds, {loss:.4f} on the validation part"
    return f"{_words(trained.plan)}: validation loss {both}, {trained.seconds:.0f} s"


def _judged(framing: Framing) -> list[str]:
    """Say what of a picture is judged, where that is not all of it."""
    return [words_of(framing)] if framing != WHOLE else []


def _words(plan: Plan) -> str:
    return f"{plan.words}, augmentation {plan.strength:g}"


def loss_on_validation(trained: Trained) -> float:
    """Return the loss on the validation part alone, which all methods have judged unseen: so they compare."""
    inside = np.array([sample.part == VAL for sample in trained.judged], dtype=np.bool_)
    truth = labels(trained.judged)
    if len(set(truth[inside].tolist())) < 2:
        return trained.loss
    return weighted_log_loss(trained.scores[inside], truth[inside])


def _chosen(best: Trained, usual_px: int) -> str:
    text = f"Chosen by the validation loss: {_words(best.plan)}."
    if best.plan.size <= usual_px:
        return text
    times = (best.plan.size / usual_px) ** 2
    return f"{text} A part takes about {times:.1f} times the work of one at {usual_px} px; --largest-size bounds it."


def cross_tested(dataset: Dataset, clusters: dict[str, int], context: Context) -> Generator[Report, None, Folds | None]:
    """Test every picture once, by a model that never saw it; the value is the spread of the figures, if asked for."""
    request = context.request
    if request.folds < 2:
        return None
    parts = cross_test(dataset, request.folds, request, clusters)
    folds: list[Evaluation] = []
    if context.crew is not None:
        ground = ground_of(request, context.weights)
        units = [
            Unit(words=f"fold {number} of {request.folds}", ground=ground, dataset=part, task=_fold, first=True)
            for number, part in enumerate(parts, 1)
        ]
        folds = yield from context.crew.run(units)
    else:
        for number, part in enumerate(parts, 1):
            yield Progress(stage=f"fold {number} of {request.folds}", done=number - 1, total=request.folds)
            folds.append((yield from _fold(part, context)))
    spreads = {name: _spread([getattr(fold, name) for fold in folds]) for name in AVERAGED}
    return Folds(
        **spreads,
        confusion=ConfusionCounts.sum(fold.confusion for fold in folds),
        pictures=sum(fold.pictures for fold in folds),
    )


def _fold(part: Dataset, context: Context) -> Generator[Report, None, Evaluation]:
    """Train on a fold's own split, and judge its test part."""
    trained = (yield from train_best(part, context)).trained
    thresholds = points_of(trained, trained.scores, context.request)
    tested = part.of(TEST)
    said = yield from expected_of(trained, tested)
    judged = [
        JudgedPicture(s.name, str(s.path), s.defect, s.category, float(p))
        for s, p in zip(tested, said.scores, strict=True)
    ]
    return evaluate(judged, thresholds)


def _spread(values: Sequence[float | None]) -> Spread | None:
    known = [value for value in values if value is not None]
    return spread(known) if len(known) > 1 else None
