"""One batch from its folder to its rows; the command and the process that the window starts run this."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from inspector import __version__
from inspector.batch.judge import Job
from inspector.batch.learnt import count_learnt, find_learnt, write_learnt
from inspector.batch.listing import list_pictures
from inspector.batch.pace import RunPace
from inspector.batch.pipeline import judge_listing
from inspector.batch.process import prepare_process
from inspector.batch.progress import BatchStage, RunProgress
from inspector.batch.record import Judge, note, refuse_other
from inspector.batch.results import ResultTable
from inspector.batch.survey import labels_for, survey
from inspector.domain.class_folders import in_words
from inspector.domain.class_words import refuse_unknown
from inspector.domain.errors import InspectorError, ModelChangedError
from inspector.domain.guard import in_force
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.records import Verdict
from inspector.domain.strangeness import DEFAULT_RATE
from inspector.domain.tally import Tally
from inspector.pictures import left_out_words
from inspector.vision.classifier import TEST_EVERY_S

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Generator
    from pathlib import Path

    from inspector.batch.listing import Listing
    from inspector.batch.record import LearntCount, RunRecord
    from inspector.batch.spread import ClusterJudge
    from inspector.batch.survey import Survey
    from inspector.domain.config import QualityLimits
    from inspector.domain.records import Thresholds
    from inspector.pictures import Place
    from inspector.vision.classifier import Classifier


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOrder:
    """What is to be judged, by what, and where the rows go.

    Args:
        record: What was asked for, without judge and survey.
        labels_file: A table of labels; None for the folders' names.
        out: The batch's folder, for the rows.
        model_folder: The folder of the model's bundle.
        trained_on: The pictures that the model learnt from; empty where it does not say.
        input_size: What the whole picture has in the scale of the network's input, pixels a side.
        thresholds: On P(defective).
        guard_rate: As in a recipe.
        spares_outside: As in a recipe.
        quality: Limits of the pictures' own quality.
        heatmap: As in a recipe.
        bit_depth: As in `inspector.pictures.read_picture`; None without a recipe.
        overlays: Write each picture with its heatmap.
        restart: Throw away what is in the folder.
    """

    record: RunRecord
    pictures: Place
    labels_file: Path | None
    out: Path
    model_folder: Path
    trained_on: str
    input_size: int
    thresholds: Thresholds
    quality: QualityLimits
    guard_rate: float = DEFAULT_RATE
    spares_outside: bool = True
    heatmap: HeatmapKind = HeatmapKind.DEFECT
    bit_depth: int | None = None
    overlays: bool = False
    restart: bool = False

    @property
    def overlay_folder(self) -> Path:
        """Where pictures with their heatmaps go; left out of the listing."""
        return self.out / "overlays"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOutcome:
    """What came of a batch.

    Args:
        results: Path of results.csv.
        survey: What the folder holds.
        tally: The files that have a row, by verdict.
        gone: Rows that are kept of files that are no longer there.
        interrupted: True where it was stopped before every file that needs it was looked at.
        learnt: Pictures that the model has learnt from; None where it does not say.
        judge: What gave the verdicts.
    """

    results: Path
    survey: Survey
    learnt: LearntCount | None
    tally: Tally
    gone: int
    interrupted: bool
    judge: Judge


def run_batch(
    order: BatchOrder,
    load: Callable[[], Classifier],
    *,
    stop: threading.Event,
    cluster: ClusterJudge | None = None,
) -> Generator[RunProgress, None, BatchOutcome]:
    """Judge the files of a folder that have no row yet; for the rest of the process's life it is one for batches.

    Args:
        load: Loads the model, after the folder has been listed.
        stop: When set, the pictures at hand are finished and no others begun.
        cluster: Judges on its workers; None judges here.

    Yields:
        What it is at; while it judges, how far it is: at once, a few times a second, and at the end.

    Returns:
        What came of it.

    Raises:
        ModelChangedError: If the model no longer judges as when it was loaded: it is tested every hour and at the end.
        InspectorError: If there is no picture, the rows that are there are another batch's, or something cannot be
            read or written.
    """
    labels = labels_for(order.pictures, order.labels_file, words=order.record.words)
    yield RunProgress(stage=BatchStage.LISTING)
    listing = list_pictures(
        order.pictures,
        recursive=order.record.recursive,
        leave_out=order.overlay_folder,
        words=order.record.words,
    )
    if not len(listing):
        raise _no_picture(order.pictures, listing)
    contents = survey(listing, labels)
    refuse_unknown(contents.unknown, str(order.labels_file or order.pictures))
    prepare_process()
    yield RunProgress(stage=BatchStage.LOADING, understood=tuple(in_words(contents.words)))
    classifier = load()
    try:
        learnt = find_learnt(order.model_folder, listing, stop)
        judge = _judge(order, classifier)
        update = {"judge": judge, "survey": contents, "learnt": count_learnt(learnt)}
        record = order.record.model_copy(update=update)
        if not order.restart:
            refuse_other(order.out, record)
        sha256 = classifier.identity.sha256
        with ResultTable(order.out, listing, sha256, overlays=order.overlays, restart=order.restart) as table:
            note(order.out, record, restart=order.restart)
            write_learnt(order.out, learnt)
            whole = yield from _judged(order, judge.thresholds, listing, classifier, table, stop, cluster)
            table.finish()
    finally:
        classifier.close()
    tally = Tally(
        passed=table.count(Verdict.PASS.value),
        failed=table.count(Verdict.FAIL.value),
        review=table.count(Verdict.REVIEW.value),
        error=table.count(Verdict.ERROR.value),
    )
    return BatchOutcome(
        results=table.path,
        survey=contents,
        learnt=record.learnt,
        tally=tally,
        gone=table.gone,
        interrupted=not whole,
        judge=judge,
    )


def _judge(order: BatchOrder, classifier: Classifier) -> Judge:
    identity = classifier.identity
    return Judge(
        model_name=identity.name,
        model_folder=str(order.model_folder),
        model_sha256=identity.sha256,
        device=identity.device,
        precision=identity.precision,
        backend=identity.backend,
        thresholds=in_force(
            order.thresholds,
            classifier.thresholds,
            identity.good_scale,
            order.guard_rate,
            spares_outside=order.spares_outside and identity.may_spare,
        ),
        good_scale=identity.good_scale,
        quality=order.quality,
        heatmap=order.heatmap,
        bit_depth=order.bit_depth,
        software_version=__version__,
        trained_on=order.trained_on,
    )


def _judged(
    order: BatchOrder,
    thresholds: Thresholds,
    listing: Listing,
    classifier: Classifier,
    table: ResultTable,
    stop: threading.Event,
    cluster: ClusterJudge | None,
) -> Generator[RunProgress, None, bool]:
    """Judge the files that need it; True where none is left."""
    job = Job(
        folder=listing.folder,
        overlays=order.overlay_folder if order.overlays else None,
        input_size=order.input_size,
        thresholds=thresholds,
        quality=order.quality,
        heatmap=order.heatmap,
        bit_depth=order.bit_depth,
    )
    left = table.left()
    looked = 0
    pace, trust = RunPace(table.there, len(listing)), _Trust(classifier)
    yield pace.progress()
    judged = judge_listing if cluster is None else cluster.judge
    for rows in judged(listing, left, job, classifier, stop=stop, known=table.known):
        looked += len(rows)
        for index, row in rows:
            pace.done += not table.has(index)
            if row is not None:
                table.add(index, row)
        trust.test_if_due()
        if pace.is_due():
            yield pace.progress("" if cluster is None else cluster.waiting)
    trust.test()
    yield pace.progress()
    return looked == len(left)


class _Trust:
    """Tests the model every hour and at the end, so that rows are not left behind that a damaged one wrote."""

    def __init__(self, classifier: Classifier) -> None:
        self._classifier = classifier
        self._right()

    def test_if_due(self) -> None:
        if time.perf_counter() - self._right_s >= TEST_EVERY_S:
            self.test()

    def test(self) -> None:
        try:
            for _ in self._classifier.self_test():
                pass
        except ModelChangedError as error:
            raise ModelChangedError(
                f"{error.what}. Rows that were written since {self._right_at:%H:%M} may be wrong",
                f"Judge the folder again from its beginning. {error.next_step}",
            ) from error
        self._right()

    def _right(self) -> None:
        self._right_s, self._right_at = time.perf_counter(), datetime.now().astimezone()


def _no_picture(folder: Place, listing: Listing) -> InspectorError:
    if listing.masks_left_out:
        return InspectorError(
            f"there is no picture in {folder} but {listing.masks_left_out} masks or drawings",
            "Choose the folder above.",
        )
    held = f"; it holds {left_out_words(listing.left_out)}" if listing.left_out else ""
    return InspectorError(
        f"there is no picture in {folder}{held}", "Check the path, or take the folders inside it too."
    )
