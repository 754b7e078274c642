"""What the Batch page reads: runs, results, comparisons. Called on one worker; what it returns never changes."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inspector import assembly
from inspector.batch import Filter, RunError, Sort, flips, labels_for, list_pictures, survey
from inspector.batch.summary import evidence, warnings
from inspector.domain.class_words import ClassWords
from inspector.domain.confusion import UNLABELLED
from inspector.domain.errors import InspectorError
from inspector.domain.policy import ERROR, FAILED, PASSED, REVIEW
from inspector.gui.batch.rows import NO_VERDICT, OtherRun, Rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inspector.batch import (
        BatchRequest,
        BatchRun,
        BatchRuns,
        BatchTable,
        Comparison,
        ResultReader,
        Survey,
    )
    from inspector.domain.confusion import Confusion
    from inspector.paths import Home
    from inspector.pictures import Place

_ALL, _BY_PATH = Filter(), Sort()
#: So many rows are read at once: a hundred thousand come in pieces, between which the window is drawn.
_MOST_ROWS = 20_000
#: Names of the chips, and the verdict that each shows.
VERDICT_CHIPS = {"fail": FAILED, "review": REVIEW, "pass": PASSED, "error": ERROR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What is looked at.

    Args:
        run: Id of the run.
        other: Id of the run beside it; empty where nothing is compared.
        which: The filters but for the chip.
        chip: "all", "wrong", "flips", or one of `VERDICT_CHIPS`.
    """

    run: str
    other: str = ""
    which: Filter = _ALL
    chip: str = "all"
    order: Sort = _BY_PATH


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reading:
    """A run as it was read.

    Args:
        query: The one that this answers.
        run: The run; None where it is gone.
        other: The run beside it; None where nothing is compared, or it is gone.
        rows: What the query lets through.
        counts: By chip: how many rows it would show.
        confusion: Of all rows; None where none has a label.
        evidence: What the defective pictures allow to be claimed; empty for nothing.
        warnings: What whoever reads the figures has to know.
        comparison: Of the two runs; None where nothing is compared.
        caught_up: False where more rows are there already.
        took_s: How long reading took, seconds.
    """

    query: Query
    run: BatchRun | None
    other: BatchRun | None = None
    rows: Rows | None = None
    counts: dict[str, int]
    confusion: Confusion | None = None
    evidence: str = ""
    warnings: tuple[str, ...] = ()
    comparison: Comparison | None = None
    caught_up: bool = True
    took_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyedFolder:
    """A folder as it was looked at.

    Args:
        folder: Of the pictures.
        labels: The table that their labels come from; empty for the folders' names.
        words: What was said of words.
        survey: What it holds.
        runs: All runs, the newest first.
        last: The newest run of this folder with these labels; None where there is none.
    """

    folder: Place
    labels: str
    words: ClassWords
    survey: Survey
    runs: list[BatchRun]
    last: BatchRun | None

    @property
    def inspected(self) -> bool:
        """Whether there is a run of this folder, with whichever labels."""
        return any(run.pictures == self.folder for run in self.runs)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judges:
    """What can judge a folder.

    Args:
        recipes: Names of recipes whose model is there.
        models: Models whose bundle is whole, by name.
    """

    recipes: tuple[str, ...]
    models: tuple[str, ...]


