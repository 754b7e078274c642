"""The training as a generator of reports: whoever iterates it decides where it runs, and stopping is leaving it."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.domain.errors import BundleError
from inspector.vision.scores import SCORES_FILE
from trainer.audit import audit, near_duplicate_groups, thumbnails
from trainer.dataset import TEST, TRAIN, VAL, Dataset, DatasetError, hashed, labels, read_dataset
from trainer.export import environment, write_final
from trainer.frozen import freezer
from trainer.gate import expected_of, in_words, make, operating_point
from trainer.judge import judge
from trainer.methods import Context, Plan, Trained, plan_of, train_plan
from trainer.metrics import Judged, evaluate
from trainer.paired import spread
from trainer.protocol import Command, Found, Progress, Result
from trainer.report import Contents, write_report
from trainer.scores import kept_scores
from trainer.split import cross_test, split, split_csv
from trainer.weights import imagenet_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from trainer.protocol import Finding, PoolingName, Report, TrainRequest

#: What ``auto`` tries, in this order, as long as its time allows: size, pooling, strength of the augmentation.
CANDIDATES: tuple[tuple[int, PoolingName, float], ...] = (
    (224, "average", 1.0),
    (448, "average", 1.0),
    (448, "mix", 1.0),
    (448, "average", 0.5),
    (320, "mix", 1.0),
)
_THUMBNAILS = 8


def train(
    request: TrainRequest,
    *,
    command: Callable[[], Command] = lambda: Command.RUN,
    checkpoints: Path | None = None,
) -> Generator[Report]:
    """Train as asked; the bundle is written at the very end, in one step.

    Args:
        request: What to train.
        command: Asked now and then: pause, stop (keep the best), cancel.
        checkpoints: Folder of checkpoints; what is there for the same request and pictures is gone on from.

    Yields:
        What was found, findings, progress, candidates, epochs, and last the result.

    Raises:
        DatasetError: If the pictures cannot be trained on.
        PictureError: If a picture cannot be read.
        BundleError: If the weights cannot be used, the exported graph differs, or the bundle cannot be written.
        TrainingError: If the loss is no number.
        CancelledError: If cancelled.
        ResourceError: If memory and disk do not suffice.
    """
    clock = _Clock()
    out = Path(request.out)
    if out.exists() and not request.replace:
        raise BundleError(f"{out} exists already", "Choose another name, or add --replace.")
    dataset, findings, clusters = yield from examine(request)
    dataset = split(dataset, request, clusters)
    yield found_of(dataset)
    yield from findings
    clock.stage("data")
    weights = Path(request.weights) if request.weights else None
    if weights is None and not request.method.startswith("baseline"):
        weights = yield from imagenet_weights()
    context = Context(
        request=request,
        weights=weights or Path(),
        command=command,
        freezer=freezer(request.precision),
        checkpoints=checkpoints,
    )
    folds = yield from _cross_tested(dataset, clusters, context)
    clock.stage("folds")
    trained, notes = yield from _best(dataset, context)
    clock.stage("training")
    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        made, more = yield from make(trained, dataset, context, Path(folder))
        trained, notes, thresholds = made.trained, [*notes, *more], made.draft.fields.thresholds
        clock.stage("export")
        # only now, with everything chosen, is a test picture looked at
        classifier = made.draft.classifier(made.precision)
        try:
            tested = yield from judge(classifier, dataset.of(TEST), "testing")
        finally:
            classifier.close()
        clock.stage("test")
        threshold, review_from = thresholds.fail_at, thresholds.review_from
        validated = [
            Judged(s.name, str(s.path), s.defect, s.category, float(p))
            for s, p in zip(trained.judged, made.scores, strict=True)
        ]
        on_validation = evaluate(validated, threshold, review_from)
        on_test = evaluate(tested.judged, threshold, review_from)
        pointed = {"Grad-CAM, closed form": measured} if (measured := tested.pointing()) else {}
        if request.deep_maps and measured:
            from trainer.deep import deep_maps  # grad-cam only on request

            pointed |= yield from deep_maps(trained, tested)
        training: dict[str, Any] = {
            "method": trained.plan.method,
            "seed": request.seed,
            "backbone_file": weights.name if weights else "",
            "setting": trained.plan.words,
            "temperature": round(made.temperature, 4),
            "precision": made.precision,
            "counts": dataset.counts(),
            "request": request.model_dump(mode="json"),
        }
        yield Progress(stage="report", done=0, total=1)
        contents = Contents(
            title=f"Model {out.name}",
            threshold=threshold,
            test=tested.judged,
            validation=validated,
            review_from=review_from,
            temperature=made.temperature,
            claim=request.claim,
            escape_cost=request.escape_cost,
            reject_cost=request.reject_cost,
            config={**request.model_dump(mode="json"), "setting": trained.plan.words},
            counts=dataset.counts(),
            split=sizes(dataset),
            findings=findings,
            history=trained.history,
            tiles=tested.tiles(threshold),
            pointing=pointed,
            folds=folds,
            comparison=notes,
            stages=clock.stages,
            environment=environment(),
            warnings=in_words(made.checks),
        )
        report = write_report(contents)
        report["report/split.csv"] = split_csv(dataset).encode("utf-8", "backslashreplace")
        report[SCORES_FILE] = kept_scores(dataset, made, tested)
        bundle = write_final(
            request, made.draft, report, metrics={"validation": on_validation, "test": on_test}, training=training
        )
    clock.stage("report")
    yield Result(
        bundle=str(bundle.folder),
        method=trained.plan.method,
        threshold=threshold,
        validation=on_validation,
        test=on_test,
        split=sizes(dataset),
        stages=clock.stages,
        seconds=round(sum(clock.stages.values()), 2),
        folds=folds,
        precision=made.precision,
        precisions={name: one.model_dump(mode="json") for name, one in made.checks.items()},
    )


def examine(request: TrainRequest) -> Generator[Report, None, tuple[Dataset, list[Finding], dict[str, int]]]:
    """Read and audit the pictures; the generator's value is the set, the findings, and clusters of near duplicates.

    Pictures that cannot be read are left out, and named in a finding.
    """
    dataset = hashed(read_dataset(Path(request.data)))
    thumbs = []
    for number, thumb in thumbnails(dataset.samples):
        thumbs.append(thumb)
        yield Progress(stage="looking at the pictures", done=number + 1, total=len(dataset.samples))
    usable = [index for index, thumb in enumerate(thumbs) if thumb.readable]
    groups = near_duplicate_groups([thumbs[i] for i in usable], [dataset.samples[i].sha256 for i in usable])
    findings = audit(dataset.samples, thumbs, claim=request.claim, groups=groups)
    if len(usable) < len(thumbs):
        dataset = Dataset(dataset.layout, tuple(dataset.samples[index] for index in usable))
        kinds = Counter(sample.defective for sample in dataset.samples)
        if min(kinds[False], kinds[True]) < 2:
            raise DatasetError(
                f"only {kinds[False]} good and {kinds[True]} defective pictures of {request.data} can be read",
                "Mend the files, or add pictures.",
            )
    clusters: dict[str, int] = {}
    if request.keep_together:
        clusters = {sample.name: number for sample, number in zip(dataset.samples, groups, strict=True)}
    return dataset, findings, clusters


def found_of(dataset: Dataset) -> Found:
    """Return what is said of the pictures before anything starts."""
    pictures: dict[str, list[str]] = {}
    for sample in dataset.samples:
        shown = pictures.setdefault(sample.defect, [])
        if len(shown) < _THUMBNAILS:
            shown.append(str(sample.path))
    return Found(
        layout=dataset.layout,
        counts=dataset.counts(),
        categories=dataset.categories(),
        pictures=pictures,
        masks=sum(sample.mask is not None for sample in dataset.samples),
        groups=len({(s.category, s.group) for s in dataset.samples if s.group}),
    )


def sizes(dataset: Dataset) -> dict[str, int]:
    """Return how many pictures each part has."""
    return {part: len(dataset.of(part)) for part in (TRAIN, VAL, TEST)}


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last_s = time.perf_counter()

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages[name] = round(now - self._last_s, 2)
        self._last_s = now


def _best(dataset: Dataset, context: Context) -> Generator[Report, None, tuple[Trained, list[str]]]:
    """Train what was asked for; with ``auto`` what validation prefers. The value is the network, and what was tried."""
    request = context.request
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
    found: list[Plan] = []
    for size, pooling, strength in CANDIDATES:
        varied = request.model_copy(update={"strength": request.strength * strength})
        plan = plan_of(varied, "layer4", size=size, pooling=pooling)
        if plan not in found:
            found.append(plan)
    return found


def _cross_tested(
    dataset: Dataset, clusters: dict[str, int], context: Context
) -> Generator[Report, None, dict[str, Any]]:
    """Test every picture once, by a model that never saw it; the value is the spread of the figures."""
    request = context.request
    if request.folds < 2:
        return {}
    figures: list[dict[str, Any]] = []
    pooled: list[Judged] = []
    for number, part in enumerate(cross_test(dataset, request.folds, request, clusters), 1):
        yield Progress(stage=f"fold {number} of {request.folds}", done=number - 1, total=request.folds)
        trained, _ = yield from _best(part, context)
        fail_at, review_from = operating_point(trained.scores, labels(trained.judged), request)
        tested = part.of(TEST)
        said = yield from expected_of(trained, tested)
        judged = [
            Judged(s.name, str(s.path), s.defect, s.category, float(p))
            for s, p in zip(tested, said.scores, strict=True)
        ]
        pooled += judged
        figures.append(evaluate(judged, fail_at, review_from))
    names = ("accuracy", "precision", "recall", "f1", "auroc", "average_precision")
    spreads: dict[str, Any] = {}
    for name in names:
        values = [float(one[name]) for one in figures if one.get(name) is not None]
        if len(values) >= 2:
            one = spread(values)
            spreads[name] = {"mean": one.mean, "sd": one.sd, "values": values}
    confusion = Counter[str]()
    for figure in figures:
        confusion.update(figure["confusion"])
    return {**spreads, "confusion": dict(confusion), "pictures": len(pooled)}
