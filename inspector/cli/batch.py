"""``inspector batch``: a folder of pictures, one row for every file."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_INTERRUPTED,
    EXIT_OK,
    add_device,
    add_json,
    add_places,
    emit,
    fraction,
    home_of,
    say,
    settings_in_force,
    stop_signals,
)
from inspector.domain.config import ABOUT_MODEL
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    import argparse
    import threading

    from inspector.batch import Job, Judge, Listing, ResultTable, RunRecord, Survey
    from inspector.cli.batch_progress import Reporter
    from inspector.domain.config import QualityLimits
    from inspector.domain.records import Thresholds
    from inspector.paths import Home
    from inspector.recipes.recipe import Recipe
    from inspector.vision.classifier import Classifier


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``batch``."""
    parser = commands.add_parser(
        "batch",
        help="judge a folder of pictures",
        description="Judge every picture of a folder. results.csv gets one row for every file, flushed as it goes; "
        "run again, files that have a verdict (same size and time, same model) are not judged again. Masks, which lie "
        "in folders called ground_truth, are left out.",
        epilog="Exit codes: 0 every file has a row; 1 error; 2 usage; 130 interrupted (the rows so far are there).",
    )
    parser.add_argument("folder", type=Path)
    judge = parser.add_mutually_exclusive_group(required=True)
    judge.add_argument("--model", default="", help=ABOUT_MODEL.hint)
    judge.add_argument(
        "--recipe", default="", help="recipe: its model, operating point and quality limits (not its region)"
    )
    parser.add_argument("--fail-at", type=fraction, help="fail from this P(defective) on (default: recipe or model)")
    parser.add_argument("--review-from", type=fraction, help="review from this P(defective) on (default: likewise)")
    parser.add_argument("--labels", type=Path, help="CSV path,label[,defect_type,category] (default: folders' names)")
    parser.add_argument("--out", type=Path, help="folder of the results (default: FOLDER-results beside it)")
    parser.add_argument("--recursive", action="store_true", help="sub-folders too")
    parser.add_argument("--overlay", action="store_true", help="write each picture with its heatmap")
    parser.add_argument(
        "--progress", choices=("bar", "json"), default="bar", help="json: one object per line on stdout, as it goes"
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on where an earlier run ended (the default)")
    again.add_argument("--restart", action="store_true", help="begin anew: earlier results there are replaced")
    add_device(parser)
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=run)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """What the command line says, found."""

    home: Home
    recipe: Recipe | None
    model_folder: Path
    thresholds: Thresholds
    quality: QualityLimits
    input_size: int
    trained_on: str


def run(parsed: argparse.Namespace) -> int:
    """Judge the folder."""
    from inspector.batch import labels_for, list_pictures, prepare_process, survey
    from inspector.batch.progress import BatchStage
    from inspector.batch.run_state import STOP_FILE
    from inspector.cli.batch_progress import Bar, Lines

    folder: Path = parsed.folder
    out: Path = parsed.out or folder.absolute().with_name(f"{folder.absolute().name}-results")
    parsed.json = parsed.json or parsed.progress == "json"  # errors, too, are said there
    with stop_signals() as stop:
        bar = Lines(out / STOP_FILE, stop) if parsed.progress == "json" else Bar()
        if isinstance(bar, Lines):
            bar.hello()
        with bar.shown() if isinstance(bar, Bar) else nullcontext():
            asked = _asked(parsed)
            labels = labels_for(folder, parsed.labels)
            bar.stage(BatchStage.LISTING)
            listing = list_pictures(folder, recursive=parsed.recursive, leave_out=out / "overlays")
            if not len(listing):
                raise _no_picture(folder, listing)
            found = survey(listing, labels)
            prepare_process()
            bar.stage(BatchStage.LOADING)
            table = _judged(parsed, asked, listing, found, out, bar, stop)
        # a signal that comes now must not end the process before it has said that all are judged
        return _summarise(parsed, table, found, stopped=stop.is_set())


def _asked(parsed: argparse.Namespace) -> _Asked:
    """Find recipe, model and operating point.

    Raises:
        InspectorError: If one of them is not there, or they do not fit.
    """
    from inspector import assembly
    from inspector.batch.record import trained_on
    from inspector.domain.config import QualityLimits
    from inspector.domain.records import Thresholds

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home) if parsed.recipe else None
    folder, manifest = assembly.model_manifest(recipe.model if recipe else parsed.model, home)
    points = (recipe.thresholds if recipe else None) or manifest.thresholds
    try:
        points = Thresholds(
            fail_at=points.fail_at if parsed.fail_at is None else parsed.fail_at,
            review_from=points.review_from if parsed.review_from is None else parsed.review_from,
        )
    except ValueError as error:
        raise InspectorError(f"the operating point cannot be used: {error}", "Give both thresholds.") from error
    return _Asked(
        home=home,
        recipe=recipe,
        model_folder=folder.absolute(),
        thresholds=points,
        quality=recipe.quality if recipe else QualityLimits(),
        input_size=manifest.preprocessing.input_size,
        trained_on=trained_on(manifest),
    )


