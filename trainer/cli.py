"""``trainer fit`` and ``trainer evaluate``. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from inspector import __version__
from inspector.domain.errors import InspectorError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trainer.protocol import Found, Result


def build_parser() -> argparse.ArgumentParser:
    """Return the parser."""
    parser = argparse.ArgumentParser(
        prog="trainer",
        description="Trains models for the inspection station.",
        epilog="Exit codes: 0 done; 1 an error that was explained; 2 wrong usage; 130 interrupted (nothing is left).",
    )
    parser.add_argument("--version", action="version", version=f"trainer {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    fit = commands.add_parser(
        "fit",
        help="train a model",
        description="Train a model on a folder: MVTec AD (train/good, test/TYPE) or one folder per label, one of them "
        "“good”. Everything is chosen on validation folds; a held-out test part is looked at once, at the end.",
    )
    fit.add_argument("data", help="folder of pictures")
    fit.add_argument("--out", required=True, help="folder of the new bundle, as models/NAME")
    fit.add_argument("--method", choices=("head",), default="head", help="head: linear head on a frozen backbone")
    fit.add_argument(
        "--weights", default="", help="backbone (.pth, .safetensors, .npz); default: torchvision's ImageNet"
    )
    fit.add_argument("--seed", type=int, default=0, help="of the split and the fit (default: 0)")
    fit.add_argument("--size", type=int, default=224, help="side of the network's input, pixels (default: 224)")
    fit.add_argument("--policy", choices=("squash", "letterbox", "centre-crop"), default="squash", help="resizing")
    fit.add_argument("--test-fraction", type=float, default=0.3, help="held out (default: 0.3)")
    fit.add_argument("--replace", action="store_true", help="replace a bundle of that name")
    fit.set_defaults(command=run_fit)
    test = commands.add_parser(
        "evaluate",
        help="try a model on a folder",
        description="Judge every picture of a labelled folder with a finished model at its own threshold.",
    )
    test.add_argument("model", help="folder of a bundle")
    test.add_argument("data", help="folder of pictures")
    test.set_defaults(command=run_evaluate)
    for command in (fit, test):
        command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code.

    Args:
        arguments: Without the program's name.
    """
    parsed = build_parser().parse_args(arguments)
    try:
        return int(parsed.command(parsed))
    except InspectorError as error:
        print(f"error: {error}", file=sys.stderr)
        if parsed.json:
            print(json.dumps({"error": {"what": error.what, "next_step": error.next_step}}, ensure_ascii=False))
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130


def run_fit(parsed: argparse.Namespace) -> int:
    """Train."""
    from pydantic import ValidationError  # noqa: PLC0415 - heavy imports only when needed
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    from trainer.protocol import Candidate, Found, Progress, TrainRequest  # noqa: PLC0415

    try:
        request = TrainRequest(
            data=parsed.data,
            out=parsed.out,
            method=parsed.method,
            weights=parsed.weights,
            seed=parsed.seed,
            input_size=parsed.size,
            policy=parsed.policy,
            test_fraction=parsed.test_fraction,
            replace=parsed.replace,
        )
    except ValidationError as error:
        faults = "; ".join(f"{fault['loc'][0]}: {fault['msg']}" for fault in error.errors())
        raise InspectorError(f"this cannot be trained: {faults}", "Correct the option named.") from error
    from trainer.loop import train  # noqa: PLC0415 - torch takes seconds

    console = Console(stderr=True)
    result: Result | None = None
    tasks: dict[str, Any] = {}
    with Bar(console=console) as bar:
        for report in train(request):
            if isinstance(report, Found):
                _say_found(console, report)
            elif isinstance(report, Progress):
                if report.stage not in tasks:
                    tasks[report.stage] = bar.add_task(report.stage, total=report.total)
                bar.update(tasks[report.stage], completed=report.done, total=report.total)
            elif isinstance(report, Candidate):
                console.print(f"C={report.regularisation:g}: validation loss {report.validation_loss:.4f}")
            else:
                result = report
    assert result is not None
    if parsed.json:
        print(json.dumps(result.model_dump(mode="json"), ensure_ascii=False))
    else:
        print(f"{result.bundle}: threshold {result.threshold:.4f}, {result.seconds:.0f} s")
        _print_figures("validation", result.validation)
        _print_figures("test", result.test)
    return 0


def run_evaluate(parsed: argparse.Namespace) -> int:
    """Try a finished model."""
    from pathlib import Path  # noqa: PLC0415

    import numpy as np  # noqa: PLC0415

    from inspector.pictures import read_picture  # noqa: PLC0415
    from inspector.vision.backends import load_classifier  # noqa: PLC0415
    from inspector.vision.bundle import Bundle  # noqa: PLC0415
    from trainer.dataset import labels, read_dataset  # noqa: PLC0415
    from trainer.evaluate import evaluate  # noqa: PLC0415

    bundle = Bundle.load(Path(parsed.model))
    dataset = read_dataset(Path(parsed.data))
    classifier = load_classifier(bundle)
    try:
        scores = [classifier.predict(read_picture(sample.path)).p_defective for sample in dataset.samples]
    finally:
        classifier.close()
    threshold = bundle.manifest.thresholds.fail_at
    found = evaluate(np.array(scores), labels(dataset.samples), threshold)
    if parsed.json:
        print(json.dumps({"model": bundle.manifest.name, "threshold": threshold, **found}))
    else:
        _print_figures(bundle.manifest.name, found)
    return 0


def _say_found(console: Any, found: Found) -> None:  # noqa: ANN401 - rich.Console
    console.print(f"layout: {found.layout}")
    for part, counts in found.counts.items():
        console.print(f"  {part:11}" + ", ".join(f"{count} {kind}" for kind, count in counts.items()))


def _print_figures(title: str, figures: dict[str, Any]) -> None:
    confusion = figures["confusion"]
    print(
        f"{title}: {figures['pictures']} pictures, accuracy {figures['accuracy']:.4f}, "
        f"precision {figures['precision']:.4f}, recall {figures['recall']:.4f}, F1 {figures['f1']:.4f}"
    )
    print(
        f"  defective: {confusion['defective_found']} found, {confusion['defective_passed']} passed; "
        f"good: {confusion['good_passed']} passed, {confusion['good_rejected']} rejected"
    )
