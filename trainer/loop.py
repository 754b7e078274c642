"""The training as a generator of reports: whoever iterates it decides where it runs, and stopping is leaving it."""

from __future__ import annotations

import contextlib
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.domain.errors import BundleError
from inspector.domain.guard import NO_OUTLINE
from inspector.domain.policy import holding
from inspector.domain.rates import Rate
from inspector.vision.scores import SCORES_FILE
from trainer.audit import worst_first
from trainer.candidates import cross_tested, train_best
from trainer.checks import in_words
from trainer.crew import Crew
from trainer.dataset import TEST, labels
from trainer.examine import contents_of, examine, sizes
from trainer.export import environment, write_final
from trainer.few import said_of_few
from trainer.frozen import freezer
from trainer.gate import make
from trainer.good_only import asked_for, said_of
from trainer.growth import grown, parent_of
from trainer.heat import look_at_heat
from trainer.held_back import LOCKED_FILE, without_locked
from trainer.judge import judge
from trainer.judged import JudgedPicture
from trainer.launch import joined, place_of_torchrun
from trainer.methods import Context
from trainer.metrics import evaluate
from trainer.notes import EvaluationNote, TrainingNote
from trainer.protocol import CORRECTIONS_FILE, GOOD_ONLY, CheckedPrecision, Command, Progress, Result
from trainer.report import Contents, write_report
from trainer.scores import KeptMeasures, kept_scores, strangeness_of
from trainer.split import split
from trainer.split_file import added_since, split_csv
from trainer.suspects import SUSPECTS_FILE, find_suspects
from trainer.suspects_page import SHOWN, thumbnail
from trainer.unseen import measure_unseen
from trainer.unseen_words import held_sentence
from trainer.weights import imagenet_weights

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from inspector.cluster import Cluster
    from inspector.domain.records import Thresholds
    from inspector.vision.bundle import Bundle
    from trainer.candidates import Choice
    from trainer.dataset import Dataset
    from trainer.evaluation import Evaluation, Folds, Growth, LabelAudit, Pointing, Unseen
    from trainer.gate import Made
    from trainer.judge import JudgedPictures
    from trainer.methods import Trained
    from trainer.protocol import Finding, Parent, Report, TrainRequest
    from trainer.ranks import Ranks
    from trainer.suspects import Ranking


def train(
    request: TrainRequest,
    *,
    command: Callable[[], Command] = lambda: Command.RUN,
    checkpoints: Path | None = None,
    cluster: Cluster | None = None,
) -> Generator[Report, None, Result]:
    """Train as asked; the bundle is written at the very end, in one step.

    Args:
        command: Asked now and then: pause, stop (keep the best), cancel.
        checkpoints: Folder of checkpoints; what is there for the same request and pictures is gone on from.
        cluster: Connected: its workers train side by side what does not depend on one another. None has it done here.

    Yields:
        What the pictures are, findings, progress, candidates, epochs, and last the result.

    Returns:
        The result.

    Raises:
        DatasetError: If the pictures cannot be trained on.
        PictureError: If a picture cannot be read.
        BundleError: If the weights cannot be used, the exported graph differs, or the bundle cannot be written.
        FitError: If the loss is no number.
        CancelledError: If cancelled.
        ResourceError: If memory and disk do not suffice.
        RankError: If several ranks cannot train together, or not any longer.
        ClusterError: If the cluster is lost.
    """
    out = Path(request.out)
    if out.exists() and not request.replace:
        raise BundleError(f"{out} exists already", "Choose another name, or let it be replaced.")
    if request.devices > 1 or place_of_torchrun() is not None:
        yield Progress(stage="waiting for the other ranks", done=0, total=1)
    with contextlib.ExitStack() as opened:
        ranks = joined(request.devices)
        if ranks is not None:
            opened.callback(ranks.close)
        crew = None if cluster is None else Crew(cluster, command, checkpoints)
        if crew is not None:
            opened.callback(crew.close)
        return (yield from _train(request, command, checkpoints, ranks, crew))


