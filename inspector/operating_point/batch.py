"""The labelled pictures of a batch, less those that its model has learnt from."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.confusion import DEFECTIVE, GOOD, UNLABELLED
from inspector.domain.counts import counted
from inspector.domain.errors import BundleError, FolderAwayError
from inspector.domain.operating_point import LabelledScores
from inspector.operating_point.choice import ChoiceError
from inspector.operating_point.parts import LabelledParts
from inspector.operating_point.words import outside_notes
from inspector.vision.learnt import learnt_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from inspector.batch.run_state import BatchRun
    from inspector.pictures import Place


def batch_parts(run: BatchRun) -> LabelledParts:
    """Read the labelled pictures of a batch.

    Args:
        run: As it stands; one that still runs gives what is there.

    Raises:
        ResultsError: If its results cannot be read.
        LabelsError: If its table of labels cannot be used any more.
        ChoiceError: If no picture has a label, or the model has learnt from all that have.
    """
    table = run.reader().read()
    labelled = np.flatnonzero(table.labels != UNLABELLED)
    if not len(labelled):
        raise ChoiceError(
            f"the batch of {run.pictures.name} has {counted(len(table), 'picture')} and none of them a label",
            "Sort known parts into folders, one of them called good, or name a table of labels, and run it again.",
        )
    files = [run.pictures / table.path(index) for index in labelled.tolist()]
    out, warnings, notes = _left_out(run, files)
    kept: NDArray[np.intp] = np.delete(labelled, out)
    if not len(kept):
        raise ChoiceError(
            f"the model has learnt from all {counted(len(labelled), 'labelled picture')} of {run.pictures.name}",
            "Run a batch of pictures that it has not seen.",
        )
    if run.active:
        warnings.append("The batch still runs: this is what is there so far.")
    if len(labelled) < len(table):
        notes.append(f"Not counted: {counted(len(table) - len(labelled), 'picture')} without a label.")
    places = kept.tolist()
    judge = run.record.judge
    scores = LabelledScores(
        table.p_defective[kept], table.labels[kept] == DEFECTIVE, table.strangeness[kept], table.heat_outside[kept]
    )
    return LabelledParts(
        source=f"batch of {run.pictures.name}, {run.record.started.astimezone():%Y-%m-%d %H:%M}",
        scores=scores,
        names=[table.path(index) for index in places],
        types=["good" if table.labels[index] == GOOD else table.defect(index) for index in places],
        how="as judged in the batch" + (f" by {judge.model_name} in {judge.precision}" if judge else ""),
        picture=lambda index: run.pictures / table.path(places[index]),
        bit_depth=judge.bit_depth if judge else None,
        notes=(*notes, *outside_notes(scores)),
        warnings=tuple(warnings),
    )


def _left_out(run: BatchRun, files: Sequence[Place]) -> tuple[list[int], list[str], list[str]]:
    """Return the places to leave out, and what is to be said: loudly, and quietly."""
    judge = run.record.judge
    fault = run.model_fault or ("" if judge else "the batch does not say by which model it was judged")
    if judge is not None and not fault:
        try:
            out, every = learnt_from(Path(judge.model_folder)).among(files)
        except (BundleError, FolderAwayError) as error:
            fault = error.what
        else:
            notes = [] if every else ["Copies of training pictures under other names were not looked for in so many."]
            if not out:
                return [], [], notes
            words = (
                f"Left out: {len(out):,} of {counted(len(files), 'labelled picture')}, as the model has learnt "
                f"from them: "
                "how it judges these says nothing of new parts."
            )
            return out, [words], notes
    return [], [f"Whether the model has learnt from these pictures is not known: {fault}."], []
