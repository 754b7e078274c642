"""One batch as it stands: what its folder and its process say."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.labels import FolderLabels
from inspector.batch.progress import WORKING, BatchStage, RunProgress, RunWord, last_words
from inspector.batch.reader import ResultReader
from inspector.batch.record import RunError, RunRecord, read_record
from inspector.batch.results import FILE_NAME
from inspector.batch.survey import labels_for
from inspector.json_file import JsonError, parse_model
from inspector.pictures import place_of
from inspector.runs.processes import ProcessMark, is_alive
from inspector.runs.state import ProcessState
from inspector.runs.work_folder import WorkFolder
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.pictures import Place

STOP_FILE = "stop"
PROGRESS_FILE = "progress.jsonl"
ERRORS_FILE = "errors.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRun:
    """One batch as it stood when it was read.

    Args:
        id: Name of its folder; ordered by time.
        folder: Folder of the run: its rows, its record, its overlays.
        record: What was asked for, and what judges.
        why: Why it failed, or cannot go on, and what to do; else empty.
        model_fault: Why its model cannot judge any more, for heatmaps; empty where it can. Also of a finished batch.
    """

    id: str
    folder: Path
    record: RunRecord
    state: ProcessState
    progress: RunProgress = field(default_factory=RunProgress)
    why: str = ""
    model_fault: str = ""

    @property
    def active(self) -> bool:
        """True while a process works on it."""
        return self.state.active

    @property
    def results(self) -> Path:
        """Its results.csv; there once the first row is."""
        return self.folder / FILE_NAME

    @property
    def pictures(self) -> Place:
        """The folder of its pictures."""
        return place_of(self.record.folder)

    def reader(self) -> ResultReader:
        """Return a reader of its results, with labels.

        Raises:
            LabelsError: If its table of labels cannot be used any more.
        """
        if self.record.labels_file:
            table = Path(self.record.labels_file)
            return ResultReader(self.results, labels_for(self.pictures, table, words=self.record.words))
        return ResultReader(self.results, _RunLabels(self))


class _RunLabels(FolderLabels):
    """Labels of a batch that may not have listed its folder yet: what it found is there before its first row."""

    def __init__(self, run: BatchRun) -> None:
        super().__init__(run.pictures.name, words=run.record.words)
        self._run: Path | None = run.folder

    def see(self, folder: str) -> bool:
        """See `Labels`."""
        changed = False
        if self._run is not None:
            with contextlib.suppress(RunError):
                survey = read_record(self._run).survey
                changed = self.know(survey.telling) if survey is not None else False
            self._run = None
        return super().see(folder) or changed


def read_run(folder: Path) -> BatchRun:
    """Return a batch as it is now.

    Args:
        folder: Folder of the run.

    Raises:
        RunError: If it has no usable run.json.
    """
    record = read_record(folder)
    alive = any(is_alive(mark) for mark in marks_of(folder))
    words = last_words(folder / PROGRESS_FILE)  # after the look at the process, so that its last word is not missed
    fault = model_fault(record)
    state, why = _state(folder, words, alive=alive)
    if fault and state in (ProcessState.STOPPED, ProcessState.FAILED):
        state, why = ProcessState.BLOCKED, fault
    return BatchRun(
        id=folder.name,
        folder=folder,
        record=record,
        state=state,
        progress=next((word for word in reversed(words) if word.stage in WORKING), RunProgress()),
        why=why,
        model_fault=fault,
    )


def model_fault(record: RunRecord) -> str:
    """Return why the model of a batch cannot judge as before; empty where it can, or where it is not known yet."""
    judge = record.judge
    if judge is None:
        return ""
    try:
        sha = sha256((Path(judge.model_folder) / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError:
        return f"the model {judge.model_name} is not in {judge.model_folder} any more"
    if sha != judge.model_sha256:
        return (
            f"the model {judge.model_name} in {judge.model_folder} is another one now "
            f"(SHA-256 {sha[:12]}…, it was {judge.model_sha256[:12]}…)"
        )
    return ""


def work_folder(folder: Path) -> WorkFolder:
    """Return a batch's folder as the one in which its process works."""
    return WorkFolder(folder, errors=ERRORS_FILE)


def marks_of(folder: Path) -> list[ProcessMark]:
    """Return who may be working on it: the process that was started here, and the one that reported."""
    marks = [mark] if (mark := work_folder(folder).mark()) is not None else []
    with contextlib.suppress(JsonError, OSError), (folder / PROGRESS_FILE).open("rb") as file:
        marks.append(parse_model(file.readline(), ProcessMark, where=PROGRESS_FILE))
    return marks


def _state(folder: Path, words: Sequence[RunWord], *, alive: bool) -> tuple[ProcessState, str]:
    last = words[-1] if words else RunWord()
    if (fault := last.fault) is not None:
        return ProcessState.FAILED, ". ".join(text for text in (fault.what, fault.next_step) if text)
    if last.stage is BatchStage.DONE:
        return ProcessState.DONE, ""
    if last.stage is BatchStage.INTERRUPTED:
        return ProcessState.STOPPED, ""
    stopped = (folder / STOP_FILE).exists()
    if alive:
        judging = last.stage is BatchStage.JUDGING
        return (ProcessState.STOPPING if stopped else ProcessState.RUNNING if judging else ProcessState.STARTING), ""
    if stopped:
        return ProcessState.STOPPED, ""
    return ProcessState.FAILED, work_folder(folder).why_died("batch", "Resume goes on from the rows that are there.")
