"""``inspector bench`` and ``inspector devices``: how fast this machine is."""

from __future__ import annotations

import argparse
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inspector.cli.common import EXIT_OK, TorchUse, add_json, add_places, emit, home_of, one_line, positive, say
from inspector.cli.field_options import SOURCE_FIELDS, add_field
from inspector.domain.config import ABOUT_MODEL
from inspector.domain.counts import counted
from inspector.domain.errors import ReportError
from inspector.files import FileError, make_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from inspector.domain.records import Image
    from inspector.vision.benchmark import BenchmarkPlan, BenchmarkReport


def add_commands(commands: argparse._SubParsersAction[Any]) -> None:
    """Add ``bench``, ``devices`` and ``cameras``."""
    _add_bench(commands)
    listing = commands.add_parser("devices", help="list where the network can run")
    add_json(listing)
    listing.set_defaults(command=devices)
    cams = commands.add_parser(
        "cameras",
        help="list the cameras of this machine",
        description="List the cameras of this machine, and industrial cameras that the GenTL producers of their makers "
        "see.",
    )
    add_field(cams, next(field for field in SOURCE_FIELDS if field.name == "producer"))
    add_json(cams)
    cams.set_defaults(command=cameras)


def _add_bench(commands: argparse._SubParsersAction[Any]) -> None:
    parser = commands.add_parser(
        "bench",
        help="measure verdicts with heatmap per second",
        description="Judge the same pictures with every back end and precision of this machine, with eager torch, with "
        "eager torch and pytorch-grad-cam, with ONNX Runtime where it is installed, and run the network's convolutions "
        "alone, all in turn within one run. With --json: best_images_per_s, reference_images_per_s, ratio, "
        "verdict_flips, rows, graphs, left_out and more.",
    )
    parser.add_argument("--model", default="demo", help=f"{ABOUT_MODEL.hint} (default: demo)")
    parser.add_argument("--images", type=Path, help="folder of pictures (default: parts of the demo line)")
    parser.add_argument("--count", type=positive, help="at most this many pictures (default: 16, with --full 32)")
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--quick", action="store_true", help="a minute or two (default)")
    how.add_argument("--full", action="store_true", help="everything at every input size; several minutes")
    parser.add_argument("--rounds", type=positive, help="turns of each (default: 3, with --full 7)")
    parser.add_argument(
        "--sizes",
        type=input_side,
        nargs="*",
        metavar="N",
        help="input sizes beside the model's own (default: 224 320 448 512; none: only its own)",
    )
    parser.add_argument("--save", type=Path, metavar="FOLDER", help="write bench.json and bench.md there")
    add_places(parser)
    add_json(parser)
    parser.set_defaults(command=bench, torch=TorchUse.COMPARES)


def input_side(text: str) -> int:
    """Parse the side of a network's input: a multiple of 32 from 32 to 2048.

    Raises:
        argparse.ArgumentTypeError: If it is not.
    """
    value = positive(text)
    if value % 32 or value > 2048:
        msg = f"{text!r} is not a multiple of 32 from 32 to 2048"
        raise argparse.ArgumentTypeError(msg)
    return value


def bench(parsed: argparse.Namespace) -> int:
    """Measure."""
    from inspector import assembly
    from inspector.vision.benchmark import run_benchmark
    from inspector.vision.benchmark.tables import save_report

    if parsed.save is not None:
        with _writing():  # before minutes are spent
            make_folder(parsed.save)
    bundle = assembly.model_store(home_of(parsed)).load(parsed.model)
    report = run_benchmark(
        bundle,
        _pictures(parsed.images, parsed.count or (32 if parsed.full else 16)),
        plan=_plan(parsed),
        progress=lambda done, rounds, what: say(f"round {done + 1}/{rounds}: {what}"),
    )
    if parsed.save is not None:
        with _writing():
            written = save_report(report, parsed.save)
        say(f"written: {', '.join(str(path) for path in written)}")
    if parsed.json:
        emit(asdict(report))
    else:
        _print(report)
    return EXIT_OK


