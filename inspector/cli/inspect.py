"""``inspector inspect``: single pictures: class, probability, verdict, overlay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import (
    EXIT_ERROR,
    EXIT_OK,
    add_device,
    add_json,
    add_places,
    emit,
    fraction,
    home_of,
    one_line,
    say,
    settings_in_force,
)
from inspector.domain.config import ABOUT_MODEL, QualityLimits
from inspector.domain.errors import InspectorError
from inspector.domain.guard import in_force
from inspector.domain.heatmap import HeatmapKind
from inspector.domain.picture_range import UNLIKE
from inspector.domain.policy import OUTSIDE
from inspector.domain.strangeness import DEFAULT_RATE

if TYPE_CHECKING:
    import argparse

    from inspector.cli.inspect_figures import JudgedFile
    from inspector.domain.records import Decision, Image, Prediction, Thresholds
    from inspector.vision.classifier import Classifier


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``inspect``."""
    parser = commands.add_parser(
        "inspect",
        help="judge single pictures",
        description="Judge pictures one by one, and write each with its heatmap. Nothing is logged or counted.",
        epilog="Exit codes: 0 every picture has a verdict; 1 one has none (ERROR), or another error; 2 usage.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument(
        "--model", help=f"{ABOUT_MODEL.hint} (default: the station's recipe, with its quality limits and bit depth)"
    )
    parser.add_argument("--out", type=Path, default=Path("overlays"), help="folder of the overlays (default: overlays)")
    parser.add_argument("--no-overlay", action="store_true", help="write no overlay")
    parser.add_argument("--opacity", type=fraction, help="of the heatmap, 0..1 (default: the station's)")
    add_device(parser)
    add_places(parser)
    add_json(parser, "one JSON object with a list of results on stdout")
    parser.set_defaults(command=run)


def run(parsed: argparse.Namespace) -> int:
    """Judge the files."""
    from inspector import assembly
    from inspector.domain.policy import explained
    from inspector.domain.records import Verdict
    from inspector.model_hashes import check_models
    from inspector.pictures import address_in  # OpenCV

    if address := next(filter(None, map(address_in, parsed.files)), ""):
        raise InspectorError(
            f"{address} is an address, and this command reads files of this computer",
            f"Judge its folder: inspector batch {address.rpartition('/')[0]}",
        )
    home = home_of(parsed)
    settings = settings_in_force(parsed)
    model, points, rate, quality, bit_depth = parsed.model, None, DEFAULT_RATE, QualityLimits(), None
    heatmap, spares = HeatmapKind.DEFECT, True
    if model is None:
        recipe = assembly.find_recipe(settings.recipe, home)
        check_models(recipe, assembly.model_store(home))
        model, points, rate, spares = recipe.model, recipe.thresholds, recipe.guard_rate, recipe.spares_outside
        quality, bit_depth, heatmap = recipe.quality, recipe.source_options.bit_depth, recipe.heatmap
        say(f"model “{model}” of the recipe “{recipe.name}”")
    opacity = settings.heatmap_opacity if parsed.opacity is None else parsed.opacity
    classifier = assembly.load_classifier(
        model,
        home,
        device=settings.device,
        precision=settings.precision,
        thresholds=points,
        guard_rate=rate,
    )
    identity = classifier.identity
    spares = spares and identity.may_spare
    thresholds = in_force(points, classifier.thresholds, identity.good_scale, rate, spares_outside=spares)
    overlays = _overlay_paths(parsed.files, parsed.out)
    results = []
    try:
        for path, overlay in zip(parsed.files, overlays, strict=True):
            image, decision, prediction = _judge(classifier, path, thresholds, quality, bit_depth)
            prediction = prediction and explained(prediction, decision, heatmap)
            drawn = None
            if image is not None and prediction is not None and not parsed.no_overlay:
                drawn = overlay.with_name(f"{overlay.name}.{prediction.shows}.overlay.png")
                _draw(drawn, image, prediction, opacity)
            results.append(_judged_file(path, decision, prediction, drawn))
            if not parsed.json:
                print(_line(results[-1]), flush=True)
    finally:
        classifier.close()
    if parsed.json:
        told = [judged.model_dump(mode="json") for judged in results]
        emit({"model": classifier.identity.name, "model_sha256": classifier.identity.sha256, "results": told})
    broken = sum(judged.verdict is Verdict.ERROR for judged in results)
    if broken:
        say(f"no verdict: {broken} of {len(results)}")
    return EXIT_ERROR if broken else EXIT_OK


def _judged_file(path: Path, decision: Decision, prediction: Prediction | None, overlay: Path | None) -> JudgedFile:
    from inspector.cli.inspect_figures import JudgedFile
    from inspector.outputs.judged import judged_fields

    shown = str(overlay) if overlay else None
    return JudgedFile(path=str(path), overlay=shown, **judged_fields(decision, prediction))


def _judge(
    classifier: Classifier, path: Path, thresholds: Thresholds, quality: QualityLimits, bit_depth: int | None
) -> tuple[Image | None, Decision, Prediction | None]:
    from inspector.domain.errors import PictureError
    from inspector.domain.policy import error_decision
    from inspector.engine.inspect import inspect_picture
    from inspector.pictures import read_picture

    try:
        image = read_picture(path, bit_depth=bit_depth)
    except PictureError as error:
        return None, error_decision(str(error), thresholds), None
    return image, *inspect_picture(classifier, image, thresholds, quality, classifier.identity.pictures)


def _overlay_paths(files: list[Path], folder: Path) -> list[Path]:
    """Name each file's overlay, but for its end; files of one name from several folders get a number."""
    taken: set[str] = set()
    paths = []
    for file in files:
        name, number = file.name, 1
        while name.casefold() in taken:
            number += 1
            name = f"{file.stem} ({number}){file.suffix}"
        taken.add(name.casefold())
        paths.append(folder / name)
    return paths


def _draw(path: Path, image: Image, prediction: Prediction, opacity: float) -> None:
    from inspector.files import FileError
    from inspector.pictures import write_picture
    from inspector.vision.overlay import draw_overlay

    try:
        write_picture(
            path, draw_overlay(image, prediction.heatmap, opacity=opacity, map_box=prediction.map_box, full_scale=1.0)
        )
    except FileError as error:
        raise InspectorError(
            f"the overlay {error.what}", f"{error.next_step} Or name another folder with --out, or add --no-overlay."
        ) from error


def _line(judged: JudgedFile) -> str:
    verdict = judged.verdict.value
    if judged.class_name is None:
        return f"{verdict:7}{one_line(judged.path)}: {one_line(judged.reason)}"
    answer = f"{judged.class_name} {judged.probability:.3f}"
    shown = f" → {one_line(judged.overlay)}" if judged.overlay else ""
    _, unlike, how = judged.reason.partition(UNLIKE)
    remark = judged.reason if judged.unlike_good or judged.reason.startswith(OUTSIDE) else unlike + how
    return f"{verdict:7}{answer:20} {one_line(judged.path)}{shown}{f'; {remark}' if remark else ''}"