def _train(
    request: TrainRequest,
    command: Callable[[], Command],
    checkpoints: Path | None,
    ranks: Ranks | None,
    crew: Crew | None,
) -> Generator[Report, None, Result]:
    clock = _Clock()
    parent = parent_of(Path(request.parent)) if request.parent else None
    dataset, findings, clusters = yield from examine(request)
    request, _ = asked_for(request, dataset)
    dataset = without_locked(split(dataset, request, clusters), request.locked).dataset
    findings = worst_first([*findings, *added_since(dataset, request.split)])
    yield contents_of(dataset)
    yield from findings
    clock.stage("data")
    context = replace((yield from _context(request, command, checkpoints)), ranks=ranks, crew=crew)
    folds = yield from cross_tested(dataset, clusters, context)
    clock.stage("folds")
    choice = yield from train_best(dataset, context)
    clock.stage("training")
    with tempfile.TemporaryDirectory(prefix="trainer-") as folder:
        made, more = yield from make(choice.trained, dataset, context, Path(folder))
        clock.stage("export")
        # only now, with everything chosen, is a test picture looked at
        made, tested, pointing, measures = yield from _tested(made, dataset, request)
        clock.stage("test")
        unseen = yield from measure_unseen(made.trained, dataset, context)
        clock.stage("unseen types")
        labels = yield from find_suspects(made.trained, dataset, clusters, context)
        clock.stage("labels")
        growth = yield from grown(made, tested, measures, dataset, clusters, parent)
        clock.stage("models before")
        finished = _Finished(
            context=context,
            dataset=dataset,
            findings=findings,
            folds=folds,
            choice=choice,
            notes=[*choice.notes, *more],
            made=made,
            tested=tested,
            pointing=pointing,
            measures=measures,
            unseen=unseen,
            labels=labels,
            parent=parent,
            growth=growth,
            stages=clock.stages,
        )
        yield Progress(stage="report", done=0, total=1)
        bundle = finished.write()
    clock.stage("report")
    result = finished.result(bundle)
    yield result
    return result


def _context(
    request: TrainRequest, command: Callable[[], Command], checkpoints: Path | None
) -> Generator[Report, None, Context]:
    weights = Path(request.weights) if request.weights else None
    if weights is None and not request.method.startswith("baseline"):
        weights = yield from imagenet_weights()
    return Context(
        request=request,
        weights=weights or Path(),
        command=command,
        freezer=freezer(request.precision),
        checkpoints=checkpoints,
    )


def _tested(
    made: Made, dataset: Dataset, request: TrainRequest
) -> Generator[Report, None, tuple[Made, JudgedPictures, dict[str, Pointing], KeptMeasures]]:
    """Judge the test part, and look at known defects before; the value is the model with what was seen of their heat,
    the judgement, how well heatmaps point, and what is kept of validation.
    """
    classifier = made.draft.classifier(made.precision)
    try:
        strangeness = yield from strangeness_of(dataset, made, classifier)
        heat, outside = yield from look_at_heat(dataset, made, classifier)
        tested = yield from judge(classifier, dataset.of(TEST), "testing")
    finally:
        classifier.close()
    pointing = tested.pointings()
    if request.deep_maps and pointing:
        from trainer.deep import deep_maps  # grad-cam only on request

        pointing |= yield from deep_maps(made.trained, tested)
    made = replace(made, draft=made.draft.noted(heat))
    return made, tested, pointing, KeptMeasures(strangeness=strangeness, heat_outside=outside)