@contextmanager
def _writing() -> Iterator[None]:
    """Explain why a folder cannot be written."""
    try:
        yield
    except FileError as error:
        raise ReportError(f"the benchmark {error.what}", f"{error.next_step} Or name another folder.") from error


def _plan(parsed: argparse.Namespace) -> BenchmarkPlan:
    from inspector.vision.benchmark import BenchmarkPlan

    plan = BenchmarkPlan.full() if parsed.full else BenchmarkPlan.quick()
    if parsed.rounds is not None:
        plan = replace(plan, rounds=parsed.rounds)
    if parsed.sizes is not None:
        plan = replace(plan, sizes=tuple(parsed.sizes))
    return plan


def _print(report: BenchmarkReport) -> None:
    """Write the table for a terminal."""
    print(f"{report.model}, {counted(report.images, 'picture')}, input {report.input_size}², {report.cpu_count} cores")
    print(f"{'':30}{'':6}{'input':6}{'':4}{'per s':>8}{'p50 ms':>9}{'p99 ms':>9}{'MB':>7}{'× cam':>8}{'limit':>7}")
    for row in report.rows:
        how = f"{row.backend:30.30}{row.precision:6}{row.input_size:<6}×{row.batch:<3}"
        times = f"{row.images_per_s:8.1f}{_or_dash(row.latency_p50_ms, 9, 1)}{_or_dash(row.latency_p99_ms, 9, 1)}"
        against = f"{_or_dash(row.against_grad_cam, 8, 1)}{_or_dash(row.against_limit, 7, 2)}"
        flips = "" if row.verdict_flips is None else f"  {row.verdict_flips} flips"
        print(f"{how}{times}{_or_dash(row.peak_memory_mb, 7, 0)}{against}{flips}")
    for graph in report.graphs:
        print(
            f"graph alone {graph.precision} {graph.input_size}²: {graph.graph_images_per_s:.1f}/s; its convolutions "
            f"alone: {graph.limit_images_per_s:.1f}/s; share {graph.share:.2f}"
        )
    if report.reference_images_per_s is not None:
        print(
            f"best {report.best_images_per_s:.1f}/s, reference {report.reference_images_per_s:.1f}/s, "
            f"ratio {report.ratio:.1f}"
        )
    for contender in report.left_out:
        print(f"left out: {contender.what}: {one_line(contender.reason)}")
    if report.note:
        print(report.note)


def _or_dash(value: float | None, width: int, digits: int) -> str:
    return f"{'–':>{width}}" if value is None else f"{value:{width}.{digits}f}"


def _pictures(folder: Path | None, count: int) -> list[Image]:
    from inspector.pictures import find_pictures, read_picture

    if folder is not None:
        return [read_picture(path) for path in find_pictures(folder, recursive=True)[:count]]
    from inspector.sources.demo_scene import DemoScene

    scene = DemoScene(seed=1, defect_rate=0.3)
    return [scene.part(number).bgr for number in range(1, count + 1)]


def devices(parsed: argparse.Namespace) -> int:
    """List devices."""
    from dataclasses import asdict

    from inspector.vision.backends import list_devices

    devices = list_devices()
    if parsed.json:
        emit({"devices": [asdict(device) for device in devices]})
    else:
        for device in devices:
            print(f"{device.name:6}{device.backend:10}{device.description}  ({', '.join(device.precisions)})")
    return EXIT_OK


def cameras(parsed: argparse.Namespace) -> int:
    """List cameras."""
    from inspector.sources.cameras import list_every_camera

    cameras, faults = list_every_camera(parsed.producer or "")
    for fault in faults:
        say(fault)
    if parsed.json:
        emit({"cameras": [asdict(camera) for camera in cameras], "faults": faults})
    elif cameras:
        for camera in cameras:
            print(f"{camera.source}  {camera.label}")
    else:
        say("no camera found")
    return EXIT_OK
