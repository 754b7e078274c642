"""Compares methods on identical splits: a table with intervals, McNemar's exact test, a paired bootstrap."""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cluster import ClusterError
from inspector.domain.counts import counted
from inspector.domain.policy import holding
from inspector.domain.rates import Estimate
from inspector.vision.backends import load_classifier
from inspector.vision.bundle import Bundle
from trainer.corrections import as_judged
from trainer.crew import Crew
from trainer.dataset import TEST, hashed, read_dataset
from trainer.evaluation import AVERAGED, ConfusionCounts, Interval, JsonRecord, Spread
from trainer.judge import judge
from trainer.judged import JudgedPicture
from trainer.loop import train
from trainer.paired import compare as paired
from trainer.paired import intervals, spread
from trainer.protocol import Command, Result
from trainer.shift import Unit, ground_of
from trainer.split import split_as_written
from trainer.weights import imagenet_weights

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from inspector.cluster import Cluster
    from trainer.dataset import Dataset
    from trainer.plan import Context
    from trainer.protocol import Report, TrainRequest


class MethodIntervals(JsonRecord):
    """95 % intervals over the pooled test pictures: bootstrap of F1 and AUROC, Wilson of the rates."""

    f1: Interval
    auroc: Interval
    escapes: Interval
    overkill: Interval


class MethodFigures(JsonRecord):
    """One method over all seeds."""

    accuracy: Spread
    precision: Spread
    recall: Spread
    f1: Spread
    auroc: Spread
    average_precision: Spread
    seconds: Spread
    confusion: ConfusionCounts  #: summed
    intervals_95: MethodIntervals


class McNemar(JsonRecord):
    """McNemar's exact test, two-sided."""

    first_only: int  #: pictures that only the first judges rightly
    second_only: int
    p_value: float


class MethodPair(JsonRecord):
    """A method against the one before it, over the pooled test pictures."""

    first: str
    second: str
    pictures: int
    mcnemar: McNemar
    f1: Estimate  #: second minus first
    auroc: Estimate
    words: str


class MethodComparison(JsonRecord):
    """The answer of ``trainer compare``."""

    data: str
    seeds: tuple[int, ...]
    methods: dict[str, MethodFigures]
    pairs: tuple[MethodPair, ...]


