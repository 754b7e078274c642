"""``inspector inspect``: single pictures: class, probability, verdict, overlay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_ERROR, EXIT_OK, add_device, add_json, add_places, emit, home_of, say

if TYPE_CHECKING:
    import argparse

    from inspector.domain.records import Decision, Prediction


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``inspect``."""
    parser = commands.add_parser(
        "inspect",
        help="judge single pictures",
        description="Judge pictures one by one, and write each with its heatmap. Nothing is logged or counted.",
        epilog="Exit codes: 0 every picture has a verdict; 1 one has none (ERROR), or another error; 2 usage.",
    )
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--model", required=True, help="model bundle: its name, or its folder")
    parser.add_argument("--out", type=Path, help="folder of the overlays (default: beside each picture)")
    parser.add_argument("--no-overlay", action="store_true", help="write no overlay")
    parser.add_argument("--opacity", type=float, default=0.6, help="of the heatmap, 0..1")
    add_device(parser)
    add_places(parser)
    add_json(parser, "one JSON object with a list of results on stdout")
    parser.set_defaults(command=run)


def result_json(path: Path, decision: Decision, prediction: Prediction | None, overlay: Path | None) -> dict[str, Any]:
    """Return the documented JSON of one judged file."""
    names = prediction.class_names if prediction else ()
    best = int(prediction.probabilities.argmax()) if prediction else None
    return {
        "path": str(path),
        "verdict": decision.verdict.value,
        "reason": decision.reason,
        "class": names[best] if best is not None else None,
        "probability": float(prediction.probabilities[best]) if prediction and best is not None else None,
        "p_defective": decision.p_defective,
        "probabilities": {n: float(p) for n, p in zip(names, prediction.probabilities, strict=True)}
        if prediction
        else {},
        "overlay": str(overlay) if overlay else None,
    }


def run(parsed: argparse.Namespace) -> int:
    """Judge the files."""
    from inspector import assembly  # noqa: PLC0415
    from inspector.domain.config import QualityLimits  # noqa: PLC0415
    from inspector.domain.errors import InspectorError, PictureError  # noqa: PLC0415
    from inspector.domain.policy import error_decision  # noqa: PLC0415
    from inspector.domain.records import Verdict  # noqa: PLC0415
    from inspector.engine.inspect import inspect_picture  # noqa: PLC0415
    from inspector.pictures import read_picture, write_picture  # noqa: PLC0415
    from inspector.vision.overlay import draw_overlay  # noqa: PLC0415

    classifier = assembly.load_classifier(parsed.model, home_of(parsed), device=parsed.device or "auto")
    results = []
    try:
        for path in parsed.files:
            prediction, overlay = None, None
            try:
                image = read_picture(path)
            except PictureError as error:
                decision = error_decision(str(error), classifier.thresholds)
            else:
                decision, prediction = inspect_picture(classifier, image, classifier.thresholds, QualityLimits())
                if prediction is not None and not parsed.no_overlay:
                    overlay = (parsed.out or path.parent) / f"{path.stem}.overlay.png"
                    drawn = draw_overlay(image, prediction.heatmap, opacity=parsed.opacity, map_box=prediction.map_box)
                    try:
                        write_picture(overlay, drawn)
                    except OSError as error:
                        raise InspectorError(
                            f"the overlay {overlay} cannot be written: {error.strerror}", "Name a folder with --out."
                        ) from error
            result = result_json(path, decision, prediction, overlay)
            results.append(result)
            if not parsed.json:
                score = "–" if decision.p_defective is None else f"P(defective) {decision.p_defective:.3f}"
                shown = f"  → {overlay}" if overlay else ""
                reason = f"  {decision.reason}" if decision.verdict is Verdict.ERROR else ""
                print(f"{decision.verdict.value:7}{score:22}{path}{shown}{reason}")
    finally:
        classifier.close()
    if parsed.json:
        emit({"model": classifier.identity.name, "results": results})
    broken = sum(result["verdict"] == "ERROR" for result in results)
    if broken:
        say(f"{broken} of {len(results)} pictures have no verdict")
    return EXIT_ERROR if broken else EXIT_OK
