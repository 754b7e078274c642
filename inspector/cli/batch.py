"""``inspector batch``: a folder of pictures, one row for every file."""

from __future__ import annotations

import time
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
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    import threading
    from collections.abc import Callable, Iterator

    from inspector.batch import Job, Listing, ResultTable
    from inspector.vision.classifier import Classifier

_SAY_EVERY_S = 10.0


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
    from inspector.batch import Job, ResultTable, list_pictures, prepare_process  # noqa: PLC0415

    folder: Path = parsed.folder
    out: Path = parsed.out or folder.absolute().with_name(f"{folder.absolute().name}-results")
    overlays = out / "overlays"
    with stop_signals() as stop:
        listing = list_pictures(folder, recursive=parsed.recursive, leave_out=overlays)
        if not len(listing):
            raise InspectorError(f"there is no picture in {folder}", "Check the path, or add --recursive.")
        prepare_process()
        home = home_of(parsed)
        settings = settings_of(home)
        classifier = assembly.load_classifier(
            parsed.model,
            home,
            device=parsed.device or settings.device,
            precision=parsed.precision or settings.precision,
        )
        job = Job(
            folder=folder,
            overlays=overlays if parsed.overlay else None,
            input_size=assembly.input_size(parsed.model, home),
        )
        try:
            model = classifier.identity.sha256
            with ResultTable(out, listing, model, overlays=parsed.overlay, restart=parsed.restart) as table:
                _judge_all(classifier, listing, job, table, stop)
                table.finish()
        finally:
            classifier.close()
    return _summarise(table, len(listing), stopped=stop.is_set(), as_json=parsed.json)


def _judge_all(classifier: Classifier, listing: Listing, job: Job, table: ResultTable, stop: threading.Event) -> None:
    from inspector.batch import judge_listing  # noqa: PLC0415

    left = table.left()
    if len(left) < len(listing):
        say(f"{len(listing) - len(left)} of {len(listing)} files have a row already; going on with the others")
    with _progress(len(left)) as advance:
        for judged in judge_listing(listing, left, job, classifier, stop=stop):
            for index, row in judged:
                table.add(index, row)
            advance(len(judged))


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


def _summarise(table: ResultTable, files: int, *, stopped: bool, as_json: bool) -> int:
    counts = {verdict.lower(): table.count(verdict) for verdict in ("PASS", "FAIL", "REVIEW", "ERROR")}
    judged = sum(counts.values())
    interrupted = stopped and judged < files
    if as_json:
        emit({"files": files, "judged": judged, **counts, "results": str(table.path), "interrupted": interrupted})
    else:
        parts = ", ".join(f"{count} {name}" for name, count in counts.items())
        print(f"{judged} of {files} files: {parts}\n{table.path}")
    if interrupted:
        say("interrupted; run the same command again to go on")
        return EXIT_INTERRUPTED
    return EXIT_OK
