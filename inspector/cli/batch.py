"""``inspector batch``: a folder of pictures, one row for every file."""

from __future__ import annotations

import hashlib
import logging
import os
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    add_device,
    add_json,
    add_places,
    emit,
    home_of,
    say,
    settings_of,
    stop_signals,
)
from inspector.cli.results import ResultTable, list_files
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    import threading
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from inspector.cli.results import File
    from inspector.domain.records import Decision, Image, Prediction
    from inspector.vision.classifier import Classifier

_BATCH = 8
_AHEAD = 12
_SAY_EVERY_S = 10.0
# Most file systems hold names of 255 bytes; the suffix and a digest need some of them.
_LONGEST_NAME_BYTES = 200
_SUFFIX = ".overlay.jpg"
_log = logging.getLogger(__name__)


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``batch``."""
    parser = commands.add_parser(
        "batch",
        help="judge a folder of pictures",
        description="Judge every picture of a folder. results.csv gets one row for every file, flushed as it goes; "
        "run again, files that have a verdict (same size and time, same model) are not judged again.",
        epilog="Exit codes: 0 every file has a row; 1 error; 2 usage; 130 interrupted (the rows so far are there).",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model", required=True, help="model bundle: its name, or its folder")
    parser.add_argument("--out", type=Path, help="folder of the results (default: FOLDER-results beside it)")
    parser.add_argument("--recursive", action="store_true", help="sub-folders too")
    parser.add_argument("--overlay", action="store_true", help="write each picture with its heatmap")
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on where an earlier run ended (the default)")
    again.add_argument("--restart", action="store_true", help="begin anew: earlier results there are replaced")
    add_device(parser)
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=run)


def run(parsed: argparse.Namespace) -> int:
    """Judge the folder."""
    from inspector import assembly  # noqa: PLC0415
    from inspector.pictures import find_pictures  # noqa: PLC0415

    folder: Path = parsed.folder
    out: Path = parsed.out or folder.absolute().with_name(f"{folder.absolute().name}-results")
    overlays = out / "overlays"
    with stop_signals() as stop:
        files = list_files(find_pictures(folder, recursive=parsed.recursive), folder, leave_out=overlays)
        if not files:
            raise InspectorError(f"there is no picture in {folder}", "Check the path, or add --recursive.")
        home = home_of(parsed)
        settings = settings_of(home)
        classifier = assembly.load_classifier(
            parsed.model,
            home,
            device=parsed.device or settings.device,
            precision=parsed.precision or settings.precision,
        )
        try:
            with ResultTable(out, classifier.identity.sha256, overlays=parsed.overlay, restart=parsed.restart) as table:
                left = [file for file in files if not table.has(file)]
                if len(left) < len(files):
                    say(f"{len(files) - len(left)} of {len(files)} files have a row already; going on with the others")
                _judge_all(classifier, left, table, stop, overlays=overlays if parsed.overlay else None)
                table.finish(files)
        finally:
            classifier.close()
    rows = [row for file in files if (row := table.rows.get(file.name)) is not None]
    interrupted = stop.is_set() and len(rows) < len(files)
    return _summarise(rows, len(files), table.path, interrupted=interrupted, as_json=parsed.json)


def _read(path: Path) -> Image | InspectorError:
    from inspector.pictures import read_picture  # noqa: PLC0415

    try:
        return read_picture(path)
    except InspectorError as error:
        return error
    except Exception as error:  # noqa: BLE001 - a decoder's surprise is this file's ERROR, not the end of the batch
        _log.exception("%s could not be decoded", path)
        return InspectorError(f"unexpected {type(error).__name__}: {error}")


def _decoded(files: Sequence[File], stop: threading.Event) -> Iterator[tuple[File, Image | InspectorError]]:
    """Decode ahead on a few threads, in the order of the files."""
    workers = max(2, min(4, os.cpu_count() or 2))
    with ThreadPoolExecutor(workers, thread_name_prefix="decode") as pool:
        waiting: deque[tuple[File, Future[Image | InspectorError]]] = deque()
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
    classifier: Classifier, files: Sequence[File], table: ResultTable, stop: threading.Event, *, overlays: Path | None
) -> None:
    group: list[tuple[File, Image | InspectorError]] = []
    with _progress(len(files)) as advance:

        def judge() -> None:
            for (file, image), (decision, prediction) in zip(group, _judged(classifier, group), strict=True):
                table.add(file, decision, prediction, _draw(overlays, file, image, prediction))
            advance(len(group))
            group.clear()

        for pair in _decoded(files, stop):
            group.append(pair)
            if len(group) == _BATCH:
                judge()
        judge()


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None]]:
    """Show a bar with rate and remaining time on stderr; without a terminal a line every ten seconds."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn  # noqa: PLC0415

    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    begun_s = said_s = time.perf_counter()
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=total, rate="")
        done = 0

        def advance(count: int) -> None:
            nonlocal done, said_s
            done += count
            now = time.perf_counter()
            rate = done / max(now - begun_s, 1e-6)
            progress.update(task, completed=done, rate=f"{rate:.{0 if rate >= 10 else 1}f} pictures/s")
            if not console.is_terminal and now - said_s > _SAY_EVERY_S:
                said_s = now
                say(f"{done} of {total} files, {rate:.1f} pictures/s, {(total - done) / max(rate, 1e-6):.0f} s to go")

        yield advance


