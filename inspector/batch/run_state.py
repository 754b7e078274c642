"""One batch as it stands: what its folder and its process say."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.batch.labels import FolderLabels
from inspector.batch.reader import ResultReader
from inspector.batch.record import RunError, RunRecord, read_record
from inspector.batch.results import FILE_NAME
from inspector.batch.survey import labels_for
from inspector.json_file import JsonError, last_lines, parse_json, parse_model, read_model
from inspector.runs.processes import ProcessMark, is_alive
from inspector.vision.manifest import MANIFEST_FILE

if TYPE_CHECKING:
    from collections.abc import Sequence

STOP_FILE = "stop"
PROGRESS_FILE = "progress.jsonl"
ERRORS_FILE = "errors.txt"
PROCESS_FILE = "process.json"
_TAIL_BYTES = 8192


class RunState(StrEnum):
    """What a batch is doing."""

    STARTING = "starting"  #: lists the folder, loads the model
    RUNNING = "running"
    STOPPING = "stopping"  #: finishes the pictures at hand
    STOPPED = "stopped"
    DONE = "done"
    FAILED = "failed"
    MODEL_CHANGED = "model changed"  #: not finished, and cannot go on: its model is gone or another


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """How far a batch is.

    Args:
        stage: "listing", "loading" or "judging"; empty before the first word.
        done: Files that have a row.
        total: All files; 0 before they are listed.
        rate: Pictures per second of this process; None before it is known.
        seconds_left: Likewise.
    """

    stage: str = ""
    done: int = 0
    total: int = 0
    rate: float | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRun:
    """One batch as it stood when it was read.

    Args:
        id: Name of its folder; ordered by time.
        folder: Its folder.
        record: What was asked for, and what judges.
        state: What it is doing.
        progress: How far it is.
        why: Why it failed, or cannot go on, and what to do; else empty.
        model_fault: Why its model cannot judge any more, for heatmaps; empty where it can. Also of a finished batch.
    """

    id: str
    folder: Path
    record: RunRecord
    state: RunState
    progress: RunProgress = RunProgress()
    why: str = ""
    model_fault: str = ""

    @property
    def active(self) -> bool:
        """True while a process works on it."""
        return self.state in (RunState.STARTING, RunState.RUNNING, RunState.STOPPING)

    @property
    def results(self) -> Path:
        """Its results.csv; there once the first row is."""
        return self.folder / FILE_NAME

    @property
    def pictures(self) -> Path:
        """The folder of its pictures."""
        return Path(self.record.folder)

    def reader(self) -> ResultReader:
        """Return a reader of its results, with labels.

        Raises:
            LabelsError: If its table of labels cannot be used any more.
        """
        if self.record.labels_file:
            return ResultReader(self.results, labels_for(self.pictures, Path(self.record.labels_file)))
        return ResultReader(self.results, _RunLabels(self))


class _RunLabels(FolderLabels):
    """Labels of a batch that may not have listed its folder yet: what it found is there before its first row."""

    def __init__(self, run: BatchRun) -> None:
        super().__init__(run.pictures.name)
        self._run: Path | None = run.folder

    def see(self, folder: str) -> bool:
        """See `Labels`."""
        changed = False
        if self._run is not None:
            with contextlib.suppress(RunError):
                survey = read_record(self._run).survey
                changed = self.know(survey.good_in) if survey is not None else False
            self._run = None
        return super().see(folder) or changed


def read_run(folder: Path) -> BatchRun:
    """Return a batch as it is now.

    Args:
        folder: Its folder.

    Raises:
        RunError: If it has no usable run.json.
    """
    record = read_record(folder)
    alive = any(is_alive(mark) for mark in marks_of(folder))
    said = _said(folder)  # after the look at the process, so that its last word is not missed
    fault = model_fault(record)
    state, why = _state(folder, said, alive=alive)
    if fault and state in (RunState.STOPPED, RunState.FAILED):
        state, why = RunState.MODEL_CHANGED, fault
    return BatchRun(
        id=folder.name,
        folder=folder,
        record=record,
        state=state,
        progress=_progress(said),
        why=why,
        model_fault=fault,
    )


def model_fault(record: RunRecord) -> str:
    """Return why the model of a batch cannot judge as before; empty where it can, or where it is not known yet."""
    judge = record.judge
    if judge is None:
        return ""
    try:
        found = sha256((Path(judge.model_folder) / MANIFEST_FILE).read_bytes()).hexdigest()
    except OSError:
        return f"the model {judge.model_name} is not in {judge.model_folder} any more"
    if found != judge.model_sha256:
        return (
            f"the model {judge.model_name} in {judge.model_folder} is another one now "
            f"(SHA-256 {found[:12]}…, it was {judge.model_sha256[:12]}…)"
        )
    return ""


def marks_of(folder: Path) -> list[ProcessMark]:
    """Who may be working on it: the process that was started here, and the one that reported."""
    found = []
    with contextlib.suppress(JsonError):
        found.append(read_model(folder / PROCESS_FILE, ProcessMark))
    with contextlib.suppress(JsonError, OSError), (folder / PROGRESS_FILE).open("rb") as file:
        found.append(parse_model(file.readline(), ProcessMark, where=PROGRESS_FILE))
    return found


def _said(folder: Path) -> list[dict[str, Any]]:
    """The last words of the process, oldest first; a line that is still being written waits."""
    found: list[dict[str, Any]] = []
    for line in last_lines(folder / PROGRESS_FILE, _TAIL_BYTES):
        with contextlib.suppress(JsonError):  # the first may be cut
            value = parse_json(line, where=PROGRESS_FILE)
            if isinstance(value, dict):
                found.append(value)
    return found


def _progress(said: Sequence[dict[str, Any]]) -> RunProgress:
    last = next((one for one in reversed(said) if one.get("stage") in {"listing", "loading", "judging"}), None)
    if last is None:
        return RunProgress()
    return RunProgress(
        stage=str(last["stage"]),
        done=int(last.get("done") or 0),
        total=int(last.get("total") or 0),
        rate=last.get("rate"),
        seconds_left=last.get("seconds_left"),
    )


def _state(folder: Path, said: Sequence[dict[str, Any]], *, alive: bool) -> tuple[RunState, str]:
    last = said[-1] if said else {}
    if isinstance(error := last.get("error"), dict):
        return RunState.FAILED, ". ".join(str(one) for one in (error.get("what"), error.get("next_step")) if one)
    if last.get("stage") in {"done", "interrupted"}:
        return (RunState.DONE if last["stage"] == "done" else RunState.STOPPED), ""
    stopped = (folder / STOP_FILE).exists()
    if alive:
        if stopped:
            return RunState.STOPPING, ""
        return (RunState.RUNNING if last.get("stage") == "judging" else RunState.STARTING), ""
    return (RunState.STOPPED, "") if stopped else (RunState.FAILED, _why_died(folder))


def _why_died(folder: Path) -> str:
    try:
        words = (folder / ERRORS_FILE).read_text(encoding="utf-8", errors="replace").strip().splitlines()
    except OSError:
        words = []
    cause = f"its last words: {words[-1]}" if words else "it was killed, or the computer ran out of memory"
    return f"The batch's process has ended before its time; {cause}. Resume goes on from the rows that are there."
