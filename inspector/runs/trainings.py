"""Trainings as the station sees them: processes of their own that are started, found again, told, resumed, deleted.

A training belongs to nobody: it is a folder (`trainer.protocol.RunFolder`) and a process that outlives the window.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import TypeAdapter

from inspector.domain.causes import cause_of
from inspector.domain.ids import new_id
from inspector.files import FileError, write_bytes
from inspector.json_file import JsonError, LineTail
from inspector.programs import trainer_command
from inspector.runs.inquiry import Inquiry, TrainingError
from inspector.runs.processes import ProcessError, ProcessMark, is_alive, kill_tree
from inspector.runs.state import ProcessState
from inspector.runs.told import remove_model, training_starts, with_locked
from inspector.runs.work_folder import WorkFolder
from trainer.evaluation import ModelEvaluation
from trainer.protocol import (
    Command,
    DataAnswer,
    Epoch,
    Failed,
    Paused,
    Progress,
    Report,
    Result,
    RunFolder,
    Started,
    parse_report,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from inspector.domain.class_words import ClassWords
    from inspector.domain.cluster import ChosenCluster
    from inspector.paths import Home
    from trainer.protocol import TrainRequest

_log = logging.getLogger(__name__)
_Kind = TypeVar("_Kind")
_CONTENTS = TypeAdapter(DataAnswer)
_FIGURES = TypeAdapter(ModelEvaluation)
_LABELS_FILE = "corrections.csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """One training as it stood when it was read.

    Args:
        id: Name of its folder; ordered by time.
        folder: Folder of the training: request, reports, command, process.
        begun: When it was started.
        reports: All that it has reported.
        why: Why it failed or died, and what to do; else empty.
    """

    id: str
    folder: RunFolder
    request: TrainRequest
    begun: datetime
    state: ProcessState
    reports: tuple[Report, ...] = ()
    why: str = ""

    @property
    def active(self) -> bool:
        """True while a process works on it."""
        return self.state.active

    @property
    def name(self) -> str:
        """Name of the model that it makes."""
        return Path(self.request.out).name

    @property
    def result(self) -> Result | None:
        """Its result; None where it has none."""
        return self.last(Result)

    @property
    def epochs(self) -> list[Epoch]:
        """The epochs of the setting that is being trained, or was last; of several side by side the first one's.

        Of a repeated epoch it is the newer one.
        """
        epochs, progress = self.all(Epoch), self.last(Progress)
        lately = {epoch.setting for epoch in epochs[-4 if progress and progress.lane else -1 :]}
        setting = next((epoch.setting for epoch in epochs if epoch.setting in lately), "")
        kept = {epoch.epoch: epoch for epoch in epochs if epoch.setting == setting}
        return [kept[number] for number in sorted(kept)]

    def last(self, kind: type[_Kind]) -> _Kind | None:
        """Return the last report of a kind; None where there is none."""
        return next((report for report in reversed(self.reports) if isinstance(report, kind)), None)

    def all(self, kind: type[_Kind]) -> list[_Kind]:
        """Return the reports of a kind."""
        return [report for report in self.reports if isinstance(report, kind)]


class ReportTail:
    """Reads a growing file of reports, each time only what is new.

    Args:
        path: The file; it need not exist yet.
    """

    def __init__(self, path: Path) -> None:
        self._lines = LineTail(path)
        self._reports: list[Report] = []

    def read(self) -> tuple[Report, ...]:
        """Return all reports so far; a line that is still being written waits, one that is no report is left out."""
        lines, began_again = self._lines.read()
        if began_again:
            self._reports = []
        for line in lines:
            with contextlib.suppress(JsonError):
                self._reports.append(parse_report(line))
        return tuple(self._reports)


class Trainings:
    """The trainings of a station. Used by one thread at a time: the window's worker.

    Args:
        home: The data folder; trainings lie in its ``trainings``, their models in its ``models``.
        command: Runs the trainer, its own arguments follow; None for this program's own.
    """

    def __init__(self, home: Home, *, command: Sequence[str] | None = None) -> None:
        self.command = tuple(trainer_command() if command is None else command)
        self._home = home
        self._root = home.root / "trainings"
        self._known: dict[str, tuple[TrainRequest | None, datetime, ReportTail]] = {}

    # --- reading ------------------------------------------------------------------------------------------------------

    def history(self) -> list[Training]:
        """Return every training, the newest first; a folder without a usable request is left out."""
        try:
            names = sorted((path.name for path in self._root.iterdir() if path.is_dir()), reverse=True)
        except OSError:  # there was none yet
            names = []
        self._known = {name: known for name, known in self._known.items() if name in names}
        return [training for name in names if (training := self._read(name)) is not None]

    def free_name(self, data: Path) -> str:
        """Return a name that no model and no training has, as “bottle-2”: by the data set, by the recipe of reviews."""
        own = data.name.removesuffix(".csv").removesuffix(".parquet")  # the dot of “Bottle 0.5 l” begins no ending
        known = data.parent.name if data.parent.parent == self._home.learning else own
        stem = "".join(sign if sign.isalnum() or sign in " ._-" else "-" for sign in known).strip(" .-")[:60] or "model"
        taken = {training.name for training in self.history()}
        number = 1
        while (name := f"{stem}-{number}") in taken or (self._home.models / name).exists():
            number += 1
        return name

    # --- doing --------------------------------------------------------------------------------------------------------

    def start(
        self, request: TrainRequest, goes_on: Training | None = None, *, cluster: ChosenCluster | None = None
    ) -> str:
        """Start a training as a process of its own, at low priority.

        Args:
            request: What is trained.
            goes_on: One that was asked the same with a smaller budget: what it has tried is not tried again.
            cluster: Its workers train side by side what depends on no other; None trains all here.

        Returns:
            The training's id.

        Raises:
            TrainingError: If another one runs, a file that it needs is not there, or it cannot be started.
        """
        self._refuse_second()
        needed = ((request.weights, "backbone's weights"), (request.split, "split"), (request.corrections, "labels"))
        for file, name in needed:
            if file and not Path(file).is_file():
                what = f"the file of the {name} is not there: {file}"
                raise TrainingError(what, "Correct its path, or leave the field empty.")
        folder = RunFolder(self._root / new_id())
        try:
            folder.write_request(_with_own_labels(with_locked(request, self._home), folder))
        except FileError as error:
            raise TrainingError(f"the training cannot be started: {error.what}", error.next_step) from error
        if goes_on is not None:
            with contextlib.suppress(OSError):  # gone, or never kept: it tries them again
                goes_on.folder.checkpoints.rename(folder.checkpoints)
        with training_starts(self._home.root, request):
            self._run(folder, cluster)
        return folder.path.name

    def resume(self, training: Training, *, cluster: ChosenCluster | None = None) -> None:
        """Start a training again that has died; it goes on from its checkpoints, here or on a cluster.

        Raises:
            TrainingError: If it has not died, another one runs, or it cannot be started.
        """
        if training.state is not ProcessState.DIED:
            raise TrainingError(f"the training {training.name} is {training.state.value}", "Only a dead one goes on.")
        self._refuse_second()
        try:
            training.folder.tell(Command.RUN)
            _end_line(training.folder.reports_file)
        except (FileError, OSError) as error:
            raise TrainingError(
                f"the training {training.name} cannot go on: {cause_of(error)}", "Free space or fix permissions."
            ) from error
        self._run(training.folder, cluster)

    def tell(self, training: Training, command: Command) -> None:
        """Give a running training a command.

        Raises:
            TrainingError: If it cannot be written.
        """
        try:
            training.folder.tell(command)
        except FileError as error:
            raise TrainingError(
                f"the training {training.name} cannot be told to {command.value}: {error.what}", error.next_step
            ) from error

    def kill(self, training: Training) -> None:
        """End a training's process at once; what it had saved stays."""
        for mark in _marks(training.folder, training.reports):
            kill_tree(mark)

    def delete(self, training: Training, *, in_use: Sequence[str]) -> None:
        """Remove a training with its checkpoints, and the model that it made.

        Args:
            training: It has ended.
            in_use: Names and folders of models that must stay.

        Raises:
            TrainingError: If it runs, its model is in use, or the disk refuses.
        """
        if training.active:
            raise TrainingError(f"the training {training.name} is {training.state.value}", "Cancel it first.")
        result = training.result
        bundle = Path(result.bundle).absolute() if result else None
        if bundle is not None and bundle.parent != self._home.models.absolute():
            bundle = None  # made for somewhere else
        if bundle is not None and (bundle.name in in_use or str(bundle) in in_use):
            what = f"the model {bundle.name} is in use by a recipe, or a recipe would be rolled back to it"
            raise TrainingError(what, "Choose another model in the recipe first.")
        try:
            if bundle is not None and bundle.exists():
                remove_model(self._home.root, bundle)
            shutil.rmtree(training.folder.path)
        except OSError as error:
            raise TrainingError(
                f"the training {training.name} cannot be deleted: {cause_of(error)}", "Close what uses its files."
            ) from error

    def inspect_data(
        self, data: str, words: ClassWords | None = None, *, bit_depth: int | None = None
    ) -> Inquiry[DataAnswer]:
        """Ask what a data set holds.

        Args:
            data: Folder or table.
            words: What the user has said of words.
            bit_depth: How many bits of 16 are used; None as the files say.

        Raises:
            TrainingError: If the trainer cannot be started.
        """
        preview = self._home.cache / "augmented"
        said = words.options() if words is not None else []
        said += [] if bit_depth is None else ["--bit-depth", str(bit_depth)]
        asked = ("inspect-data", data, "--preview", str(preview), *said, "--progress", "json", "--json")
        return Inquiry((*self.command, *asked), _CONTENTS)

    def evaluate(self, bundle: Path, candidate: Path) -> Inquiry[ModelEvaluation]:
        """Ask for the figures of a model on the test pictures of another.

        Args:
            bundle: The model that is judged.
            candidate: The one whose split is used.

        Raises:
            TrainingError: If the trainer cannot be started.
        """
        split = candidate / "report" / "split.csv"
        asked = ("evaluate", str(bundle), "--split", str(split), "--part", "test", "--progress", "json", "--json")
        return Inquiry((*self.command, *asked), _FIGURES)

    # --- inside -------------------------------------------------------------------------------------------------------

    def _read(self, name: str) -> Training | None:
        folder = RunFolder(self._root / name)
        if name not in self._known:
            try:
                request = folder.request()
                begun = datetime.fromtimestamp(folder.request_file.stat().st_mtime, UTC)
            except (JsonError, OSError) as error:
                _log.warning("the training %s cannot be read: %s", folder.path, error)
                request, begun = None, datetime.now(UTC)
            self._known[name] = (request, begun, ReportTail(folder.reports_file))
        request, begun, tail = self._known[name]
        if request is None:
            return None
        reports = tail.read()
        alive = any(is_alive(mark) for mark in _marks(folder, reports))
        if not alive:
            reports = tail.read()  # its last word may have come between the two looks
        state, why = _state(folder, reports, alive=alive)
        return Training(id=name, folder=folder, request=request, begun=begun, state=state, reports=reports, why=why)

    def _refuse_second(self) -> None:
        running = next((training for training in self.history() if training.active), None)
        if running is not None:
            raise TrainingError(
                f"the training {running.name} is still {running.state.value}", "Wait for it, stop it or cancel it."
            )

    def _run(self, folder: RunFolder, cluster: ChosenCluster | None) -> None:
        command = (*self.command, "worker", str(folder.path), *(cluster.options() if cluster else ()))
        try:
            _work_folder(folder).launch(command, name="training")
        except ProcessError as error:
            raise TrainingError(error.what, error.next_step) from error


