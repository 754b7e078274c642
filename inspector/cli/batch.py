"""``inspector batch``: a folder of pictures, one row for every file."""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.cluster_options import add_cluster, cluster_of
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
from inspector.cli.field_options import GUARD_RATE, HEATMAP, add_field
from inspector.cli.sign_in import acting
from inspector.domain.config import ABOUT_MODEL
from inspector.domain.counts import counted
from inspector.domain.errors import InspectorError
from inspector.domain.guard import guard_sentence, in_force

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator

    from inspector.batch.progress import RunProgress
    from inspector.batch.run import BatchOrder, BatchOutcome
    from inspector.cli.batch_progress import Reporter
    from inspector.domain.records import Thresholds
    from inspector.recipes.recipe import Recipe
    from inspector.vision.classifier import Classifier


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``batch``."""
    parser = commands.add_parser(
        "batch",
        help="judge a folder of pictures",
        description="Judge every picture of a folder. results.csv gets one row for every file, flushed as it goes; "
        "run again, files that have a verdict (same content, same model) are not judged again. Masks, which lie "
        "in folders called ground_truth, are left out.",
        epilog="Exit codes: 0 every file has a row; 1 error; 2 usage; 130 interrupted (the rows so far are there).",
    )
    parser.add_argument("folder", help="a folder, or the address of one in an object store, as s3://bucket/folder")
    judge = parser.add_mutually_exclusive_group(required=True)
    judge.add_argument("--model", default="", help=ABOUT_MODEL.hint)
    judge.add_argument(
        "--recipe", default="", help="recipe: its model, operating point, quality limits and bit depth (not its region)"
    )
    parser.add_argument("--fail-at", type=fraction, help="fail from this P(defective) on (default: recipe or model)")
    parser.add_argument("--review-from", type=fraction, help="review from this P(defective) on (default: likewise)")
    add_field(parser, GUARD_RATE, words=" (default: the recipe's, else 0.005)")
    add_field(parser, HEATMAP, words=" (default: the recipe's, else defect)")
    parser.add_argument("--labels", type=Path, help="CSV path,label[,defect_type,category] (default: folders' names)")
    for flag, words in (
        ("--good", "a name of a folder or in the table that means good parts"),
        ("--defective", "one that means defective parts"),
        ("--no-label", "one that says neither"),
    ):
        parser.add_argument(flag, action="append", default=[], metavar="WORD", help=f"{words}; may be given again")
    parser.add_argument("--out", type=Path, help="folder of the results (default: FOLDER-results beside it, or here)")
    parser.add_argument("--recursive", action="store_true", help="sub-folders too")
    parser.add_argument("--overlay", action="store_true", help="write each picture with its heatmap")
    parser.add_argument(
        "--progress", choices=("bar", "json"), default="bar", help="json: one object per line on stdout, as it goes"
    )
    again = parser.add_mutually_exclusive_group()
    again.add_argument("--resume", action="store_true", help="go on where an earlier run ended (the default)")
    again.add_argument("--restart", action="store_true", help="begin anew: earlier results there are replaced")
    add_cluster(parser)
    add_device(parser)
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=run)


def run(parsed: argparse.Namespace) -> int:
    """Judge the folder."""
    from inspector import assembly
    from inspector.batch.record import OtherResultsError, RunError
    from inspector.batch.run import run_batch
    from inspector.batch.run_state import STOP_FILE
    from inspector.batch.spread import ClusterJudge
    from inspector.cli.batch_progress import Bar, Lines
    from inspector.pictures import place_of  # OpenCV

    parsed.folder = place_of(parsed.folder).absolute()
    beside = parsed.folder.parent if isinstance(parsed.folder, Path) else Path()
    out: Path = parsed.out or beside / f"{parsed.folder.name}-results"
    parsed.json = parsed.json or parsed.progress == "json"  # errors, too, are said there
    with stop_signals() as stop:
        reporter: Reporter = Lines(out / STOP_FILE, stop) if parsed.progress == "json" else Bar()
        with reporter.shown(), cluster_of(parsed) as cluster:
            order, settings = _order(parsed, out), settings_in_force(parsed)

            def load() -> Classifier:
                classifier = assembly.load_classifier(
                    str(order.model_folder),
                    home_of(parsed),
                    device=settings.device,
                    precision=settings.precision,
                    thresholds=order.thresholds,
                    guard_rate=order.guard_rate,
                )
                if not parsed.json:
                    _say_guard(order, classifier)
                return classifier

            try:
                judge = None if cluster is None else ClusterJudge(cluster, order.model_folder)
                outcome = _followed(run_batch(order, load, stop=stop, cluster=judge), reporter)
            except OtherResultsError as error:
                if parsed.progress == "json":  # for a program, which has ways of its own
                    raise
                raise RunError(error.what, "Name another folder with --out, or add --restart to replace it.") from error
        # a signal that comes now must not end the process before it has said that all are judged
        return _summarise(parsed, outcome)


def _say_guard(order: BatchOrder, classifier: Classifier) -> None:
    """Say whether unlike pictures are held back, before the first is judged."""
    scale = classifier.identity.good_scale
    points = in_force(order.thresholds, classifier.thresholds, scale, order.guard_rate)
    say(f"model {classifier.identity.name}: {guard_sentence(points, scale)}")


def _followed(steps: Generator[RunProgress, None, BatchOutcome], reporter: Reporter) -> BatchOutcome:
    with closing(steps):
        while True:
            try:
                reporter.tell(next(steps))
            except StopIteration as end:
                outcome: BatchOutcome = end.value
                return outcome


def _order(parsed: argparse.Namespace, out: Path) -> BatchOrder:
    """Find recipe, model and operating point.

    Raises:
        InspectorError: If one of them is not there, or they do not fit.
    """
    from inspector import assembly
    from inspector.batch.record import RunRecord
    from inspector.batch.run import BatchOrder
    from inspector.domain.class_words import ClassWords
    from inspector.domain.config import QualityLimits
    from inspector.domain.heatmap import HeatmapKind
    from inspector.model_hashes import check_models

    home = home_of(parsed)
    recipe = assembly.find_recipe(parsed.recipe, home) if parsed.recipe else None
    if recipe is not None:
        check_models(recipe, assembly.model_store(home))
    folder, manifest = assembly.model_manifest(recipe.model if recipe else parsed.model, home)
    return BatchOrder(
        record=RunRecord(
            folder=str(parsed.folder),
            recursive=parsed.recursive,
            recipe=recipe.name if recipe else "",
            recipe_version=recipe.version if recipe else None,
            model=parsed.model,
            device=parsed.device,
            precision=parsed.precision,
            cluster=parsed.cluster.text if parsed.cluster else "",
            labels_file=str(parsed.labels.absolute()) if parsed.labels else "",
            words=ClassWords(
                good=tuple(parsed.good), defective=tuple(parsed.defective), no_label=tuple(parsed.no_label)
            ),
            started=datetime.now(UTC),
            who=acting(parsed).name,
        ),
        pictures=parsed.folder,
        labels_file=parsed.labels,
        out=out,
        model_folder=folder.absolute(),
        trained_on=str(Path(manifest.trained_on).absolute()) if manifest.trained_on else "",
        input_size=manifest.preprocessing.picture_px,
        thresholds=_thresholds(parsed, (recipe.thresholds if recipe else None) or manifest.thresholds),
        guard_rate=_guard_rate(parsed, recipe),
        spares_outside=recipe.spares_outside if recipe else True,
        quality=recipe.quality if recipe else QualityLimits(),
        heatmap=HeatmapKind(parsed.heatmap or (recipe.heatmap if recipe else HeatmapKind.DEFECT)),
        bit_depth=recipe.source_options.bit_depth if recipe else None,
        overlays=parsed.overlay,
        restart=parsed.restart,
    )


def _thresholds(parsed: argparse.Namespace, points: Thresholds) -> Thresholds:
    """Return an operating point with what the options say instead."""
    try:
        return replace(
            points,
            fail_at=points.fail_at if parsed.fail_at is None else parsed.fail_at,
            review_from=points.review_from if parsed.review_from is None else parsed.review_from,
        )
    except ValueError as error:
        raise InspectorError(f"the operating point cannot be used: {error}", "Give both thresholds.") from error


def _guard_rate(parsed: argparse.Namespace, recipe: Recipe | None) -> float:
    from inspector.domain.guard import check_guard_rate
    from inspector.domain.strangeness import DEFAULT_RATE

    if parsed.guard_rate is None:
        return DEFAULT_RATE if recipe is None else recipe.guard_rate
    try:
        return check_guard_rate(parsed.guard_rate)
    except ValueError as error:
        raise InspectorError(str(error), "Give --guard-rate another value, or leave it out.") from error


def _summarise(parsed: argparse.Namespace, outcome: BatchOutcome) -> int:
    from inspector.batch.summary import learnt_words
    from inspector.pictures import left_out_words  # OpenCV

    contents, tally = outcome.survey, outcome.tally
    counts = {"pass": tally.passed, "fail": tally.failed, "review": tally.review, "error": tally.error}
    if parsed.json:
        stage = {"stage": "interrupted" if outcome.interrupted else "done"} if parsed.progress == "json" else {}
        labels = {"good": contents.good, "defective": contents.defective, "unlabelled": contents.unlabelled}
        left_out = [asdict(kind) for kind in contents.left_out]
        others = {"labels": labels, "masks_left_out": contents.masks_left_out, "left_out": left_out}
        others["words"] = [asdict(word) for word in contents.words]
        others["gone"] = outcome.gone
        others["strange_from"] = outcome.judge.thresholds.strange_from
        others["used_for_training"] = None if outcome.learnt is None else outcome.learnt.pictures
        out = {"results": str(outcome.results), "interrupted": outcome.interrupted}
        emit({**stage, "files": contents.pictures, "judged": tally.inspected, **counts, **out, **others})
    else:
        parts = ", ".join(f"{count} {name}" for name, count in counts.items())
        print(f"{tally.inspected} of {counted(contents.pictures, 'file')}: {parts}")
        if contents.good or contents.defective:
            print(f"labels: {contents.good} good, {contents.defective} defective, {contents.unlabelled} without")
        print(guard_sentence(outcome.judge.thresholds, outcome.judge.good_scale))
        print(f"used for training: {learnt_words(outcome.learnt, contents.pictures)}")
        if outcome.learnt is not None and outcome.learnt.pictures:
            print("figures on pictures that were used for training say nothing about new parts")
        print(outcome.results)
    if contents.masks_left_out:
        say(f"left out: {contents.mask_words}")
    if contents.left_out:
        say(f"not taken: {left_out_words(contents.left_out)}")
    if outcome.interrupted:
        say("interrupted; run the same command again to go on")
        return EXIT_INTERRUPTED
    return EXIT_OK