class _Clock:
    """Seconds by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._last_s = time.perf_counter()

    def stage(self, name: str) -> None:
        now = time.perf_counter()
        self.stages[name] = round(now - self._last_s, 2)
        self._last_s = now


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finished:
    """A training with everything chosen and tested: what its bundle and its report are made of."""

    context: Context
    dataset: Dataset
    findings: Sequence[Finding]
    folds: Folds | None
    choice: Choice
    notes: Sequence[str]
    made: Made
    tested: JudgedPictures
    pointing: Mapping[str, Pointing]
    measures: KeptMeasures
    unseen: Unseen | None
    labels: Ranking | None
    parent: Parent | None
    growth: Growth | None
    stages: Mapping[str, float]

    @property
    def trained(self) -> Trained:
        return self.made.trained

    @property
    def thresholds(self) -> Thresholds:
        return self.made.draft.fields.thresholds

    @property
    def validated(self) -> list[JudgedPicture]:
        return [
            JudgedPicture(sample.name, str(sample.path), sample.defect, sample.category, float(score))
            for sample, score in zip(self.trained.judged, self.made.scores, strict=True)
        ]

    @property
    def shown(self) -> list[JudgedPicture]:
        """What the figures of the test come from: where there is no test picture, the good ones, each left out once."""
        return self.tested.judged or self.validated

    def _without_defects(self) -> list[str]:
        note = self.made.draft.fields.memory
        if self.context.request.method != GOOD_ONLY or note is None:
            return []
        said = said_of(note, sum(picture.defective for picture in self.tested.judged))
        if not self.tested.judged:
            said.append("There is no test picture: the figures below are of the good pictures, each left out once.")
        return said

    def _of_few(self) -> list[str]:
        few = self.trained.few
        if few is None:
            return []
        said = said_of_few(few, labels(self.trained.judged), self.thresholds)
        if not self.tested.judged:
            said.append(
                "There is no test picture: the figures below are of these pictures, each judged without itself."
            )
        return said

    def _held(self) -> list[str]:
        """Say what the guard is worth by itself: on some products it is worth nothing, and looks as if it were on."""
        strangeness = zip(self.tested.judged, self.tested.strangeness, strict=False)  # none without a memory of good
        known = [value for picture, value in strangeness if picture.defective]
        note = self.made.draft.fields.memory
        said = [] if note is None or note.outlines is not None else [f"The guard: {NO_OUTLINE}."]
        if note is not None and note.heat is not None:
            said.append(f"{note.heat.words[:1].upper()}{note.heat.words[1:]}.")
        return [held_sentence(Rate(sum(value >= 1.0 for value in known), len(known))), *said] if known else said

    @property
    def _audit(self) -> LabelAudit | None:
        return None if self.labels is None else self.labels.audit

    def _thumbnails(self) -> list[bytes]:
        """Return pictures of the first suspects."""
        by_name = {sample.name: sample for sample in self.dataset.samples}
        first = [] if self._audit is None else self._audit.suspects[:SHOWN]
        return [thumbnail(by_name[suspect.name].picture()) for suspect in first]

    def figures(self, judged: Sequence[JudgedPicture]) -> Evaluation:
        return evaluate(judged, self.thresholds)

    def write(self) -> Bundle:
        """Write the bundle, with its report, in one step."""
        request = self.context.request
        report = write_report(self._contents())
        report["report/split.csv"] = split_csv(self.dataset).encode("utf-8", "backslashreplace")
        if self.labels is not None:
            report[SUSPECTS_FILE] = self.labels.csv().encode("utf-8", "backslashreplace")
        if self.dataset.corrections:
            report[CORRECTIONS_FILE] = self.dataset.corrections.encode("utf-8", "backslashreplace")
        if self.dataset.locked:
            report[LOCKED_FILE] = self.dataset.locked.encode("utf-8", "backslashreplace")
        report[SCORES_FILE] = kept_scores(self.dataset, self.made, self.tested, self.measures)
        return write_final(
            request,
            self.made.draft,
            report,
            evaluation=EvaluationNote(
                validation=self.figures(self.validated),
                test=self.figures(self.shown),
                unseen=self.unseen,
                growth=self.growth,
            ),
            training=TrainingNote(
                method=self.trained.plan.method,
                seed=request.seed,
                backbone_file=self.context.weights.name,
                setting=self.trained.plan.words,
                temperature=round(self.made.temperature, 4),
                precision=self.made.precision,
                counts=self.dataset.counts(),
                request=request,
                parent=self.parent,
            ),
        )

    def _contents(self) -> Contents:
        request = self.context.request
        return Contents(
            title=f"Model {Path(request.out).name}",
            thresholds=self.thresholds,
            test=self.shown,
            validation=self.validated,
            temperature=self.made.temperature,
            claim=request.claim,
            escape_cost=request.escape_cost,
            reject_cost=request.reject_cost,
            config={**request.model_dump(mode="json"), "setting": self.trained.plan.words},
            counts=self.dataset.counts(),
            split=sizes(self.dataset),
            findings=self.findings,
            history=self.trained.history,
            tiles=self.tested.tiles(holding(self.thresholds).fail_at),
            pointing=self.pointing,
            folds=self.folds,
            unseen=self.unseen,
            labels=self._audit,
            suspects=self._thumbnails(),
            growth=self.growth,
            comparison=self.notes,
            stages=self.stages,
            environment=environment(),
            warnings=[*self._without_defects(), *self._of_few(), *self._held(), *in_words(self.made.checks)],
        )

    def result(self, bundle: Bundle) -> Result:
        """Return the last report."""
        return Result(
            bundle=str(bundle.folder),
            method=self.trained.plan.method,
            threshold=self.thresholds.fail_at,
            validation=self.figures(self.validated),
            test=self.figures(self.shown),
            split=sizes(self.dataset),
            stages=dict(self.stages),
            seconds=round(sum(self.stages.values()), 2),
            folds=self.folds,
            unseen=self.unseen,
            labels=self._audit,
            untried=self.choice.untried,
            effort_for_all_s=self.choice.effort_for_all_s,
            growth=self.growth,
            precision=self.made.precision,
            precisions={name: CheckedPrecision(**check.model_dump()) for name, check in self.made.checks.items()},
        )
