"""What a batch comes to, in words and figures: the same for the Excel file, the report and the terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector.domain.counts import counted, verb
from inspector.domain.guard import guard_words
from inspector.domain.picture_range import UNLIKE
from inspector.domain.policy import REVIEW
from inspector.domain.statistics import parts_needed
from inspector.pictures import left_out_words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.batch.record import Judge, LearntCount, RunRecord
    from inspector.batch.table import BatchTable
    from inspector.domain.confusion import Confusion
    from inspector.domain.rates import Rate
    from inspector.domain.tally import Tally

#: The escape rate of which the evidence speaks.
_CLAIM = 0.01
_TABLES = frozenset({".csv", ".parquet"})


def facts(table: BatchTable, record: RunRecord | None) -> list[tuple[str, str]]:
    """Return what was judged, by what, when and by whom, as names and values.

    Args:
        record: None where there is no run.json, as of an earlier version.
    """
    judge = record.judge if record else None
    if record is None or judge is None:
        return [("Pictures", str(len(table))), ("Model, SHA-256", table.model or "–")]
    survey = record.survey
    recipe = f"{record.recipe}, version {record.recipe_version}" if record.recipe else "none"
    review = judge.thresholds.review_from
    rows = [
        ("Folder", record.folder + (", with its sub-folders" if record.recursive else "")),
        ("Pictures", str(len(table))),
        ("Recipe", recipe),
        ("Model", judge.model_name),
        ("Model, SHA-256", judge.model_sha256),
        ("Judged on", f"{judge.device}, {judge.precision}, {judge.backend}"),
        ("Fails from P(defective)", f"{judge.thresholds.fail_at:.4f}"),
        ("Review from P(defective)", "no review band" if review is None else f"{review:.4f}"),
        ("Unlike good parts", _guard(table, judge)),
        ("Labels", record.labels_file or "from the folders' names"),
        ("Used for training", learnt_words(record.learnt, len(table))),
        ("Begun", f"{record.started.astimezone():%Y-%m-%d %H:%M:%S %z}"),
        ("By", record.who),
        ("Program", f"inspector {judge.software_version}"),
    ]
    if survey is not None and survey.left_out:
        rows.insert(2, ("Not taken", left_out_words(survey.left_out)))
    if survey is not None and survey.masks_left_out:
        rows.insert(2, ("Left out", survey.mask_words))
    return rows


def _guard(table: BatchTable, judge: Judge) -> str:
    words = guard_words(judge.thresholds, judge.good_scale)
    if judge.thresholds.strange_from is None:
        return words
    by_score = table.verdicts_at(replace(judge.thresholds, strange_from=None))
    count = int(np.count_nonzero((table.verdicts == REVIEW) & (by_score != REVIEW)))
    return f"{words}; here {counted(count, 'picture')}"


def kinds(confusion: Confusion) -> list[tuple[str, Tally]]:
    """Return the rows of the confusion table that are not empty."""
    rows = [("good", confusion.good), ("defective", confusion.defective), ("no label", confusion.unlabelled)]
    return [(name, counts) for name, counts in rows if counts.inspected]


def rates(confusion: Confusion) -> list[tuple[str, Rate]]:
    """Return the rates that the labels allow; without labels the review load alone."""
    rows = [("Review load: pictures to be looked at (REVIEW, ERROR)", confusion.review_load)]
    if confusion.good.inspected:
        rows.insert(0, ("Overkill: good parts that failed", confusion.overkill))
    if confusion.defective.inspected:
        rows.insert(0, ("Escapes: defective parts that passed", confusion.escapes))
    return rows


def rate_words(rate: Rate) -> str:
    """Return a rate as “8.3 % (2 of 24; 95 %: 2.3 to 25.8 %)”."""
    if rate.value is None:
        return "– (none)"
    low, high = rate.interval
    return f"{100 * rate.value:.1f} % ({rate.count} of {rate.total}; 95 %: {100 * low:.1f} to {100 * high:.1f} %)"


def evidence(confusion: Confusion) -> str:
    """Return what the defective parts allow to be claimed, as a sentence; empty where there is none with a verdict."""
    escapes = confusion.escapes
    if not escapes.total:
        return ""
    need = parts_needed(_CLAIM)
    return (
        f"{counted(escapes.total, 'defective part')} with a verdict, {escapes.count} passed: the escape rate lies "
        f"between "
        f"{100 * escapes.interval[0]:.1f} and {100 * escapes.interval[1]:.1f} % (95 %). "
        f"To show at most {100 * _CLAIM:g} % takes {need} defective parts, all of them found."
    )


def warnings(table: BatchTable, record: RunRecord | None, indexes: NDArray[np.intp] | None = None) -> list[str]:
    """Return what whoever reads the figures has to know, as sentences.

    Args:
        record: The batch's; None where there is none.
        indexes: The rows that the figures are of; None for all.
    """
    return [*_trained_on(table, record, indexes), *_unlike(table, indexes)]


def _unlike(table: BatchTable, indexes: NDArray[np.intp] | None) -> list[str]:
    """Say how many pictures are unlike those that the model learnt from."""
    unlike = table.unlike if indexes is None else table.unlike[indexes]
    count = int(unlike.sum())
    if not count:
        return []
    named = table.reason(int(np.flatnonzero(table.unlike)[0] if indexes is None else indexes[unlike][0]))
    how = named.partition(f"{UNLIKE}: ")[2]
    which = f"{count:,} of {counted(len(unlike), 'picture')} {verb(count, 'is')} {UNLIKE}, as: {how}"
    return [f"{which}. Nobody has tested the model on such."]


def _trained_on(table: BatchTable, record: RunRecord | None, indexes: NDArray[np.intp] | None) -> list[str]:
    learnt = table.learnt if indexes is None else table.learnt[indexes]
    if learnt.any():
        return [_used_for_training(table, indexes)]
    judge = record.judge if record else None
    if record is None or judge is None or record.learnt is not None or not judge.trained_on:
        return []
    if not table.confusion(indexes).labelled.inspected:
        return []
    data, pictures = Path(judge.trained_on), Path(record.folder)
    data = data.parent if data.suffix.lower() in _TABLES else data
    if not (data.is_relative_to(pictures) or pictures.is_relative_to(data)):
        return []
    said = (
        f"The model was trained on pictures of {data}, so it has learnt from some that are judged here: the figures "
        "flatter it. Its own report has those of its test pictures."
    )
    return [said]


def _used_for_training(table: BatchTable, indexes: NDArray[np.intp] | None) -> str:
    """How many of the pictures the model has learnt from, and what the others come to."""
    rows = np.arange(len(table)) if indexes is None else indexes
    others = rows[~table.learnt[rows]]
    count = len(rows) - len(others)
    if not len(others):
        return f"All {count:,} pictures were used for training: figures on them say nothing about new parts."
    words = (
        f"{count:,} of {counted(len(rows), 'picture')} {verb(count, 'was')} used for training: figures on "
        f"them say nothing about new parts."
    )
    confusion = table.confusion(others)
    named = [f"{name.partition(':')[0].lower()} {rate_words(rate)}" for name, rate in rates(confusion)]
    if not confusion.labelled.inspected:
        return words
    return f"{words} The other {len(others):,}: {', '.join(named)}."


def learnt_words(learnt: LearntCount | None, pictures: int) -> str:
    """Return how many of a folder's pictures the model has learnt from."""
    if learnt is None:
        return "not known: the model does not say which pictures it has learnt from"
    words = f"{learnt.pictures:,} of {counted(pictures, 'picture')}"
    return words if learnt.renamed_too else f"{words}; copies under other names were not looked for in so many"


def label_words(value: int) -> str:
    """Return a label's word; empty for none."""
    return {0: "good", 1: "defective"}.get(value, "")


def assessment(table: BatchTable, index: int) -> str:
    """Return “escape”, “overkill”, or empty where a row is neither."""
    if not table.wrong[index]:
        return ""
    return "escape" if table.labels[index] else "overkill"


def _counts(tally: Tally) -> tuple[int, ...]:
    return tally.passed, tally.review, tally.failed, tally.error, tally.inspected


def summary_lines(table: BatchTable, record: RunRecord | None) -> list[str]:
    """Return a batch's summary as lines of text."""
    confusion = table.confusion()
    lines = [f"{name:26}{value}" for name, value in facts(table, record)]
    lines += ["", f"{'':26}{'passed':>8}{'review':>8}{'failed':>8}{'error':>8}{'all':>8}"]
    rows = [*kinds(confusion), *((f"  {name}", counts) for name, counts in confusion.types.items())]
    lines += [f"{name:26}{''.join(f'{count:>8}' for count in _counts(tally))}" for name, tally in rows]
    lines += ["", *(f"{name}: {rate_words(rate)}" for name, rate in rates(confusion))]
    return [*lines, *filter(None, [evidence(confusion)]), *warnings(table, record)]