def _judged(
    parsed: argparse.Namespace,
    asked: _Asked,
    listing: Listing,
    found: Survey,
    out: Path,
    bar: Reporter,
    stop: threading.Event,
) -> ResultTable:
    from inspector import assembly
    from inspector.batch import Job, ResultTable
    from inspector.batch.record import note, refuse_other

    settings = settings_in_force(parsed)
    classifier = assembly.load_classifier(
        str(asked.model_folder),
        asked.home,
        device=settings.device,
        precision=settings.precision,
        thresholds=asked.thresholds,
    )
    try:
        record = _record(parsed, asked, found, classifier)
        if not parsed.restart:
            refuse_other(out, record)
        model = classifier.identity.sha256
        with ResultTable(out, listing, model, overlays=parsed.overlay, restart=parsed.restart) as table:
            note(out, record, restart=parsed.restart)
            job = Job(
                folder=listing.folder,
                overlays=out / "overlays" if parsed.overlay else None,
                input_size=asked.input_size,
                thresholds=asked.thresholds,
                quality=asked.quality,
            )
            _judge_all(classifier, listing, job, table, bar, stop)
            table.finish()
    finally:
        classifier.close()
    return table


def _record(parsed: argparse.Namespace, asked: _Asked, found: Survey, classifier: Classifier) -> RunRecord:
    from inspector.batch import RunRecord
    from inspector.user import user_name

    return RunRecord(
        folder=str(parsed.folder.absolute()),
        recursive=parsed.recursive,
        recipe=asked.recipe.name if asked.recipe else "",
        recipe_version=asked.recipe.version if asked.recipe else None,
        model=parsed.model,
        device=parsed.device,
        precision=parsed.precision,
        labels_file=str(parsed.labels.absolute()) if parsed.labels else "",
        started=datetime.now(UTC),
        who=user_name(),
        judge=_judge(asked, classifier),
        survey=found,
    )


def _judge(asked: _Asked, classifier: Classifier) -> Judge:
    from inspector import __version__
    from inspector.batch import Judge

    identity = classifier.identity
    return Judge(
        model_name=identity.name,
        model_folder=str(asked.model_folder),
        model_sha256=identity.sha256,
        device=identity.device,
        precision=identity.precision,
        backend=identity.backend,
        thresholds=asked.thresholds,
        quality=asked.quality,
        software_version=__version__,
        trained_on=asked.trained_on,
    )


def _judge_all(
    classifier: Classifier, listing: Listing, job: Job, table: ResultTable, bar: Reporter, stop: threading.Event
) -> None:
    from inspector.batch import judge_listing

    left = table.left()
    bar.begin(len(listing) - len(left), len(listing))
    for judged in judge_listing(listing, left, job, classifier, stop=stop):
        for index, row in judged:
            table.add(index, row)
        bar.advance(len(judged))
    bar.end()


def _no_picture(folder: Path, listing: Listing) -> InspectorError:
    if listing.masks_left_out:
        return InspectorError(
            f"there is no picture in {folder} but {listing.masks_left_out} masks in ground_truth folders",
            "Choose the folder above.",
        )
    return InspectorError(f"there is no picture in {folder}", "Check the path, or add --recursive.")


def _summarise(parsed: argparse.Namespace, table: ResultTable, found: Survey, *, stopped: bool) -> int:
    files = found.pictures
    counts = {verdict.lower(): table.count(verdict) for verdict in ("PASS", "FAIL", "REVIEW", "ERROR")}
    judged = sum(counts.values())
    interrupted = stopped and judged < files
    if parsed.json:
        stage = {"stage": "interrupted" if interrupted else "done"} if parsed.progress == "json" else {}
        labels = {"good": found.good, "defective": found.defective, "unlabelled": found.unlabelled}
        others = {"labels": labels, "masks_left_out": found.masks_left_out, "gone": table.gone}
        out = {"results": str(table.path), "interrupted": interrupted}
        emit({**stage, "files": files, "judged": judged, **counts, **out, **others})
    else:
        parts = ", ".join(f"{count} {name}" for name, count in counts.items())
        print(f"{judged} of {files} files: {parts}")
        if found.good or found.defective:
            print(f"labels: {found.good} good, {found.defective} defective, {found.unlabelled} without")
        print(table.path)
    if found.masks_left_out:
        say(f"{found.masks_left_out} masks in ground_truth folders were left out")
    if interrupted:
        say("interrupted; run the same command again to go on")
        return EXIT_INTERRUPTED
    return EXIT_OK