def _judged(
    classifier: Classifier, group: Sequence[tuple[File, Image | InspectorError]]
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
    except Exception:  # noqa: BLE001 - one by one, each failure becomes that picture's ERROR with its reason
        _log.exception("a group of pictures could not be judged in one go")
        for index in open_ones:
            found[index] = inspect_picture(classifier, group[index][1], thresholds, limits)
    return [result for result in found if result is not None]


def _draw(folder: Path | None, file: File, image: Image | InspectorError, prediction: Prediction | None) -> str:
    """Write the overlay; return its path beside results.csv, empty where there is none."""
    if folder is None or prediction is None or isinstance(image, InspectorError):
        return ""
    from inspector.pictures import write_picture  # noqa: PLC0415
    from inspector.vision.overlay import draw_overlay  # noqa: PLC0415

    path = folder / overlay_name(file.name)
    try:
        write_picture(path, draw_overlay(image, prediction.heatmap, map_box=prediction.map_box))
    except OSError as error:
        raise InspectorError(
            f"the overlay {path} cannot be written: {error.strerror}", "Free space, or name a folder with --out."
        ) from error
    return path.relative_to(folder.parent).as_posix()


def overlay_name(name: str) -> str:
    """Return the overlay's path for a picture's; a name that would become too long ends in a digest of itself."""
    parent, slash, last = name.rpartition("/")
    encoded = last.encode()
    if len(encoded) > _LONGEST_NAME_BYTES:
        last = encoded[: _LONGEST_NAME_BYTES - 20].decode(errors="ignore") + hashlib.sha256(encoded).hexdigest()[:20]
    return f"{parent}{slash}{last}{_SUFFIX}"


def _summarise(rows: Sequence[dict[str, str]], files: int, results: Path, *, interrupted: bool, as_json: bool) -> int:
    counts = {
        verdict.lower(): sum(row["verdict"] == verdict for row in rows)
        for verdict in ("PASS", "FAIL", "REVIEW", "ERROR")
    }
    if as_json:
        emit({"files": files, "judged": len(rows), **counts, "results": str(results), "interrupted": interrupted})
    else:
        parts = ", ".join(f"{count} {name}" for name, count in counts.items())
        print(f"{len(rows)} of {files} files: {parts}\n{results}")
    if interrupted:
        say("interrupted; run the same command again to go on")
        return EXIT_INTERRUPTED
    return EXIT_OK