def weights_of(history: Iterable[Training]) -> str:
    """Return the file of backbone weights that was given last and is still there; empty for none."""
    given = (training.request.weights for training in history)
    return next((file for file in given if file and Path(file).is_file()), "")


def _with_own_labels(request: TrainRequest, folder: RunFolder) -> TrainRequest:
    """Give a training its own copy of the labels that people have judged: they may go on judging meanwhile."""
    if not request.corrections:
        return request
    try:
        content = Path(request.corrections).read_bytes()
    except OSError as error:
        raise TrainingError(
            f"{request.corrections} cannot be read: {cause_of(error)}", "Judge the labels anew."
        ) from error
    own = folder.path / _LABELS_FILE
    write_bytes(own, content)
    return request.model_copy(update={"corrections": str(own)})


def _work_folder(folder: RunFolder) -> WorkFolder:
    return WorkFolder(folder.path, errors=folder.errors_file.name)


def _marks(folder: RunFolder, reports: Sequence[Report]) -> list[ProcessMark]:
    """Who may be working on it: the last one that reported, and the last one that was started here."""
    started = next((report for report in reversed(reports) if isinstance(report, Started)), None)
    reported = ProcessMark(pid=started.pid, created=started.created) if started else None
    return [mark for mark in (reported, _work_folder(folder).mark()) if mark is not None]


def _state(folder: RunFolder, reports: tuple[Report, ...], *, alive: bool) -> tuple[ProcessState, str]:
    """Return what a training is doing, and why it ended where it did not end well."""
    telling = (report for report in reversed(reports) if isinstance(report, Result | Failed | Started | Paused))
    last = next(telling, None)
    if isinstance(last, Result):
        return ProcessState.DONE, ""
    if isinstance(last, Failed):
        words = f"{last.what}. {last.next_step}" if last.next_step else last.what
        return (ProcessState.CANCELLED if last.cancelled else ProcessState.FAILED), words
    if alive:
        paused = isinstance(last, Paused) and last.paused
        return (ProcessState.PAUSED if paused else ProcessState.RUNNING), ""
    if folder.command() is Command.CANCEL:
        return ProcessState.CANCELLED, ""
    return ProcessState.DIED, _work_folder(folder).why_died("training", "Resume goes on from what was saved.")


def _end_line(path: Path) -> None:
    """End a line that a killed process has left half-written."""
    with contextlib.suppress(FileNotFoundError), path.open("rb+") as file:
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
