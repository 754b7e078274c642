"""``inspector batch``: a folder of pictures, one row for every file."""

from __future__ import annotations

import csv
import json
import os
import signal
import threading
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from inspector.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    add_device,
    add_json,
    add_places,
    emit,
    home_of,
    say,
)
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from concurrent.futures import Future
    from types import FrameType

    from inspector.domain.records import Decision, Image, Prediction
    from inspector.vision.classifier import Classifier

RESULTS = "results.csv"
_HEADER = ("path", "size", "mtime_ns", "verdict", "p_defective", "class", "probabilities", "reason", "overlay", "model")
_BATCH = 8
_AHEAD = 24


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``batch``."""
    parser = commands.add_parser(
        "batch",
        help="judge a folder of pictures",
        description="Judge every picture of a folder. results.csv gets one row for every file, flushed as it goes; "
        "run again, files that have a row (same size and time, same model) are not judged again.",
        epilog="Exit codes: 0 every file has a row; 1 error; 2 usage; 130 interrupted (the rows so far are there).",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True, help="model bundle: its name, or its folder")
    parser.add_argument("--out", type=Path, help="folder of the results (default: FOLDER-results beside it)")
    parser.add_argument("--recursive", action="store_true", help="sub-folders too")
    parser.add_argument("--overlay", action="store_true", help="write each picture with its heatmap")
    parser.add_argument("--restart", action="store_true", help="begin anew instead of going on")
    add_device(parser)
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=run)


@dataclass(frozen=True, slots=True)
class _File:
    """One file to judge."""

    path: Path
    name: str
    size: int
    mtime_ns: int


def run(parsed: argparse.Namespace) -> int:
    """Judge the folder."""
    from inspector import assembly  # noqa: PLC0415
    from inspector.pictures import find_pictures  # noqa: PLC0415

    folder: Path = parsed.folder
    out: Path = parsed.out or folder.absolute().with_name(f"{folder.absolute().name}-results")
    files = _listed(find_pictures(folder, recursive=parsed.recursive), folder, out)
    if not files:
        raise InspectorError(f"there is no picture in {folder}", "Check the path, or add --recursive.")
    classifier = assembly.load_classifier(parsed.model, home_of(parsed), device=parsed.device or "auto")
    try:
        table = _Table(out, classifier.identity.sha256, restart=parsed.restart)
        left = [file for file in files if not table.has(file)]
        if len(left) < len(files):
            say(f"{len(files) - len(left)} of {len(files)} files have a row already; going on with the others")
        with table, _stop_on_interrupt() as stop:
            _judge_all(classifier, left, table, stop, overlays=out / "overlays" if parsed.overlay else None)
    finally:
        classifier.close()
    return _summarise(parsed, table, files, interrupted=stop.is_set())


def _listed(paths: Sequence[Path], folder: Path, out: Path) -> list[_File]:
    files = []
    for path in paths:
        if out.absolute() in path.absolute().parents:
            continue  # our own overlays
        try:
            status = path.stat()
            files.append(_File(path, path.relative_to(folder).as_posix(), status.st_size, status.st_mtime_ns))
        except OSError:
            files.append(_File(path, path.relative_to(folder).as_posix(), -1, -1))
    return files


class _Table:
    """results.csv: rows are appended and flushed one by one; the rows of an earlier run with this model are kept.

    Args:
        out: The folder; made if need be.
        model_sha256: Rows of another model are not kept.
        restart: Keep nothing.
    """

    def __init__(self, out: Path, model_sha256: str, *, restart: bool) -> None:
        self.path = out / RESULTS
        self._model = model_sha256
        self.rows: dict[str, dict[str, str]] = {}
        try:
            out.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and not restart:
                self._load()
            self._file = self.path.open("w", newline="", encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise InspectorError(
                f"{self.path} cannot be written: {error.strerror}", "Name another folder with --out."
            ) from error
        self._writer = csv.DictWriter(self._file, _HEADER)
        self._writer.writeheader()
        for row in self.rows.values():
            self._writer.writerow(row)
        self._file.flush()

    def _load(self) -> None:
        with self.path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != _HEADER:
                raise InspectorError(
                    f"{self.path} is not a result of this command", "Name another folder with --out, or add --restart."
                )
            for row in reader:
                # a row that was cut off by a crash lacks its last column
                if row["model"] == self._model:
                    self.rows[row["path"]] = {key: row[key] for key in _HEADER}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def has(self, file: _File) -> bool:
        row = self.rows.get(_text(file.name))
        return row is not None and (row["size"], row["mtime_ns"]) == (str(file.size), str(file.mtime_ns))

    def add(self, file: _File, decision: Decision, prediction: Prediction | None, overlay: str) -> None:
        names = prediction.class_names if prediction else ()
        scores = [round(float(p), 6) for p in prediction.probabilities] if prediction else []
        row = {
            "path": _text(file.name),
            "size": str(file.size),
            "mtime_ns": str(file.mtime_ns),
            "verdict": decision.verdict.value,
            "p_defective": "" if decision.p_defective is None else f"{decision.p_defective:.6f}",
            "class": names[max(range(len(scores)), key=scores.__getitem__)] if scores else "",
            "probabilities": json.dumps(dict(zip(names, scores, strict=True)), ensure_ascii=False),
            "reason": decision.reason,
            "overlay": overlay,
            "model": self._model,
        }
        self.rows[row["path"]] = row
        self._writer.writerow(row)
        self._file.flush()


def _text(name: str) -> str:
    """A file name as it can be stored; bytes that are not text are spelled out."""
    return name.encode("utf-8", "backslashreplace").decode("utf-8")


class _stop_on_interrupt:  # noqa: N801 - used as a function
    """The first Ctrl-C lets the rows in work be written; the second ends at once."""

    def __enter__(self) -> threading.Event:
        self._stop = threading.Event()
        self._before: Any = None
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGINT, self._on_signal)
        return self._stop

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        if self._stop.is_set():
            signal.default_int_handler(number, frame)
        self._stop.set()

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)


def _read(path: Path) -> Image | InspectorError:
    from inspector.pictures import read_picture  # noqa: PLC0415

    try:
        return read_picture(path)
    except InspectorError as error:
        return error


def _decoded(files: Sequence[_File], stop: threading.Event) -> Iterator[tuple[_File, Image | InspectorError]]:
    """Decode ahead on a few threads, in the order of the files."""
    workers = max(2, min(4, os.cpu_count() or 2))
    with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
        waiting: deque[tuple[_File, Future[Image | InspectorError]]] = deque()
        pending = iter(files)
        while not stop.is_set():
            while len(waiting) < _AHEAD and (file := next(pending, None)) is not None:
                waiting.append((file, pool.submit(_read, file.path)))
            if not waiting:
                return
            file, future = waiting.popleft()
            yield file, future.result()
        pool.shutdown(wait=False, cancel_futures=True)


def _judge_all(
    classifier: Classifier, files: Sequence[_File], table: _Table, stop: threading.Event, *, overlays: Path | None
) -> None:
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    group: list[tuple[_File, Image | InspectorError]] = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(files), rate="")
        started_s = time.perf_counter()

        def judge() -> None:
            for (file, image), (decision, prediction) in zip(group, _judged(classifier, group), strict=True):
                overlay = _draw(overlays, file, image, prediction)
                table.add(file, decision, prediction, overlay)
                progress.advance(task)
            done = progress.tasks[0].completed
            progress.update(task, rate=f"{done / (time.perf_counter() - started_s):.0f} pictures/s")
            group.clear()

        for pair in _decoded(files, stop):
            group.append(pair)
            if len(group) == _BATCH:
                judge()
        judge()


def _judged(
    classifier: Classifier, group: Sequence[tuple[_File, Image | InspectorError]]
) -> list[tuple[Decision, Prediction | None]]:
    """Judge a group in one go; where that fails, one by one, so that only the culprit is an ERROR."""
    from inspector.domain.config import QualityLimits  # noqa: PLC0415
    from inspector.domain.policy import decide, error_decision  # noqa: PLC0415
    from inspector.domain.quality import check_quality  # noqa: PLC0415
    from inspector.engine.inspect import inspect_picture  # noqa: PLC0415

    limits, thresholds = QualityLimits(), classifier.thresholds
    found: list[tuple[Decision, Prediction | None] | None] = []
    for _, image in group:
        if isinstance(image, InspectorError):
            found.append((error_decision(str(image), thresholds), None))
            continue
        fault = check_quality(image, limits)
        found.append((error_decision(fault, thresholds), None) if fault else None)
    open_ones = [index for index, result in enumerate(found) if result is None]
    images = [group[index][1] for index in open_ones]
    try:
        for index, prediction in zip(open_ones, classifier.predict_batch(images), strict=True):
            found[index] = (decide(prediction, thresholds), prediction)
    except InspectorError:
        for index in open_ones:
            found[index] = inspect_picture(classifier, group[index][1], thresholds, limits)
    return [result for result in found if result is not None]


def _draw(folder: Path | None, file: _File, image: Image | InspectorError, prediction: Prediction | None) -> str:
    if folder is None or prediction is None or isinstance(image, InspectorError):
        return ""
    from inspector.pictures import write_picture  # noqa: PLC0415
    from inspector.vision.overlay import draw_overlay  # noqa: PLC0415

    name = _text(file.name)
    path = folder / f"{name}.overlay.jpg"
    try:
        write_picture(path, draw_overlay(image, prediction.heatmap, map_box=prediction.map_box))
    except OSError as error:
        raise InspectorError(
            f"the overlay {path} cannot be written: {error.strerror}", "Free space, or name a folder with --out."
        ) from error
    return path.relative_to(folder.parent).as_posix()


def _summarise(parsed: argparse.Namespace, table: _Table, files: Sequence[_File], *, interrupted: bool) -> int:
    names = {_text(file.name) for file in files}
    rows = [row for name, row in table.rows.items() if name in names]
    counts = {
        verdict.lower(): sum(row["verdict"] == verdict for row in rows)
        for verdict in ("PASS", "FAIL", "REVIEW", "ERROR")
    }
    if parsed.json:
        emit(
            {
                "files": len(files),
                "judged": len(rows),
                **counts,
                "results": str(table.path),
                "interrupted": interrupted,
            }
        )
    else:
        parts = ", ".join(f"{count} {name}" for name, count in counts.items())
        print(f"{len(rows)} of {len(files)} files: {parts}\n{table.path}")
    if interrupted:
        say("interrupted; run the same command again to go on")
        return EXIT_INTERRUPTED
    return EXIT_OK
