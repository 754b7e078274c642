"""The trainer's commands. Results go to stdout, everything else to stderr."""

from __future__ import annotations

import argparse
import json
import os
import sys
from typing import TYPE_CHECKING, get_args

from inspector import __version__
from inspector.domain.class_words import WordsError
from inspector.domain.errors import InspectorError
from trainer.options import add_options, choices
from trainer.protocol import FEW, GOOD_ONLY, MethodName, TrainRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

_POSITIONAL = frozenset({"data", "out"})
#: What a user says of words that nobody knows.
_WORDS = frozenset({"good", "defective", "no_label"})
#: What a command needs that only looks at pictures.
_PICTURES = _WORDS | {"bit_depth", "corrections", "locked"}
#: One that does with few defects or none has a split, and figures, of its own.
_COMPARED = tuple(name for name in get_args(MethodName) if name not in {GOOD_ONLY, FEW})


def build_parser() -> argparse.ArgumentParser:
    """Return the parser."""
    parser = argparse.ArgumentParser(
        prog="trainer",
        description="Trains models for the inspection station.",
        epilog="Exit codes: 0 done; 1 an error that was explained; 2 wrong usage; 130 interrupted (nothing is left).",
    )
    parser.add_argument("--version", action="version", version=f"trainer {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    _add_fit(commands)
    _add_compare(commands)
    test = commands.add_parser(
        "evaluate",
        help="try a model on labelled pictures",
        description="Judge labelled pictures with a finished model at its own threshold, as the station does.",
    )
    test.add_argument("model", help="folder of a bundle")
    test.add_argument(
        "data", nargs="?", default="", help="folder or manifest; with --split: the split's own by default"
    )
    test.add_argument("--split", default="", help="split.csv of a bundle's report: only the pictures of one part")
    test.add_argument("--part", choices=("train", "val", "test"), default="test", help="which part (default: test)")
    add_options(test, frozenset(TrainRequest.model_fields) - _PICTURES)
    test.add_argument("--report", default="", metavar="FOLDER", help="also write report.html, metrics.json and figures")
    test.set_defaults(command="evaluate")
    look = commands.add_parser(
        "inspect-data",
        help="what a folder holds, and what is wrong with it",
        description="Recognise the layout, count, audit; nothing is trained.",
    )
    look.add_argument("data", help="folder of pictures, or a manifest")
    look.add_argument("--preview", default="", metavar="FOLDER", help="write a grid of augmented views there")
    look.add_argument("--preset", default="standard", choices=choices("preset"), help="of the preview")
    add_options(look, frozenset(TrainRequest.model_fields) - _PICTURES)
    look.add_argument("--claim", type=float, default=0.01, help="escape rate to be shown (default: 0.01)")
    look.set_defaults(command="inspect-data")
    for command in (test, look):
        command.add_argument("--progress", choices=["bar", "json"], default="bar", help="json: lines on stderr")
    _add_explain(commands)
    for name, command in commands.choices.items():
        if name not in {"worker", "explain"}:
            command.add_argument("--json", action="store_true", help="one JSON object on stdout")
    work = commands.add_parser("worker", help="run the training of a run folder; what the window starts")
    work.add_argument("folder", help="holds request.json; reports.jsonl is written there")
    _add_cluster(work)
    work.set_defaults(command="worker", json=False)
    rank = commands.add_parser("rank", help="compute for a training of several devices; what --devices starts")
    rank.add_argument("store", help="file by which the ranks meet")
    rank.add_argument("--rank", type=int, required=True, help="number of this rank, from 1 on")
    rank.add_argument("--of", type=int, required=True, help="how many ranks there are")
    rank.set_defaults(command="rank", json=False)
    return parser


def _add_fit(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    fit = commands.add_parser(
        "fit",
        help="train a model",
        description="Train a model on a folder: MVTec AD (train/good, test/TYPE), one folder per label of which one is "
        "“good”, several such folders in one, or a manifest (.csv, .parquet). Everything is chosen on validation "
        "pictures; a held-out test part is looked at once, at the end.",
    )
    fit.add_argument("data", help="folder of pictures, or a manifest")
    fit.add_argument("--out", required=True, help="folder of the new bundle, as models/NAME")
    fit.add_argument("--checkpoints", default="", metavar="FOLDER", help="keep checkpoints there, and go on from them")
    add_options(fit, _POSITIONAL)
    _add_cluster(fit)
    fit.set_defaults(command="fit")


def _add_compare(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    compare = commands.add_parser(
        "compare",
        help="compare methods on identical splits",
        description="Train several methods on the same splits, one per seed, and compare them on the test parts.",
    )
    compare.add_argument("data", help="folder of pictures, or a manifest")
    compare.add_argument(
        "--methods", nargs="+", choices=_COMPARED, default=["baseline-cnn", "head", "layer4"], help="which"
    )
    compare.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2], help="of splits and fits (default: 0 1 2)")
    compare.add_argument("--keep", default="", metavar="FOLDER", help="keep the bundles there as METHOD-SEED")
    add_options(compare, _POSITIONAL | {"method", "seed", "replace", "folds", "unseen"})
    _add_cluster(compare)
    compare.set_defaults(command="compare")


def _add_cluster(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--cluster",
        default="",
        metavar="ADDRESS",
        help="train side by side what does not depend on one another: tls://HOST:8786, or local:N here",
    )
    parser.add_argument("--certificates", default="", metavar="FOLDER", help="ca.pem, cert.pem and key.pem, for tls://")


def _add_explain(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    look = commands.add_parser(
        "explain",
        help="a deep look at one picture",
        description="Draw what pytorch-grad-cam's methods show of one picture at several layers, beside the map that "
        "the line shows, as PNG files.",
    )
    look.add_argument("model", help="folder of a bundle")
    look.add_argument("picture", help="the picture's file")
    look.add_argument("--out", required=True, metavar="FOLDER", help="of the PNG files")
    methods = ("closed-form", "grad-cam", "grad-cam++", "eigen-cam", "layer-cam")
    look.add_argument("--methods", nargs="+", choices=methods, default=list(methods), help="which (default: all)")
    layers = ("layer3", "layer4")
    look.add_argument("--layers", nargs="+", choices=layers, default=list(layers), help="where (default: both)")
    add_options(look, frozenset(TrainRequest.model_fields) - {"bit_depth"})
    look.add_argument("--json", action="store_true", help="JSON lines on stdout, one for each map and step")
    look.set_defaults(command="explain")


def main(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code.

    Args:
        arguments: Without the program's name.
    """
    parsed = build_parser().parse_args(arguments)
    try:
        _refuse_torchrun(parsed.command)
        from trainer import commands  # heavy imports only when needed

        return {
            "fit": commands.run_fit,
            "compare": commands.run_compare,
            "evaluate": commands.run_evaluate,
            "inspect-data": commands.run_inspect,
            "explain": commands.run_explain,
            "worker": commands.run_worker,
            "rank": commands.run_rank,
        }[parsed.command](parsed)
    except InspectorError as error:
        print(f"error: {error}", file=sys.stderr)
        if parsed.json:
            words = {"words": list(error.words)} if isinstance(error, WordsError) and error.words else {}
            fault = {"what": error.what, "next_step": error.next_step, **words}
            print(json.dumps({"error": fault}, ensure_ascii=False))
        return 1
    except KeyboardInterrupt:
        print("interrupted; nothing was written", file=sys.stderr)
        return 130


def _refuse_torchrun(command: str) -> None:
    """Refuse what several processes would each do.

    Raises:
        InspectorError: If ``torchrun`` has started more than one of a command that does not train on ranks.
    """
    several = "TORCHELASTIC_RUN_ID" in os.environ and os.environ.get("WORLD_SIZE", "1") != "1"
    if several and command != "fit":
        raise InspectorError(f"torchrun has started “{command}” several times", "Only “fit” trains on several ranks.")
