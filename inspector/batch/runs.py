"""Batches as the station sees them: processes that are started, found again, stopped, gone on with, deleted.

A batch belongs to nobody: it is a folder with run.json, results.csv and what its process (``inspector batch``) says.
"""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from inspector.batch.record import RunError, RunRecord, write_record
from inspector.batch.run_state import PROGRESS_FILE, STOP_FILE, BatchRun, marks_of, read_run, work_folder
from inspector.domain.causes import cause_of
from inspector.domain.class_words import ClassWords
from inspector.programs import station_command
from inspector.runs.processes import ProcessError, ask_to_end, kill_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from inspector.paths import Home
    from inspector.pictures import Place

_NAME_LENGTH = 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRequest:
    """What is wanted.

    Args:
        folder: Where the pictures are.
        who: Name of who asks for it.
        recipe: Name of a recipe, for its model, operating point and quality limits; empty where a model is named.
        model: Name or folder of a model; empty where a recipe is named.
        recursive: Whether pictures of sub-folders are judged too.
        device: Where the network runs; None for the station's setting.
        precision: How exactly it computes; None for the station's setting.
        cluster: Address of the workers that judge; empty for this computer.
        labels_file: A table of labels; None for the folders' names.
        words: What the user has said of words.
    """

    folder: Place
    who: str
    recipe: str = ""
    model: str = ""
    recursive: bool = True
    device: str | None = None
    precision: str | None = None
    cluster: str = ""
    labels_file: Path | None = None
    words: ClassWords = field(default_factory=ClassWords)


