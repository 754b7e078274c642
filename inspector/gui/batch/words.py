"""Words of the Batch page, without widgets."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.progress import BatchStage
from inspector.domain.confusion import DEFECTIVE, UNLABELLED
from inspector.domain.counts import counted
from inspector.domain.policy import VERDICT_NAMES
from inspector.gui.words import duration
from inspector.pictures import left_out_words
from inspector.runs.state import ProcessState

if TYPE_CHECKING:
    from inspector.batch import BatchRun, Survey
    from inspector.domain.records import Thresholds

_NO_LABELS = (
    "No table of right and wrong: these pictures carry no labels. Put good ones into a folder “good”, defective ones "
    "into folders named after the defect beside it, or choose a table under Labels, and inspect again."
)
_NO_LABELS_YET = "The table of right and wrong comes with the first pictures that carry a label."
_STATES = {
    ProcessState.STARTING: "starting",
    ProcessState.RUNNING: "running",
    ProcessState.STOPPING: "stopping",
    ProcessState.STOPPED: "stopped",
    ProcessState.DONE: "done",
    ProcessState.FAILED: "failed",
    ProcessState.BLOCKED: "cannot go on",
}
_STAGES = {None: "Starting", BatchStage.LISTING: "Listing the folder", BatchStage.LOADING: "Loading the model"}


def survey_words(survey: Survey, table: str = "") -> str:
    """Return what a folder holds, in one sentence.

    Args:
        survey: Counts of the folder's pictures.
        table: The table that its labels come from; empty for the folders' names.
    """
    name = Path(table).name
    words = f"{counted(survey.pictures, 'picture')}, "
    labelled = survey.good + survey.defective
    if not survey.pictures:
        words = "No picture in this folder or in those inside it"
    elif not labelled:
        words += f"without labels in {name}" if table else "without labels"
    else:
        words += f"labelled by {name}: " if table else "labelled: "
        words += f"{survey.good:,} good, {survey.defective:,} defective"
        if survey.types:
            words += f", {counted(len(survey.types), 'type')}"
        if survey.unlabelled:
            words += f"; {survey.unlabelled:,} without a label"
    if survey.not_in_folder:
        words += f"; {counted(survey.not_in_folder, 'line')} of {name} without a picture here"
    if len(survey.categories) > 1:
        words += f"; {len(survey.categories)} categories"
    if survey.masks_left_out:
        words += f"; {survey.masks_left_out:,} masks or drawings left out"
    if survey.left_out:
        words += f"; not taken: {left_out_words(survey.left_out, names=False)}"
    return words


def not_inspected_words(*, other_labels: bool) -> tuple[str, str]:
    """Return the title and text in the place of results that are not there.

    Args:
        other_labels: Whether the folder has results under other labels.
    """
    title = "Not inspected with these labels yet" if other_labels else "Not inspected yet"
    return title, "Choose a recipe or a model above, and press Inspect."


def words_without_labels(run: BatchRun) -> str:
    """Return why there is no table of right and wrong."""
    known = run.record.survey
    return _NO_LABELS_YET if known is None or known.good + known.defective else _NO_LABELS


def judge_words(run: BatchRun) -> str:
    """Return what gives a run's verdicts; empty while it is not known."""
    judge = run.record.judge
    if judge is None:
        return ""
    by = f"{run.record.recipe} v{run.record.recipe_version}, " if run.record.recipe else ""
    where = f", on {run.record.cluster}" if run.record.cluster else ""
    return f"{by}{judge.model_name} ({judge.precision}), {points_words(judge.thresholds)}{where}"


def points_words(points: Thresholds) -> str:
    """Return an operating point in words."""
    review = "" if points.review_from is None else f", review from {points.review_from:.2g}"
    guard = "" if points.strange_from is None else f", unlike good parts from {points.strange_from:.3g}"
    spares = ", review where the heat lies outside the part" if points.spares_outside else ""
    return f"fails from {points.fail_at:.2g}{review}{guard}{spares}"


def state_words(run: BatchRun) -> str:
    """Return what a run is doing."""
    return _STATES[run.state]


def named(run: BatchRun) -> str:
    """Return what a run was asked to judge with, short."""
    return run.record.recipe or (run.record.judge.model_name if run.record.judge else run.record.model)


def begun_words(run: BatchRun) -> str:
    """Return when a run was begun, in local time."""
    return f"{run.record.started.astimezone():%Y-%m-%d %H:%M}"


def progress_words(run: BatchRun, rows: int) -> tuple[str, float | None]:
    """Return how far a run is in words, and as a share (None where it is not known).

    Args:
        rows: Rows that have been read of it.
    """
    progress = run.progress
    if run.state is ProcessState.DONE:
        rate = f" · {_rate(progress.rate)}" if progress.rate else ""
        return f"{rows:,} of {max(rows, progress.total):,}{rate}", 1.0
    if progress.stage is not BatchStage.JUDGING:
        if run.active:
            return f"{_STAGES.get(progress.stage, 'Starting')}…", None
        return f"{_STATES[run.state]}, {counted(rows, 'picture')} judged", None
    total = max(progress.total, progress.done)
    words = f"{progress.done:,} of {total:,}"
    share = progress.done / total if total else None
    if not run.active:
        return f"{words} · {_STATES[run.state]}", share
    if progress.rate and not progress.waiting:
        words += f" · {_rate(progress.rate)}"
    if progress.waiting or run.state is ProcessState.STOPPING:
        return f"{words} · {'waiting for workers' if progress.waiting else 'stopping'}", share
    if progress.seconds_left is not None:
        words += f" · {duration(progress.seconds_left)} left"
    return words, share


def _rate(rate: float) -> str:
    return f"{rate:.{0 if rate >= 10 else 1}f}/s"


def verdict_words(code: int) -> str:
    """Return a verdict's word; a dash where there is none."""
    return VERDICT_NAMES[code] if code < len(VERDICT_NAMES) else "–"


def score_words(score: float) -> str:
    """Return P(defective) with the digits that tell parts apart; a dash where the network was not asked."""
    return "–" if math.isnan(score) else f"{score:.3f}"


def label_words(code: int) -> str:
    """Return what a label says; empty where there is none."""
    return "" if code == UNLABELLED else "defective" if code == DEFECTIVE else "good"