class BatchStore:
    """See the module.

    Args:
        runs: The station's batches.
    """

    def __init__(self, runs: BatchRuns) -> None:
        self._runs = runs
        self._readers: dict[str, ResultReader] = {}
        self._compared: tuple[BatchTable, BatchTable, Comparison] | None = None

    def start(self, request: BatchRequest) -> BatchRun:
        """Start a batch.

        Raises:
            RunError: If it cannot be started.
        """
        identity = self._runs.start(request)
        run = self._runs.poll(identity)
        if run is None:
            raise RunError(f"the batch {identity} was removed while it started", "Inspect again.")
        return run

    def stop(self, run: BatchRun) -> None:
        """Ask a run to finish the pictures at hand and end.

        Raises:
            RunError: If it cannot be told.
        """
        self._runs.stop(run)

    def resume(self, run: BatchRun) -> None:
        """Go on with a run.

        Raises:
            RunError: If it, or another one, runs, what it needs is gone or changed, or it cannot be started.
        """
        self._runs.resume(run)

    def history(self) -> list[BatchRun]:
        """Return all runs, the newest first."""
        return self._runs.history()

    def survey(self, folder: Place, labels: str | None = None, words: ClassWords | None = None) -> SurveyedFolder:
        """Look at what a folder holds; of a file, its folder.

        Args:
            folder: Of the pictures.
            labels: A table of labels; empty for the folders' names; None for what the last run took.
            words: What the user has said of words; None for what the last run was told.

        Raises:
            InspectorError: If there is no such folder, it cannot be read, or the table cannot be used.
        """
        if isinstance(folder, Path):
            folder = folder.parent if folder.is_file() else folder
            if not folder.is_dir():
                raise InspectorError(f"there is no folder {folder}", "Choose a folder of pictures.")
        folder = folder.absolute()
        runs = self._runs.history()
        here = (run for run in runs if run.pictures == folder)
        last = next((run for run in here if labels is None or run.record.labels_file == labels), None)
        if labels is None:
            labels = last.record.labels_file if last is not None else ""
        if words is None:
            words = last.record.words if last is not None else ClassWords()
        listing = list_pictures(folder, recursive=True, words=words)
        holds = survey(listing, labels_for(folder, Path(labels) if labels else None, words=words))
        return SurveyedFolder(folder=folder, labels=labels, words=words, survey=holds, runs=runs, last=last)

    def look(self, query: Query) -> Reading:
        """Read what is new of a run, and select.

        Raises:
            InspectorError: If its results cannot be read.
        """
        begun_s = time.perf_counter()
        for known in set(self._readers) - {query.run, query.other}:
            del self._readers[known]  # a hundred thousand rows take tens of megabytes
        run = self._runs.poll(query.run)
        if run is None:
            return Reading(query=query, run=None, counts={})
        table, caught_up = self._table(run)
        beside = self._runs.poll(query.other) if query.other else None
        comparison = other = None
        if beside is not None:
            second, also = self._table(beside)
            caught_up = caught_up and also
            comparison = self._compare(table, second)
            other = _aligned(beside, table, second, comparison)
        shown = table.select(_with_chip(query), query.order)
        bit_depth = run.record.judge.bit_depth if run.record.judge else None
        if query.chip == "flips" and comparison is not None:
            shown = shown[np.isin(shown, comparison.flipped)]
        confusion = table.confusion() if bool((table.labels != UNLABELLED).any()) else None
        counts = _counts(table) | ({} if comparison is None else {"flips": int(comparison.flips.sum())})
        return Reading(
            query=query,
            run=run,
            other=beside,
            rows=Rows(
                folder=run.pictures, table=table, indexes=shown, order=query.order, other=other, bit_depth=bit_depth
            ),
            counts=counts,
            confusion=confusion,
            evidence=evidence(confusion) if confusion is not None else "",
            warnings=tuple(warnings(table, run.record)),
            comparison=comparison,
            caught_up=caught_up,
            took_s=time.perf_counter() - begun_s,
        )

    def delete(self, run: BatchRun) -> list[BatchRun]:
        """Remove a run; return those that are left.

        Raises:
            RunError: If it cannot be deleted.
        """
        self._readers.pop(run.id, None)
        self._runs.delete(run)
        return self._runs.history()

    def _table(self, run: BatchRun) -> tuple[BatchTable, bool]:
        if run.id not in self._readers:
            self._readers[run.id] = run.reader()
        reader = self._readers[run.id]
        table = reader.read(_MOST_ROWS)
        return table, reader.caught_up

    def _compare(self, first: BatchTable, second: BatchTable) -> Comparison:
        known = self._compared
        if known is None or known[0] is not first or known[1] is not second:
            known = self._compared = (first, second, flips(first, second))
        return known[2]


def list_judges(home: Home) -> Judges:
    """List the recipes and models of a station that can judge."""
    return Judges(
        recipes=tuple(entry.name for entry in assembly.list_recipes(home) if not entry.fault),
        models=tuple(entry.name for entry in assembly.model_store(home).list() if not entry.fault),
    )


def _aligned(run: BatchRun, first: BatchTable, second: BatchTable, comparison: Comparison) -> OtherRun:
    """Lay the second run's columns beside the rows of the first."""
    verdicts: NDArray[np.uint8] = np.full(len(first), NO_VERDICT, np.uint8)
    scores: NDArray[np.float64] = np.full(len(first), np.nan)
    verdicts[comparison.first] = second.verdicts[comparison.second]
    strangeness: NDArray[np.float64] = np.full(len(first), np.nan)
    scores[comparison.first] = second.p_defective[comparison.second]
    strangeness[comparison.first] = second.strangeness[comparison.second]
    judge = run.record.judge
    name = judge.model_name if judge else run.record.model
    return OtherRun(name=name, verdicts=verdicts, p_defective=scores, strangeness=strangeness)


def _with_chip(query: Query) -> Filter:
    if query.chip == "wrong":
        return replace(query.which, wrong=True)
    if query.chip in VERDICT_CHIPS:
        return replace(query.which, verdicts=frozenset({VERDICT_CHIPS[query.chip]}))
    return query.which


def _counts(table: BatchTable) -> dict[str, int]:
    counts = {name: table.count(code) for name, code in VERDICT_CHIPS.items()}
    return {"all": len(table), "wrong": int(table.wrong.sum()), **counts}