class BatchRuns:
    """The batches of a station. Used by one thread at a time: the window's worker.

    Args:
        home: The data folder; batches lie in its ``batches``.
        command: Runs the program, its own arguments follow; None for this program itself.
    """

    def __init__(self, home: Home, *, command: Sequence[str] | None = None) -> None:
        self._command = tuple(station_command() if command is None else command)
        self._home = home
        self._root = home.batches

    # --- reading ------------------------------------------------------------------------------------------------------

    def history(self) -> list[BatchRun]:
        """Return every batch, the newest first; a folder without a usable run.json is left out."""
        try:
            names = sorted((path.name for path in self._root.iterdir() if path.is_dir()), reverse=True)
        except OSError:  # there was none yet
            return []
        return [run for name in names if (run := self.poll(name)) is not None]

    def poll(self, identity: str) -> BatchRun | None:
        """Return one batch as it is now; None where there is none, or it cannot be read."""
        folder = self._root / identity
        try:
            return read_run(folder)
        except RunError as error:
            _log.warning("the batch %s cannot be read: %s", folder, error)
            return None

    # --- doing --------------------------------------------------------------------------------------------------------

    def start(self, request: BatchRequest) -> str:
        """Start a batch as a process of its own, at low priority.

        Returns:
            The batch's id.

        Raises:
            RunError: If neither or both of recipe and model are named, the folder is none, another batch runs, or it
                cannot be started.
        """
        if bool(request.recipe) == bool(request.model):
            raise RunError("a batch needs a recipe or a model", "Choose one of them.")
        if isinstance(request.folder, Path) and not request.folder.is_dir():
            raise RunError(f"there is no folder {request.folder}", "Choose a folder of pictures.")
        self._refuse_second()
        record = RunRecord(
            folder=str(request.folder.absolute()),
            recursive=request.recursive,
            recipe=request.recipe,
            model=request.model,
            device=request.device,
            precision=request.precision,
            cluster=request.cluster,
            labels_file=str(request.labels_file.absolute()) if request.labels_file else "",
            words=request.words,
            started=datetime.now(UTC),
            who=request.who,
        )
        folder = self._free_folder(record)
        write_record(folder, record)
        chosen = ("--recipe", request.recipe) if request.recipe else ("--model", request.model)
        self._run(folder, record, chosen)
        return folder.name

    def resume(self, run: BatchRun) -> None:
        """Go on with a batch: pictures without a verdict, changed or added since, and errors are judged.

        Raises:
            RunError: If it runs, another one runs, its folder or its model is gone or changed, or it cannot be started.
        """
        if run.active:
            raise RunError(f"the batch {run.id} is {run.state.value}", "Wait until it has ended.")
        if isinstance(run.pictures, Path) and not run.pictures.is_dir():
            raise RunError(f"the folder {run.pictures} is not there any more", "Connect its drive, or put it back.")
        if run.model_fault:
            raise RunError(run.model_fault, "Put the model back, or start a new batch with the one that is there.")
        self._refuse_second()
        self._run(run.folder, run.record, self._same_judge(run.record))

    def stop(self, run: BatchRun) -> None:
        """Ask a running batch to finish the pictures at hand and end.

        Raises:
            RunError: If it cannot be told.
        """
        try:
            (run.folder / STOP_FILE).touch()
        except OSError as error:
            raise RunError(f"the batch {run.id} cannot be told to stop: {cause_of(error)}", "Free space.") from error
        for mark in marks_of(run.folder):
            ask_to_end(mark)

    def kill(self, run: BatchRun) -> None:
        """End a batch's process at once; the rows so far stay."""
        for mark in marks_of(run.folder):
            kill_tree(mark)

    def delete(self, run: BatchRun) -> None:
        """Remove a batch's folder; the pictures are not touched.

        Raises:
            RunError: If it runs, or the disk refuses.
        """
        if run.active:
            raise RunError(f"the batch {run.id} is {run.state.value}", "Stop it first.")
        try:
            shutil.rmtree(run.folder)
        except OSError as error:
            raise RunError(
                f"the batch {run.id} cannot be deleted: {cause_of(error)}", "Close what uses its files."
            ) from error

    # --- inside -------------------------------------------------------------------------------------------------------

    def _refuse_second(self) -> None:
        running = next((run for run in self.history() if run.active), None)
        if running is not None:
            raise RunError(f"the batch of {running.record.folder} is still {running.state.value}", "Wait or stop it.")

    def _free_folder(self, record: RunRecord) -> Path:
        name = Path(record.folder).name
        plain = "".join(sign if sign.isalnum() or sign in " ._-" else "-" for sign in name).strip(" .-")[:_NAME_LENGTH]
        stem = f"{record.started:%Y%m%dT%H%M%SZ}-{plain or 'pictures'}"
        number, folder = 1, self._root / stem
        while folder.exists():
            number += 1
            folder = self._root / f"{stem}-{number}"
        return folder

    def _same_judge(self, record: RunRecord) -> tuple[str, ...]:
        """The arguments that give the verdicts as before: that version of the recipe, or that model."""
        if record.judge is None:  # it came to nothing before
            return ("--recipe", record.recipe) if record.recipe else ("--model", record.model)
        if record.recipe:
            kept = self._home.recipes / "history" / f"{record.recipe}.v{record.recipe_version}.json"
            return ("--recipe", str(kept) if kept.is_file() else record.recipe)
        return ("--model", record.judge.model_folder)

    def _run(self, folder: Path, record: RunRecord, chosen: Sequence[str]) -> None:
        options = ["--recursive"] if record.recursive else []
        for name, value in (
            ("--device", record.device),
            ("--precision", record.precision),
            ("--cluster", record.cluster),
            ("--labels", record.labels_file),
        ):
            options += [name, value] if value else []
        options += record.words.options()
        command = (*self._command, "batch", record.folder, *chosen, "--out", str(folder), *options)
        try:
            (folder / STOP_FILE).unlink(missing_ok=True)
            work_folder(folder).launch(
                (*command, "--progress", "json", "--home", str(self._home.root)),
                name="batch",
                out=folder / PROGRESS_FILE,
            )
        except OSError as error:
            raise RunError(f"the batch cannot be written to {folder}: {cause_of(error)}", "Free space.") from error
        except ProcessError as error:
            raise RunError(error.what, error.next_step) from error