def compare(
    base: TrainRequest,
    methods: Sequence[str],
    seeds: Sequence[int],
    *,
    keep: Path | None = None,
    cluster: Cluster | None = None,
) -> Generator[Report, None, MethodComparison]:
    """Train every method with every seed; one seed is one split, the same for all methods.

    Args:
        base: What all trainings have in common.
        methods: In the order of the table; each is tested against the one before it.
        seeds: Each is the seed of one split and of the fits on it.
        keep: Folder for the bundles; None to discard them.
        cluster: Connected: its workers train side by side. None has it done here, in turn.

    Yields:
        The reports of each training.

    Raises:
        ClusterError: If the cluster is lost, or its workers do not see the folder to keep bundles in.
    """
    pooled: dict[str, list[JudgedPicture]] = {method: [] for method in methods}
    results: dict[str, list[Result]] = {method: [] for method in methods}
    with tempfile.TemporaryDirectory(prefix="trainer-") as temporary:
        place = keep or Path(temporary)
        pairs = [(seed, method) for seed in seeds for method in methods]
        requests = [
            base.model_copy(
                update={"method": method, "seed": seed, "out": str(place / f"{method}-{seed}"), "replace": True}
            )
            for seed, method in pairs
        ]
        trials = yield from _trials(requests, keep, cluster)
        for (seed, method), trial in zip(pairs, trials, strict=True):
            results[method].append(trial.result)
            pooled[method] += [_aligned(picture, seed, trial.threshold) for picture in trial.judged]
    return MethodComparison(
        data=base.data,
        seeds=tuple(seeds),
        methods={method: _figures(results[method], pooled[method], seeds[0]) for method in methods},
        pairs=tuple(_pair(first, second, pooled, seeds[0]) for first, second in pairwise(methods)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Trial:
    """A training, and what its model says of the test part."""

    result: Result
    judged: list[JudgedPicture]
    threshold: float


def _trials(
    requests: Sequence[TrainRequest], keep: Path | None, cluster: Cluster | None
) -> Generator[Report, None, list[_Trial]]:
    """Train and judge, here in turn or side by side."""
    if cluster is None:
        alone: list[_Trial] = []
        for request in requests:
            trial = yield from _trial(request)
            alone.append(trial)
        return alone
    first = requests[0]
    weights = Path(first.weights) if first.weights else (yield from imagenet_weights())
    dataset = hashed(read_dataset(Path(first.data), least=0, words=first.words, bit_depth=first.bit_depth))
    crew = Crew(cluster, lambda: Command.RUN, None)
    try:
        ground = ground_of(first, weights)
        units = [
            Unit(
                words=f"{request.method}, seed {request.seed}",
                ground=ground,
                dataset=dataset,
                task=_trial_on_worker,
                arguments=(request.model_copy(update={"weights": str(weights)}), keep),
                first=True,
            )
            for request in requests
        ]
        trials: list[_Trial] = yield from crew.run(units)
    finally:
        crew.close()
    for request in requests:
        if keep is not None and not Path(request.out).is_dir():
            raise ClusterError(
                f"a worker has written the model {request.out}, and this computer does not see it",
                "Name a folder that every worker sees under the same path.",
            )
    return trials


def _trial(request: TrainRequest, **more: Any) -> Generator[Report, None, _Trial]:  # noqa: ANN401 - as `train` takes
    result = yield from train(request, **more)
    judged, threshold = yield from _judged(request, Path(request.out))
    return _Trial(result=result, judged=judged, threshold=threshold)


def _trial_on_worker(
    _: Dataset, context: Context, request: TrainRequest, keep: Path | None
) -> Generator[Report, None, _Trial]:
    """Do so on a worker; a bundle that is not kept lies there, as long as it is judged."""
    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        out = request.out if keep is not None else str(Path(folder) / Path(request.out).name)
        return (yield from _trial(request.model_copy(update={"out": out}), command=context.command))


def table(comparison: MethodComparison) -> str:
    """Return a Markdown table."""
    heads = ("method", *AVERAGED, "escapes", "overkill", "seconds")
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for method, row in comparison.methods.items():
        cells = [_cell(getattr(row, name), getattr(row.intervals_95, name, None)) for name in AVERAGED]
        cells += [_rate(row.intervals_95.escapes), _rate(row.intervals_95.overkill), _cell(row.seconds)]
        lines.append(f"| {' | '.join((method, *cells))} |")
    lines += ["", "Mean ± standard deviation over the seeds; in brackets 95 % intervals over all test pictures."]
    for pair in comparison.pairs:
        lines += ["", f"{pair.second} against {pair.first}: {pair.words}"]
    return "\n".join(lines)


def _judged(request: TrainRequest, out: Path) -> Generator[Report, None, tuple[list[JudgedPicture], float]]:
    """Judge the test part again with the finished bundle; the verdicts of all methods are of the same pictures."""
    bundle = Bundle.load(out)
    dataset = read_dataset(Path(request.data), least=0, words=request.words, bit_depth=request.bit_depth)
    whole = split_as_written(as_judged(hashed(dataset), request.corrections), str(out / "report" / "split.csv"))
    classifier = load_classifier(bundle)
    try:
        judgement = yield from judge(classifier, whole.of(TEST), "comparing")
    finally:
        classifier.close()
    return judgement.judged, holding(bundle.manifest.thresholds).fail_at


def _aligned(picture: JudgedPicture, seed: int, threshold: float) -> JudgedPicture:
    """Shift the log odds so that the threshold is 0.5: models of several seeds have thresholds of their own."""
    shifted = _log_odds(picture.p_defective) - _log_odds(threshold)
    score = 0.5 if shifted == 0 else 1 / (1 + math.exp(-shifted))
    return JudgedPicture(f"{seed}/{picture.name}", picture.path, picture.defect, picture.category, score)


def _log_odds(probability: float) -> float:
    clipped = min(max(probability, 1e-9), 1 - 1e-9)
    return math.log(clipped / (1 - clipped))


def _figures(results: Sequence[Result], judged: Sequence[JudgedPicture], seed: int) -> MethodFigures:
    counts = ConfusionCounts.sum(result.test.confusion for result in results)
    bootstrap, rates = intervals(judged, 0.5, seed=seed), counts.matrix
    return MethodFigures(
        **{name: _spread([getattr(result.test, name) for result in results]) for name in AVERAGED},
        seconds=_spread([result.seconds for result in results]),
        confusion=counts,
        intervals_95=MethodIntervals(
            f1=(bootstrap.f1.low, bootstrap.f1.high),
            auroc=(bootstrap.auroc.low, bootstrap.auroc.high),
            escapes=rates.escapes.interval,
            overkill=rates.overkill.interval,
        ),
    )


def _pair(first: str, second: str, pooled: dict[str, list[JudgedPicture]], seed: int) -> MethodPair:
    """Compare two methods on the pooled test pictures; a picture that several seeds test counts each time."""
    compared = paired(pooled[first], pooled[second], (0.5, 0.5), seed=seed)
    agreement, f1, auroc = compared.agreement, compared.f1, compared.auroc
    words = (
        f"{counted(agreement.only_second, 'picture')} judged rightly by the second only, {agreement.only_first} by the "
        f"first only, of {agreement.total} (McNemar p = {agreement.p_value:.3g}); F1 {f1.value:+.3f} "
        f"({f1.low:+.3f} to {f1.high:+.3f}), AUROC {auroc.value:+.3f} ({auroc.low:+.3f} to "
        f"{auroc.high:+.3f}), 95 % bootstrap"
    )
    mcnemar = McNemar(first_only=agreement.only_first, second_only=agreement.only_second, p_value=agreement.p_value)
    return MethodPair(
        first=first, second=second, pictures=agreement.total, mcnemar=mcnemar, f1=f1, auroc=auroc, words=words
    )


def _spread(values: Sequence[float | None]) -> Spread:
    return spread([value for value in values if value is not None])


def _cell(value: Spread, interval: Interval | None = None) -> str:
    if value.mean is None:
        return "–"
    words = f"{value.mean:.3f}" + ("" if value.sd is None else f" ± {value.sd:.3f}")
    return words if interval is None else f"{words} ({interval[0]:.3f} to {interval[1]:.3f})"


def _rate(interval: Interval) -> str:
    return f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f} %"
