"""results.csv of ``inspector batch``: one row for every file, each on the disk's side before the next is judged."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from inspector.domain.records import Decision, Prediction

FILE_NAME = "results.csv"
HEADER = ("path", "size", "mtime_ns", "verdict", "p_defective", "class", "probabilities", "reason", "overlay", "model")
_NOT_OURS = "Name another folder with --out, or add --restart to replace it."


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """One file to judge.

    Args:
        path: Where it is.
        name: Its path within the folder, with slashes, as text that can be stored; the key of its row.
        size: In bytes; -1 where it could not be asked for.
        mtime_ns: Time of its last change; -1 likewise.
    """

    path: Path
    name: str
    size: int
    mtime_ns: int


def list_files(paths: Iterable[Path], folder: Path, *, leave_out: Path) -> list[File]:
    """Return the files with size and time, in the order given, without those in the folder of our own overlays."""
    files = []
    for path in paths:
        if leave_out.absolute() in path.absolute().parents:
            continue
        name = storable(path.relative_to(folder).as_posix())
        try:
            status = path.stat()
        except OSError:  # the row will say why it cannot be read
            files.append(File(path=path, name=name, size=-1, mtime_ns=-1))
        else:
            files.append(File(path=path, name=name, size=status.st_size, mtime_ns=status.st_mtime_ns))
    return files


def storable(name: str) -> str:
    """Return a file name as UTF-8 can hold it; bytes that are not text are spelled out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


class ResultTable:
    """Rows are appended and flushed one by one; the rows of an earlier run with the same model are kept.

    Owned by the command's main thread.

    Args:
        out: The folder; made if need be.
        model_sha256: The model that judges.
        overlays: Whether every picture's overlay is wanted too.
        restart: Keep nothing.

    Raises:
        InspectorError: If the file cannot be written, or holds something else, another model's results for instance.
    """

    def __init__(self, out: Path, model_sha256: str, *, overlays: bool = False, restart: bool = False) -> None:
        self.path = out / FILE_NAME
        self.rows: dict[str, dict[str, str]] = {}
        self._model = model_sha256
        self._overlays = overlays
        try:
            out.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and not restart:
                self._load()
            self._replace()
            self._file = self.path.open("a", newline="", encoding="utf-8")
        except OSError as error:
            raise self._unwritable(error) from error
        self._writer = csv.DictWriter(self._file, HEADER)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def has(self, file: File) -> bool:
        """True where the file, unchanged since, has a verdict; what was an ERROR is tried again."""
        row = self.rows.get(file.name)
        if row is None or (row["size"], row["mtime_ns"]) != (str(file.size), str(file.mtime_ns)):
            return False
        drawn = not self._overlays or bool(row["overlay"] and (self.path.parent / row["overlay"]).is_file())
        return row["verdict"] != "ERROR" and drawn

    def add(self, file: File, decision: Decision, prediction: Prediction | None, overlay: str) -> None:
        """Write the row of a file.

        Args:
            file: The file.
            decision: Its verdict.
            prediction: What the network said; None where it was not asked.
            overlay: The overlay's path within the folder; empty where there is none.

        Raises:
            InspectorError: If the file cannot be written.
        """
        names = prediction.class_names if prediction else ()
        scores = [round(float(p), 6) for p in prediction.probabilities] if prediction else []
        row = {
            "path": file.name,
            "size": str(file.size),
            "mtime_ns": str(file.mtime_ns),
            "verdict": decision.verdict.value,
            "p_defective": "" if decision.p_defective is None else f"{decision.p_defective:.6f}",
            "class": names[max(range(len(scores)), key=scores.__getitem__)] if scores else "",
            "probabilities": json.dumps(dict(zip(names, scores, strict=True)), ensure_ascii=False),
            "reason": storable(decision.reason),
            "overlay": overlay,
            "model": self._model,
        }
        try:
            self._writer.writerow(row)
            self._file.flush()
        except OSError as error:
            raise self._unwritable(error) from error
        self.rows.pop(row["path"], None)
        self.rows[row["path"]] = row

    def finish(self, files: Sequence[File]) -> None:
        """Close the file with one row for each file, in the order of the files.

        Rows of files that are no longer there are kept, before the others. Nothing is rewritten where the rows are in
        this order already, as after a run in one go.

        Raises:
            InspectorError: If the file cannot be written; the rows are all there, in another order.
        """
        self._file.close()
        names = {file.name for file in files}
        order = [name for name in self.rows if name not in names]
        order += [file.name for file in files if file.name in self.rows]
        try:
            with self.path.open(newline="", encoding="utf-8", errors="replace") as file:
                written = [row["path"] for row in csv.DictReader(file)]
            if written != order:
                self.rows = {name: self.rows[name] for name in order}
                self._replace()
        except OSError as error:
            raise self._unwritable(error) from error

    def _load(self) -> None:
        """Take the rows that are there; a last row that a crash has cut short is dropped."""
        try:
            with self.path.open(newline="", encoding="utf-8", errors="replace") as file:
                reader = csv.DictReader(file)
                if tuple(reader.fieldnames or ()) != HEADER:
                    raise InspectorError(f"{self.path} is not a result of this command", _NOT_OURS)
                rows: list[dict[str, Any]] = list(reader)
        except csv.Error as error:
            raise InspectorError(f"{self.path} cannot be read: {error}", _NOT_OURS) from error
        for number, row in enumerate(rows):
            model = row["model"] or ""
            if model == self._model:
                self.rows[row["path"]] = {key: row[key] for key in HEADER}
            elif number < len(rows) - 1 or len(model) == len(self._model):
                raise InspectorError(f"{self.path} holds the results of another model", _NOT_OURS)

    def _replace(self) -> None:
        """Write all rows under a temporary name and rename it, so that a crash leaves the old file."""
        partial = self.path.with_name(FILE_NAME + ".part")
        with partial.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, HEADER)
            writer.writeheader()
            writer.writerows(self.rows.values())
            file.flush()
            os.fsync(file.fileno())
        partial.replace(self.path)

    def _unwritable(self, error: OSError) -> InspectorError:
        return InspectorError(
            f"{self.path} cannot be written: {error.strerror or error}",
            "Free space, close the program that holds the file, or name another folder with --out.",
        )
